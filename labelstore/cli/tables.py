"""Rows as an aligned table of text; on a terminal it fits, if need be without the columns in the middle."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any, NamedTuple

from labelstore.cli.colors import Style, painted
from labelstore.displaying.cells import cell, padded, visible, width_of
from labelstore.figures import figure

MEASURED_ROWS = 500
"""The first rows set the widths of the columns; the others stream."""
OMITTED: Any = object()
"""Stands among rows for those that are left out."""
FEWEST = 3
"""A table of fewer columns, others left out, says too little."""

_GAP = 2
_NARROWEST = 4
_TIGHT, _READABLE = 10, 12
"""Columns that a cut text still has: fewer if all columns are shown then, unless even that is too wide."""
_LONGEST_NUMBER = 24
"""Numbers are not cut before that: their starts would be other numbers."""


class Layout(NamedTuple):
    """The columns of a table: their places among those of the result, their widths, whether they are numbers.

    The place None is that of the columns that are left out. `is_cut` says whether a cell is shown without its end.
    """

    places: tuple[int | None, ...]
    widths: tuple[int, ...]
    right: tuple[bool, ...]
    is_cut: bool

    @property
    def shown(self) -> int:
        """How many columns of the result are shown."""
        return sum(place is not None for place in self.places)


def table(
    columns: Sequence[str], rows: Iterable[Any], width: int | None = None, colored: bool = False
) -> Iterator[str]:
    """The lines of a table: names, a rule, the rows.

    What is too wide for `width` is cut or left out; then a last line says so.
    """
    if not columns:
        return
    remaining = iter(rows)
    first = list(islice(remaining, MEASURED_ROWS))
    shape = layout(columns, first, width)
    yield from lines(columns, chain(first, remaining), shape, colored)
    if shape.shown < len(columns):
        text = left_out(len(columns), shape.shown)
        yield painted(text, Style.FAINT) if colored else text


def left_out(columns: int, shown: int, hint: str = "") -> str:
    """`12 columns (7 shown)`."""
    return f"{figure(columns)} columns ({figure(shown)} shown{hint})"


def layout(columns: Sequence[str], rows: Sequence[Any], width: int | None) -> Layout:
    """How a table with these rows, and others like them, fits a width."""
    given = [row for row in rows if row is not OMITTED]
    values = list(zip(*given, strict=True)) or [()] * len(columns)
    right = [_is_number_column(column) for column in values]
    sizes = [max((width_of(cell(value)) for value in column), default=0) for column in values]
    natural = [max(size, width_of(visible(name))) for size, name in zip(sizes, columns, strict=True)]
    if width is None or _total(natural) <= width:
        return Layout(tuple(range(len(columns))), tuple(natural), tuple(right), False)
    for readable in (_TIGHT, _READABLE):
        least = [
            min(whole, max(_TIGHT, min(size, _LONGEST_NUMBER if is_number else readable)))
            for whole, size, is_number in zip(natural, sizes, right, strict=True)
        ]
        if _total(least) <= width:
            break
    places = _places(least, width)
    at = [place for place in places if place is not None]
    space = width - (1 + _GAP if len(at) < len(places) else 0)
    fitted = dict(zip(at, _fitted([natural[p] for p in at], [least[p] for p in at], space), strict=True))
    return Layout(
        tuple(places),
        tuple(1 if place is None else fitted[place] for place in places),
        tuple(place is not None and right[place] for place in places),
        is_cut=any(fitted[place] < natural[place] for place in at),
    )


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _places(least: Sequence[int], width: int) -> list[int | None]:
    """The columns that fit: all, or the first and the last ones, two of the first for one of the last."""
    if _total(least) <= width or len(least) <= FEWEST:
        return list(range(len(least)))
    left, right = 1, 0
    while left + right < len(least) - 1:
        more_right = right < (left + right + 1) // 3
        end = len(least) - right - more_right
        if _total([*least[: left + (not more_right)], 1, *least[end:]]) > width and left + right >= FEWEST - 1:
            break
        left, right = left + (not more_right), right + more_right
    return [*range(left), None, *range(len(least) - right, len(least))]


def _fitted(natural: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """The widths, the widest of them cut until all fit, first to what is readable and then on."""
    space = max(0, width - _GAP * (len(natural) - 1))
    if sum(least) > space:
        least = [min(size, _NARROWEST) for size in natural]
    for most in range(min(max(natural), space), 0, -1):
        widths = [max(low, min(size, most)) for low, size in zip(least, natural, strict=True)]
        if sum(widths) <= space:
            return widths
    return list(least)


def _is_number_column(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(map(is_number, given))


def is_number(value: Any) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def lines(columns: Sequence[str], rows: Iterable[Any], shape: Layout, colored: bool = False) -> Iterator[str]:
    """The table in its layout."""
    faint = _faint if colored else str
    names = ["…" if place is None else visible(columns[place]) for place in shape.places]
    head = _line(names, shape)
    yield painted(head, Style.NAME) if colored else head
    yield faint((" " * _GAP).join("─" * size for size in shape.widths))
    for row in rows:
        if row is OMITTED:
            yield faint(_line(["⋮"] * len(names), shape))
            continue
        cells = ["…" if place is None else cell(row[place]) for place in shape.places]
        yield _colored_line(cells, row, shape) if colored else _line(cells, shape)


def _faint(text: str) -> str:
    return painted(text, Style.FAINT)


def _line(cells: Sequence[str], shape: Layout) -> str:
    return (" " * _GAP).join(map(padded, cells, shape.widths, shape.right)).rstrip()


def _colored_line(cells: Sequence[str], row: Sequence[Any], shape: Layout) -> str:
    """A line with NULL and the columns that are left out faint."""
    texts = list(map(padded, cells, shape.widths, shape.right))
    is_faint = [place is None or row[place] is None for place in shape.places]
    while texts and not texts[-1].rstrip():
        texts.pop()
    if texts:
        texts[-1] = texts[-1].rstrip()
    return (" " * _GAP).join(_faint(text) if faint else text for text, faint in zip(texts, is_faint, strict=False))
