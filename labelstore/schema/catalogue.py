"""The tables with their columns, and what each means, read from the comments in `sql/`."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from labelstore.schema.dialects import SQLITE, view_text
from labelstore.schema.tables import columns, sql_text

_TABLE = re.compile(r"^((?:-- [^\n]*\n)+)create table (\w+) \(\n(.*?)^\);", re.M | re.S)
_COLUMN = re.compile(r'^ {4}"?(\w+)"? \w+([^-\n]*?),?(?: *-- (.*))?$', re.M)
_BOOKKEEPING = "    -- bookkeeping:"
_REFERENCE = re.compile(r"references (\w+) \((\w+)\)")

CONVENTIONS = {
    "node_id": "number of the row, in the order of the exported text",
    "end_id": "rows inside it have numbers up to this one",
    "ordinal": "its position in its array or map, from 0",
    "closes": "whether it is the last of its array or map",
    "extra": "JSON object of what no column holds; NULL where there is nothing",
    r"(\w+)_extra": "the same for its block `{0}`",
    r"(\w+)_count": "its {0}s; NULL where the array was absent, 0 where it was empty",
    r"has_(\w+)": "whether the block `{0}` is there",
}
"""What a column without a comment of its own holds, by its name: those that keep the form of the JSON."""

_SHARED = {
    "record_id": "the record of the export that it came with",
    "data_row_id": "the data row (the asset)",
    "label_id": "the label",
    "feature_id": "Labelbox's id of this annotation",
    "schema_id": "Labelbox's id of the class, question or option in the ontology",
    "frame_number": "the frame, from 1",
    "color": "as in the ontology, such as #ff0000",
}
"""The same, of columns that say what the annotation is."""


class Column(NamedTuple):
    """A column of a table; `references` is the table and column that it points to.

    `is_bookkeeping`: it is there because records come back as they were, and people who ask can pass over it.
    """

    name: str
    type: str
    key: bool
    references: tuple[str, str] | None
    description: str
    is_bookkeeping: bool


class Table(NamedTuple):
    """A table of the schema."""

    name: str
    description: str
    columns: list[Column]


@cache
def tables() -> list[Table]:
    """The tables of `sql/schema.sql`, in its order."""
    types = columns()
    return [
        Table(name, _uncommented(comment), [*_columns(body, types[name])])
        for comment, name, body in _TABLE.findall(sql_text("schema.sql"))
    ]


def _columns(body: str, types: dict[str, str]) -> Iterator[Column]:
    asked_for, _, bookkeeping = body.partition(_BOOKKEEPING)
    for part in (asked_for, bookkeeping):
        for name, constraints, comment in _COLUMN.findall(part):
            reference = _REFERENCE.search(constraints)
            points_to = (reference[1], reference[2]) if reference else None
            is_key, description = "primary key" in constraints, comment or _convention(name)
            yield Column(name, types[name], is_key, points_to, description, part is bookkeeping)


def _convention(name: str) -> str:
    for pattern, meaning in (_SHARED | CONVENTIONS).items():
        if found := re.fullmatch(pattern, name):
            return meaning.format(*(group.replace("_", " ") for group in found.groups()))
    return ""


def view_title(file: str) -> tuple[str, str]:
    """The name of the view in a file of `sql/`, and what one row of it is."""
    comment, _, rest = view_text(file.format(engine=SQLITE.name)).partition("create view ")
    return rest.split()[0], _uncommented(comment)


def _uncommented(comment: str) -> str:
    return " ".join(line.removeprefix("--").strip() for line in comment.strip().splitlines())
