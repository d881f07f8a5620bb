"""docs/schema.md: every table, column and view, read from `sql/`.

python -m labelstore.documentation            writes it
python -m labelstore.documentation --check    tells whether it is up to date
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from labelstore.rows import DERIVED, columns, sql_text
from labelstore.stores import open_database
from labelstore.stores.schema import SQLITE, VIEWS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "schema.md"

_TABLE = re.compile(r"^((?:-- [^\n]*\n)+)create table (\w+) \(\n(.*?)^\);", re.M | re.S)
_COLUMN = re.compile(r'^ {4}"?(\w+)"? \w+([^-\n]*?),?(?: *-- (.*))?$', re.M)
_REFERENCE = re.compile(r"references (\w+) \((\w+)\)")

CONVENTIONS = {
    "end_id": "node where its text ends",
    "ordinal": "its place in its array or map, from 0",
    "closes": "true on the last of its array or map",
    "extra": "JSON object of what the columns do not say",
    r"(\w+)_extra": "the same of its block `{0}`",
    r"(\w+)_count": "its {0}s; NULL where there was no such array or map, 0 where it was empty",
    r"has_(\w+)": "whether the block `{0}` is there",
}
"""What a column without a comment of its own holds, by its name."""

_BOOKKEEPING = re.compile(
    r"node_id|end_id|annotations_id|ordinal|(open|close)s|(\w+_)?extra|\w+_count|has_\w*(details|info|data)|form|nulls"
)

HEAD = """\
# Tables and views

Made by `python -m labelstore.documentation` from the files in `sql/`; change those. [design.md](design.md)
tells how a record becomes rows and how the views make it a record again. Types are those of a SQLite store;
in DuckDB `integer` is `bigint`, `text` is `varchar`, and there are no keys and no indexes.

"""

RELATIONS_HEAD = """\
## How the tables belong together

An export is a series of `records`. A record tells about one data row (an asset) and holds its `labels`; a
label has `objects`, `classifications` and `relationships`, either its own or those of its `frames`. An object
has its geometry, one row in the table of its kind, and may have classifications; a classification has
`answers`, and an answer may ask further classifications. The same instance in many frames is many objects
with one `feature_id`; `segments` and `key_frames` tell when it is there, and `features` says what it is, by
`schema_id`.
"""

VIEWS_HEAD = """\
## Views

`json` is the JSON text, rebuilt from the tables. `objects`, `classifications` and `labelled_frames` count the
rows of those tables (and of `frames`) that belong to the label. `pos`, `rank` and `piece` are for the other
views: the text of one piece, and its place among the pieces of a record. `area`, `perimeter` and `length` are sizes
in `unit`. `step` counts the events of a data row in a project from 1, the oldest first; `task_name` is the task
that the event ended, `seconds_in_task` the time since the event before. Every other column is the column of
that name in the tables; `project_name` is the name of the label's project.

