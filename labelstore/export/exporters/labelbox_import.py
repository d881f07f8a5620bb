"""Annotation imports of Labelbox: a line of JSON for each annotation, to bring labels into another workspace.

Classes, questions and options are found by their names, data rows by global key or id: ontology and data rows must be
there already. A `uuid` is derived from the label and the feature, so the same label has the same ones tomorrow;
relationships name them. Pages keep their numbers, text entities include their last character, boxes on maps begin at
the lowest latitude, as the vendor's SDK writes them. Labelbox takes 5,000 annotations of one class in a data row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from labelstore.export.annotations import Annotations, Answer, Label, Object, Relationship
from labelstore.export.choices import OF_IMPORTS, Choices
from labelstore.export.classes import WITHOUT_NAME
from labelstore.export.constructs import (
    FRAME_QUESTION,
    HOLE,
    LABEL,
    LABEL_QUESTION,
    OBJECT_QUESTION,
    RELATIONSHIP,
    TRACK,
    Fate,
    fates,
    kept,
    left_out,
)
from labelstore.export.data_rows import Reader, asked, example_of, questions
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.export.import_shapes import IN_FRAMES, Said, said
from labelstore.export.import_spans import Asked, Spans, Track, spans_of
from labelstore.export.losses import Account
from labelstore.export.nested_answers import Question, answerable, nested
from labelstore.export.tracks import IN_TIME

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://labelbox.com")
_NO_DICOM: Final = "imports have no DICOM"
_encode = msgspec.json.Encoder().encode


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """All that the types of the vendor's SDK have a word for."""
    return fates(
        left_out("imports have no place for it"),
        label=kept("dataRow"),
        bounding_box=kept("bbox"),
        polygon=kept("polygon"),
        polyline=kept("line"),
        point=kept("point"),
        mask=kept("a PNG in the line, where its picture is in --assets"),
        text_entity=kept("location or textSelections"),
        message_single_selection=kept("messageEvaluationTask"),
        message_multi_selection=kept("messageEvaluationTask"),
        message_ranking=kept("messageEvaluationTask"),
        track=kept("segments"),
        key_frame=kept("keyframes"),
        label_question=kept("answer"),
        object_question=kept("classifications"),
        frame_question=kept("frames of an answer"),
        relationship=kept("relationship"),
    )


def write(export: Export) -> Chunks:
    """The lines of all labels."""
    for _, lines in lines_by_label(export):
        yield lines


def lines_by_label(export: Export) -> Iterator[tuple[str, bytes]]:
    """The id of each label with its lines, some at a time: objects, answers, relationships, what lasts over frames."""
    reader, account = Reader(export, together=False), export.account
    for row in reader.data_rows():
        label = row.labels[0]
        data_row = _data_row(export.choices, label)
        if isinstance(data_row, str):
            reader.leave_out_row(row, data_row)
            continue
        lines, count = _Lines(reader, label, data_row), export.count
        for part in row.parts:
            if part.frame_number is None:
                yield label.label_id, b"".join(lines.of_label(part))
            else:
                lines.note_frame(part, part.frame_number)
        for line in lines.of_frames():
            yield label.label_id, line
        if export.count > count:
            account.wrote(LABEL, label.label_id)
        else:
            account.leave_out(LABEL, "holds nothing that is imported", label.label_id)


def _data_row(choices: Choices, label: Label) -> dict[str, str] | str:
    """What names the data row of a label; or why nothing does."""
    by = choices.data_row
    if label.global_key and by != "id":
        return {"globalKey": label.global_key}
    if by == "global-key":
        return "its data row has no global key"
    if label.data_row_id is None or label.derived_data_row_id:
        return "the export does not name its data row"
    return {"id": label.data_row_id}


