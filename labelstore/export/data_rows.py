"""Chosen data rows with all that their chosen labels hold, each thing counted as selected when it is read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any

from labelstore.export.annotations import Annotations, Answer, Label, Object, annotations
from labelstore.export.classes import Category, Classes
from labelstore.export.constructs import (
    CONSTRUCTS,
    FRAME_QUESTION,
    HOLE,
    KEY_FRAME,
    LABEL,
    LABEL_QUESTION,
    OBJECT_QUESTION,
    RELATIONSHIP,
    REVIEW,
    TRACK,
    construct_of,
)
from labelstore.export.exporter import Export
from labelstore.export.selecting import Selection, select
from labelstore.export.tracks import IN_TIME, Filler, in_order, segments_of

_KEYS = """
select feature_id, group_name, frame_number
from key_frames
where label_id = ? and frame_number is not null and (is_key_frame is null or is_key_frame)
"""
_AHEAD = 200
"""Data rows with several labels whose other labels are read at once."""
_OF_A_LOST_OBJECT = "of an object that is left out"


@dataclass
class DataRow:
    """A data row: its chosen labels, and what stands in them, first outside of frames, then in each frame."""

    labels: list[Label]
    parts: Iterator[Annotations]
    node: int
    """Of its first label."""


@dataclass
class Reader:
    """Reads the data rows of an export, and keeps its account of what they hold."""

    export: Export
    skipped: bool = False
    """Whether skipped labels are chosen too."""
    model_runs: bool = False
    """Whether the labels and predictions of model runs are chosen too."""
    together: bool = True
    """Whether the labels of a data row are read as one."""
    _read_ahead: dict[int, list[list[Annotations]]] = field(default_factory=dict)
    _in_frames: dict[str, None] = field(default_factory=dict)
    _written_in_frames: set[str] = field(default_factory=set)

    @cached_property
    def selection(self) -> Selection:
        """The labels that the caller chose."""
        export = self.export
        found = select(
            export.database,
            export.choices,
            skipped=self.skipped,
            model_runs=self.model_runs,
            together=self.together,
        )
        export.account.not_selected.update(found.not_selected)
        return found

    @cached_property
    def _picks(self) -> bool:
        """Whether the caller chose some of the classes."""
        choices = self.export.choices
        return bool(choices.classes or choices.class_file)

    @cached_property
    def classes(self) -> Classes:
        """The classes that the caller chose."""
        held = {construct for construct in CONSTRUCTS if self.export.account.holds(construct)}
        return Classes(self.export.database, self.export.choices, held, model_runs=self.model_runs)

    def category(self, one: Object) -> Category:
        """The class of an object of a data row that was read."""
        found = self.classes.of(one)
        assert found is not None
        return found

    def data_rows(self, *, interpolated: bool = False) -> Iterator[DataRow]:
        """The data rows, in the order of the store. What the format cannot hold is left out of them and counted.

        With `interpolated` objects of videos are also in the frames between those that the export lists.
        """
        interpolated = interpolated and self.export.choices.frames != "key"
        account, database = self.export.account, self.export.database
        found = annotations(database, nodes=self.selection.first, model_runs=True)
        coming = iter(self.selection.others)
        for label, parts in groupby(found, attrgetter("label")):
            others = self._others(label.node_id, coming)
            labels = [label, *(some[0].label for some in others)]
            for one in labels:
                account.select(LABEL, one.label_id)
                account.select(REVIEW, one.label_id, one.review_count)
            read = self._keyed(_merged(parts, others), labels)
            if interpolated and label.asset_type in IN_TIME:
                read = self._filled(read, labels)
            read = self._chosen(read)
            yield DataRow(labels, map(self._counted, read), label.node_id)
            self._settle_tracks()

    def _others(self, node: int, coming: Iterator[int]) -> list[list[Annotations]]:
        """The other chosen labels of the data row whose first label this is; read for the next `coming` ones too."""
        wanted = self.selection.others
        if node in wanted and node not in self._read_ahead:
            nexts = list(islice(coming, _AHEAD))
            nodes = sorted(other for first in nexts for other in wanted[first])
            parts = annotations(self.export.database, nodes=nodes, scattered=True, model_runs=True)
            read = {label.node_id: list(some) for label, some in groupby(parts, attrgetter("label"))}
            self._read_ahead = {first: [read[other] for other in wanted[first]] for first in nexts}
        return self._read_ahead.pop(node, [])

    def leave_out(self, one: Object, reason: str) -> None:
        """Count an object as left out, with its questions."""
        if one.interpolated:
            return
        self.export.account.leave_out(construct_of(one.kind), reason, example_of(one))
        self._leave_out_rest(one)

    def wrote(self, one: Object) -> None:
        """Count an object as written, with its questions and its place in a track, if the format keeps them."""
        account, example = self.export.account, example_of(one)
        if one.feature_id in self._in_frames:
            self._written_in_frames.add(one.feature_id)
        self.export.wrote()
        if one.interpolated:
            account.interpolated += 1
            return
        account.wrote(construct_of(one.kind), example)
        if account.holds(OBJECT_QUESTION):
            account.wrote(OBJECT_QUESTION, example, questions(one.answers))
        if one.keyframe and account.holds(KEY_FRAME):
            account.wrote(KEY_FRAME, example)
        if one.holes and account.holds(HOLE):
            account.wrote(HOLE, example, one.holes)

    def leave_out_row(self, row: DataRow, reason: str) -> None:
        """Count the labels of a data row as left out, with all that they hold."""
        account = self.export.account
        for label in row.labels:
            account.leave_out(LABEL, reason, label.label_id)
            if account.holds(REVIEW):
                account.leave_out(REVIEW, reason, label.label_id, label.review_count)
        for part in row.parts:
            self.leave_out_part(part, reason)

    def leave_out_part(self, part: Annotations, reason: str) -> None:
        """Count as left out what stands in a label or frame."""
        account = self.export.account
        for one in part.objects:
            self.leave_out(one, reason)
        for construct, answers in asked(part).items():
            if account.holds(construct):
                account.leave_out(construct, reason, part.label.label_id, questions(answers))
        if account.holds(RELATIONSHIP):
            account.leave_out(RELATIONSHIP, reason, part.label.label_id, len(part.relationships))

    def _keyed(self, parts: Iterable[Annotations], labels: Sequence[Label]) -> Iterator[Annotations]:
        """The parts, whose objects know whether they are key frames."""
        keys = {row for label in labels if label.key_frame_count for row in self._key_frames(label)}
        for part in parts:
            if part.frame_number is None or keys:
                for one in part.objects:
                    one.keyframe = (one.feature_id, part.group_name, part.frame_number) in keys
            yield part

    def _filled(self, parts: Iterable[Annotations], labels: Sequence[Label]) -> Iterator[Annotations]:
        """The parts, and the frames between them."""
        account, database = self.export.account, self.export.database
        segments = segments_of(database, labels)
        parts = in_order(database, labels, parts)
        if not segments:
            return parts

        def fills(one: Object) -> bool:
            return account.holds(construct_of(one.kind)) and not (self._picks and self.classes.of(one) is None)

        def told(one: Object) -> None:
            account.change(construct_of(one.kind), "in the frames that the export lists only", example_of(one))

        return Filler(segments, fills, told).filled(parts)

    def _chosen(self, parts: Iterable[Annotations]) -> Iterator[Annotations]:
        """What stands outside of frames, and the chosen frames."""
        account, frames = self.export.account, self.export.choices.frames
        for part in parts:
            if part.frame_number is None or self._is_chosen(part, frames):
                yield part
            else:
                account.not_selected["objects in frames that were not chosen"] += sum(
                    not one.interpolated for one in part.objects
                )

    def _is_chosen(self, part: Annotations, frames: str) -> bool:
        if frames == "key":
            return any(one.keyframe for one in part.objects)
        return frames == "all" or not ((part.frame_number or 0) - 1) % int(frames)

    def _key_frames(self, label: Label) -> Iterator[tuple[Any, ...]]:
        yield from self.export.database.query(_KEYS, (label.label_id,)).rows

    def _counted(self, part: Annotations) -> Annotations:
        """The part with the objects that are wanted and can be written; all that it holds is selected."""
        account = self.export.account
        is_frame = part.frame_number is not None
        kept, picks = [], self._picks
        for one in part.objects:
            if picks and self.classes.of(one) is None:
                account.not_selected["objects of another class"] += 1
                continue
            example = example_of(one)
            if is_frame and one.feature_id is not None and one.feature_id not in self._in_frames:
                self._in_frames[one.feature_id] = None
                account.select(TRACK, example)
            if one.interpolated:
                kept.append(one)
                continue
            account.select(OBJECT_QUESTION, example, questions(one.answers))
            if one.keyframe:
                account.select(KEY_FRAME, example)
            if account.select(construct_of(one.kind), example):
                kept.append(one)
            else:
                self._leave_out_rest(one)
        part.objects = kept
        for construct, answers in asked(part).items():
            account.select(construct, part.label.label_id, questions(answers))
        account.select(RELATIONSHIP, part.label.label_id, len(part.relationships))
        return part

    def _leave_out_rest(self, one: Object) -> None:
        """What hangs on an object that is not written, of what the format can hold."""
        account, example = self.export.account, example_of(one)
        for construct, count in (
            (OBJECT_QUESTION, questions(one.answers)),
            (KEY_FRAME, int(one.keyframe or 0)),
            (HOLE, one.holes),
        ):
            if count and account.holds(construct):
                account.leave_out(construct, _OF_A_LOST_OBJECT, example, count)

    def _settle_tracks(self) -> None:
        account = self.export.account
        if account.holds(TRACK):
            for feature_id in self._in_frames:
                if feature_id in self._written_in_frames:
                    account.wrote(TRACK, feature_id)
                else:
                    account.leave_out(TRACK, "no object of it is written", feature_id)
        self._in_frames.clear()
        self._written_in_frames.clear()


def example_of(one: Object) -> str:
    """The id that tells an object."""
    return one.feature_id or str(one.object_id)


def questions(answers: Sequence[Answer]) -> int:
    """How many questions these answers answer."""
    return len({answer.classification_id for answer in answers}) if len(answers) > 1 else len(answers)


def asked(part: Annotations) -> dict[str, list[Answer]]:
    """The answers of a label or frame by what they are about: the label, or a frame, a span or an axis."""
    if not part.answers:
        return {}
    if part.frame_number is not None:
        return {FRAME_QUESTION: part.answers}
    of_label = [one for one in part.answers if one.milliseconds is None and one.axis is None]
    of_span = [one for one in part.answers if one.milliseconds is not None or one.axis is not None]
    return {LABEL_QUESTION: of_label} | ({FRAME_QUESTION: of_span} if of_span else {})


def _merged(parts: Iterable[Annotations], others: Sequence[Sequence[Annotations]]) -> Iterator[Annotations]:
    """What the labels of a data row hold, as if it stood in the first of them."""
    if not others:
        yield from parts
        return
    found = {(part.group_name, part.frame_number): part for part in parts}
    whole = next(iter(found.values()))
    for part in chain.from_iterable(others):
        place = (part.group_name, part.frame_number)
        into = found.setdefault(place, Annotations(whole.label, part.frame_number, part.group_name))
        into.objects += part.objects
        into.answers += part.answers
        into.relationships += part.relationships
    yield from found.values()
