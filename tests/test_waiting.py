"""`--wait` beside programs that know nothing of our lock: how long, and who is told to hold the store."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labelstore.errors import InUseError
from labelstore.loading import load
from labelstore.loading.rejects import retry
from labelstore.loading.store_file import Patience
from labelstore.query.search.indexing import index
from labelstore.upgrading import upgrade

HOLD = {
    "sqlite": "import sqlite3; c = sqlite3.connect({path!r}, isolation_level=None); c.execute('begin immediate')",
    "duckdb": "import duckdb; c = duckdb.connect({path!r})",
}
Work = Callable[[Path, Path, float], object]


@contextmanager
def held(store: Path, engine: str, seconds: float) -> Iterator[int]:
    """Another program holds the store for so long; its process id."""
    code = f"import time; {HOLD[engine].format(path=str(store))}; print('held', flush=True); time.sleep({seconds})"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.kill()


def export(folder: Path, number: int) -> Path:
    path = folder / f"{number}.ndjson"
    path.write_text(json.dumps({"ID": "l", "Agreement": number, "Label": {"objects": []}, "Project Name": "P"}) + "\n")
    return path


LOADS: dict[str, Work] = {
    "load": lambda store, file, wait: load(store, [file], wait=wait),
    "prune": lambda store, file, wait: load(store, [file], wait=wait, prune=True),
    "retry": lambda store, _, wait: retry(store, wait=wait),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("work", LOADS)
@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_a_foreign_writer_is_named_when_the_time_is_over(tmp_path: Path, engine: str, work: str) -> None:
    store = tmp_path / f"labels.{'db' if engine == 'sqlite' else 'duckdb'}"
    load(store, [export(tmp_path, 1)])
    with held(store, engine, 60) as pid:
        with pytest.raises(InUseError, match="in use") as told:
            LOADS[work](store, export(tmp_path, 2), 0.2)
        if engine == "duckdb" or os.path.exists("/proc/locks"):
            assert str(pid) in str(told.value)
        assert told.value.exit_code == 1


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_a_foreign_writer_that_ends_in_time(tmp_path: Path, engine: str) -> None:
    store = tmp_path / f"labels.{'db' if engine == 'sqlite' else 'duckdb'}"
    load(store, [export(tmp_path, 1)])
    said: list[str] = []
    with held(store, engine, 1):
        report = load(store, [export(tmp_path, 2)], wait=60, notify=said.append)
    assert report.total("changed") == 1
    assert [text.split(": ")[1].split(",")[0] for text in said] == ["waiting"]


def test_index_beside_a_foreign_writer(tmp_path: Path) -> None:
    store = tmp_path / "labels.db"
    load(store, [export(tmp_path, 1)])
    with held(store, "sqlite", 60), pytest.raises(InUseError, match="in use"):
        index(store, wait=0.2)
    assert index(store).store == str(store)


def test_upgrade_beside_a_foreign_writer(tmp_path: Path) -> None:
    store = tmp_path / "labels.db"
    load(store, [export(tmp_path, 1)])
    with sqlite3.connect(store) as connection:
        connection.execute("pragma user_version = 3")
    connection.close()
    with held(store, "sqlite", 60), pytest.raises(InUseError, match="is open in another program"):
        upgrade(store, wait=0.2)


def test_the_time_is_one_for_all_that_is_waited_for() -> None:
    patience = Patience(0.3)
    started = time.monotonic()

    def busy() -> None:
        raise InUseError("labels.db", "another program writes it")

    for _ in range(3):
        with pytest.raises(InUseError):
            patience.attempt(busy, usual=60.0)
    assert patience.left() == 0
    assert time.monotonic() - started >= 0.3
