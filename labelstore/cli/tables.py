"""Rows as an aligned table of text that fits the terminal."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any
from unicodedata import combining, east_asian_width

from labelstore.cli.terminal import visible

MEASURED_ROWS = 500
"""The first rows set the widths of the columns; the others stream."""

_GAP = 2
_NARROWEST = 4
_LONGEST = 10_000


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], width: int | None = None) -> Iterator[str]:
    """The lines of a table: names, a rule, the rows. Cells too long for `width` end with an ellipsis."""
    if not columns:
        return
    remaining = iter(rows)
    first = list(islice(remaining, MEASURED_ROWS))
    names = [visible(name) for name in columns]
    cells = [[_cell(value) for value in row] for row in first]
    widths = _fitted([max(map(_width, column)) for column in zip(names, *cells, strict=True)], width)
    right = [_is_number_column(column) for column in zip(*first, strict=True)] or [False] * len(names)
    yield _line(names, widths, right)
    yield "  ".join("─" * size for size in widths)
    for row in chain(cells, ([_cell(value) for value in row] for row in remaining)):
        yield _line(row, widths, right)


def _cell(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case bytes():
            return value[:_LONGEST].hex()
        case str():
            return visible(value[:_LONGEST])
    return visible(str(value)[:_LONGEST])


def _width(text: str) -> int:
    """Columns that a terminal needs for the text."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _fitted(widths: list[int], available: int | None) -> list[int]:
    """The widths, the widest of them cut until all fit."""
    if available is None:
        return widths
    space = available - _GAP * (len(widths) - 1)
    if sum(widths) <= space:
        return widths
    cap, narrower = _NARROWEST, sorted(widths)
    for place, size in enumerate(narrower):
        share = (space - sum(narrower[:place])) // (len(widths) - place)
        if size > share:
            cap = max(share, _NARROWEST)
            break
    return [min(size, cap) for size in widths]


def _is_number_column(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in given
    )


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (_padded(*cell) for cell in zip(cells, widths, right, strict=True))
    return (" " * _GAP).join(padded).rstrip()


def _padded(text: str, width: int, right: bool) -> str:
    missing = width - _width(text)
    if missing < 0:
        text, missing = _cut(text, width)
    return " " * missing + text if right else text + " " * missing


def _cut(text: str, width: int) -> tuple[str, int]:
    """The start of the text with an ellipsis, and the columns that are left."""
    used = 0
    for place, char in enumerate(text):
        size = _char_width(char)
        if used + size > width - 1:
            return text[:place] + "…", width - 1 - used
        used += size
    return text, width - used
