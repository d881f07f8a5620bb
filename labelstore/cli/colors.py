"""Whether a stream shows colors, and the styles of this command line."""

import os
from enum import Enum
from typing import IO, Any

import typer

OFF = ("NO_COLOR",)
ON = ("FORCE_COLOR", "CLICOLOR_FORCE")


class Style(Enum):
    """What a text is; the value is how a terminal shows it."""

    HEADING = {"fg": "green", "bold": True}
    NAME = {"fg": "cyan", "bold": True}  # of a command, an option or a column
    PLACEHOLDER = {"fg": "cyan"}  # what a user puts a value for
    ERROR = {"fg": "red", "bold": True}
    NOTE = {"fg": "yellow", "bold": True}
    FAINT = {"dim": True}  # of rules, NULL and asides


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
    look: dict[str, Any] = style.value
    return typer.style(text, **look) if text else text


def paint(text: str, style: Style, stream: IO[str]) -> str:
    """The text in a style if the stream shows colors."""
    return painted(text, style) if colored(stream) else text
