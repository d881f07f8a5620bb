"""The geometry of v2 objects as v1 has it."""

from collections.abc import Iterable
from typing import Any, Final

from labelstore.export.constructs import construct_of
from labelstore.export.turning.columns import tell_unknown, turned
from labelstore.export.turning.ledger import Ledger
from labelstore.export.turning.words import GEO_WORDS, V2_TO_V1, Shape, place
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.kinds import GEOJSON_TYPES, V2_KEYS, kind_of
from labelstore.formats.lenient_decoding import sound
from labelstore.formats.v1.objects import GeoGeometry, Object, Span, TextData
from labelstore.formats.v2 import objects as v2_objects

_OTHER: Final = "of a kind that v1 does not know"


def shape_in_v1(item: v2_objects.Object, canvas: str, ledger: Ledger) -> Shape:
    """The geometry of an object in the keys of v1; `canvas` is what has frames, "" outside of frames."""
    asset_type = canvas or ("image" if item.page is None else "document")
    key = next((name for name in v2_objects.Object.exclusive if getattr(item, name) is not None), None)
    word = item.annotation_kind
    told = ledger.teller(construct_of(kind_of(word, "mask")), item.feature_id)
    if key is None and (item.mask is not None or item.composite_mask is not None):
        kind = kind_of(word, "mask")
        if item.mask is None:
            return Shape(kind, "", None, "v1 has no composite masks")
        if item.composite_mask is not None:
            told('without "composite_mask"')
        tell_unknown(item.mask, told)
        return Shape(kind, asset_type, {"instance_uri": item.mask.url})
    if key is None:
        return Shape(kind_of(word), why=_OTHER)
    value, row_kind = getattr(item, key), V2_KEYS.get(key)
    if key == "geojson":
        row_kind = GEOJSON_TYPES.get(value.type)
        coordinates = None if row_kind is None or value.extra is not None else place(row_kind, value.coordinates)
        if row_kind is None or coordinates is None:
            return Shape(kind_of(word), why=_OTHER)
        if row_kind == "polygon" and word == "GeoBoundingBox":
            row_kind = "bounding_box"
        return Shape(
            kind_of(word, row_kind),
            "geospatial",
            {"geometry": GeoGeometry(coordinates=coordinates), "annotation_kind": GEO_WORDS[row_kind]},
        )
    kind = kind_of(word) if row_kind is None else kind_of(word, row_kind)
    if row_kind == "text_entity":
        return _text(kind, item, value, ledger)
    if key not in V2_TO_V1:
        return Shape(kind if any(sound(_messages(value))) else kind_of(word), why=_OTHER)
    there = V2_TO_V1[key]
    inner = DECLARATIONS[Object].inner(there)
    told = ledger.teller(construct_of(kind), item.feature_id)
    if row_kind == "cuboid" and inner is not None:
        return Shape(kind, asset_type, {there: inner.cls(extra=value.extra)})
    return Shape(kind, asset_type, {there: value if inner is None else turned(value, inner.cls, told)})


def _text(kind: str, item: v2_objects.Object, value: Any, ledger: Ledger) -> Shape:
    """The place of a text entity."""
    message_id = None
    if isinstance(value, v2_objects.ConversationalLocation):
        message_id, value = value.message_id, value.location
    if value.location is not None:
        return Shape(kind, "document", None, "v1 has the boxes of a document, v2 their tokens")
    told = ledger.teller(construct_of(kind), item.feature_id)
    span = turned(value, Span, told, apart=("location",), message_id=message_id)
    members = {"data": TextData(location=span), "format": "text.location", "version": 1}
    return Shape(kind, "text" if message_id is None else "conversation", members)


def _messages(value: Any) -> Iterable[Any]:
    """The messages of a choice among them."""
    if isinstance(value, v2_objects.SelectedMessages):
        return value.messages
    return value.ranked_messages if isinstance(value, v2_objects.RankedMessages) else (value,)
