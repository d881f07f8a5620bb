"""Pages with ```console blocks, whose lines "$ …" are run in turn, each followed by what it prints.

Then ```python blocks with a ```text block below are run, as cells of `tests/cells.py`, in the same folder.
`python -m tests.consoles docs/how-to/training.md` writes all outputs into the page; a test compares them.
"""

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest.mock
from pathlib import Path

from typer.testing import CliRunner

from labelstore.cli import app
from tests import cells

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {"COLUMNS": "100", "TZ": "UTC"}
ENDS = re.compile(r"(?P<command>[^|]*?)(?P<both> 2>&1)? \| (?P<end>head|tail) -(?P<number>\d+)")
CELL = re.compile(r"(?P<cell>^```python\n(?P<code>[^`]*?)^```\n\n)```text\n.*?^```\n", re.M | re.S)
BLOCK = re.compile(r"^```console\n(.*?)^```\n", re.M | re.S)


def commands_of(page: str) -> list[list[str]]:
    """The commands of each block."""
    return [re.findall(r"^\$ (.*)$", block, re.M) for block in BLOCK.findall(page)]


def filled(page: str, replaced: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """The page with what its commands print now, some words of them replaced; run in an empty folder, or in this one.

    Raises `subprocess.CalledProcessError` for a command that fails.
    """
    with tempfile.TemporaryDirectory() if folder is None else contextlib.nullcontext(str(folder)) as place:
        shown = iter([_block(commands, place, replaced or {}) for commands in commands_of(page)])
        page = BLOCK.sub(lambda _: f"```console\n{next(shown)}```\n", page)
        with contextlib.chdir(place), unittest.mock.patch.dict(os.environ, ENVIRONMENT):
            printed = iter(cells.run([match["code"] for match in CELL.finditer(page)]))
        page = CELL.sub(lambda match: f"{match['cell']}```text\n{next(printed)}```\n", page)
        return page.replace(f"{Path(place).resolve()}/", "").replace(f"{place}/", "")


def untimed(page: str) -> str:
    """The page without what differs from run to run: how long commands took, and the time of now."""
    timeless = re.sub(r"^( +time +).*|(?<= · )[\d.]+ (?:s|ms|min)$", r"\1", page, flags=re.M)
    return re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d", "now", timeless)


def _block(commands: list[str], folder: str, replaced: dict[str, str]) -> str:
    text = ""
    for command in commands:
        run = command
        for word, other in replaced.items():
            run = run.replace(word, other)
        code, stdout, stderr = _run(run, folder)
        if code:
            raise subprocess.CalledProcessError(code, run, stdout, stderr)
        lines = (line.rstrip() for line in (stdout + stderr).splitlines())
        text += f"$ {command}\n" + "".join(f"{line}\n" for line in lines)
    return text


def _run(command: str, folder: str) -> tuple[int, str, str]:
    """The exit code and both outputs. Only what asks for a shell gets one, as it takes longer than most commands."""
    if (ends := ENDS.fullmatch(command)) and not _needs_shell(ends["command"]):
        code, stdout, stderr = _here(ends["command"], folder)
        lines = (stdout + stderr * bool(ends["both"])).splitlines(keepends=True)
        number = int(ends["number"])
        return code, "".join(lines[:number] if ends["end"] == "head" else lines[-number:]), stderr * (not ends["both"])
    return (_in_shell if _needs_shell(command) else _here)(command, folder)


def _needs_shell(command: str) -> bool:
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
    return not command.startswith("labelstore ") or bool(re.search(r"[|<>&;*~{}\\]", unquoted) or "$" in command)


def _in_shell(command: str, folder: str) -> tuple[int, str, str]:
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    bash = ["bash", "-c", command]
    done = subprocess.run(bash, cwd=folder, env=environment, text=True, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def _here(command: str, folder: str) -> tuple[int, str, str]:
    called = unittest.mock.patch.object(sys, "argv", ["labelstore"])  # as the command tells what to do next
    with contextlib.chdir(folder), called:
        done = CliRunner().invoke(app, shlex.split(command)[1:], env=ENVIRONMENT, prog_name="labelstore")
    return done.exit_code, done.stdout, done.stderr


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
