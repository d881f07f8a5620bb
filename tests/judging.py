"""The judges of exports: the usual reader of a format says in its own environment what it sees in our files."""

import json
import subprocess
from typing import Any

import pytest

from tools.judges import python_of

judge = pytest.mark.judge


def said(name: str, script: str, *arguments: object, timeout: float = 300) -> Any:
    """What a script prints as JSON on its last line, run by a judge's interpreter; skips where there is none."""
    python = python_of(name)
    if not python.exists():
        pytest.skip(f"the judge {name} is not installed; python -m tools.judges {name}")
    done = subprocess.run(
        [python, "-W", "ignore", "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])
