"""Records upright: a field a line, for rows that are too wide for a table."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from labelstore.cli.colors import Style, painted
from labelstore.cli.tables import OMITTED
from labelstore.displaying.cells import cell, padded, visible, width_of, wrapped

LINES_OF_A_VALUE = 8
"""Lines that a value has before it is cut."""

_GAP = 2
_RULE = 40
_LONGEST_NAME = 30


def upright(
    columns: Sequence[str],
    rows: Iterable[Any],
    width: int | None = None,
    colored: bool = False,
    *,
    whole: bool = False,
    omitted: int = 0,
) -> Iterator[str]:
    """The lines of records, each below a rule with its number; of long values the first lines, or all if `whole`.

    `omitted` is how many rows the mark `OMITTED` stands for.
    """
    names = [visible(name) for name in columns]
    column = max(map(width_of, names), default=0)
    column = column if width is None else min(column, _LONGEST_NAME, max(1, width // 2))
    space = None if width is None else max(4, width - column - _GAP)
    faint, bold = _painters(colored)
    number = 0
    for row in rows:
        if row is OMITTED:
            number += omitted
            yield faint("⋮")
            continue
        number += 1
        yield faint(_rule(number, width))
        for name, value in zip(names, row, strict=True):
            first, *others = _value(value, space, whole)
            yield f"{bold(padded(name, column))}{' ' * _GAP}{faint(first) if value is None else first}".rstrip()
            yield from (" " * (column + _GAP) + other.rstrip() for other in others)


def _painters(colored: bool) -> Any:
    if not colored:
        return str, str
    return (lambda text: painted(text, Style.FAINT)), (lambda text: painted(text, Style.NAME))


def _rule(number: int, width: int | None) -> str:
    start = f"── {number} "
    return start + "─" * (min(width or _RULE, _RULE) - len(start))


def _value(value: Any, space: int | None, whole: bool) -> list[str]:
    if space is None:
        return [cell(value, None)]
    if whole:
        return wrapped(cell(value, None), space)
    most = LINES_OF_A_VALUE
    found = wrapped(cell(value, most * space + 1), space)
    if len(found) <= most:
        return found
    return [*found[: most - 1], padded(found[most - 1] + "…" * 2, space)]
