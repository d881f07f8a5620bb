"""Tables of scorecards: columns in their forms, sorted by links, numbers that lead to the gallery."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from labelstore.reporting.columns import Column, whoever

Row = Mapping[str, Any]
MOST_ROWS = 200
"""Rows of a table at most; the page says how many there are."""


class Cell(NamedTuple):
    """What one cell shows, and where it leads."""

    text: str
    href: str | None = None


class Head(NamedTuple):
    """The title of a column, the link that sorts by it, and how it is sorted now: ascending, descending or not."""

    title: str
    href: str
    sorted: str | None
    about: str


class Table(NamedTuple):
    """A table as the page shows it: the first cell of each row is its heading."""

    heads: list[Head]
    rows: list[list[Cell]]
    total: int


def table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    sort: str | None,
    sorting: Callable[[str], str],
    leads: Callable[[Row, Mapping[str, Any]], str | None],
    heading: Callable[[Row], str | None],
) -> Table:
    """A table sorted as `sort` says: a key, with a minus downwards; rows without a value come last.

    `sorting` makes the link that sorts, `leads` that of a number from a row and the filters of its column, `heading`
    that of the first cell.
    """
    keys = {column.key for column in columns}
    key = sort.removeprefix("-") if sort and sort.removeprefix("-") in keys else None
    falls = bool(sort and sort.startswith("-"))
    ordered = list(rows)
    if key:
        known = [row for row in rows if row[key] is not None]
        known.sort(key=lambda row: row[key], reverse=falls)
        ordered = [*known, *(row for row in rows if row[key] is None)]
    heads = [_head(column, key, falls, sorting) for column in columns]
    shown = [
        [Cell(columns[0].form(row[columns[0].key]), heading(row)), *(_cell(one, row, leads) for one in columns[1:])]
        for row in ordered[:MOST_ROWS]
    ]
    return Table(heads, shown, len(rows))


def _head(column: Column, key: str | None, falls: bool, sorting: Callable[[str], str]) -> Head:
    """Numbers are sorted downwards first, names upwards."""
    here = column.key == key
    is_name = column.form in (str, whoever)
    down = not falls if here else not is_name
    state = ("descending" if falls else "ascending") if here else None
    return Head(column.title, sorting(f"-{column.key}" if down else column.key), state, column.about)


def _cell(column: Column, row: Row, leads: Callable[[Row, Mapping[str, Any]], str | None]) -> Cell:
    value = row[column.key]
    href = leads(row, column.filters) if column.filters is not None and value else None
    return Cell(column.form(value), href)
