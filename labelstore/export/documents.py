"""Texts with the spans and categories that labels give them: what formats of language processing are made of."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby
from typing import Final, NamedTuple

from labelstore.export.annotations import Annotations, Answer, Label, Object
from labelstore.export.answers import flat_answers
from labelstore.export.choices import option_of
from labelstore.export.classes import Category
from labelstore.export.constructs import LABEL, LABEL_QUESTION
from labelstore.export.data_rows import DataRow, Reader
from labelstore.export.texts import Texts, texts_of_label
from labelstore.formats.spans import Claim, Offsets, span_problem, unit_of

TEXTS: Final = ("text", "html", "conversation", "llm")
"""Types of assets that are texts; others are too if they have text entities."""
_ANSWERED: Final = ("radio", "checklist", "dropdown")
_MESSAGES = """
select m.message_id, m.text
from labels as l
join messages as m on m.record_id = l.record_id
where l.label_id = ?
order by m.node_id
"""
_OPTIONS = """
select distinct coalesce(c.name, c.value) as question, coalesce(a.name, a.text, a.value) as answer
from classifications as c
join answers as a on a.classification_id = c.classification_id
where c.object_id is null and c.frame_id is null and c.kind in ('radio', 'checklist', 'dropdown')
    and coalesce(a.name, a.text, a.value) is not null
order by 1, 2
"""
_SETS: Final = {"train": "train", "val": "dev", "test": "test", None: "all"}


class Span(NamedTuple):
    """An entity from character `start` to before `end`, in code points."""

    start: int
    end: int
    category: Category
    object: Object


@dataclass
class Document:
    """The text of a data row, or of one message of a conversation."""

    label: Label
    message_id: str | None
    text: str
    set_name: str
    """The split as formats of language processing call it, else all."""
    spans: list[Span] = field(default_factory=list)
    """In the order of the text."""
    cats: dict[str, float] = field(default_factory=dict)
    """Of each question that is answered: "question / answer" → 1 for what was picked, 0 for other answers seen."""


@dataclass
class Documents:
    """Reads the documents of an export."""

    reader: Reader

    def __iter__(self) -> Iterator[Document]:
        """The documents of the chosen data rows; messages come in their order."""
        export = self.reader.export
        for row in self.reader.data_rows():
            label = row.labels[0]
            whole = next(row.parts)
            is_text = label.asset_type in TEXTS or any(_is_span(one) for one in whole.objects)
            found = self._texts(label) if is_text else None
            if not found or not found.texts:
                row.parts = chain([whole], row.parts)
                self.reader.leave_out_row(row, _why(label, found))
                continue
            documents = list(self._documents(row, whole, found.texts))
            chosen = [one for one in documents if export.choices.empty == "keep" or one.spans or one.cats]
            yield from chosen
            for part in row.parts:
                self.reader.leave_out_part(part, "in a frame, not in a text")
            for one in row.labels:
                if chosen:
                    export.account.wrote(LABEL, one.label_id)
                else:
                    export.account.deselect(LABEL, "labels without an object")

    def _texts(self, label: Label) -> Texts:
        export = self.reader.export
        rows = export.database.query(_MESSAGES, (label.label_id,)).rows if label.asset_type != "text" else ()
        found = texts_of_label(export, label, dict(rows))
        messages: dict[str | None, str] = {key: text for key, text in found.texts.items() if key is not None}
        return found._replace(texts=messages or found.texts)

    def _documents(self, row: DataRow, whole: Annotations, texts: Mapping[str | None, str]) -> Iterator[Document]:
        label, set_name = row.labels[0], _SETS[self.reader.selection.splits.of(row.node)]
        spans = self._spans(whole, texts)
        cats = self._cats(whole, texts)
        for key, text in texts.items():
            in_order = sorted(spans.get(key, ()), key=lambda span: (span.start, -span.end))
            yield Document(label, key, text, set_name, in_order, cats.get(key, {}))

    def _spans(self, whole: Annotations, texts: Mapping[str | None, str]) -> dict[str | None, list[Span]]:
        """The entities of each text; those that do not fit it are left out."""
        entities = [one for one in whole.objects if _is_span(one)]
        claims = [
            Claim(texts[one.message_id], one.start, one.end, one.token) for one in entities if one.message_id in texts
        ]
        unit = unit_of(claims)
        offsets = {key: Offsets(texts[key], unit) for key in {one.message_id for one in entities} & texts.keys()}
        found: dict[str | None, list[Span]] = {}
        for one in whole.objects:
            of_text = offsets.get(one.message_id)
            if not _is_span(one):
                self.reader.leave_out(one, "no span of a text")
            elif of_text is None:
                self.reader.leave_out(one, "names no message of the conversation")
            elif problem := span_problem(one.start, one.end, token=one.token, offsets=of_text):
                self.reader.leave_out(one, problem)
            elif one.start is not None and one.end is not None:
                span = Span(of_text.point(one.start), of_text.point(one.end) + 1, self.reader.category(one), one)
                found.setdefault(one.message_id, []).append(span)
        return found

    def _cats(self, whole: Annotations, texts: Mapping[str | None, str]) -> dict[str | None, dict[str, float]]:
        """The categories of each text."""
        account = self.reader.export.account
        found: dict[str | None, dict[str, float]] = {}
        if not account.holds(LABEL_QUESTION):
            return found
        kept: dict[str | None, list[Answer]] = {}
        of_label = (one for one in whole.answers if one.milliseconds is None and one.axis is None)
        for _, some in groupby(of_label, key=lambda answer: answer.classification_id):
            answers = list(some)
            one = answers[0]
            if one.kind not in _ANSWERED:
                account.leave_out(LABEL_QUESTION, "free text is no category", whole.label.label_id)
            elif one.message_id not in texts:
                account.leave_out(LABEL_QUESTION, "about a conversation, not a message", whole.label.label_id)
            else:
                account.wrote(LABEL_QUESTION, whole.label.label_id)
                self.reader.export.wrote()
                kept.setdefault(one.message_id, []).extend(answers)
        for key, answers in kept.items():
            cats = found.setdefault(key, {})
            for path, said in flat_answers(answers).items():
                picked = [str(one) for one in (said if isinstance(said, list) else [said]) if one is not None]
                options = self._options.get(path.rpartition(" / ")[2], [])
                cats |= {f"{path} / {option}": float(option in picked) for option in dict.fromkeys((*options, *picked))}
        return found

    @cached_property
    def _options(self) -> dict[str, list[str]]:
        """Question → the answers that labels gave to it."""
        found: dict[str, list[str]] = {}
        for question, answer in self.reader.export.database.query(_OPTIONS).rows:
            found.setdefault(question or "", []).append(answer)
        return found


def longest(spans: list[Span]) -> tuple[list[Span], list[Span]]:
    """The longest spans that do not overlap, in the order of the text, and the others."""
    kept: list[Span] = []
    others: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        place = bisect_right(kept, span.start, key=lambda one: one.start)
        overlaps = any(one.end > span.start for one in kept[place - 1 : place]) or any(
            one.start < span.end for one in kept[place : place + 1]
        )
        if overlaps:
            others.append(span)
        else:
            kept.insert(place, span)
    return kept, others


def _is_span(one: Object) -> bool:
    return one.kind == "text_entity" and one.location is None


def _why(label: Label, found: Texts | None) -> str:
    if found is None:
        return f"{label.asset_type.replace('_', ' ')}: no text"
    return found.problem or f"its text is not at hand: give the folder of the files with {option_of('assets')}"
