"""Loads with the compiled core and without: the same stores, value and type, the same rejects, the same reports."""

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from labelstore import samples
from labelstore.core.library import library
from labelstore.engines import open_database
from labelstore.files import walk
from labelstore.files.records import split_taking
from labelstore.loading import Report, incoming, known_stretches, load
from labelstore.loading.stretches import Shredding, StretchReader, Unread, whole
from labelstore.schema.tables import columns
from tests.soaking import amount

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

Json = dict[str, Any]
ENGINES = pytest.mark.parametrize("engine", ["db", "duckdb"])
TIMES = {"started_at", "finished_at", "seconds", "store", "files", "loaded_at", "replaced_at"}


@pytest.fixture(autouse=True)
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of some records gets several stretches, and DuckDB is asked about a few of them together."""
    defaults = split_taking.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "chunk_bytes", 100_000)
    monkeypatch.setattr(known_stretches, "HELD_BYTES", 250_000)
    monkeypatch.setattr(known_stretches, "_FIRST_BYTES", 50_000)


@pytest.fixture
def stretches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records rows were made of, stretch by stretch."""
    made: list[int] = []
    call = StretchReader.__call__

    def noting(reader: StretchReader, *args: Any, **options: Any) -> Any:
        taken = call(reader, *args, **options)
        if taken is not None:
            made.append(len(taken.rows.made))
        return taken

    monkeypatch.setattr(StretchReader, "__call__", noting)
    return made


def records(generation: str, asset_type: str, count: int, seed: int = 0) -> list[Json]:
    make = samples.v1_labels if generation == "v1" else samples.v2_data_rows
    return list(make(asset_type, count, seed=seed))


def texts(of: Iterable[Json]) -> list[bytes]:
    return [json.dumps(record).encode() for record in of]


def damaged(parts: Sequence[bytes], dice: random.Random) -> list[bytes]:
    """Records of which some are cut, some misspelled, some repeated, and some refused."""
    made: list[bytes] = []
    for part in parts:
        match dice.randrange(12):
            case 0:
                at = dice.randrange(1, len(part))
                made.append(part[:at] + bytes([dice.randrange(32, 127)]) + part[at + 1 :])
            case 1:
                made += [part, part]
            case 2:
                made.append(b'{"ID": 1e400, "Label": {}}')
            case 3:
                made.append(part[: dice.randrange(1, len(part))])
            case _:
                made.append(part)
    return made


def as_lines(path: Path, parts: Iterable[bytes]) -> Path:
    path.write_bytes(b"\n".join(parts) + b"\n")
    return path


def as_array(path: Path, parts: Iterable[bytes]) -> Path:
    path.write_bytes(b"[" + b",\n ".join(parts) + b"]")
    return path


def told(store: Path, report: Report) -> tuple[dict[str, list[str]], list[Any]]:
    """All rows of a store with their types, and what a load reported."""
    with open_database(store, read_only=True) as database:
        tables = {}
        for table in columns():
            result = database.query(f"select * from {table}")
            kept = [place for place, name in enumerate(result.columns) if name not in TIMES]
            rows = ([(type(row[place]).__name__, row[place]) for place in kept] for row in result.rows)
            tables[table] = sorted(map(repr, rows))
    reports = [report, *report.files]
    return tables, [{key: one for key, one in vars(each).items() if key not in TIMES} for each in reports]


def assert_same_both_ways(
    folder: Path, engine: str, loads: Sequence[Sequence[Path]], monkeypatch: pytest.MonkeyPatch, **options: Any
) -> None:
    found = []
    for pure in "10":
        monkeypatch.setenv("LABELSTORE_PURE", pure)
        store = folder / f"{pure}.{engine}"
        for files in loads:
            report = load(store, files, history=True, **options)
            assert report.total("records") > 0
        found.append(told(store, report))
    (pure_tables, pure_report), (tables, compiled_report) = found
    assert tables.keys() == pure_tables.keys()
    for table, rows in tables.items():
        assert rows == pure_tables[table], table
    assert compiled_report == pure_report


