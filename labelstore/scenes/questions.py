"""The questions and answers of a label, as trees."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from labelstore.scenes.frames import Frames, in_group
from labelstore.scenes.scene import Answer, Question
from labelstore.scenes.source import Source

CLASSIFICATIONS = """
select c.classification_id, c.object_id, c.parent_answer_id,
    coalesce(c.frame_number, case when c.parent_answer_id is null then m.milliseconds end) as frame_number,
    c.message_id, c.kind, c.feature_id, coalesce(c.name, c.value) as name, g.group_name
from classifications as c
left join moments as m on m.moment_id = c.moment_id
left join frame_groups as g on g.node_id = c.group_id
where {condition}
order by c.classification_id
limit $limit
"""
ANSWERS = """
select a.answer_id, a.classification_id, a.feature_id, coalesce(a.text, a.name, a.value) as text
from classifications as c
cross join answers as a -- which SQLite leaves in this order: few classifications, and their answers by the index
where a.classification_id = c.classification_id and {condition}
order by a.answer_id
limit $limit
"""
"""The rows of `trees`, under a condition on `classifications as c`."""
_OF_LABEL = "c.label_id = $label_id and c.frame_id is null"
_OF_FRAME = """c.frame_id in (
    select f.frame_id from frames as f
    where f.label_id = $label_id and {group} and f.frame_number = $frame_number)"""


MAX_DEPTH = 50
"""Levels of questions inside answers; deeper ones are not read."""


class Questions(NamedTuple):
    """Questions of the label itself, and of its objects by their ids."""

    of_label: tuple[Question, ...]
    of_objects: dict[int, tuple[Question, ...]]


def read_questions(source: Source, label_id: str, limit: int = 20_000, *, frames: Frames | None = None) -> Questions:
    """The questions about the label as a whole, and those about the frame shown."""
    conditions: list[tuple[str, dict[str, Any]]] = [(_OF_LABEL, {})]
    if frames is not None and frames.number is not None:
        group, values = in_group(frames.group)
        conditions.append((_OF_FRAME.format(group=group), {**values, "frame_number": frames.number}))
    answers: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for condition, more in conditions:
        values = {"label_id": label_id, "limit": limit, **more}
        answers += source.query(ANSWERS.format(condition=condition), values)
        rows += source.query(CLASSIFICATIONS.format(condition=condition), values)
    of_label: list[Question] = []
    of_objects: dict[int, list[Question]] = {}
    for row, question in trees(rows, answers):
        (of_label if row["object_id"] is None else of_objects.setdefault(row["object_id"], [])).append(question)
    return Questions(tuple(of_label), {object_id: tuple(asked) for object_id, asked in of_objects.items()})


def trees(asked: Iterable[dict[str, Any]], answered: Iterable[dict[str, Any]]) -> list[tuple[dict[str, Any], Question]]:
    """The questions that no answer asked, each with its row; from rows of classifications and answers, in order."""
    answers: dict[int, list[dict[str, Any]]] = {}
    for row in answered:
        answers.setdefault(row["classification_id"], []).append(row)
    nested: dict[int | None, list[dict[str, Any]]] = {}
    for row in asked:
        nested.setdefault(row["parent_answer_id"], []).append(row)

    def built(row: dict[str, Any], depth: int) -> Question:
        found = tuple(
            Answer(
                answer["text"] or "",
                tuple(built(inner, depth - 1) for inner in nested.get(answer["answer_id"], ()) if depth),
            )
            for answer in answers.get(row["classification_id"], ())
        )
        return Question(
            row["name"] or "question",
            row["kind"] or "unknown",
            found,
            row["frame_number"],
            row["message_id"],
            row["group_name"],
        )

    return [(row, built(row, MAX_DEPTH)) for row in nested.get(None, ())]
