"""What to type next: commands in the way in which labelstore was called, each with what it is for."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from labelstore.displaying.cells import visible

_MODULE = os.path.join("labelstore", "__main__.py")
_CHECKOUT = "cli.py"
_ALIGNED = 60


class Step(NamedTuple):
    """The arguments of a command, and what it is for."""

    arguments: tuple[str, ...]
    purpose: str


def step(*arguments: object, purpose: str) -> Step:
    """A command with arguments that may be paths."""
    return Step(tuple(map(str, arguments)), purpose)


def called() -> str:
    """How labelstore was called, to be typed again: `labelstore`, `.venv/bin/labelstore`, `python cli.py`."""
    program, python = sys.argv[0], sys.orig_argv[0]
    name = os.path.basename(program)
    if program.endswith(_MODULE):
        return f"{shlex.quote(python)} -m labelstore"
    if name == _CHECKOUT:
        return f"{shlex.quote(python)} {shlex.quote(program)}"
    if name != "labelstore" or _is_found(name, program):
        return "labelstore"
    return shlex.quote(program)


def _is_found(name: str, program: str) -> bool:
    """Whether the shell finds this program by its name."""
    found = shutil.which(name)
    return found is not None and Path(found).absolute() == Path(program).absolute()


def command(arguments: Iterable[str]) -> str:
    """A command of labelstore as one types it."""
    return f"{called()} {shlex.join(arguments)}"


def next_lines(steps: Iterable[Step]) -> Iterator[str]:
    """The commands below each other, with their purposes as comments of the shell; an empty line leads."""
    shown = [(visible(command(arguments)), purpose) for arguments, purpose in steps]
    longest = min(max((len(text) for text, _ in shown), default=0), _ALIGNED)
    if shown:
        yield ""
        yield "Next:"
    for text, purpose in shown:
        yield f"  {text.ljust(longest)}  # {purpose}"
