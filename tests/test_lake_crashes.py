"""Loads into a lake that are killed, wherever they are, and two at once: what is in it then is as in a store."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from labelstore.errors import StoreError
from labelstore.lake.commits.delta import DeltaTables, lake_tables
from labelstore.lake.commits.snapshot import open_lake
from labelstore.lake.load import load
from labelstore.lake.opening import lake_at
from labelstore.lake.place import OWN
from labelstore.lake.vacuum import needless, vacuum
from labelstore.workers import Helper, send_task
from tests.soaking import amount
from tests.test_lake_load import array, assert_like_store, labels, lines
from tests.test_reloading import v2_label, v2_line

KILLED = """
import os, signal, sys
sys.path, lake, files, point, place = {path!r}, {lake!r}, {files!r}, {point!r}, {place!r}
from labelstore.lake.tasks import changing
from labelstore.lake.commits.delta import DeltaTables
from labelstore.lake.load import load
from labelstore.lake.place import Place

def dies():
    os.kill(os.getpid(), signal.SIGKILL)

def dying(owner, name, is_it):
    whole = getattr(owner, name)
    def wrapped(*arguments, **options):
        found = is_it(arguments)
        if found and place == "before":
            dies()
        result = whole(*arguments, **options)
        if found:
            dies()
        return result
    setattr(owner, name, wrapped)

kind, _, what = point.partition(" ")
if kind == "table":
    dying(DeltaTables, "commit", lambda arguments: arguments[1] == what)
elif kind == "rewriting":
    seen = []
    dying(changing, "_changed", lambda arguments: seen.append(1) or len(seen) == int(what))
elif kind == "put":
    dying(Place, "put_new" if what != "manifests" else "put", lambda arguments: "/" + what + "/" in arguments[1])
