"""Classifications and their answers as nested lists."""

from collections.abc import Sequence

from markupsafe import Markup

from labelstore.drawing.scene import Question
from labelstore.drawing.svg import element, joined


def draw_questions(questions: Sequence[Question]) -> Markup:
    """`<dl class="answers">`: each question with its answers, what an answer asked inside it."""
    if not questions:
        return Markup()
    return element("dl", joined(_question(question) for question in questions), class_="answers")


def _question(question: Question) -> Markup:
    answers = (element("dd", answer.text, draw_questions(answer.questions)) for answer in question.answers)
    return element("dt", question.name, title=question.kind) + joined(answers)
