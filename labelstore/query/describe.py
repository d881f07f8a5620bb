"""What a store holds: its tables and views with their rows counted, and the columns of one of them."""

import re
from typing import Any, NamedTuple

from labelstore.engines.database import Database, Relation
from labelstore.errors import NotFoundError
from labelstore.query.row_counts import VIEWS, RowCounts
from labelstore.schema.catalogue import CONVENTIONS, tables, view_title
from labelstore.schema.dialects import SQLITE, view_files, view_text
from labelstore.schema.suggestions import did_you_mean

_COMMENTED = re.compile(r'(?:\bas |\.|^ *)"?(\w+)"?,? *-- (.*)$', re.M)
_COMMON = {
    "json": "the JSON text, rebuilt from the tables",
    "objects": "the objects of the label, counted",
    "classifications": "the classifications of the label, counted",
    "labelled_frames": "the labelled frames of the label, counted",
    "project_name": "the name of the label's project",
}
_FIRST = ("labels", "data_rows", "objects", "classifications", "answers")


class Listed(NamedTuple):
    """A table or view of a store; `kind` is table or view, `rows` is None where only computing them would tell."""

    name: str
    kind: str
    rows: int | None
    description: str


class Described(NamedTuple):
    """A column, with its type in this store and its value in the first row."""

    name: str
    type: str
    description: str
    example: Any


def listed(database: Database) -> list[Listed]:
    """Tables in the order of the schema, then views, then what else is there."""
    there = {relation.name: relation for relation in database.relations()}
    order = [*(table.name for table in tables()), *dict(map(view_title, view_files())), *there]
    counts = RowCounts(database)
    return [_listed(there[name], counts) for name in sorted(there, key=order.index)]


def _listed(relation: Relation, counts: RowCounts) -> Listed:
    descriptions = {table.name: table.description for table in tables()} | dict(map(view_title, view_files()))
    kind = "view" if relation.is_view else "table"
    about = descriptions.get(relation.name, "").removesuffix(".")
    return Listed(relation.name, kind, counts.of(relation.name), about)


def described(database: Database, table: str) -> tuple[Listed, list[Described]]:
    """One table or view and its columns. Raises `NotFoundError`."""
    there = {relation.name: relation for relation in database.relations()}
    name = next((name for name in there if name.lower() == table.lower()), None)
    if name is None:
        hint = did_you_mean(table, there) or "list them with: labelstore schema DB"
        raise NotFoundError(f"{table}: no table or view has this name; {hint}")
    types = there[name].columns
    meanings = _meanings(name)
    counts = RowCounts(database)
    nothing = (None,) * len(types)
    is_empty = name in VIEWS and counts.is_empty(name)  # else a view of pieces reads all tables to find none
    example = (None if is_empty else database.first_row(there[name])) or nothing
    columns = [
        Described(column, type_, meanings.get(column, ""), value)
        for (column, type_), value in zip(types.items(), example, strict=True)
    ]
    return _listed(there[name], counts), columns


def _meanings(table: str) -> dict[str, str]:
    """Column → what it holds: for a view what its file says, else what the column of that name in the tables is."""
    of_tables = {known.name: {column.name: column.description for column in known.columns} for known in tables()}
    if table in of_tables:
        return of_tables[table]
    meanings: dict[str, str] = {}
    for name in _FIRST:
        for column, description in of_tables[name].items():
            if not any(re.fullmatch(pattern, column) for pattern in CONVENTIONS):
                meanings.setdefault(column, description)
    meanings |= _COMMON
    for file in view_files():
        if view_title(file)[0] == table:
            meanings |= dict(_COMMENTED.findall(view_text(file.format(engine=SQLITE.name)).partition("create view")[2]))
    return meanings
