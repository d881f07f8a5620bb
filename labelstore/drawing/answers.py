"""Classifications and their answers as nested lists."""

from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup

from labelstore.drawing.asset_text import visible
from labelstore.drawing.captions import clock, in_words, left_out, shortened
from labelstore.drawing.svg import element, joined
from labelstore.figures import figure
from labelstore.scenes.scene import Answer, Question

Unit = Literal["frames", "ms"]

MAX_QUESTIONS = 1000
"""Of one list; as many answers of one question are drawn."""
MAX_DEPTH = 50
MAX_ANSWER = 20_000
"""Characters of one answer."""


def draw_questions(questions: Sequence[Question], *, unit: Unit = "frames", about: bool = True) -> Markup:
    """`<dl class="answers">`: each question with its answers, what an answer asked inside it.

    With `about` a question names its frame (audio: milliseconds) or message.
    """
    return _questions(questions, unit, about, MAX_DEPTH)


def _questions(questions: Sequence[Question], unit: Unit, about: bool, depth: int) -> Markup:
    if not questions:
        return Markup()
    if depth == 0:
        return element("p", "Deeper questions are not shown.", class_="note")
    shown = questions[:MAX_QUESTIONS]
    items = joined(_question(question, unit, about, depth) for question in shown)
    note = left_out(len(shown), len(questions), "questions", verb="shown")
    return element("dl", items, class_="answers") + note


def _question(question: Question, unit: Unit, about: bool, depth: int) -> Markup:
    subject = _about(question, unit) if about else ""
    term = element(
        "dt",
        shortened(question.name, 200),
        Markup(" ") + element("span", subject, class_="about") if subject else "",
        title=in_words(question.kind),
    )
    shown = question.answers[:MAX_QUESTIONS]
    answers = joined(_answer(answer, unit, about, depth) for answer in shown)
    if not shown:
        answers = element("dd", "no answer", class_="none")
    elif len(shown) < len(question.answers):
        answers += element("dd", f"… and {figure(len(question.answers) - len(shown))} more", class_="none")
    return term + answers


def _answer(answer: Answer, unit: Unit, about: bool, depth: int) -> Markup:
    text = element("span", shortened(answer.text, MAX_ANSWER), class_="answer", dir="auto") if answer.text else ""
    nested = _questions(answer.questions, unit, about, depth - 1)
    return element("dd", text or element("span", "empty", class_="none"), nested)


def _about(question: Question, unit: Unit) -> str:
    """Which frame, moment, group or message a question is about."""
    parts = []
    if question.group_name is not None:
        parts.append(visible(question.group_name))
    if question.frame_number is not None:
        start, end = question.frame_number, question.end_frame
        if unit == "ms":
            parts.append(f"at {clock(start)}" + (f"–{clock(end)}" if end is not None and end > start else ""))
        else:
            spans = end is not None and end > start
            parts.append(f"frames {figure(start)}–{figure(end or start)}" if spans else f"frame {figure(start)}")
    if question.message_id is not None:
        parts.append(f"message {shortened(question.message_id)}")
    return ", ".join(parts)
