"""A result as a terminal shows it: some of its rows as a table or upright, then how many rows there are."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from labelstore.cli.colors import Style, painted
from labelstore.cli.pager import pager, write_paged
from labelstore.cli.tables import FEWEST, MEASURED_ROWS, OMITTED, Layout, layout, left_out, lines
from labelstore.cli.terminal import Screen
from labelstore.cli.upright import upright
from labelstore.figures import duration, figure

SHOWN_ROWS = 40
"""Of more rows the first and the last half of so many are shown."""
PATIENCE = 2.0
"""Seconds to count rows that are not shown; then there are "more than" so many."""

_USUAL_WIDTH = 80
_AROUND = 10  # lines of a table, or of a chart, that are not rows


class View(NamedTuple):
    """How a user wants results shown.

    `format` is `table`, `upright`, or None for the one that fits. `all_rows` shows every row, `whole` also all of every
    value of an upright record. `hints` are what the last line says to do for all rows and all columns. A chart
    draws the column `chart_of`, or the one that fits, as blocks or in ASCII.
    """

    format: str | None = None
    all_rows: bool = False
    whole: bool = False
    paged: bool = True
    hints: tuple[str, str] | None = ("--all", "--format upright")
    is_chart: bool = False
    chart_of: str | None = None
    blocks: bool = True


class Excerpt(NamedTuple):
    """The first and the last rows of a result, the mark `OMITTED` between them, and how many rows it has.

    If counting took too long, these are its first rows, and `total` is how many were read.
    """

    rows: list[Any]
    total: int
    shown: int
    is_counted: bool = True
    is_from_start: bool = False


class Counted:
    """Rows, counted as they are read."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.count += 1
            yield row


def excerpt(
    rows: Iterable[Any], most: int = SHOWN_ROWS, patience: float = PATIENCE, *, from_both_ends: bool = True
) -> Excerpt:
    """The rows that are shown of a result, which is read once and not kept."""
    remaining = iter(rows)
    head = list(islice(remaining, most))
    half = most // 2
    tail = deque(head[half:], maxlen=most - half)
    count, deadline = len(head), time.perf_counter() + patience
    for row in remaining:
        count += 1
        tail.append(row)
        if time.perf_counter() > deadline:
            return Excerpt([*head, OMITTED], count, most, is_counted=False, is_from_start=True)
    if count <= most:
        return Excerpt(head, count, count)
    if not from_both_ends:
        return Excerpt([*head, OMITTED], count, most, is_from_start=True)
    return Excerpt([*head[:half], OMITTED, *tail], count, most)


def show(
    columns: Sequence[str],
    rows: Iterable[Any],
    view: View,
    screen: Screen | None,
    started: float,
    give_up: Callable[[], None] = lambda: None,
) -> int:
    """Show a result, asked at `started` by `time.perf_counter`, on a terminal; the number of rows that were read.

    What may be longer than a table of `SHOWN_ROWS` goes through the pager. `give_up` is called in another thread when
    a user leaves the pager before the end. Without a screen, only charts are shown. Raises `UsageError` for a result
    that cannot be drawn as a chart.
    """
    there = screen or Screen(_USUAL_WIDTH, SHOWN_ROWS, colored=False)
    counted = Counted(rows)
    shown = result_lines(columns, counted, view, there, lambda: time.perf_counter() - started)
    is_long = view.all_rows or view.format == "upright"
    height = there.height if is_long else max(there.height, SHOWN_ROWS + _AROUND)
    write_paged(shown, height, give_up, pager() if view.paged and screen else None)
    return counted.count


def result_lines(
    columns: Sequence[str], rows: Counted, view: View, screen: Screen, elapsed: Callable[[], float]
) -> Iterator[str]:
    """The lines of a result: its rows as they fit, and a last one about the rows and the seconds that they took."""
    rest: Iterator[Any] = iter(())
    if view.all_rows:
        rest = iter(rows)
        first = list(rest if view.is_chart else islice(rest, MEASURED_ROWS))
        found = Excerpt(first, len(first), len(first))
    else:
        found = excerpt(rows, from_both_ends=not view.is_chart)
    if view.is_chart:
        body, columns_shown = _bars(columns, found, view, screen), len(columns)
    else:
        body, columns_shown = _body(columns, found, rest, view, screen)
    yield from body
    if view.all_rows:
        found = Excerpt([], rows.count, rows.count)
    yield from last_lines(found, len(columns), columns_shown, view, screen, elapsed())


def _bars(columns: Sequence[str], found: Excerpt, view: View, screen: Screen) -> Iterator[str]:
    from labelstore.cli.bars import bars, chart

    drawn = [row for row in found.rows if row is not OMITTED]
    if drawn:
        yield from bars(chart(columns, drawn, view.chart_of), screen.width, blocks=view.blocks, colored=screen.colored)
        yield ""


def _body(
    columns: Sequence[str], found: Excerpt, rest: Iterator[Any], view: View, screen: Screen
) -> tuple[Iterator[str], int]:
    """The lines of the rows that were found and of the rest, and how many columns they show."""
    shape = layout(columns, found.rows, screen.width)
    rows = chain(found.rows, rest)
    if found.total and _is_upright(shape, found.total, len(columns), view):
        omitted = found.total - found.shown
        body = upright(columns, rows, screen.width, screen.colored, whole=view.whole, omitted=omitted)
        return body, len(columns)
    return lines(columns, rows, shape, screen.colored), shape.shown


def _is_upright(shape: Layout, count: int, columns: int, view: View) -> bool:
    """Whether rows stand upright: as the user says, or if one row is cut, or of many columns too few would be shown."""
    if view.format is not None:
        return view.format == "upright"
    return (count == 1 and (shape.is_cut or shape.shown < columns)) or shape.shown < min(columns, FEWEST)


def last_lines(
    found: Excerpt, columns: int, columns_shown: int, view: View, screen: Screen, seconds: float
) -> Iterator[str]:
    """How many rows and columns there are and are shown, and the time; in as few lines as the terminal needs."""
    parts = [_rows(found, view)]
    if columns_shown < columns:
        parts.append(left_out(columns, columns_shown, f"; {view.hints[1]}" if view.hints else ""))
    parts.append(duration(max(0.01, round(seconds, 2))))
    line = parts[0]
    for part in parts[1:]:
        if len(line) + 3 + len(part) > screen.width:
            yield _faint(line, screen)
            line = part
        else:
            line += f" · {part}"
    yield _faint(line, screen)


def _rows(found: Excerpt, view: View) -> str:
    more = "" if found.is_counted else "more than "
    text = f"{more}{figure(found.total)} {'row' if found.total == 1 else 'rows'}"
    if found.shown == found.total:
        return text
    first = "first " if found.is_from_start else ""
    return f"{text} ({first}{figure(found.shown)} shown{f'; {view.hints[0]}' if view.hints else ''})"


def _faint(text: str, screen: Screen) -> str:
    return painted(text, Style.FAINT) if screen.colored else text
