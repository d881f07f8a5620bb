"""Every format gives the same bytes from both engines and every time, its report too, for all that samples hold."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labelstore.export.registry import exporter_of, formats
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import files_of
from tests.soaking import amount
from tests.test_dpo import chat_row, ranking

_EXPORT = """
import json, sys
from labelstore.errors import NothingToWriteError
from labelstore.export.writing import export
try:
    export(sys.argv[1], sys.argv[2], sys.argv[3], overwrite=True, **json.loads(sys.argv[4]))
except NothingToWriteError as error:
    print(error)
"""
AS_EXPORTED = ("labelbox-csv", "labelbox-v1", "labelbox-v2")
"""Which give numbers back by value: an engine writes a few of them with more digits."""
VARIES = ("loads.parquet",)
"""It has the times of the loads."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("engines")
    files = [file.path for file in write(folder / "samples", labels=amount(12, 4))]
    chats = [chat_row(f"r{number}", ranking(f"f{number}", "m4", "m3", "m5", ranks=(1, 2, 3))) for number in range(3)]
    files.append(folder / "chats.ndjson")  # samples of chats have no texts
    files[-1].write_text("".join(f"{json.dumps(chat)}\n" for chat in chats))
    for name in ("labels.db", "labels.duckdb"):
        load(folder / name, files, frames=folder / "samples" / "frames")
    return folder / "labels.db", folder / "labels.duckdb"


COMPARED = [name for name in formats() if name not in (*AS_EXPORTED, "delta")]
"""The files of a lake have names that no other ones have."""


@pytest.mark.sampled(15)
@pytest.mark.parametrize("format", COMPARED)
def test_the_same_bytes_from_both_engines(stores: tuple[Path, Path], tmp_path: Path, format: str) -> None:
    """The processes hash texts differently, so that nothing can hang on the order of a set."""
    exporter = exporter_of(format)
    wanted = {"missing_size": "skip", "question": "Weather", "labels": "all"}
    chosen = json.dumps({name: value for name, value in wanted.items() if name in exporter.takes})
    found = []
    for seed, store in enumerate(stores):
        out = tmp_path / f"out-{seed}"
        (tmp_path / f"out-{seed}").mkdir()
        command = [sys.executable, "-c", _EXPORT, str(store), format, str(out / f"out{exporter.suffix}"), chosen]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": str(seed)})
        found.append({path: content for path, content in files_of(out).items() if not path.endswith(VARIES)})
    assert found[0].keys() == found[1].keys()
    assert [path for path in found[0] if found[0][path] != found[1][path]] == []
    assert len(found[0]) > 1
