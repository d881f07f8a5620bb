"""The labels that came as v1, as one array."""

from functools import partial

from labelstore.export.constructs import ALL_KEPT
from labelstore.export.exporter import Exporter
from labelstore.export.rebuilding import rebuilt_records

EXPORTER = Exporter(
    "labelbox-v1",
    ".json",
    "a JSON array of the labels that came as v1",
    partial(rebuilt_records, generation="v1", before=b"[", between=b",\n", after=b"]\n"),
    lambda _: ALL_KEPT,
)
