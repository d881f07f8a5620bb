"""The annotations of a v1 label, or of one frame of it → rows."""

from collections.abc import Sequence

import msgspec
from msgspec import Raw

from labelstore.formats.geometry import array_text
from labelstore.formats.kinds import GEO_WORDS, UNKNOWN, V1_KEYS, kind_without_row, snake_case
from labelstore.formats.lenient_decoding import Extra, Misfit, Number, Odd, extra_json, to_json
from labelstore.formats.row_functions import row_maker, row_of
from labelstore.formats.v1.objects import Box, GeoGeometry, Object, Span, TextData
from labelstore.formats.v1.questions import Answer, Classification, text_answer
from labelstore.formats.v1.record import Frame
from labelstore.formats.v1.relationships import Relationship, relationship_row
from labelstore.formats.walk import Walk, shapes_of
from labelstore.schema.tables import Rows

_SHAPES = shapes_of(Object)
_position = msgspec.json.Decoder(tuple[Number, Number])
_document_entity = row_maker("text_entities", "object_id location unit")

_object_row, _box_row, _classification_row, _answer_row = map(row_of, (Object, Box, Classification, Answer))

Questions = Sequence[Classification | Odd | Sequence[Classification | Odd]]


class AnnotationShredder(Walk):
    """Makes the rows of one label: objects, classifications, answers and relationships, in the order of its text."""

    label_id: str

    def __init__(self, rows: Rows, record_id: int, label_id: str) -> None:
        super().__init__(rows, record_id)
        self.label_id = label_id
        self.seen_message = False
        self.seen_kinds: set[str] = set()
        self.objects_total = 0
        self.add_object = rows["objects"].append
        self.add_box = rows["bounding_boxes"].append
        self.add_classification = rows["classifications"].append
        self.add_answer = rows["answers"].append

    def frame(self, frame: Frame, ordinal: int, closes: bool, frame_id: int) -> None:
        """Add the rows of a frame."""
        self.objects(frame.objects or (), frame_id, frame.frame_number)
        self.classifications(frame.classifications or (), None, None, frame_id, frame.frame_number)
        self.relationships(frame.relationships or (), frame_id)
        self.rows["frames"].append(
            Frame.row(
                frame,
                frame_id=frame_id,
                end_id=self.next(),
                label_id=self.label_id,
                ordinal=ordinal,
                closes=closes,
            )
        )

    def objects(self, objects: Sequence[Object | Odd], frame_id: int | None, frame_number: int | None) -> None:
        """Add the rows of objects, of a frame or of the label itself."""
        label_id, last = self.label_id, len(objects) - 1
        self.objects_total += len(objects)
        for ordinal, item in enumerate(objects):
            if type(item) is Odd:
                self.odd(item, "objects", ordinal, closes="]" if ordinal == last else "")
                self.objects_total -= 1
                continue
            self.node = object_id = self.node + 1
            kind, instance_uri, extra = self.geometry(item, object_id)
            self.seen_kinds.add(kind)
            end_id = None
            if item.classifications:
                self.classifications(item.classifications, object_id, None, frame_id, frame_number)
                self.node = end_id = self.node + 1
            self.add_object(
                _object_row(
                    item,
                    object_id,
                    end_id,
                    label_id,
                    frame_id,
                    frame_number,
                    ordinal,
                    ordinal == last,
                    kind,
                    instance_uri,
                    extra,
                )
            )

    def geometry(self, item: Object, object_id: int) -> tuple[str, str | None, str | None]:
        """Add the row of an object's geometry; its kind, its instance URI unless that is the mask, its extra."""
        extra = None if item.extra is None else extra_json(item.extra)
        box, polygon = item.bbox, item.polygon
        if box is None and polygon is None:
            return self.rare_geometry(item, object_id, extra)
        if (
            item.line is not None
            or item.point is not None
            or item.data is not None
            or item.geometry is not None
            or item.cuboid is not None
        ):
            raise Misfit
        if polygon is None:
            self.add_box(_box_row(box, object_id))
            if item.page is not None:
                self.seen_kinds.add("document")
            return "bounding_box", item.instance_uri, extra
        if box is not None:
            raise Misfit
        self.vertices("polygon", object_id, polygon)
        return "polygon", item.instance_uri, extra

    def rare_geometry(self, item: Object, object_id: int, extra: str | None) -> tuple[str, str | None, str | None]:
        """Add the row of a geometry other than box and polygon: the kind, instance URI and extra of its object."""
        found = [name for name in Object.exclusive if getattr(item, name) is not None]
        if len(found) > 1:
            raise Misfit
        if not found:
            kind = _unknown_kind(item.extra)
            if kind is None and item.instance_uri is not None:
                self.picture(object_id, item.instance_uri)
                return "mask", None, extra
            return kind or UNKNOWN, item.instance_uri, extra
        (name,) = found
        if name == "geometry":
            return self.geo_geometry(item, item.geometry, object_id, extra)
        if name == "data":
            self.text_entity(item.data, object_id)
        elif name in _SHAPES:
            table, shape = _SHAPES[name]
            self.rows[table].append(shape.row(getattr(item, name), object_id=object_id))
        else:
            self.vertices(V1_KEYS[name], object_id, getattr(item, name))
        return V1_KEYS[name], item.instance_uri, extra

    def geo_geometry(
        self, item: Object, geometry: GeoGeometry, object_id: int, extra: str | None
    ) -> tuple[str, str | None, str | None]:
        """Add the row of a geometry of tiled imagery: the kind, instance URI and extra of its object."""
        self.seen_kinds.add("geospatial")
        coordinates = array_text(geometry.coordinates)
        word = item.annotation_kind
        kind = GEO_WORDS.get(word)
        if kind == "point":
            try:
                x, y = _position.decode(coordinates)
            except msgspec.ValidationError:
                self.unread += 1
                kind, extra = UNKNOWN, extra_json(item.extra, geometry={"coordinates": Raw(coordinates)})
            else:
                self.point(object_id, x, y)
        elif kind == "bounding_box":
            self.geo_box(object_id, coordinates)
        elif kind is not None:
            self.path(kind, object_id, coordinates, "geo")
        else:
            self.unread += 1
            kind = kind_without_row(word) if word else UNKNOWN
            extra = extra_json(item.extra, geometry={"coordinates": Raw(coordinates)})
        return kind, item.instance_uri, extra

    def text_entity(self, data: TextData, object_id: int) -> None:
        """Add the row of a span of text, or of the blocks of a document."""
        span = data.location
        if isinstance(span, Span):
            self.seen_message |= span.message_id is not None
            row = Span.row(span, object_id=object_id, unit=data.unit)
        else:
            self.seen_kinds.add("document")
            row = _document_entity(object_id, to_json(span), data.unit)
        self.rows["text_entities"].append(row)

    def classifications(
        self,
        questions: Questions,
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
        question: Classification | Odd,
        owner: tuple[int | None, ...],
        ordinal: int,
        opens: int | None,
        closes: int,
    ) -> None:
        """Add the rows of a question and its answers; `owner` is where it is asked."""
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
        elif type(answer) is Answer:
            kind, count = "radio", 1
            self.answers((answer,), classification_id, owner)
        elif type(answer) is str:
            kind, count = "text", 1
            self.add_answer(text_answer(self.next(), classification_id, 0, answer))
        else:
            kind, count = "dropdown", len(answer)
            self.answers(answer, classification_id, owner)
        if count:
            self.node = end_id = self.node + 1
        if question.message_id is not None:
            self.seen_message = True
        self.add_classification(
            _classification_row(
                question,
                classification_id,
                end_id,
                self.label_id,
                frame_id,
                frame_number,
                object_id,
                parent_answer_id,
                ordinal,
                opens,
                closes,
                kind,
                count,
            )
        )

    def answers(self, answers: Sequence[Answer | Odd], classification_id: int, owner: tuple[int | None, ...]) -> None:
        """Add the rows of answers, and of the questions that they open."""
        frame_id, frame_number, object_id, _ = owner
        for ordinal, answer in enumerate(answers):
            if type(answer) is Odd:
                self.odd(answer, "answers", ordinal)
                continue
            self.node = answer_id = self.node + 1
            end_id = None
            if answer.classifications:
                self.classifications(answer.classifications, object_id, answer_id, frame_id, frame_number)
                self.node = end_id = self.node + 1
            self.add_answer(
                _answer_row(
                    answer, answer_id=answer_id, end_id=end_id, classification_id=classification_id, ordinal=ordinal
                )
            )

    def relationships(self, relationships: Sequence[Relationship | Odd], frame_id: int | None) -> None:
        """Add the rows of relationships, of a frame or of the label itself."""
        add = self.rows["relationships"].append
        for item, node_id, ordinal, closes in self.elements(Relationship, relationships):
            add(relationship_row(item, node_id, self.label_id, frame_id, ordinal, closes))


def _unknown_kind(extra: Extra | None) -> str | None:
    """The kind of an object without a geometry that fits: that of the first key that might hold one."""
    for key, value in (extra.members if extra else {}).items():
        is_geometry = key in Object.exclusive and value is not None
        if is_geometry or (isinstance(value, dict | list) and key != "classifications"):
            return kind_without_row(key)
    return None


def _unknown_answer_kind(extra: Extra | None) -> str | None:
    for key in extra.members if extra else ():
        if key.endswith("Answer") and key != "Answer":
            return snake_case(key.removesuffix("Answer"))
    return None
