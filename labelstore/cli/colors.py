"""Whether a stream shows colors, and the styles of this command line."""

import os
import re
from enum import Enum
from typing import IO

OFF = ("NO_COLOR",)
ON = ("FORCE_COLOR", "CLICOLOR_FORCE")


class Style(Enum):
    """What a text is; the value says how a terminal shows it, as parameters of its escape code."""

    HEADING = "1;32"  # bold green
    NAME = "1;36"  # bold cyan, of a command, an option or a column
    PLACEHOLDER = "36"  # cyan, what a user puts a value for
    ERROR = "1;31"  # bold red
    NOTE = "1;33"  # bold yellow
    BAR = "32"  # green
    FAINT = "2"  # of rules, NULL and asides


def colored(stream: IO[str]) -> bool:
    """Whether text on a stream may have colors: on terminals, unless the environment decides.

    NO_COLOR of any value forbids them; FORCE_COLOR and CLICOLOR_FORCE of any but 0 ask for them, in pipes too.
    """
    if any(os.environ.get(name) for name in OFF):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in ON):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def painted(text: str, style: Style) -> str:
    """The text with the escape codes of a style; for a stream that is `colored`."""
    return f"\x1b[{style.value}m{text}\x1b[0m" if text else text


def paint(text: str, style: Style, stream: IO[str]) -> str:
    """The text in a style if the stream shows colors."""
    return painted(text, style) if colored(stream) else text


def unpainted(text: str) -> str:
    """The text without colors."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)
