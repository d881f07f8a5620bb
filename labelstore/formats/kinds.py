"""The kinds of annotations: our words for the vendor's."""

import re
from functools import cache

V2_KINDS = {
    "BoundingBox": "bounding_box",
    "Polygon": "polygon",
    "Polyline": "polyline",
    "Line": "polyline",
    "Point": "point",
    "SegmentationMask": "mask",
    "TextEntity": "text_entity",
    "EntityToken": "text_entity",
    "SingleSelection": "message_single_selection",
    "MultiSelection": "message_multi_selection",
    "Ranking": "message_ranking",
}
OBJECT_KINDS = frozenset(V2_KINDS.values())
"""Kinds of objects that have a row of their geometry, or of their messages."""

UNKNOWN = "unknown"

_ASSET_PREFIX = re.compile(r"(Image|Video|Text|Conversational|Document|Geo|DICOM|Audio|Html|HTML|Message)(?=[A-Z])")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


@cache
def snake_case(word: str) -> str:
    """`ImageCuboid` → `image_cuboid`; 'unknown' for a word without letters or digits."""
    return "_".join(part.lower() for part in _WORD.findall(word)) or UNKNOWN


@cache
def kind_of(word: str | None, *row_kinds: str) -> str:
    """The kind of an object that the vendor calls `word` (None: not at all) and that has rows of `row_kinds`.

    `VideoBoundingBox` → `bounding_box`; unknown words in snake case. A known kind is said only where its row is.
    """
    bare = word if word is None or word == "TextEntity" else _ASSET_PREFIX.sub("", word, count=1)
    kind = UNKNOWN if word is None else V2_KINDS.get(bare or "") or snake_case(word)
    if kind in row_kinds or (kind not in OBJECT_KINDS and kind != UNKNOWN):
        return kind
    return row_kinds[0] if row_kinds else kind_without_row(word or "")


def kind_without_row(word: str) -> str:
    """The kind of an object whose geometry has no row: the word in snake case, unless a known kind is called so."""
    kind = snake_case(word)
    return UNKNOWN if kind in OBJECT_KINDS else kind
