"""Recordings with the spans of time that labels say something of: what formats of speech are made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from labelstore.engines.database import MARKS
from labelstore.export.annotations import Annotations, Label
from labelstore.export.constructs import FRAME_QUESTION, LABEL
from labelstore.export.data_rows import DataRow, Reader, asked

_TOGETHER: Final = 2000
"""Labels whose spans are read together: the view reads the spans of all labels each time."""
_SPANS: Final = f"""
select label_id, start_ms, end_ms, question, answer, end_answer is not null, kind, classification_id
from audio_spans
where start_ms < end_ms and label_id in ({MARKS})
order by label_id, start_ms, end_ms, classification_id, answer_id
"""
_IDS: Final = f"select node_id, label_id from labels where node_id in ({MARKS})"


class Span(NamedTuple):
    """An answer from `start` to `end`, in milliseconds. What is asked is `question`, "" for a span without one."""

    start: int
    end: int
    question: str
    answer: str
    is_text: bool = False
    """Whether it is free text, and no option that was picked."""

    @property
    def text(self) -> str:
        """Question and answer as one text."""
        return ": ".join(filter(None, (self.question, self.answer)))


@dataclass
class Recording:
    """A recording with its spans in the order of time; `stem` is the name of its file."""

    label: Label
    stem: str
    spans: list[Span] = field(default_factory=list)

    @property
    def tiers(self) -> dict[str, list[Span]]:
        """Spans that do not overlap by the names of their tiers: the question, with a number where it takes several."""
        found: dict[str, list[Span]] = {}
        for span in self.spans:
            number, name = 1, span.question or "Span"
            while name in found and found[name][-1].end > span.start:
                number += 1
                name = f"{span.question or 'Span'} {number}"
            found.setdefault(name, []).append(span)
        return found


class _Row(NamedTuple):
    """A row of the view."""

    start: int
    end: int
    question: str | None
    answer: str | None
    differs: bool
    kind: str | None
    classification_id: int | None


@dataclass
class Recordings:
    """Reads the recordings of an export."""

    reader: Reader
    _spans: dict[str, list[_Row]] = field(default_factory=dict)
    _read: int = 0

    def __iter__(self) -> Iterator[Recording]:
        """The recordings of the chosen data rows."""
        export = self.reader.export
        for place, row in enumerate(self.reader.data_rows()):
            label = row.labels[0]
            if label.asset_type != "audio":
                self.reader.leave_out_row(row, f"{label.asset_type.replace('_', ' ')}: no recording")
                continue
            if place >= self._read:
                self._read_more(place)
            recording = Recording(label, self.reader.selection.names.of(label)[0])
            recording.spans += sorted(self._chosen(row), key=lambda span: span[:2])
            for part in row.parts:
                self._count(part, {found.classification_id for found in self._rows(row)})
            is_wanted = recording.spans or export.choices.empty == "keep"
            for one in row.labels:
                if is_wanted:
                    export.account.wrote(LABEL, one.label_id)
                else:
                    export.account.deselect(LABEL, "labels without a span")
            if is_wanted:
                yield recording

    def _rows(self, row: DataRow) -> Iterator[_Row]:
        return (found for label in row.labels for found in self._spans.get(label.label_id, ()))

    def _chosen(self, row: DataRow) -> Iterator[Span]:
        for found in self._rows(row):
            if found.differs:
                self.reader.export.account.change(
                    FRAME_QUESTION, "its answer at the start; at the end it has another", row.labels[0].label_id
                )
            self.reader.export.wrote()
            yield Span(found.start, found.end, found.question or "", found.answer or "", found.kind == "text")

    def _count(self, part: Annotations, written: set[int | None]) -> None:
        """Count the questions of a part, those of a span as written."""
        account, label_id = self.reader.export.account, part.label.label_id
        for construct, answers in asked(part).items():
            if account.holds(construct):
                ids = {answer.classification_id for answer in answers}
                account.wrote(construct, label_id, len(ids & written))
                account.leave_out(construct, "in no span of time", label_id, len(ids - written))
        for one in part.objects:
            self.reader.leave_out(one, "no span of time")

    def _read_more(self, place: int) -> None:
        """The spans of the next labels."""
        selection, database = self.reader.selection, self.reader.export.database
        first = selection.first[place : place + _TOGETHER]
        nodes = [node for one in first for node in (one, *selection.others.get(one, ()))]
        self._read = place + len(first)
        self._spans = {}
        ids = [label_id for _, label_id in database.select_in(_IDS, nodes)]
        for label_id, *found in database.select_in(_SPANS, ids):
            self._spans.setdefault(label_id, []).append(_Row(*found))