"""


class Column(NamedTuple):
    """A column of a table; `references` is the table and column that it points to."""

    name: str
    type: str
    key: bool
    references: tuple[str, str] | None
    description: str


class Table(NamedTuple):
    """A table of the schema."""

    name: str
    description: str
    columns: list[Column]


class View(NamedTuple):
    """A view of a SQLite store, with (name, declared type) of its columns."""

    name: str
    description: str
    columns: list[tuple[str, str]]


@cache
def tables() -> list[Table]:
    """The tables of `sql/schema.sql`, in its order."""
    types = columns()
    return [
        Table(name, _uncommented(comment), [_column(found, types[name]) for found in _COLUMN.findall(body)])
        for comment, name, body in _TABLE.findall(sql_text("schema.sql"))
    ]


def _column(found: tuple[str, str, str], types: dict[str, str]) -> Column:
    name, constraints, comment = found
    reference = _REFERENCE.search(constraints)
    points_to = (reference[1], reference[2]) if reference else None
    return Column(name, types[name], "primary key" in constraints, points_to, comment or _convention(name))


def _convention(name: str) -> str:
    for pattern, meaning in CONVENTIONS.items():
        if found := re.fullmatch(pattern, name):
            return meaning.format(*(group.replace("_", " ") for group in found.groups()))
    return ""


@cache
def views() -> list[View]:
    """The views, with their columns as an empty SQLite store has them."""
    with TemporaryDirectory() as folder, open_database(Path(folder) / "empty.db", create=True) as database:
        return [
            View(
                name,
                comment,
                [(row["name"], row["type"].lower()) for row in database.query(f"pragma table_info({name})")],
            )
            for name, comment in map(_view_title, VIEWS)
        ]


def _view_title(file: str) -> tuple[str, str]:
    comment, _, rest = sql_text(file.format(engine=SQLITE.name)).partition("create view ")
    return rest.split()[0], _uncommented(comment)


def _uncommented(comment: str) -> str:
    return " ".join(line.removeprefix("--").strip() for line in comment.strip().splitlines())


def schema_page() -> str:
    """The text of docs/schema.md."""
    return (
        HEAD
        + "\n".join((*_conventions(), *_relations(), *_diagram(), *_tables(), VIEWS_HEAD + "\n".join(_views())))
        + "\n"
    )


def _conventions() -> Iterator[str]:
    """What holds for all tables: the comment at the head of the schema, without its title."""
    preamble = sql_text("schema.sql").split("\n\n")[0]
    yield re.sub(r"^-- ?", "", preamble, flags=re.M).partition("\n\n")[2]
    yield ""


def _relations() -> Iterator[str]:
    yield RELATIONS_HEAD
    for parent in tables():
        children: dict[str, list[str]] = {}
        for child, column in _references():
            if _parent(column) == parent.name:
                how = "at most one of {}" if column.key else f"any number of {{}} by `{column.name}`"
                children.setdefault(how, []).append(f"`{child.name}`")
        if children:
            facts = (how.format(", ".join(names)) for how, names in children.items())
            yield f"- A row of `{parent.name}` has {'; '.join(facts)}."
    yield ""


def _diagram() -> Iterator[str]:
    """The same as a picture, without the columns that only keep the order and completeness of the JSON."""
    yield "```mermaid\nerDiagram"
    for child, column in _references():
        many = "o|" if column.key else "o{"
        yield f'    {_parent(column)} ||--{many} {child.name} : "{column.name}"'
    for table in tables():
        yield f"    {table.name} {{"
        for column in table.columns:
            if column.key or not _BOOKKEEPING.fullmatch(column.name):
                keys = ["PK"] * column.key + ["FK"] * (column.references is not None)
                yield f"        {column.type} {column.name} {', '.join(keys)}".rstrip()
        yield "    }"
    yield "```\n"


def _references() -> Iterator[tuple[Table, Column]]:
    return ((table, column) for table in tables() for column in table.columns if column.references)


def _parent(column: Column) -> str:
    return column.references[0] if column.references else ""


def _tables() -> Iterator[str]:
    yield "## Tables\n"
    for table in tables():
        yield f"### {table.name}\n\nOne row is {table.description}.\n\n| column | type | |\n|---|---|---|"
        for column in table.columns:
            facts = ["primary key"] * column.key
            facts += [f"→ `{'.'.join(column.references)}`"] if column.references else []
            facts += [_escaped(column.description)] if column.description else []
            yield f"| `{column.name}` | {column.type} | {'; '.join(facts)} |"
        yield ""
    yield "Derived tables: " + ", ".join(f"`{name}`" for name in DERIVED) + ".\n"


def _escaped(text: str) -> str:
    """The text in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _views() -> Iterator[str]:
    for view in views():
        named = ", ".join(f"`{name}` {kind}".rstrip() for name, kind in view.columns)
        yield f"### {view.name}\n\nOne row is {view.description.removesuffix('.')}.\n\nColumns: {named}.\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with --check tell whether it is up to date."""
    page = schema_page()
    if "--check" in arguments:
        stale = not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != page
        if stale:
            print("docs/schema.md is not up to date; run: python -m labelstore.documentation", file=sys.stderr)
        return int(stale)
    TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
