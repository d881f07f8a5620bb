"""What mypy and pyright say of the cells of docs/start/tutorial.md, put together as one module."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cells import code_of
from tests.judging import judge
from tools.judges import python_of

ROOT = Path(__file__).resolve().parent.parent.parent
TUTORIAL = (ROOT / "docs" / "start" / "tutorial.md").read_text(encoding="utf-8")
WRONG = """
store.query(1)
store.labels(with_clas="Car")
store.export("coco", "a.json", labels="winer")
store.projects()[0].nam
"""
SETTINGS = {
    "extraPaths": [str(ROOT)],
    "typeCheckingMode": "standard",
    "reportMissingModuleSource": "none",
    "reportUnusedExpression": "none",  # a cell shows the value of its last line
}


def module(folder: Path, more: str = "") -> Path:
    path = folder / "tour.py"
    path.write_text("\n\n".join((*code_of(TUTORIAL), more)), encoding="utf-8")
    return path


def mypy(path: Path) -> list[str]:
    """The errors that mypy finds with the settings of this project."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", path], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return [line for line in done.stdout.splitlines() if ": error:" in line]


def pyright(path: Path) -> list[str]:
    """The errors that pyright finds by its own standard."""
    python = python_of("pyright")
    if not python.exists():
        pytest.skip("the judge pyright is not installed; python -m tools.judges pyright")
    (path.parent / "pyrightconfig.json").write_text(json.dumps(SETTINGS))
    command: list[str | Path] = [python, "-m", "pyright", "--outputjson", "-p", path.parent, "--pythonpath", python]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [found["message"] for found in json.loads(done.stdout)["generalDiagnostics"]]


@pytest.mark.sampled(0)
@judge
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_the_tutorial_is_typed(tmp_path: Path, checker: Callable[[Path], list[str]]) -> None:
    assert checker(module(tmp_path)) == []
    assert len(checker(module(tmp_path, WRONG))) == 4
