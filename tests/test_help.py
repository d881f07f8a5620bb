"""Help: its colors, its width, and options that mean the same in every command."""

import io
import re

import pytest

from labelstore.cli.colors import Style, colored, paint


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colors_are_for_terminals(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], on_terminal: bool, in_pipe: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colored(Terminal()) == on_terminal
    assert colored(io.StringIO()) == in_pipe


def test_a_painted_text_ends_its_color() -> None:
    assert re.fullmatch(r"\x1b\[[\d;]+ma\x1b\[0m", paint("a", Style.HEADING, Terminal()))
    assert paint("a", Style.HEADING, io.StringIO()) == "a"
    assert paint("", Style.HEADING, Terminal()) == ""
