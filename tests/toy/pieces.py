"""The pieces of records of the toy generation."""

from labelstore.formats.pieces import ODD_ELEMENTS, pieces_of, shapes
from tests.toy.record import AboutAsset, Record, Thing

PIECES = (
    *pieces_of(AboutAsset, "the record: its asset", begin="{starts} || {blocks}"),
    *pieces_of(Record, "the label", begin="{blocks} || {empties} || {extra}", rank=1, ends="always"),
    *pieces_of(
        Thing,
        "an object",
        begin="{opens} || {starts} || {keys} || {extra}",
        between=shapes(Thing, ()),
        alone="{closes}",
    ),
    ODD_ELEMENTS,
)
