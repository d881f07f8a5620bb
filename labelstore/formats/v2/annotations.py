"""The annotations of a v2 label → rows: objects and classifications, frames, groups, moments, segments, key frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from labelstore.formats.fitting import Extra, Misfit, Odd, counted, extra_json, fit, to_json, unfitted
from labelstore.formats.kinds import snake_case
from labelstore.formats.v2 import record as v2
from labelstore.formats.v2.moments import repeats_of, spans_by_feature
from labelstore.formats.v2.shapes import ShapeShredder
from labelstore.formats.v2.times import TIME_KEYS, key_frames_of, spans_of, whole_number
from labelstore.schema.tables import Row, Rows, columns

_answers = attrgetter(*v2.Classification.exclusive)
_ANSWER_KINDS = tuple(
    (key.removeprefix("conversational_").split("_")[0], key.startswith("conversational_"))
    for key in v2.Classification.exclusive
)


@dataclass(frozen=True, slots=True, eq=False)
class _Related:
    """A relationship that stands among the objects, its node, and the key of a frame's map if that says more."""

    item: v2.Object
    node_id: int
    closes: bool
    map_key: str | None

    def columns(self, relationship: v2.Relationship) -> tuple[int, bool, str | None, str | None]:
        told = to_json(unfitted(self.item))
        same = told == to_json(unfitted(relationship))
        return self.node_id, self.closes, self.map_key, None if same else told


