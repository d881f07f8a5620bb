"""Stores of older schema versions come out of an upgrade with every record, load and reject they had."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

import labelstore
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.engines.older_store import DUCKDB_REBUILT
from labelstore.errors import StoreError
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.naming import content_digest, unnamed
from labelstore.formats.shredding import shred
from labelstore.history import versions_of
from labelstore.json.equality import same
from labelstore.loading import Reading, load
from labelstore.loading.store_file import lock_file, locked
from labelstore.samples import write
from labelstore.schema.dialects import SCHEMA_VERSION
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows, columns, content_tables, node_column
from labelstore.upgrading import Upgrade, upgrade
from labelstore.upgrading.label_ids import rename_labels
from tests.soaking import amount

ROOT = Path(__file__).resolve().parent.parent
STORES = [
    *(ROOT / "tests" / "fixtures" / "stores").glob("version-*.db"),
    *(ROOT / "tests" / "fixtures" / "stores").glob("version-*.duckdb"),
]
NUMBER = "row_number() over (order by record_id) as number"
"""In place of a record's id, which is another after an upgrade."""
RECORDS = f"select {NUMBER}, load_id, position, generation, identity, json from record_json order by record_id"
PLACES = f"select {NUMBER}, byte_offset, content_hash is null from records order by record_id"
AT_MOMENTS = """
select name, kind from classifications where moment_id is not null
union all
select a.name, null from classifications as c join answers as a on a.classification_id = c.classification_id
where c.moment_id is not null
"""
V2_LABELS = "select label_id from labels where generation = 'v2'"
HASHES = f"select {NUMBER}, content_hash from records"
LABELS = "select dense_rank() over (order by record_id) as number, label_id from labels order by node_id"


def read(store: Path, sql: str) -> list[dict[str, Any]]:
    """The rows of a query as any program sees them."""
    connection = sqlite3.connect(store) if store.suffix == ".db" else duckdb.connect(str(store), read_only=True)
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    connection.close()
    return rows


def version(store: Path) -> int:
    """The schema version that the file says."""
    if store.suffix == ".db":
        return int(read(store, "pragma user_version")[0]["user_version"])
    sql = "select comment from duckdb_tables() where table_name = 'loads'"
    return int(read(store, sql)[0]["comment"].removeprefix("labelstore schema "))


@pytest.fixture(params=STORES, ids=lambda path: path.name)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of an old store."""
    copy: Path = tmp_path / request.param.name
    shutil.copyfile(request.param, copy)
    return copy


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Makes a copy of an old store what it is after an upgrade, which is done once for each of them."""
    folder = tmp_path_factory.mktemp("upgraded")

    @cache
    def done(name: str) -> Path:
        shutil.copyfile(STORES[0].with_name(name), folder / name)
        upgrade(folder / name)
        return folder / name

    return lambda store: Path(shutil.copyfile(done(store.name), store))


