"""Rows as bars: a name, a number and its bar on each line."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import isfinite
from typing import Any, NamedTuple

from labelstore.cli.colors import Style, painted
from labelstore.cli.tables import is_number
from labelstore.displaying.cells import cell, padded, visible, width_of
from labelstore.errors import UsageError
from labelstore.figures import figure

_EIGHTHS = " ▏▎▍▌▋▊▉"
_GAP = 2
_NARROWEST = 10


class Bar(NamedTuple):
    """One bar: the names of its group, the last of which repeat from bar to bar, its own name, and its number."""

    group: str
    name: str
    value: Any


class Chart(NamedTuple):
    """What is drawn: the name of the numbers, those of the columns that name them, and the bars."""

    number: str
    names: list[str]
    bars: list[Bar]


def chart(columns: Sequence[str], rows: Sequence[Sequence[Any]], number: str | None = None) -> Chart:
    """The bars of a result: of the column `number`, or of the first whose numbers differ.

    Texts and times name them, except those that follow from the ones before. Raises `UsageError` for a result that
    cannot be drawn.
    """
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    numbers = [place for place, column in enumerate(values) if _is_drawable(column)]
    at = _number_at(columns, values, numbers, number)
    named_by = _names_at(rows, [place for place in range(len(columns)) if place not in numbers])
    if not named_by:  # of two columns of numbers the first may be years, or frames
        named_by = [place for place in numbers if place != at][:1]
    if not named_by:
        raise _refused(columns, "a column of names or times beside that of numbers")
    names = [[cell(row[place]) for place in named_by] for row in rows]
    groups = [" · ".join(own[:-1]) for own in names]
    is_grouped = 2 * len(list(groupby(groups))) <= len(groups)
    bars = [
        Bar(group, own[-1], row[at]) if is_grouped else Bar("", " · ".join(own), row[at])
        for group, own, row in zip(groups, names, rows, strict=True)
    ]
    return Chart(visible(columns[at]), [visible(columns[place]) for place in named_by], bars)


def _is_drawable(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(map(is_number, given))


def _number_at(columns: Sequence[str], values: Sequence[Any], numbers: list[int], wanted: str | None) -> int:
    if wanted is not None:
        if wanted not in columns:
            raise UsageError(f"--chart-of {wanted}: the result has no such column; it has {', '.join(columns)}")
        at = columns.index(wanted)
        if at not in numbers:
            raise UsageError(f"--chart-of {wanted}: this column has no numbers")
        return at
    texts = [place for place in range(len(columns)) if place not in numbers]
    if not numbers or not (texts or len(numbers) > 1):
        raise _refused(columns, "a column of numbers and one of names or times")
    after = [place for place in numbers if place > texts[0]] if texts else numbers[1:]
    differing = [place for place in after if len(set(values[place])) > 1]
    return (differing or after or numbers)[0]


def _refused(columns: Sequence[str], needed: str) -> UsageError:
    return UsageError(f"--chart needs {needed}; the result has {', '.join(columns)}")


def _names_at(rows: Sequence[Sequence[Any]], texts: Sequence[int]) -> list[int]:
    """The columns that tell rows apart, each more than those before; the first one if none does."""
    found: list[int] = []
    kinds = 1
    for place in texts:
        told_apart = len({tuple(str(row[other]) for other in (*found, place)) for row in rows})
        if told_apart > kinds:
            found.append(place)
            kinds = told_apart
    return found or list(texts[:1])


def bars(drawn: Chart, width: int, *, blocks: bool = True, colored: bool = False) -> Iterator[str]:
    """The lines of a chart, at most `width` columns wide; of ASCII characters without `blocks`."""
    figures = ["NULL" if bar.value is None else _figure(bar.value) for bar in drawn.bars]
    longest = max(width_of(bar.name) for bar in drawn.bars)
    figure_width = max(map(len, figures))
    name_width = max(1, min(longest, max(width // 3, width - figure_width - 2 * _GAP - width // 2)))
    scale = _Scale.of([_size(bar.value) for bar in drawn.bars], width - name_width - figure_width - 2 * _GAP)
    yield _styled(f"{drawn.number} by {', '.join(drawn.names)}", Style.NAME, colored)
    group = ""
    for bar, text in zip(drawn.bars, figures, strict=True):
        if bar.group != group:
            group = bar.group
            yield ""
            yield _styled(padded(group, min(width, width_of(group))), Style.FAINT, colored)
        line = scale.drawn(_size(bar.value), blocks)
        number = text.rjust(figure_width)
        if bar.value is None:
            number = _styled(number, Style.FAINT, colored)
        gap = " " * _GAP
        yield f"{padded(bar.name, name_width)}{gap}{number}{gap}{_styled(line, Style.BAR, colored)}".rstrip()


def _styled(text: str, style: Style, colored: bool) -> str:
    return painted(text, style) if colored and text.strip() else text


def _figure(value: Any) -> str:
    return figure(value if isinstance(value, int) and abs(value) < 10**15 else float(value))


def _size(value: Any) -> float:
    """The number as one that can be drawn; 0 for what has no length."""
    if value is None:
        return 0.0
    number = float(value)
    return number if isfinite(number) else 0.0


class _Scale(NamedTuple):
    """Columns on the left of the zero and on its right, and the largest number, which fills its side."""

    left: int
    right: int
    lowest: float
    highest: float

    @classmethod
    def of(cls, sizes: Sequence[float], columns: int) -> "_Scale":
        columns = max(columns, _NARROWEST)
        lowest, highest = min(0.0, *sizes, 0.0), max(0.0, *sizes, 0.0)
        span = highest / 2 - lowest / 2  # halves, as the sum may be no number any more
        left = 0 if lowest == 0 else min(columns - 1, max(1, round(columns * (-lowest / 2 / span))))
        left = columns if highest == 0 and lowest < 0 else left
        return cls(left, columns - left, lowest, highest)

    def drawn(self, size: float, blocks: bool) -> str:
        """The bar of a number, with the blanks before it."""
        if size < 0:
            return _halves(size / self.lowest * self.left, blocks).rjust(self.left)
        if size > 0:
            return " " * self.left + _eighths(size / self.highest * self.right, blocks)
        return ""


def _eighths(length: float, blocks: bool) -> str:
    if not blocks:
        return "#" * max(1, round(length))
    whole, part = divmod(max(1, round(8 * length)), 8)
    return "█" * whole + _EIGHTHS[part].strip()


def _halves(length: float, blocks: bool) -> str:
    """A bar that ends on the right: Unicode has the right half of a block, no other parts."""
    if not blocks:
        return "#" * max(1, round(length))
    whole, part = divmod(max(1, round(2 * length)), 2)
    return "▐" * part + "█" * whole
