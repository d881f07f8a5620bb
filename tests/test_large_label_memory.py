"""The memory that a label of thousands of frames takes, as a multiple of its text."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.extremes import made, video_frames, video_line
from tests.soaking import amount

FRAMES = amount(10_000, 1_000)
BARE = 90 << 20
"""Python with an engine takes less, SQLite's cache of pages included."""


STATUS = Path("/proc/self/status")


def peak(*arguments: object) -> int:
    """The largest memory of a run of labelstore, in bytes; what `resource` tells begins with that of the parent."""
    code = (
        "import re, sys; from labelstore.cli import main\n"
        "try: main()\n"
        f"finally: print(re.search(r'VmHWM:\\s+(\\d+)', open('{STATUS}').read())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return int(done.stdout.splitlines()[-1]) * 1024


@pytest.mark.sampled(0)
@pytest.mark.soak
@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the memory of a process so")
@pytest.mark.parametrize("generation", amount(["v1", "v2"], ["v2"]))
def test_a_large_label(generation: str, tmp_path: Path) -> None:
    text = {"v1": video_frames, "v2": video_line}[generation](FRAMES)
    export = made(tmp_path / "export.json", text)
    raw = export.read_bytes()
    middle = raw.index(b'"top":', len(raw) // 2)
    changed = tmp_path / "changed.json"
    changed.write_bytes(raw[:middle] + b'"top":0.5,"left"' + raw[raw.index(b":", raw.index(b'"left"', middle)) :])
    store = tmp_path / "labels.db"
    assert peak("load", store, export) < BARE + 1.3 * len(raw)
    peak("load", store, changed)
    assert peak("diff", store, 1, 2) < BARE + 5 * len(raw)
