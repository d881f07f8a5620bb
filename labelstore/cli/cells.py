"""Values as text in the columns of a terminal: as wide as they look, cut where they are too long."""

from typing import Any
from unicodedata import combining, east_asian_width

from labelstore.cli.terminal import visible

_LONGEST = 10_000
"""Characters of a value that a table has room for."""


def cell(value: Any, longest: int | None = _LONGEST) -> str:
    """The value on one line, cut after `longest` characters."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case bytes():
            return value[:longest].hex()
        case str():
            return visible(value[:longest])
    return visible(str(value)[:longest])


def width_of(text: str) -> int:
    """Columns that a terminal needs for the text."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def padded(text: str, width: int, right: bool = False) -> str:
    """The text in `width` columns, on the left or the right; one that is too long ends with an ellipsis."""
    missing = width - width_of(text)
    if missing < 0:
        text, missing = _cut(text, width)
    return " " * missing + text if right else text + " " * missing


def _cut(text: str, width: int) -> tuple[str, int]:
    """The start of the text with an ellipsis, and the columns that are left."""
    start, used = _start(text, width - 1)
    return text[:start] + "…", width - 1 - used


def _start(text: str, width: int) -> tuple[int, int]:
    """How many characters fit in `width` columns, and the columns that they take."""
    used = 0
    for place, char in enumerate(text):
        size = _char_width(char)
        if used + size > width:
            return place, used
        used += size
    return len(text), used


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken wherever they end; at least one line."""
    lines, place = [], 0
    while place < len(text):
        line = text[place : place + width]
        line = line[: max(1, _start(line, width)[0])]
        lines.append(line)
        place += len(line)
    return lines or [""]
