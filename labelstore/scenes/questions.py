"""The questions and answers of a label, as trees."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from labelstore.drawing.scene import Answer, Question

if TYPE_CHECKING:
    from labelstore.scenes.reading import Source

_CLASSIFICATIONS = """
select c.classification_id, c.object_id, c.parent_answer_id, c.frame_number, c.message_id, c.kind,
    coalesce(c.name, c.value) as name
from classifications as c
where c.label_id = $label_id and c.frame_id is null
order by c.classification_id
limit $limit
"""
_ANSWERS = """
select a.answer_id, a.classification_id, coalesce(a.text, a.name, a.value) as text
from answers as a
join classifications as c on c.classification_id = a.classification_id
where c.label_id = $label_id and c.frame_id is null
order by a.answer_id
limit $limit
"""


class Questions(NamedTuple):
    """Questions of the label itself, and of its objects by their ids."""

    of_label: tuple[Question, ...]
    of_objects: dict[int, tuple[Question, ...]]


def read_questions(source: "Source", label_id: str, limit: int = 20_000) -> Questions:
    """All questions of a label that are not asked of a frame."""
    values = {"label_id": label_id, "limit": limit}
    answers: dict[int, list[dict[str, Any]]] = {}
    for row in source.query(_ANSWERS, values):
        answers.setdefault(row["classification_id"], []).append(row)
    rows = list(source.query(_CLASSIFICATIONS, values))
    nested: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["parent_answer_id"] is not None:
            nested.setdefault(row["parent_answer_id"], []).append(row)

    def built(asked: Iterable[dict[str, Any]]) -> tuple[Question, ...]:
        return tuple(
            Question(
                row["name"] or "question",
                row["kind"] or "unknown",
                tuple(
                    Answer(answer["text"] or "", built(nested.get(answer["answer_id"], ())))
                    for answer in answers.get(row["classification_id"], ())
                ),
                row["frame_number"],
                row["message_id"],
            )
            for row in asked
        )

    top = [row for row in rows if row["parent_answer_id"] is None]
    of_objects: dict[int, list[dict[str, Any]]] = {}
    for row in top:
        if row["object_id"] is not None:
            of_objects.setdefault(row["object_id"], []).append(row)
    return Questions(
        built(row for row in top if row["object_id"] is None),
        {object_id: built(asked) for object_id, asked in of_objects.items()},
    )