@dataclass
class _Lines:
    """The lines of one label, and what becomes lines when all of its frames are read."""

    reader: Reader
    label: Label
    data_row: dict[str, str]
    _uuids: dict[str, str] = field(default_factory=dict)
    """The feature ids of objects that are written → what relationships call them."""
    _tracks: dict[tuple[str, str], Track] = field(default_factory=dict)
    _asked: dict[tuple[str, bool], Asked] = field(default_factory=dict)
    _unnamed: int = 0

    @property
    def _account(self) -> Account:
        return self.reader.export.account

    @cached_property
    def _spans(self) -> Spans:
        return spans_of(self.reader.export.database, self.label.label_id)

    def of_label(self, part: Annotations) -> Iterator[bytes]:
        """What stands outside of frames."""
        for one in part.objects:
            yield from self._object(one)
        answers = asked(part)
        for question in nested(self._answerable(answers.get(LABEL_QUESTION, ()), LABEL_QUESTION)):
            about = {} if question.of.message_id is None else {"messageId": question.of.message_id}
            yield self._line(self._uuid(question.of.feature_id), question.said | about)
            self._wrote(LABEL_QUESTION, question.size)
        for question in nested(self._answerable(answers.get(FRAME_QUESTION, ()), FRAME_QUESTION)):
            if question.of.milliseconds is None:
                self._leave_out(FRAME_QUESTION, _NO_DICOM, question.size)
            else:
                self._about(question).add_span(question.of.milliseconds, question, self._spans)
                self._wrote_first(question)
        for relationship in part.relationships:
            yield from self._relationship(relationship)

    def note_frame(self, part: Annotations, number: int) -> None:
        """What stands in a frame of a video."""
        if self.label.asset_type == "dicom":
            self.reader.leave_out_part(part, _NO_DICOM)
            return
        for one in part.objects:
            self._in_track(one, number)
        for question in nested(self._answerable(part.answers, FRAME_QUESTION)):
            self._about(question).add_frame(number, question, self._spans)
            if question.is_text:
                self._wrote_first(question)
            else:
                self._wrote(FRAME_QUESTION, question.size)
        self._leave_out(RELATIONSHIP, "in a frame", len(part.relationships))

    def of_frames(self) -> Iterator[bytes]:
        """Tracks, and questions about frames and milliseconds."""
        for (example, kind), track in self._tracks.items():
            track.close()
            self._account.change(kind, "between key frames, where Labelbox interpolates it", example, track.dropped)
            self._account.change(TRACK, "a key frame more, where its span ends", example, track.prolonged)
            yield self._line(track.uuid, {"name": track.name} | track.said)
        for about in self._asked.values():
            if self.label.asset_type not in IN_TIME:
                yield self._line(None, about.in_time())
                continue
            for number, members in enumerate(about.in_frames()):
                yield self._line(None if about.is_text else self._uuid(f"{about.id} {number}"), members)

    def _object(self, one: Object) -> Iterator[bytes]:
        shapes = self._shapes(one)
        if self.label.asset_type in IN_TIME:
            shapes = "in a video, but in no frame"
        if isinstance(shapes, str):
            self.reader.leave_out(one, shapes)
            return
        if len(shapes) > 1:
            self._account.change(one.kind, "its parts are several objects", example_of(one))
        members = {"name": self.reader.category(one).name} | self._answers(one)
        for number, shape in enumerate(shapes):
            uuid = self._uuid(f"{one.feature_id} {number}" if number else one.feature_id)
            if one.feature_id is not None:
                self._uuids.setdefault(one.feature_id, uuid)
            yield self._line(uuid, members | shape)
        self.reader.wrote(one)

    def _in_track(self, one: Object, number: int) -> None:
        shapes = self._shapes(one) if one.kind in IN_FRAMES else "of videos only boxes, points and lines are written"
        if isinstance(shapes, str):
            self.reader.leave_out(one, shapes)
            return
        key = example_of(one), one.kind
        if key not in self._tracks:
            name, spans = self.reader.category(one).name, self._spans.get(one.feature_id or "", ())
            self._tracks[key] = Track(self._uuid(one.feature_id), name, spans)
        self._tracks[key].add(number, one.keyframe is None or bool(one.keyframe), shapes[0] | self._answers(one))
        self.reader.wrote(one)

    def _shapes(self, one: Object) -> Said:
        if self.reader.category(one).name == WITHOUT_NAME:
            return "without a name"
        shapes = said(self.reader.export, one, on_pages=self.label.asset_type == "document")
        if one.holes:
            self._account.select(HOLE, example_of(one), one.holes)
        return shapes

    def _answers(self, one: Object) -> dict[str, Any]:
        if one.kind.startswith("message_"):
            self._leave_out(
                OBJECT_QUESTION, "imports take none about messages", questions(one.answers), example_of(one)
            )
            one.answers = []
        one.answers = self._answerable(one.answers, OBJECT_QUESTION, example_of(one))
        found = [question.said for question in nested(one.answers)]
        return {"classifications": found} if found else {}

    def _relationship(self, one: Relationship) -> Iterator[bytes]:
        source, target = (self._uuids.get(end or "") for end in (one.source, one.target))
        name = one.name or one.value
        if not name or source is None or target is None:
            reason = "an end of it is not written" if name else "without a name"
            self._leave_out(RELATIONSHIP, reason, 1, one.feature_id)
            return
        ends = {"source": source, "target": target, "type": one.kind or "unidirectional"}
        yield self._line(self._uuid(one.feature_id), {"name": name, "relationship": ends})
        self._wrote(RELATIONSHIP, 1, one.feature_id)

    def _answerable(self, answers: Sequence[Answer], construct: str, example: str | None = None) -> list[Answer]:
        found, lost = answerable(answers)
        for reason, count in lost.items():
            self._leave_out(construct, reason, count, example)
        return found

    def _about(self, question: Question) -> Asked:
        name = str(question.said["name"])
        key = question.of.feature_id or name, question.is_text
        return self._asked.setdefault(key, Asked(*key, name=name))

    def _wrote_first(self, question: Question) -> None:
        """Count a question that is written without those that its answer leads to."""
        self._wrote(FRAME_QUESTION, 1)
        self._leave_out(FRAME_QUESTION, "asked by an answer that lasts", question.size - 1)

    def _wrote(self, construct: str, count: int, example: str | None = None) -> None:
        self._account.wrote(construct, example or self.label.label_id, count)
        self.reader.export.wrote(count)

    def _leave_out(self, construct: str, reason: str, count: int, example: str | None = None) -> None:
        self._account.leave_out(construct, reason, example or self.label.label_id, count)

    def _uuid(self, feature_id: str | None) -> str:
        if feature_id is None:
            self._unnamed += 1
            feature_id = f"#{self._unnamed}"
        return str(uuid5(_NAMESPACE, f"{self.label.label_id} {feature_id}"))

    def _line(self, uuid: str | None, members: Mapping[str, Any]) -> bytes:
        named = {} if uuid is None else {"uuid": uuid}
        return _encode({**named, "dataRow": self.data_row, **members}) + b"\n"


EXPORTER = Exporter(
    "labelbox-import",
    ".ndjson",
    "an annotation import for Labelbox, to bring labels into another workspace",
    write,
    what_becomes,
    unit="annotations",
    takes=OF_IMPORTS,
    defaults={"class_key": "name"},
)
