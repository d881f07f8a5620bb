"""Label Studio: a folder for each type of asset that a project of it shows, with tasks.json and config.xml.

A label is a task with one annotation. Places are percents of the picture; the regions of text end behind their last
character. In videos a region is there from its first key frame to one that is not `enabled`. Questions are controls of
their own, also those that an answer leads to, which are called "question / answer / question". Texts whose asset is
only an address are a project of their own, `text_urls`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import msgspec

from labelstore.export.annotations import Answer, Label, Object, Relationship
from labelstore.export.answers import flat
from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS, Choices
from labelstore.export.constructs import (
    LABEL,
    LABEL_QUESTION,
    OBJECT_QUESTION,
    RELATIONSHIP,
    TRACK,
    Fate,
    changed,
    fates,
    kept,
    left_out,
)
from labelstore.export.data_rows import DataRow, Reader, asked, example_of, questions
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.image_sizes import asset_of, size_of
from labelstore.export.import_spans import Spans, Track, spans_of
from labelstore.export.label_studio_config import TAGS, Config
from labelstore.export.label_studio_regions import values_of
from labelstore.export.losses import Account
from labelstore.export.nested_answers import answerable
from labelstore.export.texts import text_of
from labelstore.export.xml_text import xml_text

FRAME_RATE: Final = 24
"""Frames a second of a video that does not tell, as Label Studio has it."""
_encode = msgspec.json.Encoder().encode


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """Objects on images, in texts, and boxes in videos, with what was answered."""
    return fates(
        left_out("Label Studio has no place for it"),
        label=kept("a task with an annotation"),
        **{kind: kept(tag) for kind, tag in TAGS.items()},
        hole=changed("filled" if choices.holes == "fill" else "cut open along a seam"),
        track=kept("VideoRectangle"),
        key_frame=kept("sequence"),
        label_question=kept("Choices or TextArea"),
        object_question=kept("Choices or TextArea of a region"),
        relationship=kept("relation"),
    )


def write(export: Export) -> FileChunks:
    """The tasks of all projects, then their configurations."""
    reader, configs = Reader(export, together=False), dict[str, Config]()
    for row in reader.data_rows():
        label = row.labels[0]
        task = _task(export, label)
        if isinstance(task, str):
            reader.leave_out_row(row, task)
            continue
        shows, data, size = task
        is_first = shows not in configs
        config = configs.setdefault(shows, Config(shows))
        result = _Result(reader, label, config, size).of(row)
        if not result and export.choices.empty == "drop":
            export.account.deselect(LABEL, "labels without an object")
            if is_first:
                del configs[shows]
            continue
        export.account.wrote(LABEL, label.label_id)
        if shows == "video" and not label.frame_rate:
            reason = f"at {FRAME_RATE} frames a second, since the export does not tell"
            export.account.change(LABEL, reason, label.label_id)
        found = {"data": data, "annotations": [{"result": result}]}
        yield FileChunk(f"{shows}/tasks.json", (b"[\n" if is_first else b",\n") + _encode(found))
    for shows, config in configs.items():
        yield FileChunk(f"{shows}/tasks.json", b"\n]\n")
        yield FileChunk(f"{shows}/config.xml", config.xml())


def _task(export: Export, label: Label) -> tuple[str, dict[str, Any], tuple[int, int]] | str:
    """What shows a label, the data of its task, and the size of its picture; or why there is none."""
    size = 0, 0
    match label.asset_type:
        case "image" | "unknown":
            shows, data = "image", label.row_data
            found = size_of(export, label, asset_of(export, label))
        case "text" | "html":
            text = text_of(export, label)
            shows, data = ("text_urls", label.row_data) if text is None else ("text", text)
            found = size
        case "video" | "audio":
            shows, data = label.asset_type, label.row_data
            found = size_of(export, label, None) if shows == "video" else size
        case other:
            return f"{other.replace('_', ' ')}: no project of Label Studio shows it"
    if found is None:
        return "nothing tells the size of its picture"
    if data is None:
        return "the export does not tell where its asset is"
    ids = {"data_row_id": label.data_row_id, "external_id": label.external_id, "global_key": label.global_key}
    about: dict[str, Any] = {shows.partition("_")[0]: data, "label_id": label.label_id}
    if shows == "video":
        about["fps"] = label.frame_rate or FRAME_RATE
    return shows, about | {name: value for name, value in ids.items() if value is not None}, found


class _Region(NamedTuple):
    """A track, and the answers about it in its first frame."""

    track: Track
    answers: list[Answer]


@dataclass
class _Result:
    """The regions, answers and relations of one label."""

    reader: Reader
    label: Label
    config: Config
    size: tuple[int, int]
    _found: list[dict[str, Any]] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _regions: dict[str, str] = field(default_factory=dict)
    """Feature id → the id of its region."""
    _tracks: dict[str, _Region] = field(default_factory=dict)

    @property
    def _account(self) -> Account:
        return self.reader.export.account

    def of(self, row: DataRow) -> list[dict[str, Any]]:
        """All that a label holds."""
        relationships: list[Relationship] = []
        for part in row.parts:
            relationships += part.relationships
            for one in part.objects:
                if part.frame_number is None:
                    self._object(one)
                else:
                    self._in_frame(one, part.frame_number)
            if part.frame_number is None:
                answers = self._answerable(asked(part).get(LABEL_QUESTION, []), LABEL_QUESTION, self.label.label_id)
                self._ask(answers, None)
                self._account.wrote(LABEL_QUESTION, self.label.label_id, questions(answers))
                self.reader.export.wrote(questions(answers))
        for example, region in self._tracks.items():
            self._track(example, region)
        for relationship in relationships:
            self._relation(relationship)
        return self._found

    def _object(self, one: Object) -> None:
        values = self._values(one)
        if not values:
            return
        if len(values) > 1:
            self._account.change(one.kind, "its parts are several regions", example_of(one))
        one.answers = self._answerable(one.answers, OBJECT_QUESTION, example_of(one))
        regions = [self._region(one, value) for value in values]
        self._ask(one.answers, regions[0])
        self.reader.wrote(one)

    def _values(self, one: Object, *, in_frame: bool = False) -> list[dict[str, Any]]:
        """Where it is; nothing of an object that is left out."""
        values = values_of(self.reader, one, self.config.shows, self.size, in_frame=in_frame)
        if isinstance(values, str):
            self.reader.leave_out(one, values)
            return []
        return values

    def _in_frame(self, one: Object, number: int) -> None:
        values = self._values(one, in_frame=True)
        if not values:
            return
        example = example_of(one)
        answers = self._answerable(one.answers, OBJECT_QUESTION, example)
        if example not in self._tracks:
            spans = self._spans.get(one.feature_id or "", ())
            self._tracks[example] = _Region(Track(self._id(one.feature_id), self._class(one), spans), answers)
            if one.feature_id is not None:
                self._regions.setdefault(one.feature_id, self._tracks[example].track.uuid)
        region = self._tracks[example]
        if flat(answers) != flat(region.answers):
            self._account.leave_out(OBJECT_QUESTION, "not as in its first frame", example, questions(answers))
            answers = []
        one.answers = answers
        region.track.add(number, one.keyframe is None or bool(one.keyframe), values[0])
        self.reader.wrote(one)

    @cached_property
    def _spans(self) -> Spans:
        return spans_of(self.reader.export.database, self.label.label_id)

    def _track(self, example: str, region: _Region) -> None:
        track, fps = region.track, self.label.frame_rate or FRAME_RATE
        track.close()
        kind = "bounding_box"
        self._account.change(kind, "between key frames, where Label Studio interpolates it", example, track.dropped)
        self._account.change(TRACK, "a key frame more, where its span ends", example, track.prolonged)
        sequence = [
            msgspec.Raw(
                b'{"frame":%d,"enabled":%b,"time":%b,%b'
                % (frame, b"false" if at == segment[-1] else b"true", _encode(frame / fps), members)
            )
            for segment in track.segments
            for at in segment
            for frame, members in [at]
        ]
        frames = int(self.label.frame_count or track.segments[-1][-1][0])
        value = {"framesCount": frames, "duration": frames / fps, "sequence": sequence, "labels": [track.name]}
        self._add(track.uuid, kind, "videorectangle", value)
        self._ask(region.answers, track.uuid)

    def _region(self, one: Object, value: dict[str, Any]) -> str:
        """Add a region; its id."""
        id, type = self._id(one.feature_id), TAGS[one.kind].lower()
        if one.feature_id is not None:
            self._regions.setdefault(one.feature_id, id)
        self._add(id, one.kind, type, value | {type: [self._class(one)]})
        return id

    def _ask(self, answers: Sequence[Answer], region: str | None) -> None:
        """What was answered about a region, or about the task."""
        for question, said in flat(answers).items():
            control = self.config.asked(question, is_free=said.is_free, of_regions=region is not None)
            texts = [xml_text(text or "") for text in said.texts]
            control.takes_many |= said.takes_many or len(texts) > 1
            control.options |= set() if said.is_free else set(texts)
            type, key = ("textarea", "text") if said.is_free else ("choices", "choices")
            self._add(region or self._id(None), control.name, type, {key: texts})

    def _answerable(self, answers: Sequence[Answer], construct: str, example: str) -> list[Answer]:
        found, lost = answerable(answers)
        for reason, count in lost.items():
            self._account.leave_out(construct, reason, example, count)
        below = questions([one for one in found if one.parent_answer_id is not None])
        self._account.change(construct, "beside the question that led to it", example, below)
        return found

    def _relation(self, one: Relationship) -> None:
        source, target = (self._regions.get(end or "") for end in (one.source, one.target))
        if source is None or target is None:
            self._account.leave_out(RELATIONSHIP, "an end of it is not written", one.feature_id)
            return
        found: dict[str, Any] = {"type": "relation", "from_id": source, "to_id": target}
        found["direction"] = "bi" if one.kind == "bidirectional" else "right"
        if name := one.name or one.value:
            self.config.relations.add(xml_text(name))
            found["labels"] = [xml_text(name)]
        self._found.append(found)
        self._account.wrote(RELATIONSHIP, one.feature_id)
        self.reader.export.wrote()

    def _class(self, one: Object) -> str:
        name = xml_text(self.reader.category(one).name)
        self.config.classes.setdefault(one.kind, set()).add(name)
        return name

    def _add(self, id: str, control: str, type: str, value: dict[str, Any]) -> None:
        found: dict[str, Any] = {"id": id, "from_name": control, "to_name": self.config.to_name, "type": type}
        if self.config.shows == "image":
            found |= {"original_width": self.size[0], "original_height": self.size[1], "image_rotation": 0}
        self._found.append(found | {"value": value})

    def _id(self, feature_id: str | None) -> str:
        """An id that nothing else in the task has."""
        id = stem = feature_id or "answer"
        number = 1
        while id in self._ids:
            number += 1
            id = f"{stem}_{number}"
        self._ids.add(id)
        return id


EXPORTER = Exporter(
    "label-studio",
    "",
    "a folder for Label Studio: tasks with annotations and the labeling configuration, for each type of asset",
    write,
    what_becomes,
    unit="results",
    takes=(*WHICH_LABELS, *WHICH_CLASSES, "empty", "assets", "missing_size", "digits", "holes"),
)
