"""Answers in wide form: a row for each label or object, a column for each question.

One answer is its text or name. What may have several (a checklist, or a question answered more than once) is a JSON
array, since names may hold any separator. A question without an answer is NULL, an empty checklist `[]`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from labelstore.engines.database import Database
from labelstore.engines.result import Result
from labelstore.errors import UsageError
from labelstore.query.projects import check_project
from labelstore.schema.tables import sql_text

_BOTH = (
    "label_id",
    "data_row_id",
    "external_id",
    "global_key",
    "project",
    "created_by",
    "group_name",
    "frame_number",
)
OWNERS: Final = {
    "labels": (*_BOTH, "message_id"),
    "objects": (*_BOTH, "feature_id", "object_name", "object_kind"),
}
"""What is answered about → the columns that stand before the questions."""

_IS_TIMED = "select count(*) from (select 1 from moments limit 1) as moments"

Question = tuple[str, ...]
"""A question by the schema ids (or the names, where there are none) of itself and those it is nested in."""


class _Answer(NamedTuple):
    """A row of `sql/analyses/answers.sql` with its place; `place` is what one row of the result is about."""

    place: tuple[Any, ...]
    row: dict[str, Any]
    question: Question


def answers(database: Database, of: str = "labels", project: str | None = None) -> Result:
    """The answers of labels, or of objects, of one project (id or name) or of all; rows stream.

    A row is one label or object with at least one question. Questions of frames, of messages and of spans of audio have
    a row for each frame, message or start of a span (which adds a column `start_ms`), an object has one for each frame
    it is in. Columns are named by the newest name of the question, nested ones parent/child, two questions of one name
    (two schema ids) by their class or a number. Labels in model runs are left out. Raises `NotFoundError` for an
    unknown project, `UsageError` for an unknown `of`.
    """
    if of not in OWNERS:
        raise UsageError(f"{of}: answers are of {' or of '.join(OWNERS)}")
    check_project(database, project)
    sql, values = database.dialect.translate(sql_text("analyses/answers.sql")), {"of": of, "project": project}
    owner = OWNERS[of]
    if of == "labels" and database.value(_IS_TIMED):
        owner = (*owner, "start_ms")
    names = _column_names(_placed(database.query(sql, values), owner), of, owner)
    columns = sorted(names, key=lambda question: (names[question].split("/"), question))
    rows = _wide(_placed(database.query(sql, values), owner), columns)
    return Result([*owner, *(names[question] for question in columns)], rows)


def _placed(rows: Iterable[dict[str, Any]], owner: Sequence[str]) -> Iterator[_Answer]:
    """The rows with their question and place. What was asked inside an answer is about the same message as that."""
    asked: dict[int, tuple[Question, Any]] = {}
    label_id = None
    for row in rows:
        if row["label_id"] != label_id:
            label_id = row["label_id"]
            asked.clear()
        above, message_id = asked.get(row["parent_answer_id"], ((), None))
        own = row["schema_id"] or f"named {row['question']}"
        question = (*above, own)
        row["message_id"] = row["message_id"] or message_id
        if row["answer_id"] is not None:
            asked[row["answer_id"]] = (question, row["message_id"])
        place = tuple(row[name] for name in owner)
        yield _Answer((row["object_id"], *place), row, question)


def _column_names(found: Iterable[_Answer], of: str, owner: Sequence[str]) -> dict[Question, str]:
    """The name of each question's column; they differ from each other in more than upper and lower case."""
    words: dict[Question, str] = {}
    classes: dict[Question, set[str]] = {}
    for answer in found:
        words[answer.question] = _clean(answer.row["question"])  # the last is the newest
        classes.setdefault(answer.question, set()).add(_clean(answer.row["object_name"]))
    names = {question: "/".join(words[question[:depth]] for depth in range(1, len(question) + 1)) for question in words}
    if of == "objects":
        same: dict[str, list[Question]] = {}
        for question, name in names.items():
            same.setdefault(name.casefold(), []).append(question)
        for questions in same.values():
            for question in questions:
                if len(questions) > 1 and len(classes[question]) == 1:
                    names[question] = f"{next(iter(classes[question]))}/{names[question]}"
    taken = {name.casefold() for name in owner}
    for question in sorted(names):
        name, number = names[question], 2
        while names[question].casefold() in taken:
            names[question], number = f"{name}_{number}", number + 1
        taken.add(names[question].casefold())
    return names


def _clean(text: str | None) -> str:
    """A name on one line, without what does not print."""
    return " ".join("".join(char if char.isprintable() else " " for char in text or "").split()) or "unnamed"


def _wide(found: Iterable[_Answer], columns: list[Question]) -> Iterator[tuple[Any, ...]]:
    """A row for each place; what belongs together stands together, but for messages within one label."""
    places: dict[tuple[Any, ...], dict[Question, Any]] = {}
    group: Any = None
    for answer in found:
        row = answer.row
        its_group = (row["label_id"], row["object_id"], row["group_name"], row["frame_number"], row["start_ms"])
        if its_group != group:
            yield from _rows(places, columns)
            places.clear()
            group = its_group
        cell = places.setdefault(answer.place, {}).setdefault(answer.question, [row["kind"] == "checklist"])
        if row["answer_id"] is not None:
            cell.append(row["answer"])
    yield from _rows(places, columns)


def _rows(places: dict[tuple[Any, ...], dict[Question, Any]], columns: list[Question]) -> Iterator[tuple[Any, ...]]:
    for place, cells in places.items():
        yield *place[1:], *(_value(*cells[column]) if column in cells else None for column in columns)


def _value(is_list: bool, *given: Any) -> str | None:
    if is_list or len(given) > 1:
        return json.dumps(given, ensure_ascii=False)
    return str(given[0]) if given and given[0] is not None else None
