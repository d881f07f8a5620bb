"""The geometry of a v2 object → its kind, and a row of its geometry."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Raw

from labelstore.formats.geometry import array_text
from labelstore.formats.kinds import ASSET_WORDS, GEOJSON_TYPES, V2_KEYS, kind_of
from labelstore.formats.lenient_decoding import Misfit, Number, Odd, extra_json, sound, to_json, unfitted
from labelstore.formats.v2.objects import Masks, Message, Object, SelectedMessage, TextLocation
from labelstore.formats.walk import Walk, shapes_of

RELATIONSHIPS = ("unidirectional_relationship", "bidirectional_relationship")
_MESSAGE_KEYS = {"multiple": ("selected_messages", "messages"), "ranked": ("ranked_messages", "ranked_messages")}
"""Form of messages → key of their block, and of the list in it."""

_SHAPES = shapes_of(Object)
_PATHS = {key: kind for key, kind in V2_KEYS.items() if kind in ("polygon", "polyline")}
_values = attrgetter(*Object.exclusive)
_position = msgspec.json.Decoder(tuple[Number, Number])

NOT_FINAL = (None, "text")
"""Types of assets, inferred from annotations, that a further annotation can change."""


def hinted(word: str, asset_type: str | None) -> str | None:
    """The type of the asset by the vendor's word for an annotation; `asset_type` is what was inferred so far."""
    for prefix, named in ASSET_WORDS.items():
        if word.startswith(prefix) and asset_type in NOT_FINAL:
            asset_type = named
    return asset_type


class ShapeShredder(Walk):
    """Makes the rows of an object's geometry."""

    asset_hint: str | None = None

    def hint(self, word: str) -> None:
        """Take the asset type from the vendor's word for an annotation."""
        self.asset_hint = hinted(word, self.asset_hint)

    def geometry(self, item: Object, object_id: int) -> tuple[str | None, str | None]:
        """Add the rows of an object's geometry; its kind, None for a relationship, and its extra."""
        extra = None if item.extra is None and item.custom_metrics is None else _extra_of(item)
        word = item.annotation_kind
        if word is not None and self.asset_hint in NOT_FINAL:
            self.hint(word)
        shape = _shape_of(item)
        has_mask = item.mask is not None or item.composite_mask is not None
        if has_mask:
            if shape in RELATIONSHIPS:
                extra = _extra_of(item, **{shape: unfitted(getattr(item, shape))})
                shape = None
            self.rows["masks"].append(Masks.row(item, object_id=object_id))
        elif shape in RELATIONSHIPS or (shape is None and _seems_relationship(item)):
            return None, None
        row_kind = V2_KEYS.get(shape or "")
        if shape in _SHAPES:
            table, declared = _SHAPES[shape]
            self.rows[table].append(declared.row(getattr(item, shape), object_id=object_id))
        elif shape in _PATHS:
            self.vertices(_PATHS[shape], object_id, getattr(item, shape))
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

    def geojson(self, item: Object, object_id: int, extra: str | None) -> tuple[str | None, str | None]:
        """The kind of the row, None without one, and the object's extra."""
        shape = item.geojson
        kind, coordinates = GEOJSON_TYPES.get(shape.type), array_text(shape.coordinates)
        if kind == "point" and shape.extra is None:
            try:
                x, y = _position.decode(coordinates)
            except msgspec.ValidationError:
                kind = None
            else:
                self.point(object_id, x, y)
        elif shape.extra is not None:
            kind = None
        elif kind == "polygon" and item.annotation_kind == "GeoBoundingBox":
            kind = "bounding_box"
            self.geo_box(object_id, coordinates)
        elif kind is not None:
            self.path(kind, object_id, coordinates, "geo")
        if kind is None:
            self.unread += 1
            members = shape.extra.members if shape.extra else {}
            extra = _extra_of(item, geojson={"type": shape.type, "coordinates": Raw(coordinates), **members})
        return kind, extra

    def text_or_messages(self, item: Object, shape: str, object_id: int) -> None:
        """Add the rows of a span of text, or of messages that were chosen."""
        if shape == "location":
            self.text_entity(item.location, None, object_id)
        elif shape == "conversational_location":
            self.text_entity(item.conversational_location.location, item.conversational_location.message_id, object_id)
        elif shape == "selected_message":
            row = SelectedMessage.row(
                item.selected_message,
                node_id=self.next(),
                object_id=object_id,
                form="single",
                ordinal=0,
                closes=False,
            )
            self.rows["selected_messages"].append(row)
        elif shape == "selected_messages":
            many = item.selected_messages
            self.messages(many.messages, "multiple", many.parent_message_id, object_id)
        else:
            ranked = item.ranked_messages
            self.messages(ranked.ranked_messages, "ranked", ranked.parent_message_id, object_id)

    def text_entity(self, span: TextLocation, message_id: str | None, object_id: int) -> None:
        """Add the row of a span of text, in a message or in the asset."""
        groups = None if span.location is None else to_json(span.location)
        row = TextLocation.row(span, object_id=object_id, message_id=message_id, location=groups)
        self.rows["text_entities"].append(row)

    def messages(self, messages: Sequence[Message | Odd], form: str, parent_id: str | None, object_id: int) -> None:
        """Add the rows of messages that were chosen or ranked."""
        add = self.rows["selected_messages"].append
        for ordinal, message in enumerate(messages):
            if isinstance(message, Odd):
                self.odd_message(message, form, parent_id, (ordinal, len(messages)))
                continue
            row = Message.row(
                message,
                node_id=self.next(),
                object_id=object_id,
                form=form,
                ordinal=ordinal,
                closes=ordinal == len(messages) - 1,
                parent_message_id=parent_id,
            )
            add(row)

    def odd_message(self, message: Odd, form: str, parent_id: str | None, place: tuple[int, int]) -> None:
        """Add the row of an element that is no message."""
        block, key = _MESSAGE_KEYS[form]
        parent = "" if parent_id is None else f'"parent_message_id":{to_json(parent_id)},'
        ordinal, count = place
        opens = "" if ordinal else f'"{block}":{{{parent}"{key}":['
        self.odd(message, key, ordinal, opens, "]}" if ordinal == count - 1 else "")


def _shape_of(item: Object) -> str | None:
    """The key of an object's geometry, masks excepted."""
    values = _values(item)
    without = values.count(None)
    if without < len(values) - 1:
        raise Misfit
    if without < len(values):
        for name, value in zip(Object.exclusive, values, strict=True):
            if value is not None:
                return name
    return None


def _extra_of(item: Object, **members: Any) -> str | None:
    return extra_json(item.extra, custom_metrics=item.custom_metrics, **members)


def _messages_of(item: Object, shape: str) -> Sequence[Message]:
    return item.selected_messages.messages if shape == "selected_messages" else item.ranked_messages.ranked_messages


def _seems_relationship(item: Object) -> bool:
    """Whether an object without a geometry is a relationship whose ends are missing or odd."""
    if item.annotation_kind is not None:
        return item.annotation_kind.endswith("Relationship")
    return item.extra is not None and any(key.endswith("_relationship") for key in item.extra.members)
