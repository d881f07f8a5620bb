"""Answers as plain names and values, for formats that do not know nested questions."""

from collections.abc import Iterable
from typing import Any, Final

from labelstore.export.annotations import Answer

MANY: Final = ("checklist", "dropdown")
"""The kinds of questions that take several answers."""


def answer_of(one: Answer) -> str | None:
    """What was answered: the name of an option, or a text."""
    return next((text for text in (one.name, one.text, one.value) if text is not None), None)


def flat_answers(found: Iterable[Answer]) -> dict[str, Any]:
    """Question → what was answered, in the order of the label: a name or a text; a list where several can be.

    A question that an answer leads to is called "question / answer / question".
    """
    paths: dict[int | None, str] = {}
    said: dict[str, list[str | None]] = {}
    many = set()
    for one in found:
        path = one.question or ""
        if one.parent_answer_id in paths:
            path = f"{paths[one.parent_answer_id]} / {path}"
        of_question = said.setdefault(path, [])
        if one.kind in MANY:
            many.add(path)
        if one.answer_id is not None:
            answer = answer_of(one)
            of_question.append(answer)
            paths[one.answer_id] = f"{path} / {answer or ''}"
    return {
        path: texts if path in many or len(texts) > 1 else texts[0] if texts else None for path, texts in said.items()
    }
