"""A copy of a store holds the same rows, and its views give the same JSON."""

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.engines.copy import copy_to_sqlite
from labelstore.errors import LabelstoreError, StoreError
from labelstore.history import label_at, versions_of
from labelstore.json.equality import same
from labelstore.loading import load
from labelstore.samples import write
from labelstore.schema.tables import columns
from labelstore.verifying import verify
from tests.making import ENGINES, box, feature, store_of, v1
from tests.soaking import amount

pytestmark = pytest.mark.soak


def tables_of(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all tables, in the order of the first columns."""
    with open_database(store, read_only=True) as database:
        names = {table: ", ".join(f'"{name}"' for name in columns()[table]) for table in columns()}
        return {table: sorted(database.query(f"select {names[table]} from {table}").rows, key=repr) for table in names}


def plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(int(value) if isinstance(value, bool) else value for value in row) for row in rows), key=repr)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """A DuckDB store of all samples with rejects and earlier versions, and the files that it holds."""
    folder = tmp_path_factory.mktemp("copying")
    files = [file.path for file in write(folder / "samples", labels=amount(8, 2), seed=3)]
    store = folder / "samples.duckdb"
    earlier = folder / "earlier.json"
    image = next(file for file in files if file.name == "v1-image.json")
    earlier.write_text(json.dumps([{**record, "Skipped": True} for record in json.loads(image.read_bytes())]))
    broken = folder / "broken.ndjson"
    broken.write_bytes(b'{"ID": "x", "Label": {"objects": [' + b"\xff\x00" + b"]}}\n")
    load(store, [earlier])
    load(store, [broken])
    load(store, files, frames=folder / "samples" / "frames")
    return store, files


@pytest.mark.sampled(4)
def test_every_row_is_copied(samples: tuple[Path, list[Path]], tmp_path: Path) -> None:
    store, _ = samples
    heard: list[tuple[int, int]] = []
    copy_to_sqlite(store, tmp_path / "copy.db", lambda done, total: heard.append((done, total)))
    assert os.listdir(tmp_path) == ["copy.db"]
    held, copied = tables_of(store), tables_of(tmp_path / "copy.db")
    for table, rows in held.items():
        assert plain(rows) == plain(copied[table]), table
    assert held["rejects"]
    assert held["versions"]
    assert heard[-1] == (heard[0][1],) * 2 == (sum(map(len, held.values())),) * 2


@pytest.mark.sampled(0)
def test_every_record_of_a_copy_equals_its_source(samples: tuple[Path, list[Path]], tmp_path: Path) -> None:
    store, files = samples
    copy = tmp_path / "copy.db"
    copy_to_sqlite(store, copy)
    reports = [verify(path, files, frames=files[0].parent / "frames", jobs=1) for path in (store, copy)]
    for report in reports:
        assert report.records == report.equal > amount(200, 100)
    with open_database(store, read_only=True) as one, open_database(copy, read_only=True) as other:
        sql = "select record_id, json from record_json order by record_id"
        for before, after in zip(one.query(sql).rows, other.query(sql).rows, strict=True):
            assert before[0] == after[0]
            assert same(before[1].encode(), after[1].encode())
        label = one.value("select label_id from versions")
        assert len(versions_of(one, label)) == 2
        assert versions_of(one, label) == versions_of(other, label)
        sql = "select load_id from versions where label_id = ?"
        assert label_at(one, label, one.value(sql, (label,))) == label_at(other, label, one.value(sql, (label,)))


def test_a_copy_is_a_store_like_one_that_was_loaded(samples: tuple[Path, list[Path]], tmp_path: Path) -> None:
    store, files = samples
    copy_to_sqlite(store, tmp_path / "copy.db")
    load(tmp_path / "loaded.db", files[:1])

    def things(path: Path) -> list[tuple[str, str]]:
        connection = sqlite3.connect(path)
        found = connection.execute("select name, sql from sqlite_master order by name").fetchall()
        pragmas = [connection.execute(f"pragma {name}").fetchall() for name in ("application_id", "user_version")]
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("select count(*) from sqlite_stat1").fetchone()[0] > 20
        connection.close()
        return found + pragmas

    assert things(tmp_path / "copy.db") == things(tmp_path / "loaded.db")
    report = load(tmp_path / "copy.db", files)
    assert (report.total("added"), report.total("changed")) == (0, 0)


@ENGINES
def test_values_at_their_limits(engine: str, tmp_path: Path) -> None:
    numbers = [0.1 + 0.2, 1e300, 5e-324, 2**53 + 1, -0.0, 1e15, 123456789012.5]
    odd = "a\x00b 'quoted' \"double\" \u2028 😀 <script>"
    records = [
        v1(
            f"l{place}",
            box(odd, "f1", number, number, 1, 1, unknown={"n": 10**40, "t": [True, None, odd]}),
            classifications=[feature("Note", "f2", answer=odd)],
            **{"Seconds to Label": number, "Skipped": place % 2 == 0},
        )
        for place, number in enumerate(numbers)
    ]
    store = store_of(tmp_path, engine, records)
    copy_to_sqlite(store, tmp_path / "copy.db")
    with open_database(tmp_path / "copy.db", read_only=True) as copy:
        for record in records:
            (text,) = copy.label_json(record["ID"])
            assert same(text.encode(), json.dumps(record).encode())


def stop(*_: int) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("name", "progress", "error"),
    [
        ("there.db", None, StoreError),
        ("out.duckdb", None, StoreError),
        ("no-folder/out.db", None, LabelstoreError),
        ("out.db", stop, KeyboardInterrupt),
    ],
)
def test_after_an_error_nothing_is_left(
    name: str, progress: Callable[[int, int], None] | None, error: type[BaseException], tmp_path: Path
) -> None:
    store = store_of(tmp_path, "duckdb", [v1("l1")])
    (tmp_path / "there.db").write_bytes(b"something else")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(error):
        copy_to_sqlite(store, tmp_path / name, progress)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        copy_to_sqlite(tmp_path / "no.duckdb", tmp_path / "copy.db")
    assert not os.listdir(tmp_path)
