"""The question of an export of classes: the one that the caller named, or the only one that labels were asked."""

from typing import NamedTuple

from labelstore.engines.database import Database
from labelstore.errors import NotFoundError, UsageError
from labelstore.export.answers import MANY
from labelstore.export.choices import Choices, option_of
from labelstore.schema.suggestions import did_you_mean
from labelstore.schema.tables import sql_text


class Question(NamedTuple):
    """A question about labels as a whole. With `takes_many` an answer is a set of `classes`, which are sorted."""

    name: str
    takes_many: bool
    classes: tuple[str, ...]


def question_of(database: Database, choices: Choices) -> Question:
    """The question that is meant. Raises `NotFoundError` for an unknown one, `UsageError` where it must be named."""
    rows = database.query(sql_text("export/questions.sql"), {"model_run": choices.model_run}).rows
    wanted = set(choices.filters.of("project"))
    seen = [row for row in rows if row[2] is not None and (not wanted or wanted & {row[0], row[1]})]
    name = choices.question
    if name is None:
        names = sorted({question for _, _, question, kind, _ in seen if kind != "text"})
        if len(names) != 1:
            told = f"one of: {', '.join(names)}" if names else "no label was asked one that has options"
            raise UsageError(f"name the question whose answers are the classes with {option_of('question')}: {told}")
        name = names[0]
    answers = [(kind, answer) for _, _, question, kind, answer in seen if question == name]
    if not answers:
        known = sorted({question for _, _, question, _, _ in seen})
        hint = did_you_mean(name, known) or f"known are: {', '.join(known) or 'none'}"
        raise NotFoundError(f"{name}: no label was asked this question; {hint}")
    classes = sorted({answer for _, answer in answers if answer is not None})
    return Question(name, any(kind in MANY for kind, _ in answers), tuple(classes))
