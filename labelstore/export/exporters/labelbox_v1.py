"""Labels of v1 as one array: those that came as v1 byte for byte, then those of v2.

Of v2, everything that v1 has a key for is there, with links to the editor that name the projects. The frames of a video
stand in place. v1 has no data rows without labels, no labels of model runs, no choices among messages, no composite
masks, no spans of recordings and no axes; the report counts these, and the keys that are missing.
"""

from functools import partial

from labelstore.export.choices import WHICH_RECORDS
from labelstore.export.constructs import changed, fates, kept, left_out
from labelstore.export.exporter import Exporter
from labelstore.export.rebuilding import rebuilt_records
from labelstore.export.turning.records import v2_as_v1

_OF_CHATS = left_out("v1 is older than chats with models")

EXPORTER = Exporter(
    "labelbox-v1",
    ".json",
    "a JSON array of labels, as v1 has them; those that came as v2 are converted",
    partial(rebuilt_records, generation="v1", before=b"[", between=b",\n", after=b"]\n", more=v2_as_v1),
    lambda _: fates(
        kept("as exported"),
        message_single_selection=_OF_CHATS,
        message_multi_selection=_OF_CHATS,
        message_ranking=_OF_CHATS,
        other_kind=changed("as the kind of its geometry, where v1 knows it"),
    ),
    takes=WHICH_RECORDS,
)
