"""Many small files in one load: they are written together, as one file of the same records is, and each is reported."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.engines.duckdb import DuckdbDatabase
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.errors import NotAnExport
from labelstore.loading import load, load_state, loader, storing
from labelstore.loading.record_writer import RecordWriter
from labelstore.schema.tables import content_tables
from labelstore.verifying import verify
from tests.lines import label, v2
from tests.making import ENGINES, box, v1

CLASSES: tuple[type[Database], ...] = (SqliteDatabase, DuckdbDatabase)
SUFFIXES = {"sqlite": "db", "duckdb": "duckdb"}


def elements(count: int, first: int = 0) -> list[Any]:
    return [v1(f"l{number}", box("Car", f"f{number}", 1, 2, 3, 4)) for number in range(first, first + count)]


def lines(count: int) -> list[Any]:
    return [v2(f"d{number}", label(f"m{number}")) for number in range(count)]


def save(folder: Path, *files: list[Any]) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{number:03}.json" for number in range(len(files))]
    for path, records in zip(paths, files, strict=True):
        path.write_text("\n".join(map(json.dumps, records)))
    return paths


@pytest.fixture
def inserts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often rows were inserted, by table; commits as "commit"."""
    count: Counter[str] = Counter()
    for database in CLASSES:
        insert, commit = database.insert_rows, database.commit

        def inserted(self: Database, table: str, rows: Any, insert: Any = insert) -> None:
            count[table] += 1
            insert(self, table, rows)

        def committed(self: Database, commit: Any = commit) -> None:
            count["commit"] += 1
            commit(self)

        monkeypatch.setattr(database, "insert_rows", inserted)
        monkeypatch.setattr(database, "commit", committed)
    return count


def contents(store: Path) -> dict[str, list[Any]]:
    """All rows but those of `loads`, without what says of which file they are."""
    with open_database(store, read_only=True) as database:
        found = {}
        for table in content_tables():
            result = database.query(f"select * from {table}")
            places = [place for place, name in enumerate(result.columns) if name not in _OF_FILE]
            found[table] = sorted(repr([row[place] for place in places]) for row in result.rows)
        return found


_OF_FILE = ("load_id", "position", "byte_offset")


@ENGINES
def test_small_files_are_written_as_one_file_is(tmp_path: Path, engine: str, inserts: Counter[str]) -> None:
    parts = [lines(3), *([element] for element in elements(30))]
    small, one = save(tmp_path / "small", *parts), save(tmp_path / "one", [one for part in parts for one in part])
    stores = [tmp_path / f"{name}.{SUFFIXES[engine]}" for name in ("small", "one")]
    counts = []
    for store, files in zip(stores, (small, one), strict=True):
        inserts.clear()
        report = load(store, files)
        assert (report.total("added"), report.total("records")) == (33, 33)
        counts.append(dict(inserts))
    assert counts[0] == counts[1]
    assert counts[0]["loads"] == 1
    assert contents(stores[0]) == contents(stores[1])
    assert verify(stores[0], small, jobs=1).ok


@ENGINES
def test_small_files_are_written_together_into_a_store_with_labels(
    tmp_path: Path, engine: str, inserts: Counter[str]
) -> None:
    store = tmp_path / f"labels.{SUFFIXES[engine]}"
    load(store, save(tmp_path / "before", elements(5)))
    inserts.clear()
    changed = [{**element, "Agreement": 0.5} for element in elements(3)]
    report = load(store, save(tmp_path / "after", *([element] for element in changed + elements(20, 3))))
    assert [(file.changed, file.unchanged, file.added) for file in report.files] == [
        *[(1, 0, 0)] * 3,
        *[(0, 1, 0)] * 2,
        *[(0, 0, 1)] * 18,
    ]
    assert inserts["records"] == inserts["labels"] == inserts["loads"] == inserts["versions"] == 1
    with open_database(store, read_only=True) as database:
        sql = "select label_id, load_id, replaced_by from versions order by 1"
        assert list(database.query(sql).rows) == [("l0", 1, 2), ("l1", 1, 3), ("l2", 1, 4)]
        sql = "select label_id, r.load_id from labels as l join records as r on r.record_id = l.record_id order by 1, 2"
        loads = dict(database.query(sql).rows)
    assert [loads[f"l{number}"] for number in range(6)] == [2, 3, 4, 1, 1, 7]


