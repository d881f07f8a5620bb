"""The data rows that came as v2, a line each."""

from functools import partial

from labelstore.export.constructs import ALL_KEPT
from labelstore.export.exporter import Exporter
from labelstore.export.rebuilding import rebuilt_records

EXPORTER = Exporter(
    "labelbox-v2",
    ".ndjson",
    "a line of JSON for each data row that came as v2",
    partial(rebuilt_records, generation="v2", between=b"\n", after=b"\n"),
    lambda _: ALL_KEPT,
)
