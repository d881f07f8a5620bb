"""Clean environments with this package in them, for tests of what people install."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import NamedTuple


class Installed(NamedTuple):
    """A clean environment with this package in it."""

    python: Path
    command: Path
    folder: Path

    def run(self, *command: str | Path, **variables: str) -> str:
        """The standard output of a command run outside the checkout, with nothing of it on the path."""
        return _done([str(part) for part in command], self.folder, variables)


def install(source: Path, folder: Path, *options: str, **variables: str) -> Installed:
    """Install a wheel, a source distribution or a checkout into a new environment in a folder.

    Its dependencies, and what builds it, are those of this environment, by a path file.
    """
    venv.create(folder / "venv", with_pip=False)
    where = {"base": str(folder / "venv")}
    scripts = Path(sysconfig.get_path("scripts", "venv", where))
    python = scripts / Path(sys.executable).name
    here = [path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}]
    Path(sysconfig.get_path("purelib", "venv", where), "dependencies.pth").write_text("\n".join(here))
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]
    _done([*pip, "--no-deps", "--no-index", "--no-build-isolation", *options, str(source)], folder, variables)
    return Installed(python, scripts / "labelstore", folder)


def _done(command: list[str], folder: Path, variables: dict[str, str]) -> str:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=folder, env={**outside, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