elif kind == "removing":
    dying(Place, "remove", lambda arguments: "/" + what + "/" in "/" + arguments[1])
{load}
print("the load ended")
"""

POINTS = (
    ("table labels", "after"),
    ("put claims", "after"),
    ("put manifests", "after"),
    ("put commits", "before"),
    ("put commits", "after"),
    ("put snapshots", "before"),
    ("put snapshots", "after"),
    ("rewriting 2", "after"),
    ("removing manifests", "after"),
    ("removing removed", "before"),
    *((f"table {table}", "after") for table in ("records", "class_pairs", "counts", "loads")),
)


class Given:
    """A lake with a first load; the second load replaces some of it."""

    def __init__(self, folder: Path) -> None:
        self.lake = folder / "lake"
        self.first = [array(folder / "first.json", labels(*range(12)))]
        again = array(folder / "again.json", labels(0, 1, 30, **{"Seconds to Label": 9}))
        moved = lines(folder / "moved.ndjson", [v2_line({"p": {"labels": [v2_label("l3", "a")]}}, "d-l3")])
        self.second = [again, moved]
        load(self.lake, [str(path) for path in self.first], jobs=1)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return Given(tmp_path_factory.mktemp("crashes"))


def killed(lake: Path, files: list[Path], point: str, place: str, load: str = "load(lake, files, jobs=1)") -> None:
    """A load by a process that is killed at a point."""
    names = list(map(str, files))
    code = KILLED.format(path=sys.path, lake=str(lake), files=names, point=point, place=place, load=load)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr[-2000:]


def assert_no_other_files(lake: Path) -> None:
    """The newest versions of Delta, which others read, are those of the newest snapshot."""
    newest, delta = open_lake(lake).newest(), DeltaTables(open_lake(lake).place)
    for table in lake_tables():
        assert delta.described(table, None).keys() == newest.described[table].keys(), table


@pytest.mark.sampled(14)
@pytest.mark.parametrize(("point", "place"), POINTS, ids=lambda value: value.replace(" ", "-"))
def test_a_load_killed_anywhere_is_completed_or_done_again(
    given: Given, tmp_path: Path, point: str, place: str
) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(given.lake, lake)
    killed(lake, given.second, point, place)
    load(lake, list(map(str, given.second)), jobs=1)
    assert open_lake(lake).numbers() == [0, 1, 2]
    vacuum(lake_at(lake), timedelta(0))
    assert_like_store(lake, tmp_path, [given.first, given.second])
    assert_no_other_files(lake)
    assert open_lake(lake).place.numbers(f"{OWN}/manifests") == []


@pytest.mark.sampled(0)
@pytest.mark.parametrize("point", ["table labels", "put manifests"])
def test_another_load_comes_after_one_that_was_killed(given: Given, tmp_path: Path, point: str) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(given.lake, lake)
    killed(lake, given.second, point, "after")
    third = array(tmp_path / "third.json", labels(1, 30, 31, **{"Seconds to Label": 11}))
    load(lake, str(third), jobs=1)
    assert_like_store(lake, tmp_path, [given.first, given.second, [third]])
    assert_no_other_files(lake)


@pytest.mark.sampled(0)
def test_a_killed_helper_is_reported_and_its_files_are_vacuumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, first = tmp_path / "lake", array(tmp_path / "first.json", labels(1, 2))
    load(lake, str(first), jobs=1)
    large = [array(tmp_path / f"{name}.json", labels(*range(at, at + 4000))) for at, name in ((10, "a"), (9000, "b"))]

    def killing(process: Helper, task: dict[str, Any]) -> None:
        send_task(process, task)
        if task["tasks"][0]["number"] == 1:
            threading.Thread(target=kill_when_writing, args=(process,)).start()

    def kill_when_writing(process: Helper) -> None:
        while not list(lake.glob("records/load-2-1-*.parquet")) and process.poll() is None:
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)

    monkeypatch.setattr("labelstore.lake.tasks.running.send_task", killing)
    with pytest.raises(
        StoreError, match=r"one of its processes ended early \(exit -9\); nothing was stored; try again"
    ):
        load(lake, list(map(str, large)), jobs=2, task_bytes=1)
    monkeypatch.undo()
    assert open_lake(lake).numbers() == [0, 1]
    orphans = {str(path.relative_to(lake)) for path in lake.glob("*/load-2-*.parquet")}
    assert any(path.startswith("records/load-2-1-") for path in orphans)
    opened = lake_at(lake)
    assert not needless(opened, timedelta(days=7)).files
    assert orphans <= needless(opened, timedelta(0)).files.keys()
    assert orphans <= vacuum(opened, timedelta(0)).files.keys()
    assert not list(lake.glob("*/load-2-*.parquet"))
    assert_like_store(lake, tmp_path, [[first]])


LOADS = """
import sys
sys.path = {path!r}
from labelstore.lake.load import load
for files in {files!r}:
    print(load({lake!r}, files, jobs=1).total("records"), flush=True)
"""


def _rounds(folder: Path, name: str, first: int) -> Iterator[Path]:
    for number in range(amount(6, 2)):
        some = labels(*range(first, first + 6), **{"Seconds to Label": number + first, "External ID": name})
        yield array(folder / f"{name}{number}.json", some)


@pytest.mark.sampled(0)
@pytest.mark.soak
def test_two_loads_at_once_end_as_one_after_the_other(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    rounds = [list(_rounds(tmp_path, "a", 0)), list(_rounds(tmp_path, "b", 3))]
    processes = []
    for files in rounds:
        code = LOADS.format(path=sys.path, files=list(map(str, files)), lake=str(lake))
        processes.append(subprocess.Popen([sys.executable, "-c", code], stdout=-1, stderr=-1, text=True))
    for process in processes:
        out, err = process.communicate(timeout=200)
        assert process.returncode == 0, err[-2000:]
        assert out.split() == ["6"] * amount(6, 2)
    order: list[list[Path]] = []
    opened = open_lake(lake)
    for number in opened.numbers()[1:]:
        order.append([Path(file["name"]) for file in opened.at(number).counts["files"]])
    assert sorted(path for files in order for path in files) == sorted(path for files in rounds for path in files)
    assert_like_store(lake, tmp_path, order)
    assert_no_other_files(lake)
