"""The kinds of objects: what each is called, the keys of its geometry, the table of its rows, and its bounds."""

import re
from functools import cache
from typing import NamedTuple


class Kind(NamedTuple):
    """What the formats say of a kind, and the schema. How it is drawn, compared and exported, those packages say."""

    name: str
    """Ours, the same for both generations."""
    table: str
    """Where its geometry is, or the messages that it picks."""
    tool: str
    """The word of ontologies for the tool that draws it."""
    v1_key: str = ""
    """The key of its geometry in v1."""
    v2_keys: tuple[str, ...] = ()
    """Those of its geometry in v2."""
    v2_words: tuple[str, ...] = ()
    """`annotation_kind` of v2, without the asset that it begins with."""
    geo_word: str = ""
    """v1: the `type` beside a `geometry` of tiled imagery."""
    geojson: str = ""
    """v2: the type of its GeoJSON; in capitals that of well-known text."""
    bounds: tuple[str, str, str, str, str] | None = None
    """SQL of its table for min_x, min_y, max_x, max_y and form, if it has a place."""
    found_in: str = ""
    """The table of its place, where that is not its own."""

    @property
    def places(self) -> str:
        """The table of which `bounds` are."""
        return self.found_in or self.table


_PATH = ("min_x", "min_y", "max_x", "max_y", "form")
# Boxes and masks have the types of the other kinds: else SQLite computes the places of all objects to look one up.
_BOX = (
    '"left"',
    'cast(case when coordinates is null then "top" else "top" - height end as double)',
    'cast("left" + width as double)',
    'cast(case when coordinates is null then "top" + height else "top" end as double)',
    "cast(case when coordinates is not null then 'geo' end as text)",
)

_PIXELS = (
    "cast(min_x as double)",
    "cast(min_y as double)",
    "cast(max_x as double)",
    "cast(max_y as double)",
    "cast(null as text)",
)

KINDS = (
    Kind(
        "polyline",
        "polylines",
        "line",
        v1_key="line",
        v2_keys=("line",),
        v2_words=("Polyline", "Line"),
        geo_word="polyline",
        geojson="LineString",
        bounds=_PATH,
    ),
    Kind(
        "point",
        "points",
        "point",
        v1_key="point",
        v2_keys=("point",),
        v2_words=("Point",),
        geo_word="point",
        geojson="Point",
        bounds=("x", "y", "x", "y", "form"),
    ),
    Kind(
        "polygon",
        "polygons",
        "polygon",
        v1_key="polygon",
        v2_keys=("polygon",),
        v2_words=("Polygon",),
        geo_word="polygon",
        geojson="Polygon",
        bounds=_PATH,
    ),
    Kind(
        "bounding_box",
        "bounding_boxes",
        "rectangle",
        v1_key="bbox",
        v2_keys=("bounding_box",),
        v2_words=("BoundingBox",),
        geo_word="rectangle",
        bounds=_BOX,
    ),
    Kind(
        "text_entity",
        "text_entities",
        "named-entity",
        v1_key="data",
        v2_keys=("location", "conversational_location"),
        v2_words=("TextEntity", "EntityToken"),
    ),
    Kind(
        "mask",
        "masks",
        "raster-segmentation",
        v1_key="instanceURI",
        v2_keys=("mask", "composite_mask"),
        v2_words=("SegmentationMask",),
        bounds=_PIXELS,
        found_in="mask_pixels",
    ),
    Kind("cuboid", "cuboids", "cuboid", v1_key="cuboid", v2_keys=("cuboid",), v2_words=("Cuboid",)),
    Kind(
        "message_single_selection",
        "selected_messages",
        "message-single-selection",
        v2_keys=("selected_message",),
        v2_words=("SingleSelection",),
    ),
    Kind(
        "message_multi_selection",
        "selected_messages",
        "message-multi-selection",
        v2_keys=("selected_messages",),
        v2_words=("MultiSelection",),
    ),
    Kind(
        "message_ranking",
        "selected_messages",
        "message-ranking",
        v2_keys=("ranked_messages",),
        v2_words=("Ranking",),
    ),
)
"""In the order in which objects of v1 are recognized."""

TABLES = {kind.name: kind.table for kind in KINDS}
OBJECT_KINDS = frozenset(TABLES)
"""Kinds of objects that have a row of their geometry, or of their messages."""

V1_KEYS = {kind.v1_key: kind.name for kind in KINDS if kind.v1_key}
V2_KEYS = {key: kind.name for kind in KINDS for key in kind.v2_keys}
V2_WORDS = {word: kind.name for kind in KINDS for word in kind.v2_words}
GEO_WORDS = {kind.geo_word: kind.name for kind in KINDS if kind.geo_word}
GEOJSON_TYPES = {kind.geojson: kind.name for kind in KINDS if kind.geojson}
"""Each way to tell a kind → its name."""

UNKNOWN = "unknown"

ASSET_WORDS = {
    "Video": "video",
    "DICOM": "dicom",
    "Document": "document",
    "Geo": "geospatial",
    "Conversational": "conversation",
    "Message": "llm",
    "Text": "text",
    "Image": "image",
}
"""What `annotation_kind` of v2 begins with → the type of the asset."""

_ASSET_PREFIX = re.compile(f"({'|'.join(ASSET_WORDS)}|Audio|Html|HTML)(?=[A-Z])")
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
    kind = UNKNOWN if word is None else V2_WORDS.get(bare or "") or snake_case(word)
    if kind in row_kinds or (kind not in OBJECT_KINDS and kind != UNKNOWN):
        return kind
    return row_kinds[0] if row_kinds else kind_without_row(word or "")


def kind_without_row(word: str) -> str:
    """The kind of an object whose geometry has no row: the word in snake case, unless a known kind is called so."""
    kind = snake_case(word)
    return UNKNOWN if kind in OBJECT_KINDS else kind
