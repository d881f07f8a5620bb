"""What a terminal shows: text without characters that it would obey, in the columns that it has."""

import shutil
import sys

# Control characters that JSON allows in strings; some terminals obey them.
_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def visible(text: str) -> str:
    """`text` on one line, with every character that does not print as its escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def json_escaped(text: str) -> str:
    """The same JSON without characters that a terminal would obey."""
    return text.translate(_ESCAPES) if not text.isascii() or "\x7f" in text else text


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def terminal_width() -> int | None:
    """Columns of the terminal; None where the output goes elsewhere and nothing has to fit."""
    return shutil.get_terminal_size().columns if is_terminal() else None
