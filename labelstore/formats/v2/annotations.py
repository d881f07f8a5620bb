"""The annotations of a v2 label → rows: objects and classifications, frames, groups, segments and key frames."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from labelstore.formats.fitting import Extra, Misfit, Number, counted, extra_json, to_json
from labelstore.formats.geometry import array_text
from labelstore.formats.kinds import kind_of, snake_case
from labelstore.formats.nodes import Nodes
from labelstore.formats.v2 import record as v2
from labelstore.rows import Rows

_GEO_KINDS = {"Point": "point", "LineString": "polyline", "Polygon": "polygon"}
_SHAPE_KINDS = {
    "bounding_box": "bounding_box",
    "polygon": "polygon",
    "line": "polyline",
    "point": "point",
    "mask": "mask",
    "composite_mask": "mask",
    "location": "text_entity",
    "conversational_location": "text_entity",
    "geojson": "polygon",
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
_FRAME_KEY = re.compile(v2.FRAME_KEY_PATTERN)
_position = msgspec.json.Decoder(tuple[Number, Number])


class AnnotationShredder(Nodes):
    def __init__(self, rows: Rows, record_id: int) -> None:
        super().__init__(rows, record_id)
        self.label_id = ""
        self.asset_hint: str | None = None

    def hint(self, word: str) -> None:
        for prefix, asset_type in _KIND_ASSETS:
            if word.startswith(prefix) and (self.asset_hint is None or self.asset_hint == "text"):
                self.asset_hint = asset_type

    def annotations(self, body: v2.Annotations) -> tuple[tuple[int | None, ...], str | None]:
        """The rows of `annotations`: the counts of objects … key frames, and its extra."""
        self.objects(body.objects or (), None, None)
        self.classifications(body.classifications or ())
        self.relationships(body.relationships or (), None)
        self.frames(body.frames or {}, None)
        self.groups(body.groups or {})
        segment_count = self.segments(body.segments)
        key_frames: Mapping[str, Any] | None = body.key_frame_feature_map
        other: dict[str, Any] = {}
        if key_frames is not None and not _all_numbered(key_frames):
            key_frames, other = None, {"key_frame_feature_map": key_frames}
        key_frame_count = self.key_frames(key_frames)
        counts = (
            counted(body.objects),
            counted(body.classifications),
            counted(body.relationships),
            counted(body.frames),
            counted(body.groups),
            segment_count,
            key_frame_count,
        )
        return counts, extra_json(body.extra, **other)

    def groups(self, groups: Mapping[str, v2.Group]) -> None:
        if groups:
            self.asset_hint = "dicom"
        for ordinal, (group_name, group) in enumerate(groups.items()):
            node_id = self.next()
            self.classifications(group.classifications or (), group_id=node_id)
            self.frames(group.frames or {}, group_name)
            self.rows["frame_groups"].append(
                (
                    node_id,
                    self.next(),
                    self.label_id,
                    ordinal,
                    ordinal == len(groups) - 1,
                    group_name,
                    group.name,
                    counted(group.classifications),
                    counted(group.frames),
                    extra_json(group.extra),
                )
            )

    def frames(self, frames: Mapping[str, v2.Frame], group_name: str | None) -> None:
        if frames and self.asset_hint is None:
            self.asset_hint = "video"
        for ordinal, (key, frame) in enumerate(frames.items()):
            frame_id, number = self.next(), int(key)
            objects = frame.objects or {}
            self.objects(tuple(objects.values()), frame_id, number, tuple(objects))
            self.classifications(frame.classifications or (), frame_id=frame_id, frame_number=number)
            self.relationships(frame.relationships or (), frame_id)
            self.rows["frames"].append(
                (
                    frame_id,
                    self.next(),
                    self.label_id,
                    group_name,
                    number,
                    ordinal,
                    ordinal == len(frames) - 1,
                    counted(frame.objects),
                    counted(frame.classifications),
                    counted(frame.relationships),
                    extra_json(frame.extra),
                )
            )

    def segments(self, segments: Mapping[str, Any] | None) -> int | None:
        """One row a span; where a feature or group has none, one row without."""
        if segments is None:
            return None
        spans: list[list[Any]] = []  # group, feature, ordinal, start, end, opens, closes
        for name, value in segments.items():
            first = len(spans)
            if isinstance(value, dict):
                for feature_id, pairs in value.items():
                    _add_spans(spans, name, feature_id, pairs)
                if not value:
                    spans.append([name, None, 0, None, None, 0, 0])
                spans[first][5] |= 2
                spans[-1][6] |= 2
            else:
                _add_spans(spans, None, name, value)
        if spans:
            spans[0][5] |= 4
            spans[-1][6] |= 4
        self.rows["segments"].extend((self.next(), self.label_id, *span) for span in spans)
        return len(spans)

    def key_frames(self, features: Mapping[str, Any] | None) -> int | None:
        """One row a key frame; where a feature or axis has none, one row without."""
        if features is None:
            return None
        keys: list[list[Any]] = []  # feature, group, frame, is key frame, form, opens, closes
        for feature_id, value in features.items():
            first = len(keys)
            if isinstance(value, list):
                keys.extend([feature_id, None, number, None, "list", 0, 0] for number in value)
            else:
                for key, item in value.items():
                    if isinstance(item, dict):
                        start = len(keys)
                        keys.extend(
                            [feature_id, key, int(number), is_key, "map", 0, 0] for number, is_key in item.items()
                        )
                        if not item:
                            keys.append([feature_id, key, None, None, "map", 0, 0])
                        keys[start][5] |= 1
                        keys[-1][6] |= 1
                    else:
                        keys.append([feature_id, None, int(key), item, "map", 0, 0])
            if len(keys) == first:
                keys.append([feature_id, None, None, None, "list" if isinstance(value, list) else "map", 0, 0])
            keys[first][5] |= 2
            keys[-1][6] |= 2
        if keys:
            keys[0][5] |= 4
            keys[-1][6] |= 4
        self.rows["key_frames"].extend((self.next(), self.label_id, *key) for key in keys)
        return len(keys)

    def objects(
        self,
        objects: Sequence[v2.Object],
        frame_id: int | None,
        frame_number: int | None,
        map_keys: Sequence[str] = (),
    ) -> None:
        append = self.rows["objects"].append
        last = len(objects) - 1
        for ordinal, item in enumerate(objects):
            object_id = self.next()
            map_key = map_keys[ordinal] if map_keys and map_keys[ordinal] != item.feature_id else None
            kind, extra = self.geometry(item, object_id)
            dimensions, end_id = item.page_dimensions, None
            if item.classifications:
                self.classifications(item.classifications, object_id, frame_id=frame_id, frame_number=frame_number)
            if self.node > object_id:
                end_id = self.next()
            append(
                (
                    object_id,
                    end_id,
                    self.label_id,
                    frame_id,
                    frame_number,
                    ordinal,
                    ordinal == last,
                    None,
                    item.feature_id,
                    map_key,
                    item.feature_schema_id,
                    item.name,
                    item.value,
                    kind,
                    item.annotation_kind,
                    *(None,) * 5,
                    item.page_number,
                    None,
                    None if dimensions is None else dimensions.width,
                    None if dimensions is None else dimensions.height,
                    None,
                    None,
                    item.confidence,
                    None if item.classifications is None else len(item.classifications),
                    extra,
                )
            )

    def geometry(self, item: v2.Object, object_id: int) -> tuple[str, str | None]:
        """Add the rows of an object's geometry; its kind and its extra."""
        extra = _extra_of(item)
        word = item.annotation_kind
        if word is not None and self.asset_hint in (None, "text"):
            self.hint(word)
        found = [name for name in v2.Object.exclusive if getattr(item, name) is not None]
        if len(found) > 1:
            raise Misfit
        if item.mask is not None or item.composite_mask is not None:
            self.mask(item, object_id)
            found = found or ["mask"]
        shape = found[0] if found else None
        kind = kind_of(word) if word is not None else _SHAPE_KINDS.get(shape or _unknown_shape(item.extra), "unknown")
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
            extra = self.geojson(item, object_id, extra)
        elif shape in ("selected_messages", "ranked_messages") and not _messages_of(item, shape):
            members = msgspec.structs.asdict(getattr(item, shape))  # no rows to tell of the block: it stays as it is
            extra = _extra_of(item, **{shape: {key: value for key, value in members.items() if value is not None}})
        elif shape is not None and shape != "mask":
            self.text_or_messages(item, shape, object_id)
        return kind, extra

    def mask(self, item: v2.Object, object_id: int) -> None:
        mask, composite = item.mask, item.composite_mask
        self.rows["masks"].append(
            (
                object_id,
                None if mask is None else mask.url,
                None if composite is None else composite.url,
                None if composite is None or composite.color_rgb is None else array_text(composite.color_rgb),
                None if mask is None else extra_json(mask.extra),
                None if composite is None else extra_json(composite.extra),
            )
        )

    def geojson(self, item: v2.Object, object_id: int, extra: str | None) -> str | None:
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
            self.geo_box(object_id, coordinates)
        elif kind is not None:
            self.path(kind + "s", object_id, coordinates, "geo")
        if kind is None:
            members = shape.extra.members if shape.extra else {}
            return _extra_of(item, geojson={"type": shape.type, "coordinates": Raw(coordinates), **members})
        return extra

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
        if span.groups is not None and message_id is not None:
            raise Misfit
        groups = None if span.groups is None else to_json(span.groups)
        self.rows["text_entities"].append(
            (object_id, span.start, span.end, span.token, message_id, groups, None, extra_json(span.extra))
        )

    def messages(self, messages: Sequence[v2.Message], form: str, parent_id: str | None, object_id: int) -> None:
        for ordinal, message in enumerate(messages):
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

    def classifications(
        self,
        questions: Sequence[v2.Classification],
        object_id: int | None = None,
        parent_answer_id: int | None = None,
        frame_id: int | None = None,
        frame_number: int | None = None,
        group_id: int | None = None,
    ) -> None:
        owner = (frame_id, frame_number, group_id, object_id, parent_answer_id)
        for ordinal, question in enumerate(questions):
            self.classification(question, owner, ordinal, ordinal == len(questions) - 1)

    def classification(
        self, question: v2.Classification, owner: tuple[int | None, ...], ordinal: int, closes: bool
    ) -> None:
        classification_id = self.next()
        kind, conversational, answers = _answers_of(question)
        end_id = None
        if answers:
            self.answers(answers, classification_id, owner)
            end_id = self.next()
        if conversational and self.asset_hint in (None, "text"):
            self.asset_hint = "conversation"
        self.rows["classifications"].append(
            (
                classification_id,
                end_id,
                self.label_id,
                *owner,
                ordinal,
                None,
                int(closes),
                question.feature_id,
                question.feature_schema_id,
                question.name,
                question.value,
                kind,
                conversational,
                question.message_id,
                *(None,) * 4,
                counted(answers),
                extra_json(question.extra, confidence=question.confidence, custom_metrics=question.custom_metrics),
            )
        )

    def answers(self, answers: Sequence[v2.Answer], classification_id: int, owner: tuple[int | None, ...]) -> None:
        frame_id, frame_number, group_id, object_id, _ = owner
        for ordinal, answer in enumerate(answers):
            answer_id, end_id = self.next(), None
            if answer.classifications:
                self.classifications(answer.classifications, object_id, answer_id, frame_id, frame_number, group_id)
                end_id = self.next()
            self.rows["answers"].append(
                (
                    answer_id,
                    end_id,
                    classification_id,
                    ordinal,
                    answer.feature_id,
                    answer.feature_schema_id,
                    answer.name,
                    answer.value,
                    answer.content,
                    None,
                    None,
                    answer.confidence,
                    None,
                    None if answer.classifications is None else len(answer.classifications),
                    None if answer.extra is None else extra_json(answer.extra),
                )
            )

    def relationships(self, relationships: Sequence[v2.Relationship], frame_id: int | None) -> None:
        for ordinal, item in enumerate(relationships):
            both = (item.unidirectional_relationship, item.bidirectional_relationship)
            if both[0] is not None and both[1] is not None:
                raise Misfit
            ends = both[0] or both[1]
            kind = "unidirectional" if both[0] else "bidirectional" if both[1] else _kind_of_relationship(item)
            asked = {"classifications": item.classifications or None}
            self.rows["relationships"].append(
                (
                    self.next(),
                    self.label_id,
                    frame_id,
                    ordinal,
                    ordinal == len(relationships) - 1,
                    item.feature_id,
                    item.feature_schema_id,
                    item.name,
                    item.value,
                    kind,
                    item.annotation_kind,
                    None if ends is None else ends.source,
                    None if ends is None else ends.target,
                    None,
                    ends is not None,
                    None,
                    None,
                    None,
                    None,
                    counted(item.classifications),
                    None if ends is None else extra_json(ends.extra),
                    extra_json(item.extra, **asked),
                )
            )


