"""The geometry of a v2 object → its kind and a row of it."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Raw

from labelstore.formats.fitting import Misfit, Number, Odd, extra_json, sound, to_json, unfitted
from labelstore.formats.geometry import array_text
from labelstore.formats.kinds import kind_of
from labelstore.formats.nodes import Nodes
from labelstore.formats.v2 import record as v2

_GEO_KINDS = {"Point": "point", "LineString": "polyline", "Polygon": "polygon"}
_SHAPE_KINDS = {
    "bounding_box": "bounding_box",
    "polygon": "polygon",
    "line": "polyline",
    "point": "point",
    "location": "text_entity",
    "conversational_location": "text_entity",
    "geojson": "polygon",  # or what its type says
    "selected_message": "message_single_selection",
    "selected_messages": "message_multi_selection",
    "ranked_messages": "message_ranking",
}
_KIND_ASSETS = (
    ("Video", "video"),
    ("DICOM", "dicom"),
    ("Document", "document"),
    ("Geo", "geospatial"),
    ("Conversational", "conversation"),
    ("Message", "llm"),
    ("Text", "text"),
    ("Image", "image"),
)
_RELATIONSHIPS = ("unidirectional_relationship", "bidirectional_relationship")
_MESSAGE_KEYS = {"multiple": ("selected_messages", "messages"), "ranked": ("ranked_messages", "ranked_messages")}
"""Form of messages → key of their block, and of the list in it."""

_shapes = attrgetter(*v2.Object.exclusive)
_position = msgspec.json.Decoder(tuple[Number, Number])


class ShapeShredder(Nodes):
    asset_hint: str | None = None

    def hint(self, word: str) -> None:
        for prefix, asset_type in _KIND_ASSETS:
            if word.startswith(prefix) and (self.asset_hint is None or self.asset_hint == "text"):
                self.asset_hint = asset_type

    def geometry(self, item: v2.Object, object_id: int) -> tuple[str | None, str | None]:
        """Add the rows of an object's geometry; its kind, None for a relationship, and its extra."""
        extra = None if item.extra is None and item.custom_metrics is None else _extra_of(item)
        word = item.annotation_kind
        if word is not None and self.asset_hint in (None, "text"):
            self.hint(word)
        shape = _shape_of(item)
        has_mask = item.mask is not None or item.composite_mask is not None
        if has_mask:
            if shape in _RELATIONSHIPS:
                extra = _extra_of(item, **{shape: unfitted(getattr(item, shape))})
                shape = None
            self.mask(item, object_id)
        elif shape in _RELATIONSHIPS or (shape is None and _seems_relationship(item)):
            return None, None
        row_kind = None if shape is None else _SHAPE_KINDS[shape]
        if shape == "bounding_box":
            box = item.bounding_box
            self.rows["bounding_boxes"].append(
                (object_id, box.top, box.left, box.height, box.width, None, box.extra and extra_json(box.extra))
            )
        elif shape == "polygon":
            self.vertices("polygons", object_id, item.polygon)
        elif shape == "line":
            self.vertices("polylines", object_id, item.line)
        elif shape == "point":
            point = item.point
            self.rows["points"].append((object_id, point.x, point.y, None, None, extra_json(point.extra)))
        elif shape == "geojson":
            row_kind, extra = self.geojson(item, object_id, extra)
        elif shape in ("selected_messages", "ranked_messages") and not _messages_of(item, shape):
            row_kind = None
            members = msgspec.structs.asdict(getattr(item, shape))  # no rows to tell of the block: it stays as it is
            extra = _extra_of(item, **{shape: {key: value for key, value in members.items() if value is not None}})
        elif shape is not None:
            self.text_or_messages(item, shape, object_id)
            if shape in ("selected_messages", "ranked_messages") and not any(sound(_messages_of(item, shape))):
                row_kind = None
        if has_mask:
            kind = kind_of(word, "mask") if row_kind is None else kind_of(word, row_kind, "mask")
        else:
            kind = kind_of(word) if row_kind is None else kind_of(word, row_kind)
        return kind, extra

    def mask(self, item: v2.Object, object_id: int) -> None:
        mask, composite = item.mask, item.composite_mask
        self.rows["masks"].append(
            (
                object_id,
                None if mask is None else mask.url,
                None if composite is None else composite.url,
                None if composite is None or composite.color_rgb is None else array_text(composite.color_rgb),
                None,
                None if mask is None else extra_json(mask.extra),
                None if composite is None else extra_json(composite.extra),
            )
        )

    def geojson(self, item: v2.Object, object_id: int, extra: str | None) -> tuple[str | None, str | None]:
        """The kind of the row, None without one, and the object's extra."""
        shape = item.geojson
        kind, coordinates = _GEO_KINDS.get(shape.type), array_text(shape.coordinates)
        if kind == "point" and shape.extra is None:
            try:
                x, y = _position.decode(coordinates)
            except msgspec.ValidationError:
                kind = None
            else:
                self.geo_point(object_id, x, y)
        elif shape.extra is not None:
            kind = None
        elif kind == "polygon" and item.annotation_kind == "GeoBoundingBox":
            kind = "bounding_box"
            self.geo_box(object_id, coordinates)
        elif kind is not None:
            self.path(kind + "s", object_id, coordinates, "geo")
        if kind is None:
            self.unread += 1
            members = shape.extra.members if shape.extra else {}
            extra = _extra_of(item, geojson={"type": shape.type, "coordinates": Raw(coordinates), **members})
        return kind, extra

    def text_or_messages(self, item: v2.Object, shape: str, object_id: int) -> None:
        if shape == "location":
            self.text_entity(item.location, None, object_id)
        elif shape == "conversational_location":
            self.text_entity(item.conversational_location.location, item.conversational_location.message_id, object_id)
        elif shape == "selected_message":
            one = item.selected_message
            self.rows["selected_messages"].append(
                (
                    self.next(),
                    object_id,
                    "single",
                    0,
                    False,
                    one.message_id,
                    one.model_config_name,
                    one.parent_message_id,
                    None,
                    extra_json(one.extra),
                )
            )
        elif shape == "selected_messages":
            many = item.selected_messages
            self.messages(many.messages, "multiple", many.parent_message_id, object_id)
        else:
            ranked = item.ranked_messages
            self.messages(ranked.ranked_messages, "ranked", ranked.parent_message_id, object_id)

    def text_entity(self, span: v2.TextLocation, message_id: str | None, object_id: int) -> None:
        groups = None if span.groups is None else to_json(span.groups)
        self.rows["text_entities"].append(
            (object_id, span.start, span.end, span.token, message_id, groups, None, extra_json(span.extra))
        )

    def messages(self, messages: Sequence[v2.Message | Odd], form: str, parent_id: str | None, object_id: int) -> None:
        for ordinal, message in enumerate(messages):
            if isinstance(message, Odd):
                self.odd_message(message, form, parent_id, (ordinal, len(messages)))
                continue
            self.rows["selected_messages"].append(
                (
                    self.next(),
                    object_id,
                    form,
                    ordinal,
                    ordinal == len(messages) - 1,
                    message.message_id,
                    message.model_config_name,
                    parent_id,
                    message.order,
                    extra_json(message.extra),
                )
            )

    def odd_message(self, message: Odd, form: str, parent_id: str | None, place: tuple[int, int]) -> None:
        block, key = _MESSAGE_KEYS[form]
        parent = "" if parent_id is None else f'"parent_message_id":{to_json(parent_id)},'
        ordinal, count = place
        opens = "" if ordinal else f'"{block}":{{{parent}"{key}":['
        self.odd(message, key, ordinal, opens, "]}" if ordinal == count - 1 else "")


def _shape_of(item: v2.Object) -> str | None:
    """The key that an object has its shape under, masks excepted."""
    values = _shapes(item)
    without = values.count(None)
    if without < len(values) - 1:
        raise Misfit
    if without < len(values):
        for name, value in zip(v2.Object.exclusive, values, strict=True):
            if value is not None:
                return name
    return None


def _extra_of(item: v2.Object, **members: Any) -> str | None:
    return extra_json(item.extra, custom_metrics=item.custom_metrics, **members)


def _messages_of(item: v2.Object, shape: str) -> Sequence[v2.Message]:
    return item.selected_messages.messages if shape == "selected_messages" else item.ranked_messages.ranked_messages


def _seems_relationship(item: v2.Object) -> bool:
    """Whether an object without a geometry is a relationship whose ends are missing or do not fit."""
    if item.annotation_kind is not None:
        return item.annotation_kind.endswith("Relationship")
    return item.extra is not None and any(key.endswith("_relationship") for key in item.extra.members)