@pytest.fixture(params=["labels.db", "labels.duckdb"])
def newest(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def test_there_is_a_store_of_every_older_version_and_engine() -> None:
    expected = {f"version-{version}{suffix}" for version in range(1, SCHEMA_VERSION) for suffix in (".db", ".duckdb")}
    assert {path.name for path in STORES} == expected


@pytest.mark.sampled(6)
def test_seconds_count_review_once_after_an_upgrade(store: Path, upgraded: Callable[[Path], Path]) -> None:
    sql = "select seconds_to_create as seconds, seconds_to_label as time from labels where generation = 'v2'"
    upgraded(store)
    times = [row for row in read(store, sql) if row["seconds"] is not None]
    assert times
    assert all(row["seconds"] == row["time"] for row in times)


@pytest.mark.sampled(6)
def test_everything_is_carried_over(store: Path) -> None:
    before = {
        sql: read(store, sql) for sql in (RECORDS, PLACES, LABELS, "select * from loads", "select * from rejects")
    }
    hashes = {row["number"]: row["content_hash"] for row in read(store, HASHES)}
    progress: list[Reading] = []
    from_version = version(store)
    features = set(map(str, read(store, "select * from features")))
    done = upgrade(store, progress=progress.append)
    assert (done.from_version, done.to_version, done.records) == (from_version, SCHEMA_VERSION, len(hashes))
    assert progress[-1].bytes_read == progress[-1].size
    assert os.listdir(store.parent) == [store.name]

    records = read(store, RECORDS)
    assert len(records) == len(before[RECORDS])
    unnamed_now = {
        row["identity"]: own_id(json.loads(row["json"]))
        for row in before[RECORDS]
        if row["identity"].startswith("unnamed-")
    }
    for row in before[RECORDS]:
        row["identity"] = unnamed_now.get(row["identity"], row["identity"])
    for row in before[LABELS]:
        row["label_id"] = unnamed_now.get(row["label_id"], row["label_id"])
    for old, new in zip(before[RECORDS], records, strict=True):
        assert same(old.pop("json").encode(), new.pop("json").encode()), new["identity"]
        assert old == new
    assert read(store, PLACES) == before[PLACES]
    assert read(store, LABELS) == before[LABELS]
    for table in ("loads", "rejects"):
        for old, new in zip(before[f"select * from {table}"], read(store, f"select * from {table}"), strict=True):
            assert old.items() <= new.items()
            assert all(new[column] is None for column in new.keys() - old.keys())
    assert {row["generation"] for row in records} == {"v1", "v2", "frames"}
    assert read(store, "select * from rejects")

    seen_at_moments = {(row["name"], row["kind"]) for row in read(store, AT_MOMENTS)}
    later = {
        row["name"]
        for row in read(store, "select * from features")
        if str(row) not in features and (row["name"], row["kind"]) not in seen_at_moments
    }
    assert later <= {"color"}  # beside geometries of 2018, which were extra until version 4
    if from_version > 1:
        assert hashes == {row["number"]: row["content_hash"] for row in read(store, HASHES)}
        assert read(store, "select count(*) as n from records where url_load_id is not null") == [{"n": 1}]
        assert read(store, "select count(*) as n from versions") == [{"n": 1}]
    kept = {
        row["number"]: row["content_hash"]
        for row in read(store, HASHES.replace(" from", ", url_hash from"))
        if row["url_hash"] is None
    }
    assert kept
    assert kept.items() <= hashes.items()
    with open_database(store, read_only=True) as database:
        for table in columns():
            assert database.query(f"select * from {table} limit 0").columns == list(columns()[table])


@pytest.mark.sampled(6)
def test_an_upgraded_store_is_as_if_its_exports_had_been_loaded_now(
    store: Path, tmp_path: Path, upgraded: Callable[[Path], Path]
) -> None:
    """Its records, exported and loaded into a new store, give the same rows."""
    rebuilt = {row["identity"]: row["json"] for row in read(store, RECORDS) if row["generation"] == "v2"}
    upgraded(store)
    export = tmp_path / "export.ndjson"
    export.write_text("".join(text + "\n" for text in rebuilt.values()))
    again = tmp_path / f"again{store.suffix}"
    load(again, [export])

    def rows(database: Database, table: str) -> list[str]:
        """Without nodes and what tells about the load."""
        kept = [
            name
            for name in columns()[table]
            if not name.endswith("_id") and name not in ("position", "byte_offset", "content_hash")
        ]
        node = node_column(table)
        names = ", ".join(f'"{name}"' for name in kept)
        sql = f"select {names} from {table} where ({node} >> 24) & 1 = 1 order by {node}"
        return list(map(str, database.query(sql).rows))

    with open_database(store, read_only=True) as one, open_database(again, read_only=True) as other:
        for table in content_tables():
            assert rows(one, table) == rows(other, table), table


@pytest.mark.sampled(6)
def test_an_upgraded_store_is_loaded_as_any_other(
    store: Path, tmp_path: Path, upgraded: Callable[[Path], Path]
) -> None:
    upgraded(store)
    with labelstore.open(store) as opened:
        labels = list(opened.labels())
        again = tmp_path / "again.json"
        again.write_text(json.dumps([label for label in labels if "ID" in label]))
        opened.load([file.path for file in write(tmp_path / "samples", asset_types=("image",), labels=3, seed=9)])
        opened.load([again])
        assert len(list(opened.labels())) > len(labels)


def test_a_current_store_is_left_alone(store: Path, upgraded: Callable[[Path], Path]) -> None:
    upgraded(store)
    before = store.read_bytes()
    done = upgrade(store)
    assert (done.from_version, done.to_version, done.records) == (SCHEMA_VERSION, SCHEMA_VERSION, 0)
    assert store.read_bytes() == before


@pytest.mark.sampled(6)
def test_the_command_tells_the_versions_and_keeps_the_old_file(store: Path) -> None:
    old, count = store.read_bytes(), read(store, "select count(*) as n from records")[0]["n"]
    kept = store.with_name(f"{store.stem}.version-{version(store)}{store.suffix}")
    result = CliRunner().invoke(app, ["upgrade", str(store), "--keep"])
    assert result.exit_code == 0, result.output
    assert f"upgraded from schema version {version(kept)} to {SCHEMA_VERSION}, {count} records" in result.stdout
    assert str(kept) in result.stdout
    for old_row, new_row in zip(read(kept, RECORDS), read(store, RECORDS), strict=True):
        assert same(old_row["json"].encode(), new_row["json"].encode())
    assert len(kept.read_bytes()) == len(old)
    again = json.loads(CliRunner().invoke(app, ["upgrade", str(store), "--json"]).stdout)
    assert (again["from_version"], again["to_version"], again["kept"]) == (SCHEMA_VERSION, SCHEMA_VERSION, None)
    result = CliRunner().invoke(app, ["upgrade", str(store)])
    assert (result.exit_code, f"has schema version {SCHEMA_VERSION} already" in result.stdout) == (0, True)


@pytest.mark.sampled(6)
def test_a_file_that_has_the_name_to_keep_is_not_replaced(store: Path) -> None:
    kept = store.with_name(f"{store.stem}.version-{version(store)}{store.suffix}")
    kept.write_text("mine")
    with pytest.raises(StoreError, match="is there already"):
        upgrade(store, keep=True)
    assert kept.read_text() == "mine"
    assert upgrade(store).records


def test_a_newer_store_is_refused(store: Path) -> None:
    if store.suffix == ".db":
        with closing(sqlite3.connect(store)) as connection:
            connection.execute("pragma user_version = 99")
    else:
        with duckdb.connect(str(store)) as database:
            database.execute("comment on table loads is 'labelstore schema 99'")
    with pytest.raises(StoreError, match=r"schema version 99, newer .*; upgrade labelstore"):
        upgrade(store)


@pytest.mark.parametrize("name", ["other.db", "other.duckdb"])
def test_what_is_no_store_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        upgrade(tmp_path / name)
    connection = sqlite3.connect(tmp_path / name) if name.endswith(".db") else duckdb.connect(str(tmp_path / name))
    connection.execute("create table loads (x integer)")
    connection.close()
    with pytest.raises(StoreError, match="not a labelstore"):
        upgrade(tmp_path / name)


@pytest.mark.sampled(6)
def test_a_store_in_use_is_refused(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("labelstore.upgrading.upgrade"), "_FOR_READERS", 0.5)
    before = store.read_bytes()
    with locked(store, "load", ["export.json"]), pytest.raises(StoreError, match="is in use: process"):
        upgrade(store, wait=0)
    code = f"""
import sqlite3, duckdb, sys
store = {str(store)!r}
connection = sqlite3.connect(store) if store.endswith(".db") else duckdb.connect(store)
if store.endswith(".db"):
    connection.execute("begin immediate")
print("open", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreError, match="is open in another program; close it"):
            upgrade(store)
        other.communicate("")
    assert store.read_bytes() == before
    assert os.listdir(store.parent) == [store.name]


@pytest.mark.sampled(6)
def test_a_failure_changes_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [read(store, sql) for sql in (RECORDS, PLACES, LABELS)]

    def refuse(*_: object) -> None:
        raise ValueError("no such shape")

    monkeypatch.setattr("labelstore.upgrading.copying.shred", refuse)
    with pytest.raises(StoreError, match=r"cannot be upgraded: record 0 .*no such shape"):
        upgrade(store, keep=True)
    assert [read(store, sql) for sql in (RECORDS, PLACES, LABELS)] == before
    assert f"version-{version(store)}" in store.name
    assert os.listdir(store.parent) == [store.name]


def whole(store: Path) -> dict[str, list[str]]:
    """All that a store of this version holds. The engine proves that its file is whole."""
    check = "pragma integrity_check" if store.suffix == ".db" else "force checkpoint"
    connection: Any = sqlite3.connect(store) if store.suffix == ".db" else duckdb.connect(str(store))
    assert connection.execute(check).fetchall() in ([("ok",)], [])
    connection.close()
    return {
        sql: sorted(map(str, read(store, sql))) for sql in (RECORDS, *(f"select * from {name}" for name in columns()))
    }


def started(store: Path, *options: str) -> "subprocess.Popen[bytes]":
    """`labelstore upgrade`, at work on the store."""
    command = [sys.executable, "cli.py", "upgrade", str(store), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    while not lock_file(store).exists():
        assert process.poll() is None
        time.sleep(0.001)
    return process


@pytest.mark.sampled(0)
@pytest.mark.parametrize(
    "store",
    amount(STORES, [path for path in STORES if path.stem == f"version-{SCHEMA_VERSION - 1}"]),
    indirect=True,
    ids=lambda path: path.name,
)
@pytest.mark.skipif(sys.platform == "win32", reason="kills processes by POSIX signals")
def test_a_killed_upgrade_leaves_the_old_store_or_the_new_one(store: Path) -> None:
    """Every second one was to keep the old file. The next upgrade, at once, clears up and completes."""
    original, dice = store.read_bytes(), random.Random(store.name)
    kept = store.with_name(f"{store.stem}.version-{version(store)}{store.suffix}")
    old = [read(store, sql) for sql in (RECORDS, PLACES, LABELS)]
    process, before = started(store), time.monotonic()
    assert process.wait() == 0
    seconds, new = time.monotonic() - before, whole(store)
    kills = 0
    while kills < amount(12, 1 if store.suffix == ".duckdb" else 3):
        for path in store.parent.iterdir():
            path.unlink()
        store.write_bytes(original)
        keep = kills % 2 == 1
        process = started(store, *(["--keep"] if keep else []))
        time.sleep(dice.uniform(0, seconds))
        process.kill()
        kills += process.wait() != 0  # else it had just come to its end
        if version(store) == SCHEMA_VERSION:
            assert kept.exists() == keep
        else:
            assert [read(store, sql) for sql in (RECORDS, PLACES, LABELS)] == old
        upgrade(store)
        assert whole(store) == new
        if kept.exists():
            assert keep
            assert [read(kept, sql) for sql in (RECORDS, PLACES, LABELS)] == old
        assert set(os.listdir(store.parent)) <= {store.name, kept.name}


@pytest.mark.parametrize("store", [path for path in STORES if "version-3" in path.name], indirect=True)
def test_areas_and_lengths_are_those_that_the_old_store_computed(store: Path, upgraded: Callable[[Path], Path]) -> None:
    sql = "select name, kind, unit, area, perimeter, length from object_sizes order by object_id"
    before = read(store, sql)
    assert len(before) > 100
    upgraded(store)
    assert [tuple(row.values()) for row in read(store, sql)] == [
        tuple(pytest.approx(value, rel=1e-9) if isinstance(value, float) else value for value in row.values())
        for row in before
    ]


def test_a_store_of_the_version_in_the_making_is_named_and_upgraded(newest: Path, tmp_path: Path) -> None:
    """Version 4 had other columns at first."""
    square = [{"x": 0, "y": 0}, {"x": 2, "y": 0}, {"x": 2, "y": 2}, {"x": 0, "y": 2}]
    export = tmp_path / "export.json"
    export.write_text(json.dumps([{"ID": "a", "Label": {"objects": [{"polygon": square}]}}]))
    load(newest, export)
    connection: Any = sqlite3.connect(newest) if newest.suffix == ".db" else duckdb.connect(str(newest))
    connection.execute("drop view object_sizes")
    connection.execute("alter table polygons drop column area")
    connection.close()
    result = CliRunner().invoke(app, ["load", str(newest), str(export)])
    assert result.exit_code == 1
    assert f"has other columns than schema version {SCHEMA_VERSION}; bring it up to date with: " in result.stderr
    with pytest.raises(StoreError, match=r"other columns .* labelstore upgrade"):
        open_database(newest, read_only=True)
    result = CliRunner().invoke(app, ["upgrade", str(newest)])
    assert (result.exit_code, ", 1 records" in result.stdout) == (0, True)
    assert load(newest, export).total("unchanged") == 1
    assert read(newest, "select area, perimeter from polygons") == [{"area": 4, "perimeter": 8}]


class Older:
    """A store of this version that says it is of the one before, and in which SQL made what older code did."""

    def __init__(self, store: Path, records: list[Any]) -> None:
        self.store = store
        export = store.with_suffix(".ndjson")
        export.write_text("".join(json.dumps(record) + "\n" for record in records))
        load(store, [export])

    def upgraded(self, *changes: str) -> Upgrade:
        connection: Any = sqlite3.connect(self.store) if self.store.suffix == ".db" else duckdb.connect(str(self.store))
        for sql in changes:
            connection.execute(sql)
        old = SCHEMA_VERSION - 1
        is_sqlite = self.store.suffix == ".db"
        comment = f"comment on table loads is 'labelstore schema {old}'"
        connection.execute(f"pragma user_version = {old}" if is_sqlite else comment)
        if is_sqlite:
            connection.commit()
        connection.close()
        return upgrade(self.store)


def renaming(old: str, new: str) -> list[str]:
    """SQL that gives a label another id."""
    return [
        f"update {table} set {name} = '{new}' where {name} = '{old}'"
        for table, names in columns().items()
        for name in ("label_id", "identity")
        if name in names
    ]


def own_id(record: dict[str, Any]) -> str:
    return unnamed(content_digest(record))


def test_a_label_without_an_id_gets_that_of_its_content(newest: Path) -> None:
    element = {"Labeled Data": "x", "Label": {"car": "POINT (1 2)"}}
    line = {"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"version": "1"}, {"version": "2"}]}}}
    ids = [own_id(element), *(f"p/d/{own_id({'version': version})}" for version in "12")]
    older = Older(newest, [element, line])
    olds = ("unnamed-0123456789abcdef", "p/d/unnamed", "p/d/unnamed#2")
    older.upgraded(*(sql for pair in zip(ids, olds, strict=True) for sql in renaming(*pair)))
    assert [row["label_id"] for row in read(newest, "select label_id from labels order by node_id")] == ids
    assert read(newest, "select identity from records order by record_id")[0] == {"identity": ids[0]}


def test_labels_that_got_several_random_ids_are_one(newest: Path) -> None:
    element = {"Labeled Data": "x", "Label": {"car": "POINT (1 2)"}}
    older = Older(newest, [element, element | {"Labeled Data": "y"}])
    row = "1, 0, 2, true, 'v1', 'd', null, null"
    text = zlib.compress(json.dumps(element).encode()).hex()
    blob = f"x'{text}'" if newest.suffix == ".db" else f"from_hex('{text}')"
    older_versions = [f"insert into versions values ('unnamed-{n}', {row}, {blob})" for n in "ab"]
    done = older.upgraded("update records set row_data = 'x'", *older_versions)
    assert (done.records, done.repeated, done.rejected) == (1, 1, 0)
    assert read(newest, "select label_id from labels") == [{"label_id": own_id(element)}]
    assert read(newest, "select label_id from versions") == [{"label_id": own_id(element)}]
    with open_database(newest, read_only=True) as database:
        assert [version.replaced_by for version in versions_of(database, own_id(element))] == [2, None]


def test_a_number_that_was_taken_and_no_double_can_be_is_rejected(newest: Path) -> None:
    element = {"ID": "a", "Label": {"objects": [{"polygon": [{"x": 1, "y": 2}]}]}}
    done = Older(newest, [element, {"ID": "b"}]).upgraded('update polygons set coordinates = \'[{"x":1,"y":1E400}]\'')
    assert (done.records, done.rejected) == (1, 1)
    (reject,) = read(newest, "select position, reason, raw from rejects")
    assert reject["reason"].startswith("a number is out of range at /Label/objects/0/polygon/0/y")
    assert b"1E400" in reject["raw"]
    assert read(newest, "select rejected from loads") == [{"rejected": 1}]
    assert read(newest, "select label_id from labels") == [{"label_id": "b"}]


@pytest.mark.parametrize("old", STORES, ids=lambda path: path.name)
def test_an_older_store_is_refused_by_everything_else(old: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(old, tmp_path))
    with pytest.raises(StoreError, match=rf"has schema version {version(store)}, older .* labelstore upgrade"):
        open_database(store, read_only=True)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("suffix", ["db", "duckdb"])
@pytest.mark.parametrize("is_new", [True, False])
def test_labels_beside_an_odd_one_get_rows(tmp_path: Path, suffix: str, is_new: bool) -> None:
    """Their list stood in `extra` as a whole; where the store has another version of one, it still does."""
    store = tmp_path / f"store.{suffix}"
    shutil.copyfile(ROOT / "tests" / "fixtures" / "stores" / f"version-3.{suffix}", store)
    other = read(store, "select label_id from labels where generation = 'v2' and model_run_id is null")[0]["label_id"]
    labels = [None, {"id": "beside" if is_new else other, "version": "1"}, "x", {"id": "last"}]
    connection: Any = sqlite3.connect(store) if suffix == "db" else duckdb.connect(str(store))
    connection.execute(
        "update data_row_projects set label_count = null, extra = ? where label_count = 0",
        [json.dumps({"labels": labels})],
    )
    connection.commit()
    connection.close()
    records, ids = read(store, RECORDS), read(store, V2_LABELS)
    upgrade(store)
    assert all(
        same(old["json"].encode(), new["json"].encode()) for old, new in zip(records, read(store, RECORDS), strict=True)
    )
    found = {row["label_id"] for row in read(store, V2_LABELS)}
    assert found - {row["label_id"] for row in ids} == ({"beside", "last"} if is_new else set())
    assert len(read(store, "select json from odd_elements")) == (2 if is_new else 0)


def test_nodes_of_many_records_fit_in_duckdb() -> None:
    store = ROOT / "tests" / "fixtures" / "stores" / "version-3.duckdb"
    with duckdb.connect(str(store), read_only=True) as connection:
        for first in (127, 128, 2**31, 2**35):
            connection.execute(DUCKDB_REBUILT, {"first": first, "last": first + 100}).fetchall()


def test_renamed_are_the_labels_of_one_record() -> None:
    rows = Rows()
    raw = (
        b'{"ID": "a", "Reviews": [{"score": 1}], "Label": {"objects": [{"featureId": "f", "point": {"x": 1, "y": 2}}]}}'
    )
    for number in (1, 2):
        shred(RecordDecoder()(raw), raw, record_id(number, "v1"), rows, (1, number, 0, None, None))
    rename_labels(rows, record_id(2, "v1"), {"a": "b"})
    for table, column in (
        ("records", "identity"),
        ("labels", "label_id"),
        ("reviews", "label_id"),
        ("objects", "label_id"),
    ):
        at = list(columns()[table]).index(column)
        assert [row[at] for row in rows[table]] == ["a", "b"], table
