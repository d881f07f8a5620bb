"""The annotations of a v2 label → rows: objects and classifications, frames, groups, moments, segments, key frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from labelstore.formats.kinds import snake_case
from labelstore.formats.lenient_decoding import Extra, Misfit, Odd, counted, extra_json, fit, to_json, unfitted
from labelstore.formats.row_functions import columns_of, row_maker, row_of
from labelstore.formats.v2.labels import Annotations, Frame, Group, Moment
from labelstore.formats.v2.moments import repeats_of, spans_by_feature
from labelstore.formats.v2.objects import Object
from labelstore.formats.v2.questions import Answer, Classification
from labelstore.formats.v2.relationships import Relationship
from labelstore.formats.v2.shapes import NOT_FINAL, ShapeShredder
from labelstore.formats.v2.times import TIME_KEYS, key_frames_of, spans_of, whole_number
from labelstore.schema.tables import Row, Rows, columns

_columns_of_annotations = columns_of(Annotations)
_TIMES = {
    "segments": row_maker(
        "segments", "node_id label_id group_name feature_id ordinal start_frame end_frame opens closes"
    ),
    "key_frames": row_maker(
        "key_frames", "node_id label_id feature_id group_name frame_number is_key_frame form opens closes"
    ),
}
_object_row, _classification_row, _answer_row = map(row_of, (Object, Classification, Answer))
_answers = attrgetter(*Classification.exclusive)
ANSWER_KINDS = tuple(
    (key.removeprefix("conversational_").split("_")[0], key.startswith("conversational_"))
    for key in Classification.exclusive
)


@dataclass(frozen=True, slots=True, eq=False)
class _Related:
    """A relationship listed among the objects, its number, and its key in the map of a frame if that is not its id."""

    item: Object
    node_id: int
    closes: bool
    map_key: str | None

    def columns(self, relationship: Relationship) -> dict[str, Any]:
        told = to_json(unfitted(self.item))
        same = told == to_json(unfitted(relationship))
        return {
            "objects_id": self.node_id,
            "objects_closes": self.closes,
            "objects_key": self.map_key,
            "objects_json": None if same else told,
        }


_NO_COPY = dict.fromkeys(("objects_id", "objects_closes", "objects_key", "objects_json"))


class AnnotationShredder(ShapeShredder):
    """Makes the rows of one label's annotations, in the order of its text."""

    repeats: Mapping[int, bool] = {}
    moment_id: int | None = None
    objects_total = 0
    """How many objects the label has so far, those in its frames included."""

    def __init__(self, rows: Rows, record_id: int) -> None:
        super().__init__(rows, record_id)
        self.add_object = rows["objects"].append
        self.add_classification = rows["classifications"].append
        self.add_answer = rows["answers"].append

    def annotations(self, body: Annotations) -> dict[str, Any]:
        """Add the rows of `annotations`; the columns of the label that it fills."""
        related = self.objects(body.objects or (), None, None)
        if body.classifications:
            self.classifications(body.classifications)
        if body.relationships or related:
            self.relationships(body.relationships or (), None, related)
        if body.frames:
            self.frames(body.frames, None)
        if body.groups:
            self.groups(body.groups)
        spans = None if body.segments is None else spans_of(body.segments)
        if body.timestamp:
            self.moments(body.timestamp, spans or ())
        if spans:
            self.times("segments", spans)
        keys = None if body.key_frame_feature_map is None else key_frames_of(body.key_frame_feature_map)
        if keys:
            self.times("key_frames", keys)
        return _columns_of_annotations(body) | {
            "object_count": None if body.objects is None else len(body.objects) - len(related),
            "object_relationship_count": len(related) or None,
            "segment_count": counted(spans),
            "key_frame_count": counted(keys),
        }

    def groups(self, groups: Mapping[str, Group]) -> None:
        """Add the rows of the groups of a DICOM series, with their frames."""
        self.asset_hint = "dicom"
        for group_name, group, node_id, ordinal, closes in self.members(Group, groups):
            self.classifications(group.classifications or (), group_id=node_id)
            self.frames(group.frames or {}, group_name)
            self.rows["frame_groups"].append(
                Group.row(
                    group,
                    node_id=node_id,
                    end_id=self.next(),
                    label_id=self.label_id,
                    ordinal=ordinal,
                    closes=closes,
                    group_name=group_name,
                )
            )

    def frames(self, frames: Mapping[str, Frame], group_name: str | None) -> None:
        """Add the rows of frames and of what is in them, of a group or of the label itself."""
        if frames and self.asset_hint is None:
            self.asset_hint = "video"
        for key, frame, frame_id, ordinal, closes in self.members(Frame, frames):
            number, objects = int(key), frame.objects or {}
            related = self.objects(tuple(objects.values()), frame_id, number, tuple(objects))
            if frame.classifications:
                self.classifications(frame.classifications, frame_id=frame_id, frame_number=number)
            if frame.relationships or related:
                self.relationships(frame.relationships or (), frame_id, related)
            self.rows["frames"].append(
                Frame.row(
                    frame,
                    frame_id=frame_id,
                    end_id=self.next(),
                    label_id=self.label_id,
                    group_name=group_name,
                    frame_number=number,
                    ordinal=ordinal,
                    closes=closes,
                    object_count=None if frame.objects is None else len(objects) - len(related),
                    object_relationship_count=len(related) or None,
                )
            )
            self.put_away()

    def moments(self, timestamp: Mapping[str, Moment], spans: Sequence[Sequence[Any]]) -> None:
        """Add the rows of the moments of a recording; repeated questions and answers go to tables of their own."""
        if self.asset_hint is None:
            self.asset_hint = "audio"
        self.repeats = repeats_of(timestamp, spans_by_feature(spans))
        for key, moment, moment_id, ordinal, closes in self.members(Moment, timestamp):
            self.moment_id, milliseconds = moment_id, whole_number(key)
            self.classifications(moment.classifications or (), moment_id=moment_id)
            self.rows["moments"].append(
                Moment.row(
                    moment,
                    moment_id=moment_id,
                    end_id=self.next(),
                    label_id=self.label_id,
                    milliseconds=milliseconds,
                    ordinal=ordinal,
                    closes=closes,
                    map_key=key if milliseconds is None else None,
                )
            )
        self.repeats = {}

    def times(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Add the rows of segments or key frames; `rows` are their columns after `label_id`."""
        add, make = self.rows[table].append, _TIMES[table]
        for row in rows:
            if type(row[0]) is Odd:
                self.odd_time(table, *row)
            else:
                self.node += 1
                add(make(self.node, self.label_id, *row))

    def odd_time(self, table: str, item: Odd, map_key: str, holder: str | None, opens: int, closes: int) -> None:
        """Add the row of an odd element of a map of `TIME_KEYS`, or of the map under `holder` in it."""
        key = TIME_KEYS[table]
        before = (f'"{key}":{{' if opens & 4 else "") + (f"{to_json(holder)}:{{" if opens & 2 else "")
        self.odd(item, key, 0, before, "}" * (closes >> 1 & 1) + "}" * (closes >> 2), map_key)

    def objects(
        self,
        objects: Sequence[Object | Odd],
        frame_id: int | None,
        frame_number: int | None,
        map_keys: Sequence[str] = (),
    ) -> Sequence[_Related]:
        """Add the rows of objects; returns the relationships that are listed among them."""
        related: list[_Related] = []
        append = self.add_object
        last = len(objects) - 1
        for ordinal, item in enumerate(objects):
            if type(item) is Odd:
                closes = "" if ordinal < last else "]" if frame_id is None else "}"
                self.odd(item, "objects", ordinal, closes=closes, map_key=map_keys[ordinal] if map_keys else None)
                continue
            object_id = self.next()
            map_key = map_keys[ordinal] if map_keys and map_keys[ordinal] != item.feature_id else None
            kind, extra = self.geometry(item, object_id)
            if kind is None:
                related.append(_Related(item, object_id, ordinal == last, map_key))
                continue
            dimensions, end_id = item.page_dimensions, None
            self.objects_total += 1
            if item.classifications:
                self.classifications(item.classifications, object_id, frame_id=frame_id, frame_number=frame_number)
            if self.node > object_id:
                end_id = self.next()
            append(
                _object_row(
                    item,
                    object_id,
                    end_id,
                    self.label_id,
                    frame_id,
                    frame_number,
                    ordinal,
                    ordinal == last,
                    map_key,
                    kind,
                    None if dimensions is None else dimensions.width,
                    None if dimensions is None else dimensions.height,
                    extra,
                )
            )
        return related

    def classifications(
        self,
        questions: Sequence[Classification | Odd],
        object_id: int | None = None,
        parent_answer_id: int | None = None,
        frame_id: int | None = None,
        frame_number: int | None = None,
        group_id: int | None = None,
        moment_id: int | None = None,
    ) -> None:
        """Add the rows of questions with their answers, asked about the object, answer, frame or group given."""
        owner = (frame_id, frame_number, group_id, moment_id, object_id, parent_answer_id)
        for question, node_id, ordinal, closes in self.elements(Classification, questions):
            self.classification(question, node_id, owner, ordinal, closes)

    def classification(
        self,
        question: Classification,
        classification_id: int,
        owner: tuple[int | None, ...],
        ordinal: int,
        closes: bool,
    ) -> None:
        """Add the row of a question after those of its answers; `owner` is where it is asked."""
        kind, conversational, answers = _answers_of(question)
        end_id = None
        if answers:
            self.answers(answers, classification_id, owner)
            end_id = self.next()
        if conversational and self.asset_hint in NOT_FINAL:
            self.asset_hint = "conversation"
        frame_id, frame_number, group_id, moment_id, object_id, parent_answer_id = owner
        add = self.adder("classifications", question) if self.repeats else self.add_classification
        add(
            _classification_row(
                question,
                classification_id,
                end_id,
                self.label_id,
                frame_id,
                frame_number,
                group_id,
                moment_id,
                object_id,
                parent_answer_id,
                ordinal,
                int(closes),
                kind,
                conversational,
                counted(answers),
                _extra_of(question),
            )
        )

    def adder(self, table: str, item: Classification | Answer) -> Callable[[Row], None]:
        """A function that adds the row of a question or answer at a moment, or of a repeated one."""
        if id(item) not in self.repeats:
            return self.rows[table].append
        members = {"label_id": self.label_id, "moment_id": self.moment_id, "is_end": self.repeats[id(item)]}

        def add(row: Row) -> None:
            given = members | dict(zip(columns()[table], row, strict=True))
            self.rows[f"repeated_{table}"].append(tuple(given[name] for name in columns()[f"repeated_{table}"]))

        return add

    def answers(self, answers: Sequence[Answer | Odd], classification_id: int, owner: tuple[int | None, ...]) -> None:
        """Add the rows of answers, and of the questions that they open."""
        frame_id, frame_number, group_id, moment_id, object_id, _ = owner
        for ordinal, answer in enumerate(answers):
            if type(answer) is Odd:
                self.odd(answer, "answers", ordinal)
                continue
            answer_id, end_id = self.next(), None
            if answer.classifications:
                where = (frame_id, frame_number, group_id, moment_id)
                self.classifications(answer.classifications, object_id, answer_id, *where)
                end_id = self.next()
            add = self.adder("answers", answer) if self.repeats else self.add_answer
            add(_answer_row(answer, answer_id, end_id, classification_id, ordinal, _extra_of(answer)))

    def relationships(
        self, relationships: Sequence[Relationship | Odd], frame_id: int | None, related: Sequence[_Related] = ()
    ) -> None:
        """Add the rows of relationships; one that is listed among the objects too, or only there, is one row."""
        among: dict[Any, _Related] = {}
        for other in related:
            name = other.item.feature_id
            among[other if name is None or name in among else name] = other
        for item, node_id, ordinal, closes in self.elements(Relationship, relationships):
            copy = among.pop(item.feature_id, None) if among else None
            self.relationship(item, frame_id, node_id, (ordinal, closes), copy)
        for copy in among.values():
            self.relationship(_relationship_of(copy.item), frame_id, copy.node_id, (None, False), copy)

    def relationship(
        self,
        item: Relationship,
        frame_id: int | None,
        node_id: int,
        place: tuple[int | None, bool],
        copy: _Related | None,
    ) -> None:
        """Add the row of a relationship; `copy` is the same one where it is listed among the objects."""
        both = (item.unidirectional_relationship, item.bidirectional_relationship)
        if both[0] is not None and both[1] is not None:
            raise Misfit
        ends = both[0] or both[1]
        kind = "unidirectional" if both[0] else "bidirectional" if both[1] else _kind_of_relationship(item)
        ordinal, closes = place
        self.rows["relationships"].append(
            Relationship.row(
                item,
                node_id=node_id,
                label_id=self.label_id,
                frame_id=frame_id,
                ordinal=ordinal,
                closes=closes,
                kind=kind,
                source_feature_id=None if ends is None else ends.source_feature_id,
                target_feature_id=None if ends is None else ends.target_feature_id,
                has_data=ends is not None,
                data_extra=None if ends is None else extra_json(ends.extra),
                extra=extra_json(item.extra, classifications=item.classifications or None),
                **(_NO_COPY if copy is None else copy.columns(item)),
            )
        )


def _extra_of(item: Classification | Answer) -> str | None:
    """The `extra` of a question or answer, with `custom_metrics`, which have no column."""
    if item.extra is None and item.custom_metrics is None:
        return None
    return extra_json(item.extra, custom_metrics=item.custom_metrics)


def _relationship_of(item: Object) -> Relationship:
    members: dict[str, Any] = unfitted(item)
    return fit(Relationship, members)


def _answers_of(question: Classification) -> tuple[str | None, bool | None, Sequence[Answer] | None]:
    """The kind of a question, whether it is about a message, and its answers; their key tells the kind."""
    values = _answers(question)
    without = values.count(None)
    if without < len(values) - 1:
        raise Misfit
    if without < len(values):
        for (kind, conversational), value in zip(ANSWER_KINDS, values, strict=True):
            if value is not None:
                return kind, conversational, value if kind == "checklist" else (value,)
    return _unknown_answer_kind(question.extra), None, None


def _unknown_answer_kind(extra: Extra | None) -> str | None:
    for key in extra.members if extra else ():
        if key.endswith(("_answer", "_answers")):
            return snake_case(key.removeprefix("conversational_").rsplit("_", 1)[0])
    return None


def _kind_of_relationship(item: Relationship) -> str | None:
    for key in item.extra.members if item.extra else ():
        if key.endswith("_relationship"):
            return snake_case(key.removesuffix("_relationship"))
    return None