class AnnotationShredder(ShapeShredder):
    repeats: Mapping[int, bool] = {}
    moment_id: int | None = None

    def __init__(self, rows: Rows, record_id: int) -> None:
        super().__init__(rows, record_id)
        self.add_object = rows["objects"].append
        self.add_classification = rows["classifications"].append
        self.add_answer = rows["answers"].append

    def annotations(self, body: v2.Annotations) -> tuple[tuple[int | None, ...], str | None]:
        """The rows of `annotations`: the counts of objects … key frames, and its extra."""
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
        counts = (
            None if body.objects is None else len(body.objects) - len(related),
            len(related) or None,
            counted(body.classifications),
            counted(body.relationships),
            counted(body.frames),
            counted(body.groups),
            counted(spans),
            counted(keys),
            counted(body.timestamp),
        )
        return counts, extra_json(body.extra)

    def groups(self, groups: Mapping[str, v2.Group]) -> None:
        self.asset_hint = "dicom"
        for ordinal, (group_name, group) in enumerate(groups.items()):
            if isinstance(group, Odd):
                self.odd_in("groups", group, ordinal, len(groups), closes="}", map_key=group_name)
                continue
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
            if isinstance(frame, Odd):
                self.odd_in("frames", frame, ordinal, len(frames), closes="}", map_key=key)
                continue
            frame_id, number = self.next(), int(key)
            objects = frame.objects or {}
            related = self.objects(tuple(objects.values()), frame_id, number, tuple(objects))
            if frame.classifications:
                self.classifications(frame.classifications, frame_id=frame_id, frame_number=number)
            if frame.relationships or related:
                self.relationships(frame.relationships or (), frame_id, related)
            self.rows["frames"].append(
                (
                    frame_id,
                    self.next(),
                    self.label_id,
                    group_name,
                    number,
                    ordinal,
                    ordinal == len(frames) - 1,
                    None if frame.objects is None else len(objects) - len(related),
                    len(related) or None,
                    counted(frame.classifications),
                    counted(frame.relationships),
                    extra_json(frame.extra),
                )
            )

    def moments(self, timestamp: Mapping[str, v2.Moment], spans: Sequence[Sequence[Any]]) -> None:
        """What is told at the moments of a recording; what only repeats that goes to tables of its own."""
        if self.asset_hint is None:
            self.asset_hint = "audio"
        self.repeats = repeats_of(timestamp, spans_by_feature(spans))
        for ordinal, (key, moment) in enumerate(timestamp.items()):
            if isinstance(moment, Odd):
                self.odd_in("timestamp", moment, ordinal, len(timestamp), closes="}", map_key=key)
                continue
            self.moment_id = moment_id = self.next()
            milliseconds = whole_number(key)
            self.classifications(moment.classifications or (), moment_id=moment_id)
            self.rows["moments"].append(
                (
                    moment_id,
                    self.next(),
                    self.label_id,
                    milliseconds,
                    ordinal,
                    ordinal == len(timestamp) - 1,
                    key if milliseconds is None else None,
                    counted(moment.classifications),
                    extra_json(moment.extra),
                )
            )
        self.repeats = {}

    def times(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        append = self.rows[table].append
        for row in rows:
            if type(row[0]) is Odd:
                self.odd_time(table, *row)
            else:
                self.node += 1
                append((self.node, self.label_id, *row))

    def odd_time(self, table: str, item: Odd, map_key: str, holder: str | None, opens: int, closes: int) -> None:
        """One of a map of `TIME_KEYS`, or of the map that `holder` has in it."""
        key = TIME_KEYS[table]
        before = (f'"{key}":{{' if opens & 4 else "") + (f"{to_json(holder)}:{{" if opens & 2 else "")
        self.odd(item, key, 0, before, "}" * (closes >> 1 & 1) + "}" * (closes >> 2), map_key)

    def objects(
        self,
        objects: Sequence[v2.Object | Odd],
        frame_id: int | None,
        frame_number: int | None,
        map_keys: Sequence[str] = (),
    ) -> Sequence[_Related]:
        """The rows of objects; the relationships that stand among them are given back."""
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
        return related

    def classifications(
        self,
        questions: Sequence[v2.Classification | Odd],
        object_id: int | None = None,
        parent_answer_id: int | None = None,
        frame_id: int | None = None,
        frame_number: int | None = None,
        group_id: int | None = None,
        moment_id: int | None = None,
    ) -> None:
        owner = (frame_id, frame_number, group_id, moment_id, object_id, parent_answer_id)
        for ordinal, question in enumerate(questions):
            if type(question) is Odd:
                self.odd_in("classifications", question, ordinal, len(questions))
                continue
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
        add = self.adder("classifications", question) if self.repeats else self.add_classification
        add(
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
                *(None,) * 3,
                question.confidence,
                None,
                counted(answers),
                None
                if question.extra is None and question.custom_metrics is None
                else extra_json(question.extra, custom_metrics=question.custom_metrics),
            ),
        )

    def adder(self, table: str, item: v2.Classification | v2.Answer) -> Callable[[Row], None]:
        """What adds the row of a question or answer at a moment; that of a repeated one goes to the table for such."""
        if id(item) not in self.repeats:
            return self.rows[table].append
        members = {"label_id": self.label_id, "moment_id": self.moment_id, "is_end": self.repeats[id(item)]}

        def add(row: Row) -> None:
            given = members | dict(zip(columns()[table], row, strict=True))
            self.rows[f"repeated_{table}"].append(tuple(given[name] for name in columns()[f"repeated_{table}"]))

        return add

    def answers(
        self, answers: Sequence[v2.Answer | Odd], classification_id: int, owner: tuple[int | None, ...]
    ) -> None:
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
            add(
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
                    None
                    if answer.extra is None and answer.custom_metrics is None
                    else extra_json(answer.extra, custom_metrics=answer.custom_metrics),
                ),
            )

    def relationships(
        self, relationships: Sequence[v2.Relationship | Odd], frame_id: int | None, related: Sequence[_Related] = ()
    ) -> None:
        """The rows of relationships; one that stands among the objects too, or only there, is one row."""
        among: dict[Any, _Related] = {}
        for other in related:
            name = other.item.feature_id
            among[other if name is None or name in among else name] = other
        for ordinal, item in enumerate(relationships):
            if type(item) is Odd:
                self.odd_in("relationships", item, ordinal, len(relationships))
                continue
            copy = among.pop(item.feature_id, None) if among else None
            self.relationship(item, frame_id, self.next(), (ordinal, ordinal == len(relationships) - 1), copy)
        for copy in among.values():
            self.relationship(_relationship_of(copy.item), frame_id, copy.node_id, (None, False), copy)

    def relationship(
        self,
        item: v2.Relationship,
        frame_id: int | None,
        node_id: int,
        place: tuple[int | None, bool],
        copy: _Related | None,
    ) -> None:
        both = (item.unidirectional_relationship, item.bidirectional_relationship)
        if both[0] is not None and both[1] is not None:
            raise Misfit
        ends = both[0] or both[1]
        kind = "unidirectional" if both[0] else "bidirectional" if both[1] else _kind_of_relationship(item)
        asked = {"classifications": item.classifications or None}
        self.rows["relationships"].append(
            (
                node_id,
                self.label_id,
                frame_id,
                *place,
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
                *((None,) * 4 if copy is None else copy.columns(item)),
                None if ends is None else extra_json(ends.extra),
                extra_json(item.extra, **asked),
            )
        )


def _relationship_of(item: v2.Object) -> v2.Relationship:
    members: dict[str, Any] = unfitted(item)
    return fit(v2.Relationship, members)


def _answers_of(question: v2.Classification) -> tuple[str | None, bool | None, Sequence[v2.Answer] | None]:
    """Kind, whether it is about a message, and the answers; they stand under a key of their kind."""
    values = _answers(question)
    without = values.count(None)
    if without < len(values) - 1:
        raise Misfit
    if without < len(values):
        for (kind, conversational), value in zip(_ANSWER_KINDS, values, strict=True):
            if value is not None:
                return kind, conversational, value if kind == "checklist" else (value,)
    return _unknown_answer_kind(question.extra), None, None


def _unknown_answer_kind(extra: Extra | None) -> str | None:
    for key in extra.members if extra else ():
        if key.endswith(("_answer", "_answers")):
            return snake_case(key.removeprefix("conversational_").rsplit("_", 1)[0])
    return None


def _kind_of_relationship(item: v2.Relationship) -> str | None:
    for key in item.extra.members if item.extra else ():
        if key.endswith("_relationship"):
            return snake_case(key.removesuffix("_relationship"))
    return None
