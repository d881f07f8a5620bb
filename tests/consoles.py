"""Pages with ```console blocks, whose lines "$ …" are run in turn, each followed by what it prints.

`python -m tests.consoles docs/how-to/training.md` runs them and writes their outputs into the page; a test compares
them.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```\n", re.M | re.S)


def commands_of(page: str) -> list[list[str]]:
    """The commands of each block."""
    return [re.findall(r"^\$ (.*)$", block, re.M) for block in BLOCK.findall(page)]


def filled(page: str, replaced: dict[str, str] | None = None) -> str:
    """The page with what its commands print now, some words of them replaced; run in an empty folder.

    Raises `subprocess.CalledProcessError` for a command that fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        shown = iter([_block(commands, folder, replaced or {}) for commands in commands_of(page)])
        return BLOCK.sub(lambda _: f"```console\n{next(shown)}```\n", page)


def _block(commands: list[str], folder: str, replaced: dict[str, str]) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TZ": "UTC"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    text = ""
    for command in commands:
        run = command
        for word, other in replaced.items():
            run = run.replace(word, other)
        done = subprocess.run(
            ["bash", "-c", run], cwd=folder, env=environment, text=True, capture_output=True, check=False
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, run, done.stdout, done.stderr)
        lines = (line.rstrip() for line in (done.stdout + done.stderr).splitlines())
        text += f"$ {command}\n" + "".join(f"{line}\n" for line in lines)
    return text


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
