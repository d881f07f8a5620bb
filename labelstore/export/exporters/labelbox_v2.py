"""Data rows of v2, a line each: those that came as v2 byte for byte, then those of v1 labels.

The labels of v1 that are about one data row stand in one line. Everything that v2 has a key for is there; frames stand
in place, also those that came in files of their own, and annotations of 2018 and 2019 get the shape of later ones. What
v2 has no key for, such as colors, open issues and the pictures of objects that are no masks, the report counts.
Where labels are chosen, a line holds these alone: other labels, and projects and model runs without any, are cut.
"""

from functools import partial

from labelstore.export.choices import WHICH_RECORDS
from labelstore.export.constructs import fates, kept, left_out
from labelstore.export.exporter import Exporter
from labelstore.export.rebuilding import rebuilt_records
from labelstore.export.turning.records import v1_as_v2

EXPORTER = Exporter(
    "labelbox-v2",
    ".ndjson",
    "a line of JSON for each data row, as v2 has it; those that came as v1 are converted",
    partial(rebuilt_records, generation="v2", between=b"\n", after=b"\n", more=v1_as_v2),
    lambda _: fates(
        kept("as exported"),
        hole=kept("in coordinates of maps; else v2 has none"),
        other_kind=left_out("of a kind that v2 does not know"),
    ),
    takes=WHICH_RECORDS,
)
