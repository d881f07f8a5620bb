"""Answers as plain names and values, for formats that do not know nested questions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from labelstore.export.annotations import Answer

MANY: Final = ("checklist", "dropdown")
"""The kinds of questions that take several answers."""


def answer_of(one: Answer) -> str | None:
    """What was answered: the name of an option, or a text."""
    return next((text for text in (one.name, one.text, one.value) if text is not None), None)


@dataclass
class Flat:
    """What was answered to a question, and whether several can be."""

    takes_many: bool = False
    texts: list[str | None] = field(default_factory=list)
    is_free: bool = False
    """Whether these are texts, not options."""


def flat_answers(found: Iterable[Answer]) -> dict[str, Any]:
    """Question → what was answered, in the order of the label: a name or a text; a list where several can be."""
    return {
        path: one.texts if one.takes_many or len(one.texts) > 1 else one.texts[0] if one.texts else None
        for path, one in flat(found).items()
    }


def flat(found: Iterable[Answer]) -> dict[str, Flat]:
    """Question → what was answered. A question that an answer leads to is called "question / answer / question"."""
    paths: dict[int | None, str] = {}
    said: dict[str, Flat] = {}
    for one in found:
        path = one.question or ""
        if one.parent_answer_id in paths:
            path = f"{paths[one.parent_answer_id]} / {path}"
        of_question = said.setdefault(path, Flat())
        of_question.takes_many |= one.kind in MANY
        if one.answer_id is not None:
            answer = answer_of(one)
            of_question.texts.append(answer)
            of_question.is_free |= one.name is None and one.value is None
            paths[one.answer_id] = f"{path} / {answer or ''}"
    return said
