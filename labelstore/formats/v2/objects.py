"""Objects of v2: annotations that are drawn, and choices among messages."""

from typing import Any

from msgspec import Raw, Struct

from labelstore.formats.declaring import JsonObject, array, block, key, part, read
from labelstore.formats.geometry import array_text
from labelstore.formats.lenient_decoding import ABSENT, Integer, Number
from labelstore.formats.v2.questions import Classification
from labelstore.formats.v2.relationships import Ends


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


class Mask(JsonObject):
    """A mask with a picture of its own."""

    url: str = key(required=True)


class CompositeMask(JsonObject, extra="composite_extra"):
    """A mask in a picture of all instances of a label or frame; its pixels are those of `color_rgb`."""

    composite_url: str = key("url", required=True)
    color_rgb: Raw = key(by=array_text)


class Masks(JsonObject, table="masks", given="object_id", extra=""):
    """The masks of one object: members of it that share a row."""

    mask: Mask = block()
    composite_mask: CompositeMask = block()


class TextLocation(JsonObject, table="text_entities", given="object_id message_id location"):
    """A span of text: the characters from `start` to `end`, both included; in documents `groups` of tokens."""

    location: list[Any] = key("groups")
    start: Integer = key()
    end: Integer = key()
    token: str = key()


class ConversationalLocation(Struct, forbid_unknown_fields=True, gc=False):
    """A span of the text of a message."""

    message_id: str
    location: TextLocation


class GeoJson(JsonObject):
    """Geometry of tiled imagery, [longitude, latitude]."""

    type: str = read(into="objects.kind", required=True)
    coordinates: Raw = read(into="points polylines polygons bounding_boxes", required=True)


class PageDimensions(Struct, forbid_unknown_fields=True, gc=False):
    """The size of a page of a document."""

    height: Number
    width: Number


class SelectedMessage(JsonObject, table="selected_messages", given="node_id object_id form ordinal closes"):
    """The one message that was picked."""

    parent_message_id: str = key()
    message_id: str = key()
    model_config_name: str = key()


class Message(JsonObject, table="selected_messages", given="node_id object_id form ordinal closes parent_message_id"):
    """One of the messages that were picked or ranked."""

    message_id: str = key()
    model_config_name: str = key()
    rank: Number = key("order")


class SelectedMessages(Struct, forbid_unknown_fields=True, gc=False):
    """The messages that were picked."""

    messages: list[Message]
    parent_message_id: str = ABSENT


class RankedMessages(Struct, forbid_unknown_fields=True, gc=False):
    """The messages in the order that they were given."""

    ranked_messages: list[Message]
    parent_message_id: str = ABSENT


class Object(
    JsonObject,
    table="objects",
    given="object_id end_id label_id frame_id frame_number ordinal closes map_key kind page_width page_height extra",
):
    """One object annotation of a label, or of one frame of it.

    In exports of 2023 relationships stand among the objects too, or only there.
    """

    feature_id: str = key()
    schema_id: str = key("feature_schema_id")
    name: str = key()
    value: str = key()
    annotation_kind: str = key()
    classifications: list[Classification] = array(count="classification_count")
    bounding_box: Box = part(exclusive=True)
    cuboid: Cuboid = part(exclusive=True)
    polygon: Raw = read(into="polygons.coordinates", exclusive=True)
    line: Raw = read(into="polylines.coordinates", exclusive=True)
    point: Point = part(exclusive=True)
    mask: Mask = read(into="masks")
    composite_mask: CompositeMask = read(into="masks")
    geojson: GeoJson = read(into="points polylines polygons bounding_boxes", exclusive=True)
    location: TextLocation = read(into="text_entities", exclusive=True)
    conversational_location: ConversationalLocation = read(into="text_entities", exclusive=True)
    selected_message: SelectedMessage = read(into="selected_messages", exclusive=True)
    selected_messages: SelectedMessages = read(into="selected_messages", exclusive=True)
    ranked_messages: RankedMessages = read(into="selected_messages", exclusive=True)
    unidirectional_relationship: Ends = read(into="relationships", exclusive=True)
    bidirectional_relationship: Ends = read(into="relationships", exclusive=True)
    page: Number = key("page_number")
    page_dimensions: PageDimensions = read(into="objects.page_width objects.page_height")
    confidence: Number = key()
    custom_metrics: list[Any] = read(into="objects.extra")
