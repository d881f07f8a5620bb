"""Answers as annotation imports of Labelbox nest them: questions with the answers that lead to further questions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from labelstore.export.annotations import Answer
from labelstore.export.answers import MANY, answer_of

_QUESTION: Final = attrgetter("classification_id")


class Question(NamedTuple):
    """A question with its answers: how many questions it is, with those in it, and what an import says."""

    answers: list[Answer]
    size: int
    said: dict[str, Any]

    @property
    def of(self) -> Answer:
        """Its first answer."""
        return self.answers[0]

    @property
    def feature_ids(self) -> list[str | None]:
        """Its own, and those of its answers."""
        return [self.of.feature_id, *(one.answer_feature_id for one in self.answers)]

    @property
    def is_text(self) -> bool:
        """Whether its answer is free text."""
        return isinstance(self.said["answer"], str)


def answerable(answers: Iterable[Answer]) -> tuple[list[Answer], Counter[str]]:
    """The answers that an import can say, and why the other questions cannot be said, with how many there are."""
    kept: list[Answer] = []
    lost: Counter[str] = Counter()
    known: set[int | None] = {None}
    for _, rows in groupby(answers, key=_QUESTION):
        of_question = [*rows]
        first = of_question[0]
        led_to = first.parent_answer_id in known
        if reason := _why_not(of_question) if led_to else "asked by an answer that is left out":
            lost[reason] += 1
        else:
            kept += of_question
            known |= {one.answer_id for one in of_question}
    return kept, lost


def nested(answers: Sequence[Answer]) -> list[Question]:
    """The questions, in their order, of answers that an import can say."""
    found: list[Question] = []
    below: dict[int, list[Question]] = {}
    questions = [[*rows] for _, rows in groupby(answers, key=_QUESTION)]
    for rows in reversed(questions):  # an answer comes before the questions that it leads to
        first = rows[0]
        further = [question for one in rows for question in reversed(below.get(one.answer_id or -1, ()))]
        question = Question(rows, 1 + sum(one.size for one in further), _said(rows, below))
        if first.parent_answer_id is None:
            found.append(question)
        else:
            below.setdefault(first.parent_answer_id, []).append(question)
    return found[::-1]


def _why_not(rows: Sequence[Answer]) -> str:
    if not rows[0].question:
        return "without a name"
    if rows[0].answer_id is None or any(answer_of(one) is None for one in rows):
        return "without an answer"
    return ""


def _said(rows: Sequence[Answer], below: dict[int, list[Question]]) -> dict[str, Any]:
    first = rows[0]
    said: dict[str, Any] = {"name": first.question}
    if first.kind in MANY or len(rows) > 1:
        return said | {"answer": [{"name": answer_of(one)} | _further(one, below) for one in rows]}
    if first.name is None and first.value is None:
        return said | {"answer": first.text} | _further(first, below)
    return said | {"answer": {"name": answer_of(first)} | _further(first, below)}


def _further(one: Answer, below: dict[int, list[Question]]) -> dict[str, Any]:
    further = below.get(one.answer_id or -1)
    return {"classifications": [question.said for question in reversed(further)]} if further else {}
