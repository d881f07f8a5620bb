"""`verify` splits files by the compiled core, and finds records where they stand: it says what it says without."""

import io
import random
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from labelstore import samples
from labelstore.core.library import library
from labelstore.core.splitting import Splitter
from labelstore.engines import open_database
from labelstore.files import Source
from labelstore.files.records import split_taking
from labelstore.formats.decoding import bounded_depth
from labelstore.formats.shredding import Hashes, hashes
from labelstore.loading import load
from labelstore.verifying import comparing, reading, verify
from tests.soaking import amount
from tests.test_core_loading import as_array, as_lines, damaged, texts
from tests.test_core_mutations import Told, file_of, outcome, told

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")


@pytest.fixture(autouse=True)
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of some records gets several stretches."""
    defaults = split_taking.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "chunk_bytes", 30_000)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records the core found, stretch by stretch."""
    found: list[int] = []
    call = Splitter.__call__

    def noting(splitter: Splitter, *args: Any, **options: Any) -> Any:
        made = call(splitter, *args, **options)
        found.append(made.records if made else 0)
        return made

    monkeypatch.setattr(Splitter, "__call__", noting)
    return found


def read(data: bytes) -> Told | str:
    def items() -> Told:
        with Source("a", io.BytesIO(data)) as source:
            return [told(item) for item in reading.only_split(source)]

    return outcome(items)


@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_the_core_finds_the_records_that_python_finds(
    generation: str, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, numbers = random.Random(generation), count()
    with bounded_depth():
        for _ in range(amount(300, 8)):
            data = file_of(generation, dice, numbers)
            monkeypatch.setenv("LABELSTORE_PURE", "0")
            found = read(data)
            monkeypatch.setenv("LABELSTORE_PURE", "1")
            assert found == read(data)
    assert sum(taken) > 100


@pytest.mark.parametrize(
    "data",
    [
        b'{"data": [{"ID": 1}, {"ID": 2}, {"ID": 3}], "page": {"next": null}}',
        b'[{"ID": 1}, {"ID": 2},, {"ID": 3} {"ID": 4}, 5, {"ID": "\xff"}, {"ID": 6}]x',
        b'{"ID": 1}\n{"ID": 2}, \n{"ID": 3} {"ID": 4}\n\n{"ID": 5\n{"ID": 6}\n[7]\n{"ID": 8}',
        b'{"ID": 1} {"ID": 2} {"ID": 3}',
        b'[{"ID": 1}, {"ID": 2}, {"ID": "a\nb"}, {"ID": "\\ud800"}, {"ID": -0}, {"ID": %b}]'
        % (b"[" * 300 + b"]" * 300),
    ],
)
def test_odd_files_are_split_the_same(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for pure in "01":
        monkeypatch.setenv("LABELSTORE_PURE", pure)
        with bounded_depth():
            found.append(read(data))
    assert found[0] == found[1]
    assert len(found[0]) > 1


def reported(store: Path, files: Sequence[Path], **options: Any) -> dict[str, Any]:
    return {**verify(store, files, **options).as_json(), "seconds": 0, "megabytes_per_second": 0}


@pytest.mark.parametrize(
    ("engine", "form"),
    [("db", as_array), ("db", as_lines), pytest.param("duckdb", as_lines, marks=pytest.mark.soak)],
)
def test_reports_are_the_same_whatever_became_of_the_records(
    engine: str, form: Any, tmp_path: Path, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, store = random.Random(11), tmp_path / f"labels.{engine}"
    makers = samples.v1_labels, samples.v2_data_rows
    old, new = ([part for make in makers for part in texts(make("image", 20, seed=seed))] for seed in (1, 2))
    changed = [part.replace(b"labeler-", b"painter-") if number % 7 == 0 else part for number, part in enumerate(old)]
    files = [form(tmp_path / "first", old), form(tmp_path / "second", [*changed[5:], *new[:10]])]
    for file in files:
        load(store, [file])
    files.append(form(tmp_path / "other", [*dice.sample(old, len(old)), *damaged([*old, *new], dice)]))
    compiled = reported(store, files, jobs=2)
    found = sum(taken)
    monkeypatch.setattr(comparing, "_in_file_order", lambda *_: {})
    assert reported(store, files) == compiled
    monkeypatch.setenv("LABELSTORE_PURE", "1")
    assert reported(store, files) == compiled
    assert found > 100
    assert all(compiled[name] for name in ("equal", "superseded", "missing", "rejected"))


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_records_that_stand_as_they_were_loaded_are_not_hashed(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / f"labels.{engine}"
    parts = texts(samples.v1_labels("image", 20))
    file = as_array(tmp_path / "labels.json", [*parts[:10], b"{}", b'"no record"', *parts[10:]])
    load(store, [as_array(tmp_path / "before.json", texts(samples.v2_data_rows("text", 2)))])
    load(store, [file])
    hashed: list[bytes] = []

    def noted(raw: bytes) -> Hashes:
        hashed.append(raw)
        return hashes(raw)

    monkeypatch.setattr(comparing, "hashes", noted)
    report = verify(store, [file])
    assert (report.equal, report.rejected, report.different + report.missing) == (20, 2, 0)
    assert hashed == [parts[0], parts[-1], b"{}", b'"no record"']


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_records_of_frames_files_are_none_of_an_export(engine: str, tmp_path: Path) -> None:
    labels = list(samples.v1_labels("video", 3))
    (tmp_path / "frames").mkdir()
    for label in labels:
        as_lines(tmp_path / "frames" / label["DataRow ID"], texts(samples.frame_lines(label)))
    file, store = as_array(tmp_path / "labels.json", texts(labels)), tmp_path / f"labels.{engine}"
    load(store, [file], frames=tmp_path / "frames")
    with open_database(store, read_only=True) as database:
        ids = dict(database.query("select record_id, generation from records").rows)
        assert {"v1", "frames"} == {*ids.values()}
        found = sorted(database.records_between(min(ids), max(ids)))
        assert [ids[one] for one in found] == ["v1"] * 3
        assert sorted(database.records_between(found[0] + 1, max(ids))) == found[1:]
