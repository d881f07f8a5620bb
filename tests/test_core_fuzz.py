"""The compiled core under sanitizers, on the inputs that fuzzing found, and with memory that runs out."""

import gc
import json
import os
import subprocess
from collections.abc import Callable
from ctypes import CDLL
from itertools import islice
from pathlib import Path

import apsw
import pytest

from labelstore import samples
from labelstore.core.arrow import Columns
from labelstore.core.shredding import Ids, Shredder
from labelstore.loading import load
from labelstore.schema.tables import columns
from tests.soaking import amount
from tests.test_core_shredding import WIDTHS, lines_of
from tools.core_fuzz import building


def compiled(build: Callable[[Path], None], made: Path) -> Path:
    """What a compiler made; skips the test where it has no sanitizers."""
    try:
        build(made)
        subprocess.run([made], check=True, capture_output=True)
    except (building.BuildError, OSError, subprocess.CalledProcessError) as error:
        if f"{building.HERE.name}/" in str(error):  # a file of it does not compile
            raise
        pytest.skip(f"no C compiler with sanitizers: {str(error).splitlines()[0]}")
    return made


def run(program: Path, *arguments: str | Path) -> None:
    environment = os.environ | building.write_programs(program.parent)
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:4000]


@pytest.mark.soak
def test_seeds_under_sanitizers_and_without_memory(tmp_path: Path) -> None:
    """Each once; some then with memory that runs out at the first time that some is asked for, at the second, …"""
    replay = compiled(building.build_replay, tmp_path / "replay")
    files: dict[str, list[Path]] = {}
    for target in building.TARGETS:
        files[target] = []
        for name, content in building.seeds(target):
            path = tmp_path / f"{target}-{name}"
            path.write_bytes(content)
            files[target].append(path)
    assert sum(map(len, files.values())) > 100
    once: list[str | Path] = []
    failing: list[str | Path] = ["failing"]
    for target, paths in files.items():
        once += [target, *paths]
        failing += [target, *paths[:: amount(1, 40)]]
    run(replay, *once, *failing)


@pytest.mark.sampled(0)
def test_two_threads_as_in_a_load(tmp_path: Path) -> None:
    threads = compiled(building.build_threads, tmp_path / "threads")
    paths = []
    for asset_type in ("image", "text"):
        path = tmp_path / f"{asset_type}.ndjson"
        labels = islice(samples.v1_labels(asset_type, 500), amount(500, 40))
        path.write_text("".join(json.dumps(label) + "\n" for label in labels))
        paths.append(path)
    run(threads, *paths)


def test_memory_that_runs_out_is_an_error_of_python(tmp_path: Path) -> None:
    """No record is lost: either Python gets a MemoryError, or each is made rows of or handed back."""
    try:
        building.build_failing(tmp_path / "failing.so")
    except building.BuildError as error:
        pytest.skip(f"no C compiler: {str(error).splitlines()[0]}")
    core = CDLL(str(tmp_path / "failing.so"))
    (program, *_) = building.programs()
    labels = list(islice(samples.v1_labels("image", 100), 5))
    lines = b"".join(json.dumps(label | {"new": "\u00e9"}).encode() + b"\n" for label in labels)
    failures = 0
    for number in range(1, 10_000):
        core.failing_at(number)
        try:
            shredder = Shredder(core, program, WIDTHS, Ids(core))
            stretch = shredder.stretch()
            shredder.shred(
                stretch, lines, (0, len(lines)), offset=0, in_lines=True, is_last=True, position=0, number=0, load_id=1
            )
            assert sorted(place.position for place in (*stretch.made, *stretch.back)) == [0, 1, 2, 3, 4]
            Columns(core, list(columns()["records"].values())).add(stretch, 0)
        except MemoryError:
            failures += 1
        shredder = stretch = None  # type: ignore[assignment]
        assert (number, core.memory_held()) == (number, 0)
        if not core.has_failed():
            break
    assert failures > 10


@pytest.mark.soak
def test_whole_loads_give_all_memory_back_also_when_it_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load stores everything, or says that there is not enough memory, and then leaves no store."""
    try:
        building.build_failing(tmp_path / "failing.so")
    except building.BuildError as error:
        pytest.skip(f"no C compiler: {str(error).splitlines()[0]}")
    core = CDLL(str(tmp_path / "failing.so"))
    monkeypatch.setattr("labelstore.core.library._loaded", lambda: core)
    monkeypatch.setattr("labelstore.core.rows.PATH", tmp_path / "failing.so")
    export, store = tmp_path / "export.ndjson", tmp_path / "labels.db"
    export.write_bytes(
        lines_of([*islice(samples.v1_labels("image", 20), 3), *islice(samples.v2_data_rows("image", 20), 3)])
    )
    gc.freeze()  # what thousands of tests left is no garbage of these loads, and would be looked through after each
    core.failing_at(0)
    added = load(store, export).total("added")
    gc.collect()
    assert core.memory_held() == 0
    store.unlink()
    failures, number = 0, 1
    while True:
        core.failing_at(number)
        try:
            assert load(store, export).total("added") == added
        except (MemoryError, apsw.NoMemError):
            failures += 1
            assert not store.exists()
        else:
            store.unlink()
        gc.collect()
        assert (number, core.memory_held()) == (number, 0)
        if not core.has_failed():
            break
        number += 1 + amount(0, number // 2)
    assert failures > 1
