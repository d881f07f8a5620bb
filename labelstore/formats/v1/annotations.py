"""The annotations of a v1 label, or of one frame of it → rows."""

from collections.abc import Sequence

import msgspec
from msgspec import Raw

from labelstore.formats.fitting import Extra, Misfit, Number, Odd, counted, extra_json, to_json
from labelstore.formats.geometry import array_text
from labelstore.formats.kinds import UNKNOWN, kind_without_row, snake_case
from labelstore.formats.nodes import Nodes
from labelstore.formats.v1 import record as v1
from labelstore.schema.tables import Row, Rows

_GEO_KINDS = {"point": "point", "polyline": "polyline", "polygon": "polygon", "rectangle": "bounding_box"}
_position = msgspec.json.Decoder(tuple[Number, Number])


class AnnotationShredder(Nodes):
    def __init__(self, rows: Rows, record_id: int, label_id: str) -> None:
        super().__init__(rows, record_id)
        self.label_id: str = label_id
        self.seen_message = False
        self.seen_kinds: set[str] = set()
        self.add_object = rows["objects"].append
        self.add_box = rows["bounding_boxes"].append
        self.add_classification = rows["classifications"].append
        self.add_answer = rows["answers"].append

    def frame(self, frame: v1.Frame, ordinal: int, closes: bool, frame_id: int) -> None:
        self.objects(frame.objects or (), frame_id, frame.number)
        self.classifications(frame.classifications or (), None, None, frame_id, frame.number)
        self.relationships(frame.relationships or (), frame_id)
        self.rows["frames"].append(
            (
                frame_id,
                self.next(),
                self.label_id,
                None,
                frame.number,
                ordinal,
                closes,
                counted(frame.objects),
                None,
                counted(frame.classifications),
                counted(frame.relationships),
                extra_json(frame.extra),
            )
        )

    def objects(self, objects: Sequence[v1.Object | Odd], frame_id: int | None, frame_number: int | None) -> None:
        label_id, last = self.label_id, len(objects) - 1
        for ordinal, item in enumerate(objects):
            if type(item) is Odd:
                self.odd(item, "objects", ordinal, closes="]" if ordinal == last else "")
                continue
            self.node = object_id = self.node + 1
            kind, instance_uri, extra = self.geometry(item, object_id)
            self.seen_kinds.add(kind)
            end_id, questions = None, item.classifications
            if questions:
                self.classifications(questions, object_id, None, frame_id, frame_number)
                self.node = end_id = self.node + 1
            self.add_object(
                (
                    object_id,
                    end_id,
                    label_id,
                    frame_id,
                    frame_number,
                    ordinal,
                    ordinal == last,
                    None,
                    item.feature_id,
                    None,
                    item.schema_id,
                    item.title,
                    item.value,
                    kind,
                    item.type,
                    None,
                    item.color,
                    instance_uri,
                    item.uuid,
                    item.keyframe,
                    item.page,
                    item.unit,
                    None,
                    None,
                    item.format,
                    item.version,
                    None,
                    None if questions is None else len(questions),
                    extra,
                )
            )

    def geometry(self, item: v1.Object, object_id: int) -> tuple[str, str | None, str | None]:
        """Add the row of an object's geometry; its kind, its instance URI unless that is the mask, its extra."""
        extra = None if item.extra is None else extra_json(item.extra)
        box, polygon = item.bbox, item.polygon
        if box is not None:
            if polygon is not None or _has_more(item):
                raise Misfit
            self.add_box(
                (object_id, box.top, box.left, box.height, box.width, None, box.extra and extra_json(box.extra))
            )
            if item.page is not None:
                self.seen_kinds.add("document")
            return "bounding_box", item.instance_uri, extra
        if polygon is not None:
            if _has_more(item):
                raise Misfit
            self.vertices("polygons", object_id, polygon)
            return "polygon", item.instance_uri, extra
        return self.rare_geometry(item, object_id, extra)

    def rare_geometry(self, item: v1.Object, object_id: int, extra: str | None) -> tuple[str, str | None, str | None]:
        found = [name for name in ("line", "point", "data", "geometry") if getattr(item, name) is not None]
        if len(found) > 1:
            raise Misfit
        if item.line is not None:
            self.vertices("polylines", object_id, item.line)
            return "polyline", item.instance_uri, extra
        if item.point is not None:
            point = item.point
            self.rows["points"].append((object_id, point.x, point.y, None, None, extra_json(point.extra)))
            return "point", item.instance_uri, extra
        if item.data is not None:
            self.text_entity(item.data, object_id)
            return "text_entity", item.instance_uri, extra
        if item.geometry is not None:
            return self.geo_geometry(item, item.geometry, object_id, extra)
        kind = _unknown_kind(item.extra)
        if kind is None and item.instance_uri is not None:
            self.rows["masks"].append((object_id, item.instance_uri, *(None,) * 5))
            return "mask", None, extra
        return kind or UNKNOWN, item.instance_uri, extra

    def geo_geometry(
        self, item: v1.Object, geometry: v1.GeoGeometry, object_id: int, extra: str | None
    ) -> tuple[str, str | None, str | None]:
        self.seen_kinds.add("geospatial")
        coordinates = array_text(geometry.coordinates)
        kind = _GEO_KINDS.get(item.type)
        if kind == "point":
            try:
                x, y = _position.decode(coordinates)
            except msgspec.ValidationError:
                self.unread += 1
                kind, extra = UNKNOWN, extra_json(item.extra, geometry={"coordinates": Raw(coordinates)})
            else:
                self.geo_point(object_id, x, y)
        elif kind == "bounding_box":
            self.geo_box(object_id, coordinates)
        elif kind is not None:
            self.path(kind + "s", object_id, coordinates, "geo")
        else:
            self.unread += 1
            kind = kind_without_row(item.type) if item.type else UNKNOWN
            extra = extra_json(item.extra, geometry={"coordinates": Raw(coordinates)})
        return kind, item.instance_uri, extra

    def text_entity(self, data: v1.TextData, object_id: int) -> None:
        span = data.location
        if isinstance(span, v1.Span):
            self.seen_message |= span.message_id is not None
            row: Row = (object_id, span.start, span.end, None, span.message_id, None, data.unit, extra_json(span.extra))
        else:
            self.seen_kinds.add("document")
            row = (object_id, None, None, None, None, to_json(span), data.unit, None)
        self.rows["text_entities"].append(row)

    def classifications(
        self,
        questions: Sequence[v1.Classification | Odd | Sequence[v1.Classification | Odd]],
        object_id: int | None,
        parent_answer_id: int | None,
        frame_id: int | None,
        frame_number: int | None,
    ) -> None:
        """The rows of an array of questions, in which early exports put questions into brackets of their own."""
        end = len(questions) - 1
        ordinal = 0
        owner = (frame_id, frame_number, object_id, parent_answer_id)
        for place, item in enumerate(questions):
            last = place == end
            if type(item) is list:
                for inner, question in enumerate(item):
                    closes = inner == len(item) - 1
                    self.classification(question, owner, ordinal, 0 if inner else 1, closes + (closes and last))
                    ordinal += 1
            else:
                self.classification(item, owner, ordinal, None, int(last))  # type: ignore[arg-type]
                ordinal += 1

    def classification(
        self,
        question: v1.Classification | Odd,
        owner: tuple[int | None, ...],
        ordinal: int,
        opens: int | None,
        closes: int,
    ) -> None:
        if type(question) is Odd:
            brackets = ("" if ordinal else '"classifications":[') + "[" * (opens or 0)
            self.odd(question, "classifications", ordinal, brackets, "]" * closes)
            return
        self.node = classification_id = self.node + 1
        frame_id, frame_number, object_id, parent_answer_id = owner
        answer, answers, end_id, count = question.answer, question.answers, None, None
        if answers is not None:
            if answer is not None:
                raise Misfit
            kind, count = "checklist", len(answers)
            self.answers(answers, classification_id, owner)
        elif answer is None:
            kind = _unknown_answer_kind(question.extra)
        elif type(answer) is v1.Answer:
            kind, count = "radio", 1
            self.answers((answer,), classification_id, owner)
        elif type(answer) is str:
            kind, count = "text", 1
            self.add_answer((self.next(), None, classification_id, 0, None, None, None, None, answer, *(None,) * 6))
        else:
            kind, count = "dropdown", len(answer)
            self.answers(answer, classification_id, owner)
        if count:
            self.node = end_id = self.node + 1
        if question.message_id is not None:
            self.seen_message = True
        self.add_classification(
            (
                classification_id,
                end_id,
                self.label_id,
                frame_id,
                frame_number,
                None,
                None,
                object_id,
                parent_answer_id,
                ordinal,
                opens,
                closes,
                question.feature_id,
                question.schema_id,
                question.title,
                question.value,
                kind,
                None,
                question.message_id,
                question.scope,
                question.keyframe,
                question.uuid,
                None,
                None,
                count,
                None if question.extra is None else extra_json(question.extra),
            )
        )

    def answers(
        self, answers: Sequence[v1.Answer | Odd], classification_id: int, owner: tuple[int | None, ...]
    ) -> None:
        frame_id, frame_number, object_id, _ = owner
        for ordinal, answer in enumerate(answers):
            if type(answer) is Odd:
                self.odd(answer, "answers", ordinal)
                continue
            self.node = answer_id = self.node + 1
            end_id, questions = None, answer.classifications
            if questions:
                self.classifications(questions, object_id, answer_id, frame_id, frame_number)
                self.node = end_id = self.node + 1
            self.add_answer(
                (
                    answer_id,
                    end_id,
                    classification_id,
                    ordinal,
                    answer.feature_id,
                    answer.schema_id,
                    answer.title,
                    answer.value,
                    None,
                    answer.keyframe,
                    answer.position,
                    None,
                    answer.uuid,
                    None if questions is None else len(questions),
                    None if answer.extra is None else extra_json(answer.extra),
                )
            )

    def relationships(self, relationships: Sequence[v1.Relationship | Odd], frame_id: int | None) -> None:
        for ordinal, item in enumerate(relationships):
            if type(item) is Odd:
                self.odd_in("relationships", item, ordinal, len(relationships))
                continue
            data = item.data
            is_span = item.relationship_type is None and (
                item.format is not None
                or (data is not None and (data.start_feature_id is not None or data.end_feature_id is not None))
            )
            kind = item.format if is_span else item.relationship_type
            source, target = _ends(data, is_span)
            left_over = {"format": None if is_span else item.format}
            inner = {} if data is None else _other_ends(data, is_span)
            self.rows["relationships"].append(
                (
                    self.next(),
                    self.label_id,
                    frame_id,
                    ordinal,
                    ordinal == len(relationships) - 1,
                    item.feature_id,
                    item.schema_id,
                    item.title,
                    item.value,
                    kind,
                    None,
                    source,
                    target,
                    None if data is None else data.label,
                    data is not None,
                    is_span,
                    item.color,
                    item.instance_uri,
                    item.version,
                    *(None,) * 5,
                    None if data is None else extra_json(data.extra, **inner),
                    extra_json(item.extra, **left_over),
                )
            )


def _has_more(item: v1.Object) -> bool:
    return item.line is not None or item.point is not None or item.data is not None or item.geometry is not None


def _unknown_kind(extra: Extra | None) -> str | None:
    """The kind of an object without a geometry that fits: that of the first key that might hold one."""
    for key, value in (extra.members if extra else {}).items():
        is_geometry = key in v1.Object.exclusive and value is not None
        if is_geometry or (isinstance(value, dict | list) and key != "classifications"):
            return kind_without_row(key)
    return None


def _unknown_answer_kind(extra: Extra | None) -> str | None:
    for key in extra.members if extra else ():
        if key.endswith("Answer") and key != "Answer":
            return snake_case(key.removesuffix("Answer"))
    return None


def _ends(data: v1.RelationshipData | None, is_span: bool) -> tuple[str | None, str | None]:
    if data is None:
        return None, None
    return (data.start_feature_id, data.end_feature_id) if is_span else (data.source, data.target)


def _other_ends(data: v1.RelationshipData, is_span: bool) -> dict[str, str | None]:
    if is_span:
        return {"source": data.source, "target": data.target}
    return {"startFeatureId": data.start_feature_id, "endFeatureId": data.end_feature_id}
