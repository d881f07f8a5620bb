"""Objects of v1: annotations that are drawn, each with one geometry."""

from typing import Any

from msgspec import Raw, Struct

from labelstore.formats.declaring import JsonObject, array, key, part, read
from labelstore.formats.lenient_decoding import ABSENT, Integer, Number
from labelstore.formats.v1.questions import Bracketed, Classification


class Box(JsonObject, table="bounding_boxes", given="object_id"):
    """A bounding box."""

    top: Number = key()
    left: Number = key()
    height: Number = key()
    width: Number = key()


class Cuboid(JsonObject, table="cuboids", given="object_id", extra="body"):
    """A cuboid in an image. Its members are not documented."""


class Point(JsonObject, table="points", given="object_id"):
    """A point."""

    x: Number = key()
    y: Number = key()


class Span(JsonObject, table="text_entities", given="object_id unit"):
    """A span of text: the characters from `start` to `end`, both included."""

    start: Integer = key()
    end: Integer = key()
    message_id: str = key("messageId")


class TextData(Struct, forbid_unknown_fields=True, gc=False):
    """A text entity: `location` is a span, in documents a list of boxes."""

    location: Span | list[Any]
    unit: str = ABSENT


class GeoGeometry(Struct, forbid_unknown_fields=True, gc=False):
    """Geometry of tiled imagery, [longitude, latitude]."""

    coordinates: Raw


class Object(
    JsonObject,
    table="objects",
    given="object_id end_id label_id frame_id frame_number ordinal closes kind instance_uri extra",
):
    """One object annotation of a label, or of one frame of it; its geometry tells its kind."""

    feature_id: str = key("featureId")
    schema_id: str = key("schemaId")
    name: str = key("title")
    value: str = key()
    color: str = key()
    instance_uri: str = key("instanceURI")
    uuid: str = key()
    keyframe: bool = key()
    line: Raw = read(into="polylines.coordinates", exclusive=True)
    point: Point = part(exclusive=True)
    polygon: Raw = read(into="polygons.coordinates", exclusive=True)
    bbox: Box = part(exclusive=True)
    cuboid: Cuboid = part(exclusive=True)
    data: TextData = read(into="text_entities", exclusive=True)
    geometry: GeoGeometry = read(into="points polylines polygons bounding_boxes", exclusive=True)
    page: Number = key()
    unit: str = key()
    format: str = key()
    version: Number = key()
    annotation_kind: str = key("type")
    classifications: list[Classification | Bracketed] = array(count="classification_count")
