"""All benchmarks run, on small exports: what they import and ask is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.soaking import amount

SECTIONS = (
    "At a glance",
    "Questions",
    "The gallery",
    "What changes",
    "Speed",
    "Other shapes",
    "Growth",
    "Stages of a load",
    "Exports for training",
    "Pull and fetch",
)


@pytest.mark.soak
@pytest.mark.skipif(amount(False, True), reason="takes minutes, and packages from the index")
def test_each_benchmark_gives_its_section() -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"], cwd=root, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert [title for title in SECTIONS if f"## {title}" not in done.stdout] == []
