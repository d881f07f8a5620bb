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
_ASSET_PREFIX = re.compile(r"(Image|Video|Text|Conversational|Document|Geo|DICOM|Audio|Html|HTML|Message)(?=[A-Z])")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


@cache
def snake_case(word: str) -> str:
    """`ImageCuboid` → `image_cuboid`; 'unknown' for a word without letters or digits."""
    return "_".join(part.lower() for part in _WORD.findall(word)) or "unknown"


@cache
def kind_of(annotation_kind: str) -> str:
    """Our kind for v2's `annotation_kind`, e.g. `VideoBoundingBox` → `bounding_box`; unknown words in snake case."""
    if annotation_kind == "TextEntity":
        return "text_entity"
    bare = _ASSET_PREFIX.sub("", annotation_kind, count=1)
    return V2_KINDS.get(bare) or snake_case(annotation_kind)
