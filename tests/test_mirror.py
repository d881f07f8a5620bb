"""The mirror of a SQLite store answers as a DuckDB store of the same exports does, and is never out of date."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import labelstore
from labelstore.engines import open_database
from labelstore.errors import InUseError, LabelstoreError, RefusedError, StoreError, UsageError
from labelstore.files.outputs import is_alive
from labelstore.loading import load
from labelstore.loading.store_file import locked
from labelstore.mirroring import drop, mirror, mirror_file, open_engine, open_mirror
from labelstore.publishing import publish
from labelstore.samples import write
from labelstore.schema.canned_queries import queries
from labelstore.schema.dialects import view_files
from labelstore.schema.tables import CONNECTED, FOUND_IN_FILES, columns
from labelstore.workers import Helper
from tests.making import box, feature, store_of, v1
from tests.soaking import amount
from tests.test_cli import run

pytestmark = pytest.mark.soak

ROOT = Path(__file__).resolve().parent.parent
GIVEN = {"class": "Car", "a": "Car", "b": "Tree", "x": 500, "y": 400, "max_x": 600, "max_y": 600}
UNLIKE = {("loads", "started_at"), ("loads", "finished_at"), ("versions", "json")}
"""What differs between two stores of the same exports: what a clock said, and the order of keys."""
Rows = list[tuple[Any, ...]]


def rows_of(store: Path, engine: str | None, table: str) -> Rows:
    """Sorted; SQLite does not keep the sign of a zero."""
    names = ", ".join(f'"{name}"' for name in columns()[table] if (table, name) not in UNLIKE)
    with open_engine(store, engine) as database:
        rows = list(database.query(f"select {names} from {table}").rows)
    return sorted(
        [tuple(0.0 if value == 0.0 and isinstance(value, float) else value for value in row) for row in rows], key=repr
    )


def answer(store: Path, engine: str | None, name: str) -> Rows:
    query = queries()[name]
    asks = {parameter.name for parameter in query.parameters if parameter.default is None}
    with open_engine(store, engine) as database:
        values = query.values({key: value for key, value in GIVEN.items() if key in asks})
        return list(database.query(query.sql[database.engine], values).rows)


def count(store: Path, what: str = "labels") -> int:
    with open_mirror(store) as database:
        return int(database.value(f"select count(*) from {what}"))


def odd() -> list[dict[str, Any]]:
    """Records whose values are at the edges of what the engines hold."""
    return [
        v1("nul", box("a\0b", "f\0", -0.0, 1e300, 5e-324, 2**70), **{"External ID": "\0"}),
        v1("huge", **{"Seconds to Label": 2**63, "Has Open Issues": 2**80, "new key": 10**400}),
        v1("odd", box("é\U0001f600\u2028", "g", 0.1 + 0.2, 1e-7, 9007199254740993, 1e15), Skipped=1),
        v1("texts", **{"Seconds to Label": "12", "Created At": 1577836800000, "Agreement": True, "Reviews": None}),
        v1("odd element", None, feature("Crate", "c", cuboid={"depth": 1})),
        v1("lone", box("\ud800", "h", 1, 2, 3, 4)),
    ]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """All samples, odd values, rejects and earlier versions, in a SQLite store and in a DuckDB store."""
    folder = tmp_path_factory.mktemp("mirror")
    files = [file.path for file in write(folder / "samples", labels=amount(12, 3), seed=5)]
    strange = folder / "odd.json"
    strange.write_text(json.dumps(odd()))
    earlier = folder / "earlier.json"
    image = next(file for file in files if file.name == "v1-image.json")
    earlier.write_text(json.dumps([{**record, "Skipped": True} for record in json.loads(image.read_bytes())]))
    broken = folder / "broken.ndjson"
    broken.write_bytes(b'{"ID": "x", "Label": {"objects": [' + b"\xff\x00" + b"]}}\n")
    for name in ("labels.db", "labels.duckdb"):
        for some in ([earlier], [broken], [strange], files):
            load(folder / name, some, frames=folder / "samples" / "frames")
    return folder / "labels.db", folder / "labels.duckdb"


@pytest.mark.sampled(6)
@pytest.mark.parametrize("table", columns())
def test_a_table_is_that_of_a_duckdb_store(stores: tuple[Path, Path], table: str) -> None:
    sqlite, duckdb = stores
    mirrored = rows_of(sqlite, "duckdb", table)
    assert list(map(repr, mirrored)) == list(map(repr, rows_of(duckdb, None, table)))  # True is not 1
    assert len(mirrored) == len(rows_of(sqlite, None, table))


def test_all_tables_of_it_have_rows(stores: tuple[Path, Path]) -> None:
    with open_mirror(stores[0]) as database:
        empty = [table for table in columns() if not database.value(f"select count(*) from {table}")]
    assert set(empty) <= {*CONNECTED, *FOUND_IN_FILES}  # which no load fills


def test_it_has_the_tables_and_views_of_a_duckdb_store(stores: tuple[Path, Path]) -> None:
    sqlite, duckdb = stores
    with open_mirror(sqlite) as mirrored, open_database(duckdb, read_only=True) as store:
        assert mirrored.relations() == store.relations()
    assert {Path(file).stem for file in view_files()} <= {relation.name for relation in mirrored_relations(sqlite)}


def mirrored_relations(store: Path) -> Sequence[Any]:
    with open_mirror(store) as database:
        return database.relations()


@pytest.mark.parametrize("view", ["label_json", "frame_json", "data_row_json"])
def test_views_rebuild_the_same_json(stores: tuple[Path, Path], view: str) -> None:
    sqlite, duckdb = stores
    sql = f"select * from {view} order by all"
    with open_mirror(sqlite) as mirrored, open_database(duckdb, read_only=True) as store:
        assert list(mirrored.query(sql).rows) == list(store.query(sql).rows) != []


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", queries())
def test_a_canned_query_answers_the_same(stores: tuple[Path, Path], name: str) -> None:
    sqlite, duckdb = stores
    mirrored = answer(sqlite, "duckdb", name)
    assert mirrored == answer(duckdb, None, name)
    for row, other in zip(mirrored, answer(sqlite, None, name), strict=True):
        for value, expected in zip(row, other, strict=True):
            assert value == (pytest.approx(expected, rel=1e-9) if isinstance(expected, float) else expected)


def small(tmp_path: Path) -> Path:
    return store_of(tmp_path, "sqlite", [v1("a", box("Car", "f1", 1, 2, 3, 4)), v1("b")], "labels")


def more(tmp_path: Path, *records: dict[str, Any]) -> Path:
    file = tmp_path / "more.json"
    file.write_text(json.dumps(records))
    return file


def pruned(store: Path, folder: Path) -> None:
    load(store, [more(folder, v1("a"))], prune=True)


def published(store: Path, folder: Path) -> None:
    other = store_of(folder, "sqlite", [v1("z")], "other")
    store.chmod(0o644)
    made = folder / "made.db"
    publish(other, made)
    mirror(made)
    os.replace(made, store)


def by_another_program(store: Path, _: Path) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("update objects set name = 'Tram'")


def replaced(store: Path, folder: Path) -> None:
    store.unlink()
    store_of(folder, "sqlite", [v1("c", box("Car", "f1", 1, 2, 3, 4)), v1("d")], "labels")


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "new labels": lambda store, folder: load(store, [more(folder, v1("c"))]),
    "changed labels": lambda store, folder: load(store, [more(folder, v1("a", box("Bus", "f1", 1, 2, 3, 4)))]),
    "the same again": lambda store, folder: load(store, [more(folder, v1("b"))]),
    "other tokens": lambda store, folder: load(
        store, [more(folder, v1("b", **{"Labeled Data": "https://storage.example.com/b.jpg?Signature=x&Expires=9"}))]
    ),
    "another program": by_another_program,
    "rejects": lambda store, folder: load(store, [more(folder, v1("e"), {"ID": 3, "Label": []})]),
    "pruned": pruned,
    "published": published,
    "another store": replaced,
}


def dump(store: Path, engine: str | None) -> dict[str, Rows]:
    """All rows of all tables, true as 1."""
    with open_engine(store, engine) as database:
        return {
            table: sorted(
                [tuple(int(value) if isinstance(value, bool) else value for value in row) for row in rows], key=repr
            )
            for table in columns()
            for rows in [list(database.query(f"select * from {table}").rows)]
        }


@pytest.mark.sampled(9)
@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_it_is_made_anew(tmp_path: Path, change: str) -> None:
    store = small(tmp_path)
    assert mirror(store).made
    assert not mirror(store).made
    CHANGES[change](store, tmp_path)
    assert dump(store, "duckdb") == dump(store, None)
    assert not mirror(store).made


def test_asking_and_copying_do_not_outdate_it(tmp_path: Path) -> None:
    store = small(tmp_path)
    mirror(store)
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from labels") == 2
    (tmp_path / "copy.db").write_bytes(store.read_bytes())
    assert not mirror(store).made


@settings(max_examples=amount(20, 2))
@given(steps=st.lists(st.tuples(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1), st.booleans())))
def test_it_answers_as_the_store_after_any_loads(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[tuple[int, int]], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    store = small(folder)
    for records, prune in steps:
        file = more(folder, *(v1(f"l{label}", box(f"C{form}", f"f{label}", 1, 2, 3, form)) for label, form in records))
        load(store, [file], prune=prune)
        assert dump(store, "duckdb") == dump(store, None)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("how", ["damaged", "empty", "no mirror", "other columns", "older"])
def test_what_is_no_mirror_of_the_store_is_not_asked(tmp_path: Path, how: str) -> None:
    import duckdb

    store = small(tmp_path)
    file = mirror_file(store)
    mirror(store)
    if how == "damaged":
        file.write_bytes(b"\0" * 8 + b"DUCK" + b"\0" * 20_000)
    elif how == "empty":
        file.write_bytes(b"")
    else:
        with duckdb.connect(str(file)) as connection:
            sql = "select comment from duckdb_tables() where table_name = 'loads'"
            said = connection.execute(sql).fetchall()[0][0]
            if how == "no mirror":
                connection.execute("comment on table loads is 'labelstore schema 4'")
                connection.execute("delete from labels")
            elif how == "older":
                words = said.split(" ")
                connection.execute(f"comment on table loads is '{' '.join([*words[:2], '1', *words[3:]])}'")
            else:
                connection.execute("alter table labels drop column label_id")
    assert count(store) == 2


def test_drop_removes_it(tmp_path: Path) -> None:
    store = small(tmp_path)
    mirror(store)
    before = set(os.listdir(tmp_path))
    assert drop(store)
    assert before - set(os.listdir(tmp_path)) == {"labels.db.mirror.duckdb"}
    assert not drop(store)


@pytest.mark.sampled(0)
def test_a_new_store_of_the_name_has_no_mirror_of_the_old_one(tmp_path: Path) -> None:
    store = small(tmp_path)
    mirror(store)
    store.unlink()
    small(tmp_path)
    assert not mirror_file(store).exists()
    other = store_of(tmp_path, "sqlite", [v1("z")], "other")
    out = tmp_path / "out.db"
    publish(other, out)
    mirror(out)
    publish(other, out, overwrite=True)
    assert not mirror_file(out).exists()


@pytest.mark.sampled(0)
def test_who_may_not_read_the_store_may_not_read_it(tmp_path: Path) -> None:
    store = small(tmp_path)
    store.chmod(0o640)
    mirror(store)
    assert mirror_file(store).stat().st_mode & 0o777 == 0o640
    drop(store)
    store.chmod(0o444)
    assert count(store) == 2
    assert mirror_file(store).stat().st_mode & 0o777 == 0o644


def test_no_command_takes_it_for_a_store(tmp_path: Path) -> None:
    store = small(tmp_path)
    mirror(store)
    file = mirror_file(store)
    for attempt in (
        lambda: load(file, [more(tmp_path, v1("c"))]),
        lambda: open_database(file, read_only=True),
        lambda: publish(file, tmp_path / "out.db"),
        lambda: publish(store, file, overwrite=True),
    ):
        with pytest.raises(LabelstoreError, match=r"mirror|belongs to|name a \.db file"):
            attempt()
    assert not mirror(store).made
    assert load(tmp_path / "new.db", [tmp_path]).total("added") == 3  # of the exports in the folder


def test_a_duckdb_store_needs_none(tmp_path: Path) -> None:
    store = store_of(tmp_path, "duckdb", [v1("a")])
    with pytest.raises(UsageError, match="needs no mirror"):
        mirror(store)
    with pytest.raises(UsageError, match="leave out the engine"):
        open_engine(store, "sqlite")
    with pytest.raises(UsageError, match="sqlite and duckdb"):
        open_engine(store, "postgres")
    with open_engine(store, "duckdb") as database:
        assert database.value("select count(*) from labels") == 1
    assert not mirror_file(store).exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = small(tmp_path)
    other = store_of(tmp_path, "sqlite", [v1("z")], "other")
    mirror(store)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    assert count(store) == 2  # there is one already
    with pytest.raises(StoreError, match="cannot be written; ask SQLite itself"):
        mirror(other)
    assert not mirror_file(other).exists()


def test_one_that_is_made_meanwhile_is_waited_for(tmp_path: Path) -> None:
    store = small(tmp_path)
    with locked(mirror_file(store), "mirror"):
        with pytest.raises(InUseError):
            mirror(store, wait=0)
        process = subprocess.Popen(command("query", store, "select 1 as one", "--engine", "duckdb"), **PIPES)
        assert process.stderr is not None
        assert "labels.db.mirror.duckdb: waiting" in process.stderr.readline()
    assert json.loads(process.communicate(timeout=60)[0]) == {"one": 1}


PIPES: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "cli.py", *map(str, arguments)]


def test_two_at_once_make_one(tmp_path: Path) -> None:
    store = small(tmp_path)
    sql = "select count(*) as n from labels"
    both = [subprocess.Popen(command("query", store, sql, "--engine", "duckdb"), **PIPES) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, json.loads(out)) == (0, {"n": 2}), err
    beside = {name for name in os.listdir(tmp_path) if "mirror" in name}
    assert beside == {"labels.db.mirror.duckdb"}


@pytest.mark.sampled(0)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_one_that_is_broken_off_leaves_nothing_wrong(stores: tuple[Path, Path], tmp_path: Path, how: int) -> None:
    store = tmp_path / "labels.db"
    with sqlite3.connect(stores[0]) as source, sqlite3.connect(store) as copy:
        source.backup(copy)
    process = subprocess.Popen(command("mirror", store), **PIPES)
    while not any(".loading" in name for name in os.listdir(tmp_path)):
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert err.endswith("has no new mirror\n")
        assert not [name for name in os.listdir(tmp_path) if "mirror" in name]
    for name in os.listdir(tmp_path):  # what writes the copy notices that nobody waits for it
        until = time.monotonic() + 30
        while (found := re.search(r"\.(\d+)\.loading", name)) and is_alive(int(found[1])):
            assert time.monotonic() < until
            time.sleep(0.01)
    assert not mirror_file(store).exists()
    assert dump(store, "duckdb") == dump(store, None)
    assert {name for name in os.listdir(tmp_path) if "mirror" in name} == {"labels.db.mirror.duckdb"}


def test_ctrl_c_in_the_midst_of_a_table_is_ctrl_c(tmp_path: Path) -> None:
    store = small(tmp_path)

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mirror(store, progress=stop)
    assert not [name for name in os.listdir(tmp_path) if "mirror" in name]


def test_a_store_that_is_damaged_is_named(tmp_path: Path) -> None:
    store = small(tmp_path)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (size,) = connection.execute("pragma page_size").fetchone()
        (page,) = connection.execute("select rootpage from sqlite_master where name = 'objects'").fetchone()
    with store.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(StoreError, match=r"labels\.db: cannot be copied \(.*malformed.*ask SQLite itself"):
        mirror(store)
    assert not [name for name in os.listdir(tmp_path) if "mirror" in name]


def test_a_process_that_ends_early_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = small(tmp_path)

    def killed(helper: Helper, _: object) -> None:
        (tmp_path / f".{mirror_file(store).name}.{helper.pid}.loading.duckdb").touch()
        helper.kill()

    monkeypatch.setattr(sys.modules["labelstore.mirroring.mirror"], "send_task", killed)
    with pytest.raises(StoreError, match=r"ended early \(exit -9\); ask SQLite itself"):
        mirror(store)
    assert not [name for name in os.listdir(tmp_path) if "mirror" in name]


def test_progress_counts_all_rows(tmp_path: Path) -> None:
    store = small(tmp_path)
    heard: list[tuple[int, int]] = []
    mirror(store, progress=lambda done, total: heard.append((done, total)))
    assert heard[-1][0] == heard[-1][1] == sum(map(len, dump(store, None).values()))


@pytest.mark.sampled(0)
def test_python_asks_it(tmp_path: Path) -> None:
    store = small(tmp_path)
    with labelstore.open(store, engine="duckdb") as opened:
        result = opened.query(
            "select count(*) as n, median(objects_total) as m from labels where label_id <> $no", no="x"
        )
        assert list(result) == [{"n": 2, "m": 0.5}]
        assert [row["objects"] for row in opened.ask("class-counts")] == [1]
        opened.load([more(tmp_path, v1("c"))])
        assert list(opened.query("select count(*) as n from labels")) == [{"n": 3}]
        before = opened.query("from labels")
        load(store, [more(tmp_path, v1("d"))])
        assert list(opened.query("select count(*) as n from labels")) == [{"n": 4}]
        assert opened.label("d")["ID"] == "d"
        del before
    with pytest.raises(UsageError, match="no engine"):
        labelstore.open(store, engine="postgres")


def test_the_commands(tmp_path: Path) -> None:
    store = small(tmp_path)
    sql = "select kind, median(area) as area from object_sizes group by kind"
    assert json.loads(run("query", store, sql, "--engine", "duckdb").stdout) == {"kind": "bounding_box", "area": 12.0}
    table = tmp_path / "out.parquet"
    run("query", store, "class-counts", "-p", "project=Roads", "--engine", "duckdb", "-o", table)
    assert table.read_bytes()[:4] == b"PAR1"
    assert json.loads(run("mirror", store, "--json").stdout)["made"] is False
    assert "up to date" in run("mirror", store).stdout
    assert "removed" in run("mirror", store, "--drop").stdout
    assert json.loads(run("mirror", store, "--drop", "--json").stdout)["dropped"] is False
    assert ": made," in run("mirror", store).stdout


def test_sql_only_reads_it(tmp_path: Path) -> None:
    store = small(tmp_path)
    for sql in ("drop table labels", "attach 'x.duckdb'", "select * from read_csv('/etc/passwd')"):
        with open_mirror(store) as database, pytest.raises((RefusedError, *database.errors)):
            list(database.asked(sql).rows)


def test_an_odd_label_comes_back(stores: tuple[Path, Path]) -> None:
    with labelstore.open(stores[0], engine="duckdb") as store:
        (row,) = store.query("select json from label_json where label_id = 'huge'")
    assert json.loads(row["json"])["new key"] == 10**400
