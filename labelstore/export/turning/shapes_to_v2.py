"""The geometry of v1 objects as v2 has it."""

from typing import Final

from labelstore.export.constructs import construct_of
from labelstore.export.turning.columns import turned
from labelstore.export.turning.ledger import Ledger
from labelstore.export.turning.words import GEOJSON, V1_TO_V2, Shape, place
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.kinds import GEO_WORDS as GEO_KINDS
from labelstore.formats.kinds import UNKNOWN, V1_KEYS
from labelstore.formats.v1 import objects as v1_objects
from labelstore.formats.v2.objects import ConversationalLocation, GeoJson, Mask, Object, TextLocation

_OTHER: Final = "of a kind that v2 does not know"


def shape_in_v2(item: v1_objects.Object, canvas: str, ledger: Ledger) -> Shape:
    """The geometry of an object in the keys of v2; `canvas` is what has frames, "" outside of frames."""
    asset_type = canvas or ("image" if item.page is None else "document")
    key = next((name for name in v1_objects.Object.exclusive if getattr(item, name) is not None), None)
    if key is None:
        if item.instance_uri is None or _holds_unknown(item):
            return Shape(UNKNOWN, why=_OTHER)
        return Shape("mask", asset_type, {"mask": Mask(url=item.instance_uri)})
    value = getattr(item, key)
    if key == "geometry":
        kind = GEO_KINDS.get(item.annotation_kind)
        coordinates = None if kind is None else place(kind, value.coordinates)
        if kind is None or coordinates is None:
            return Shape(UNKNOWN, why=_OTHER)
        return Shape(kind, "geospatial", {"geojson": GeoJson(type=GEOJSON[kind], coordinates=coordinates)})
    if key == "data":
        return _text(item, value, ledger)
    kind, there = V1_KEYS[key], V1_TO_V2[key]
    inner = DECLARATIONS[Object].inner(there)
    told = ledger.teller(construct_of(kind), item.feature_id)
    if kind == "cuboid":
        members = {there: inner.cls(extra=value.extra)} if inner else {}
    else:
        members = {there: value if inner is None else turned(value, inner.cls, told)}
    return Shape(kind, asset_type, members)


def _text(item: v1_objects.Object, data: v1_objects.TextData, ledger: Ledger) -> Shape:
    """The place of a text entity."""
    span, told = data.location, ledger.teller("text_entity", item.feature_id)
    if not isinstance(span, v1_objects.Span):
        return Shape("text_entity", "document", None, "v2 has the tokens of a document, v1 their boxes")
    if data.unit is not None:
        told('without "unit"')
    location = turned(span, TextLocation, told, apart=("message_id",))
    if span.message_id is None:
        return Shape("text_entity", "text", {"location": location})
    found = ConversationalLocation(message_id=span.message_id, location=location)
    return Shape("text_entity", "conversation", {"conversational_location": found})


def _holds_unknown(item: v1_objects.Object) -> bool:
    """Whether an object may have a geometry of another kind."""
    members = item.extra.members if item.extra is not None else {}
    return any(
        (key in v1_objects.Object.exclusive and value is not None)
        or (isinstance(value, dict | list) and key != "classifications")
        for key, value in members.items()
    )