def _all_numbered(features: Mapping[str, Any]) -> bool:
    """Whether the keys that stand beside booleans are frame numbers (the others are axes)."""
    maps = (value for value in features.values() if isinstance(value, dict))
    return all(_FRAME_KEY.search(key) for frames in maps for key, item in frames.items() if isinstance(item, bool))


def _add_spans(spans: list[list[Any]], group: str | None, feature_id: str, pairs: Sequence[tuple[int, int]]) -> None:
    first = len(spans)
    spans.extend([group, feature_id, ordinal, *pair, 0, 0] for ordinal, pair in enumerate(pairs))
    if not pairs:
        spans.append([group, feature_id, 0, None, None, 0, 0])
    spans[first][5] |= 1
    spans[-1][6] |= 1


def _extra_of(item: v2.Object, **members: Any) -> str | None:
    return extra_json(item.extra, custom_metrics=item.custom_metrics, **members)


def _messages_of(item: v2.Object, shape: str) -> Sequence[v2.Message]:
    return item.selected_messages.messages if shape == "selected_messages" else item.ranked_messages.ranked_messages


def _answers_of(question: v2.Classification) -> tuple[str | None, bool | None, Sequence[v2.Answer] | None]:
    """Kind, whether it is about a message, and the answers; they stand under a key of their kind."""
    found = [name for name in v2.Classification.exclusive if getattr(question, name) is not None]
    if len(found) > 1:
        raise Misfit
    if not found:
        return _unknown_answer_kind(question.extra), None, None
    key, value = found[0], getattr(question, found[0])
    kind = key.removeprefix("conversational_").split("_")[0]
    return kind, key.startswith("conversational_"), value if kind == "checklist" else (value,)


def _unknown_answer_kind(extra: Extra | None) -> str | None:
    for key in extra.members if extra else ():
        if key.endswith(("_answer", "_answers")):
            return snake_case(key.removeprefix("conversational_").rsplit("_", 1)[0])
    return None


def _unknown_shape(extra: Extra | None) -> str:
    for key, value in (extra.members if extra else {}).items():
        if key in _SHAPE_KINDS or isinstance(value, dict | list):
            return key
    return ""


def _kind_of_relationship(item: v2.Relationship) -> str | None:
    for key in item.extra.members if item.extra else ():
        if key.endswith("_relationship"):
            return snake_case(key.removesuffix("_relationship"))
    return None
