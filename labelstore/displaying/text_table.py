"""A table of text that fits a prompt: a few rows, as many columns as there is room for."""

from collections.abc import Sequence
from decimal import Decimal
from shutil import get_terminal_size
from typing import Any

from labelstore.displaying.cells import cell, padded, visible, width_of

_GAP = "  "
_WIDEST = 40


def text_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None = None) -> str:
    """The lines of a table, at most `width` wide (by default as the terminal); columns that do not fit are counted."""
    width = get_terminal_size().columns if width is None else width
    lines = [""] * (len(rows) + 1)
    for number, name in enumerate(columns):
        values = [row[number] for row in rows]
        texts = [visible(name), *map(cell, values)]
        size = min(max(map(width_of, texts)), _WIDEST)
        right = all(map(is_number, values)) and bool(values)
        left_out = len(columns) - number
        more = f"{_GAP}… {left_out} more"
        if number and width_of(lines[0]) + len(_GAP) + size + (len(more) if left_out > 1 else 0) > width:
            lines[0] += more
            break
        gap = _GAP if number else ""
        lines = [line + gap + padded(text, size, right) for line, text in zip(lines, texts, strict=True)]
    return "\n".join(line.rstrip() for line in lines)


def is_number(value: Any) -> bool:
    """Whether a value stands on the right of its column; true and false do not."""
    return value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))
