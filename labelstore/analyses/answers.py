"""Answers in wide form: a row for each label or object, a column for each question.

One answer is its text or name. What may have several (a checklist, or a question answered more than once) is a JSON
array, since names may hold any separator. A question without an answer is NULL, an empty checklist `[]`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from labelstore.engines.database import Database
from labelstore.engines.result import Result
from labelstore.errors import UsageError
from labelstore.query.projects import check_project
from labelstore.schema.generations import CODE_BITS
from labelstore.schema.tables import NODE_BITS, sql_text

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

RECORDS = 20_000 << CODE_BITS
"""So many are read at once, as record ids count."""

_encode = json.JSONEncoder(ensure_ascii=False).encode

Question = tuple[str, ...]
"""A question by the schema ids (or the names, where there are none) of itself and those it is nested in."""


class _Asked(NamedTuple):
    """A row of `sql/analyses/` with its question, and with the message that this, or what it is nested in, is about."""

    row: tuple[Any, ...]
    question: Question
    message_id: str | None


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
    owner = OWNERS[of]
    if of == "labels" and database.value(_IS_TIMED):
        owner = (*owner, "start_ms")
    values = {"of": of, "project": project}
    names = _column_names(_read(database, "answered_questions", values), of, owner)
    columns = sorted(names, key=lambda question: (names[question].split("/"), question))
    rows = _wide(_read(database, "answers", values), owner, columns)
    return Result([*owner, *(names[question] for question in columns)], rows)


def _read(database: Database, name: str, values: dict[str, Any]) -> Iterator[Result]:
    """The results of a query of `sql/analyses/` for some records after the other: they neither wait nor need memory."""
    sql = database.dialect.translate(sql_text(f"analyses/{name}.sql"))
    last = database.value("select max(record_id) from records")
    for first in range(0, 0 if last is None else last + 1, RECORDS):
        nodes = {"first": first << NODE_BITS, "last": (first + RECORDS << NODE_BITS) - 1}
        yield database.query(sql, values | nodes)


def _asked(result: Result) -> Iterator[_Asked]:
    """The rows of a result with their questions: what is nested in a question has nodes inside of its own."""
    wanted = ("classification_id", "end_id", "parent_answer_id", "schema_id", "question", "message_id")
    read = _getter(result, wanted)
    last, question, message_id = None, Question(), None
    around: list[tuple[int, Question, str | None]] = []
    for row in result.rows:
        classification_id, end_id, parent_answer_id, schema_id, name, own_message_id = read(row)
        if classification_id != last:
            last = classification_id
            while around and around[-1][0] < classification_id:
                around.pop()
            _, above, message_id = around[-1] if around and parent_answer_id is not None else (0, (), None)
            question, message_id = (*above, schema_id or f"named {name}"), own_message_id or message_id
            around.append((end_id or classification_id, question, message_id))
        yield _Asked(row, question, message_id)


def _getter(result: Result, names: Sequence[str]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """What takes these columns out of a row of the result."""
    return itemgetter(*map(result.columns.index, names))


def _column_names(parts: Iterable[Result], of: str, owner: Sequence[str]) -> dict[Question, str]:
    """The name of each question's column; they differ from each other in more than upper and lower case."""
    words: dict[Question, str] = {}
    classes: dict[Question, set[str | None]] = {}
    for part in parts:
        read = _getter(part, ("question", "object_name"))
        for row, question, _ in _asked(part):
            words[question], name = read(row)  # the last is the newest
            classes.setdefault(question, set()).add(name)
    words = {question: _clean(word) for question, word in words.items()}
    of_classes = {question: set(map(_clean, found)) for question, found in classes.items()}
    names = {question: "/".join(words[question[:depth]] for depth in range(1, len(question) + 1)) for question in words}
    if of == "objects":
        same: dict[str, list[Question]] = {}
        for question, name in names.items():
            same.setdefault(name.casefold(), []).append(question)
        for questions in same.values():
            for question in questions:
                if len(questions) > 1 and len(of_classes[question]) == 1:
                    names[question] = f"{next(iter(of_classes[question]))}/{names[question]}"
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


def _wide(parts: Iterable[Result], owner: Sequence[str], columns: list[Question]) -> Iterator[tuple[Any, ...]]:
    """A row for each place; what belongs together stands together, but for messages within one label."""
    numbers = {question: number for number, question in enumerate(columns)}
    message = owner.index("message_id") if "message_id" in owner else None
    for part in parts:
        place_of, read = _getter(part, ("object_id", *owner)), _getter(part, ("answer_id", "answer", "kind"))
        group_of = _getter(part, ("label_id", "object_id", "group_name", "frame_number", "start_ms"))
        places: dict[tuple[Any, ...], list[list[Any] | None]] = {}
        group: Any = None
        for row, question, message_id in _asked(part):
            if (its_group := group_of(row)) != group:
                yield from _rows(places)
                places.clear()
                group = its_group
            place = place_of(row)
            if message is not None and message_id is not None:
                place = (*place[: message + 1], message_id, *place[message + 2 :])
            cells = places.get(place) or places.setdefault(place, [None] * len(columns))
            answer_id, answer, kind = read(row)
            number = numbers[question]
            cell = cells[number]
            if cell is None:
                cell = cells[number] = [kind == "checklist"]
            if answer_id is not None:
                cell.append(answer)
        yield from _rows(places)


def _rows(places: dict[tuple[Any, ...], list[list[Any] | None]]) -> Iterator[tuple[Any, ...]]:
    for place, cells in places.items():
        yield (*place[1:], *[None if cell is None else _value(*cell) for cell in cells])


def _value(is_list: bool, *given: Any) -> str | None:
    if is_list or len(given) > 1:
        return _encode(given)
    return str(given[0]) if given and given[0] is not None else None
