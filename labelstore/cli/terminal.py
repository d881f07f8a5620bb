"""The terminal that standard output is, and JSON without characters that one would obey."""

import re
import shutil
import sys
from typing import NamedTuple

from labelstore.cli.colors import colored

# Control characters that JSON allows in strings; some terminals obey them.
_OBEYED = re.compile("[\x7f-\x9f]")


def json_escaped(text: str) -> str:
    """The same JSON without characters that a terminal would obey."""
    if text.isascii() and "\x7f" not in text:
        return text
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def terminal_width() -> int | None:
    """Columns of the terminal; None where the output goes elsewhere and nothing has to fit."""
    return shutil.get_terminal_size().columns if is_terminal() else None


class Screen(NamedTuple):
    """The terminal that standard output is: its columns and lines, and whether it shows colors."""

    width: int
    height: int
    colored: bool


def screen() -> Screen | None:
    """The terminal that shows the output; None where it goes elsewhere."""
    if not is_terminal():
        return None
    width, height = shutil.get_terminal_size()
    return Screen(width, height, colored(sys.stdout))


def draws_blocks() -> bool:
    """Whether standard output shows the characters that bars are made of."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