@ENGINES
@pytest.mark.parametrize(
    ("generation", "asset_type"),
    [(generation, one) for generation in ("v1", "v2") for one in samples.ASSET_TYPES[generation]],
)
def test_every_asset_type(
    tmp_path: Path, engine: str, generation: str, asset_type: str, monkeypatch: pytest.MonkeyPatch, stretches: list[int]
) -> None:
    parts = texts(records(generation, asset_type, 12))
    file = (as_array if generation == "v1" else as_lines)(tmp_path / "a", parts)
    assert_same_both_ways(tmp_path, engine, [[file]], monkeypatch)
    if engine == "db" and (generation == "v1" or asset_type in ("image", "text")):
        assert sum(stretches) > 6


@ENGINES
@pytest.mark.parametrize("asset_type", ["video", "dicom"])
def test_frames_files(
    tmp_path: Path, engine: str, asset_type: str, monkeypatch: pytest.MonkeyPatch, stretches: list[int]
) -> None:
    made = records("v1", asset_type, 12)
    folder = tmp_path / "frames"
    folder.mkdir()
    for label in made[3:]:
        as_lines(folder / label["DataRow ID"], texts(samples.frame_lines(label)))
    files = [as_array(tmp_path / "a", texts(made))]
    assert_same_both_ways(tmp_path, engine, [files, files], monkeypatch, frames=folder)
    with open_database(tmp_path / f"0.{engine}", read_only=True) as database:
        assert database.value("select count(*) from frames") > 0
    assert sum(stretches) > 6


def test_large_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stretches: list[int]) -> None:
    """A label is longer than a stretch; another one is so large that Python reads it frame by frame."""
    monkeypatch.setattr(walk, "LARGEST_TAKEN", 400_000)
    box = {"featureId": "f", "title": "car", "bbox": {"top": 1, "left": 2.5, "height": 3, "width": 4}}
    made = records("v1", "video", 5)
    for label, frames in ((made[1], 700), (made[3], 3_000)):
        label["Label"] = [{"frameNumber": number, "objects": [box, box]} for number in range(frames)]
    assert_same_both_ways(tmp_path, "db", [[as_array(tmp_path / "a", texts(made))]], monkeypatch)
    assert sum(stretches) == 3  # all but the large one, and the first, which tells their kind


@ENGINES
@pytest.mark.parametrize("seed", range(amount(60, 3)))
def test_what_is_damaged_or_comes_again(
    tmp_path: Path, engine: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    files = []
    for number, generation in enumerate(("v1", "v2", "v1", "v2")):
        parts = texts(records(generation, "image", 25, seed + number // 2))
        dice.shuffle(parts)
        write = dice.choice([as_array, as_lines])
        files.append(write(tmp_path / f"{number}", damaged(parts, dice)))
    loads = [files] if seed % 2 else [files[:2], files[2:]]
    assert_same_both_ways(tmp_path, engine, loads, monkeypatch)


@ENGINES
@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_a_store_with_labels_is_loaded_again_with_new_and_changed_ones(
    tmp_path: Path, engine: str, generation: str, monkeypatch: pytest.MonkeyPatch, stretches: list[int]
) -> None:
    first = texts(records(generation, "image", 36))
    changed = [
        part.replace(b'"name": "', b'"name": "new ', 1) if number % 9 == 4 else part
        for number, part in enumerate(first)
    ]
    new = texts(records(generation, "image", 36, seed=1))
    loads = [
        [as_lines(tmp_path / "first", first)],
        [as_lines(tmp_path / "mixed", changed[:20] + new[:12] + changed[20:])],
        [as_lines(tmp_path / "new", new)],
    ]
    assert_same_both_ways(tmp_path, engine, loads, monkeypatch)
    assert 0 in stretches  # only split
    assert sum(stretches) > 30


def test_of_what_a_store_has_only_changed_records_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noting(record: Any) -> Any:
        if isinstance(record, Unread):
            asked.append(record.place.position)
        return whole(record)

    first = texts(records("v1", "image", 36))
    load(tmp_path / "labels.db", [as_array(tmp_path / "first", first)])
    monkeypatch.setattr(incoming, "whole", noting)
    always = property(lambda _: True, lambda *_: None)  # not only from when the first ones were looked for
    monkeypatch.setattr(Shredding, "expects_known", always, raising=False)
    again = [
        part.replace(b'"Skipped": false', b'"Skipped":  true') if number == 30 else part
        for number, part in enumerate(first)
    ]
    report = load(tmp_path / "labels.db", [as_array(tmp_path / "again", again)])
    assert (report.total("unchanged"), report.total("changed"), asked) == (35, 1, [30])