@ENGINES
def test_frames_files_are_written_together(tmp_path: Path, engine: str, inserts: Counter[str]) -> None:
    videos = [v1(f"l{number}", Label={"frames": f"https://storage.example.com/{number}"}) for number in range(12)]
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(12):
        frames: list[Any] = [{"frameNumber": frame, "objects": [], "classifications": []} for frame in (1, 2, 3)]
        (folder / f"l{number}.ndjson").write_text("\n".join(map(json.dumps, frames)))
    store, files = tmp_path / f"labels.{SUFFIXES[engine]}", save(tmp_path / "exports", videos)
    report = load(store, files, frames=folder)
    assert (report.frames_files, report.frames, report.total("added")) == (12, 36, 48)
    assert inserts["frames"] == inserts["loads"] == 1
    assert inserts["records"] == 2  # elements and frames
    assert verify(store, files, frames=folder).ok


@ENGINES
@pytest.mark.parametrize("at_once", [1, 500])
def test_the_newest_frames_file_replaces_the_others(
    tmp_path: Path, engine: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_FRAMES_FILES", at_once)
    folder = tmp_path / "frames"
    folder.mkdir()
    for name, numbers in (("old", (1, 2, 3)), ("new", (2, 4))):
        frames: list[Any] = [{"frameNumber": number, "objects": [], "classifications": []} for number in numbers]
        (folder / f"{name}.ndjson").write_text("\n".join(map(json.dumps, frames)))
    files = save(
        tmp_path / "exports",
        *([v1("l1", Label={"frames": f"https://storage.example.com/{name}.ndjson"})] for name in ("old", "new")),
    )
    store = tmp_path / f"labels.{SUFFIXES[engine]}"
    load(store, files, frames=folder)
    with open_database(store, read_only=True) as database:
        sql = "select frame_number from frames where label_id = 'l1' order by 1"
        assert [row[0] for row in database.query(sql).rows] == [2, 4]


@ENGINES
def test_a_foreign_file_among_small_ones_is_refused(tmp_path: Path, engine: str) -> None:
    files = save(tmp_path / "exports", elements(2), [{"images": [], "annotations": []}], elements(2, 2))
    store = tmp_path / f"labels.{SUFFIXES[engine]}"
    with pytest.raises(NotAnExport, match=r"001\.json"):
        load(store, files)
    assert not store.exists()


def test_cut_batches_count_by_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_MOST_CUT", 0)
    staged: list[Path] = []
    monkeypatch.setattr(storing, "load_staged", lambda path, *_: staged.append(path))
    files = save(tmp_path / "exports", *([{**one, "Agreement": n / 9} for one in elements(5)] for n in range(4)))
    for pure, records, expected in (("0", 5, []), ("1", 5, []), ("1", 6, [tmp_path / "16.duckdb"])):
        monkeypatch.setenv("LABELSTORE_PURE", pure)
        monkeypatch.setattr(load_state, "_RECORDS_A_CUT", records)
        load(tmp_path / f"{pure}{records}.duckdb", files)
        assert staged == expected


def test_a_batch_is_no_larger_for_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    write = RecordWriter._write

    def written(self: RecordWriter, generation: str, entries: Any, *more: Any) -> None:
        sizes.append(len(entries))
        write(self, generation, entries, *more)

    monkeypatch.setattr(RecordWriter, "_write", written)
    monkeypatch.setattr(SqliteDatabase, "batch_records", 8)
    load(tmp_path / "labels.db", save(tmp_path / "exports", *([element] for element in elements(20))))
    assert sizes == [8, 8, 4]


@ENGINES
def test_small_files_that_come_again_are_known_by_few_questions(
    tmp_path: Path, engine: str, inserts: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files, store = save(tmp_path / "exports", *([one] for one in elements(20))), tmp_path / f"labels.{SUFFIXES[engine]}"
    load(store, files)
    inserts.clear()
    questions: list[str] = []
    for database in CLASSES:
        for name in ("query", "select_in"):
            ask = getattr(database, name)

            def asked(self: Database, sql: str, *values: Any, ask: Any = ask) -> Any:
                questions.append(sql)
                return ask(self, sql, *values)

            monkeypatch.setattr(database, name, asked)
    report = load(store, files)
    assert [file.unchanged for file in report.files] == [1] * 20
    assert inserts["loads"] == 1
    assert len(questions) < 10
