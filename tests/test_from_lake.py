"""A store made of tables in Parquet holds the same rows as the one that wrote them, on both engines and across."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

import labelstore
from labelstore.engines import open_database
from labelstore.errors import InputError, StoreError, UsageError
from labelstore.export.writing import export
from labelstore.lake.commits.claims import claim
from labelstore.lake.commits.snapshot import open_lake
from labelstore.lake.database import TABLES, LakeDatabase
from labelstore.lake.load import load as load_into_lake
from labelstore.lake.to_store import load_lake
from labelstore.loading import load
from labelstore.samples import write
from labelstore.schema.generations import record_id
from labelstore.schema.tables import columns
from labelstore.verifying import verify
from tests.making import box, feature, store_of, v1
from tests.test_cli import run
from tools.compare_stores import OpenStore, compare

STORES = {"sqlite": "labels.db", "duckdb": "labels.duckdb"}
ODD = "a\x00b 'quoted' \"double\" \u2028 😀"
NUMBERS = (0.1 + 0.2, 1e300, 5e-324, 2**53 + 1, -0.0, 2**70, -(2**63))


def tables_of(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows in one order; SQLite has numbers for booleans, and no negative zero."""
    with open_database(store, read_only=True) as database:
        return {
            table: sorted(
                (tuple(map(_plain, row)) for row in database.query(f"select {_names(table)} from {table}").rows),
                key=repr,
            )
            for table in columns()
        }


def _names(table: str) -> str:
    return ", ".join(f'"{name}"' for name in columns()[table])


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value + 0.0 if isinstance(value, float) else value


def in_a_lake(tables: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """What of the rows of a store a lake has: no earlier versions, and no assets that no record tells of any more."""
    place = list(columns()["records"]).index("data_row_id")
    told = {row[place] for row in tables["records"]}
    return tables | {"versions": [], "data_rows": [row for row in tables["data_rows"] if row[0] in told]}


def earlier_state(export: Path, out: Path) -> Path:
    """The labels of a v1 export as they were in another project, with other classes, on other data rows."""
    records = json.loads(export.read_bytes())
    for record in records:
        record |= {"Skipped": True, "Dataset Name": "Before", "DataRow ID": f"was-{record['DataRow ID']}"}
        record["View Label"] = record["View Label"].replace("project=", "project=was-")
        for thing in record["Label"].get("objects", []):
            thing["title"] = f"was {thing['title']}"
    out.write_text(json.dumps(records))
    return out


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """A folder with a store of each engine and its tables, and the files that both hold: all samples, odd values,
    rejects, and labels that replaced others."""
    folder = tmp_path_factory.mktemp("tables")
    samples = [file.path for file in write(folder / "samples", labels=1, seed=3)]
    odd = folder / "odd.ndjson"
    records = [
        v1(
            f"odd{place}",
            box(ODD, "f1", number, number, 1, 1, unknown={"n": 10**40, "t": [True, None, ODD]}),
            classifications=[feature("Note", "f2", answer=ODD), feature("", "f3", answer="")],
            **{"Seconds to Label": number, "Skipped": place % 2 == 0, "External ID": "" if place % 3 else None},
        )
        for place, number in enumerate(NUMBERS)
    ]
    lines = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    odd.write_bytes(lines + b'{"ID": "x", "Label": {"objects": [\xff\x00]}}\n{broken\n')
    image = next(file for file in samples if file.name == "v1-image.json")
    earlier = earlier_state(image, folder / "earlier.json")
    for name in STORES.values():
        load(folder / name, [earlier, odd])
        load(folder / name, samples, frames=folder / "samples" / "frames")
    for engine, name in STORES.items():
        export(folder / name, "parquet", folder / engine)
    return folder, [*samples, odd]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("of", "to"), [("sqlite", "duckdb"), ("sqlite", "sqlite"), ("duckdb", "sqlite"), ("duckdb", "duckdb")]
)
def test_every_table_comes_back(of: str, to: str, loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    folder, files = loaded
    store, heard = tmp_path / STORES[to], list[tuple[int, int]]()
    done = load_lake(store, folder / of, progress=lambda copied, total: heard.append((copied, total)))
    assert os.listdir(tmp_path) == [store.name]
    made, wanted = tables_of(store), tables_of(folder / STORES[of])
    for table in columns():
        assert made[table] == wanted[table], table
    assert all(made[table] for table in ("rejects", "versions", "unpaired_classes", "class_pairs"))
    assert (done.engine, done.rows["labels"]) == (to, len(made["labels"]))
    assert 0 < heard[0][0] < heard[-1][0] <= heard[-1][1]
    if of == to == "duckdb":
        with open_database(store, read_only=True) as database:
            assert str(database.value("select seconds_to_label from labels where label_id = 'odd4'")) == "-0.0"
    if of != to:
        report = verify(store, files, frames=folder / "samples" / "frames", jobs=1)
        assert report.records == report.equal + report.rejected > 20
        assert load(store, files[:3]).total("added") == 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize("of", STORES)
def test_a_lake_holds_what_the_store_holds(of: str, loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    """And a store that is made of the lake, of the other engine."""
    folder, _ = loaded
    place, store = tmp_path / "a [lake] of 100%", tmp_path / next(STORES[to] for to in STORES if to != of)
    done = export(folder / STORES[of], "delta", place)
    held = tables_of(folder / STORES[of])
    wanted = in_a_lake(held)
    left = {loss.construct: loss.count for loss in done.losses}
    assert left == {"earlier version": len(held["versions"]), "data row": 1}
    assert done.count == sum(map(len, wanted.values())) - len(wanted["data_rows"])
    lake = open_lake(place)
    with LakeDatabase(str(place), {table: lake.newest().files(table) for table in TABLES}) as database:
        for table in TABLES:
            found = database.query(f"select {_names(table)} from {table}").rows
            assert sorted((tuple(map(_plain, row)) for row in found), key=repr) == wanted[table], table
        last_record = database.value("select max(record_id) from records")
        last_load = database.value("select max(load_id) from loads")
    load_lake(store, place)
    made = tables_of(store)
    for table, rows in wanted.items():
        assert made[table] == rows, table
    following = claim(lake.place, 1, 1)
    assert record_id(following.first_number, "v1") > last_record
    assert following.first_load > last_load


def assert_same(one: Path, other: Path, forgotten: int) -> None:
    """Two stores hold the same in every table but `loads` and `versions`, whatever the ids of their records are.

    Only the first has so many assets that no record tells of any more.
    """
    with closing(OpenStore(one)) as wanted, closing(OpenStore(other)) as made:
        for table in columns().keys() - {"loads", "versions"}:
            found = compare(wanted, made, table)
            if table == "data_rows":
                assert found.missing.pop("OLD") == forgotten
            assert found.same, (table, [*found.lines(table)])


def test_a_store_of_a_lake_is_as_one_that_was_loaded(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    folder, files = loaded
    some = [
        file for file in files if file.name in ("v1-image.json", "v1-text.json", "v2-video.ndjson", "v2-llm.ndjson")
    ]
    loads = [folder / "earlier.json", files[-1]], some
    for exports in loads:
        load(tmp_path / "loaded.db", exports)
        load_into_lake(tmp_path / "lake", exports, split_bytes=15_000, jobs=1)
    for name in STORES.values():
        load_lake(tmp_path / name, tmp_path / "lake")
        assert_same(tmp_path / "loaded.db", tmp_path / name, 1)
    report = verify(tmp_path / "labels.duckdb", [*some, files[-1]], jobs=1)
    assert report.records == report.equal + report.rejected > 10


@pytest.mark.sampled(0)
def test_a_load_goes_on_with_a_lake_of_a_store(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    folder, _ = loaded
    export(folder / "labels.db", "delta", tmp_path / "lake")
    shutil.copy(folder / "labels.db", tmp_path / "labels.db")
    for report in (
        load(tmp_path / "labels.db", [folder / "earlier.json"], force=True),
        load_into_lake(tmp_path / "lake", [folder / "earlier.json"], jobs=1, force=True),
    ):
        assert (report.total("records"), report.total("changed")) == (1, 1)
    load_lake(tmp_path / "copy.db", tmp_path / "lake")
    assert_same(tmp_path / "labels.db", tmp_path / "copy.db", 1)


def test_a_lake_is_made_where_nothing_is(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("mine")
    with pytest.raises(StoreError, match="is a folder that is not empty; name a new one"):
        export(loaded[0] / "labels.db", "delta", tmp_path / "there")
    dry = export(loaded[0] / "labels.db", "delta", tmp_path / "new", dry_run=True)
    assert (os.listdir(tmp_path), os.listdir(tmp_path / "there")) == (["there"], ["file"])
    assert dry == export(loaded[0] / "labels.db", "delta", tmp_path / "new")


def test_a_store_without_records(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]")
    load(tmp_path / "labels.db", [tmp_path / "empty.json"])
    export(tmp_path / "labels.db", "delta", tmp_path / "lake")
    for name in ("copy.db", "copy.duckdb"):
        load_lake(tmp_path / name, tmp_path / "lake")
        assert tables_of(tmp_path / name) == tables_of(tmp_path / "labels.db")


def test_the_store_keeps_what_no_record_tells_any_more(loaded: tuple[Path, list[Path]]) -> None:
    """Else the other tests would not show that it comes along."""
    with open_database(loaded[0] / "labels.db", read_only=True) as database:
        for sql in (
            "select count(*) from data_rows where data_row_id not in"
            " (select data_row_id from records where data_row_id is not null)",
            "select count(*) from projects where project_id like 'was-%'",
            "select count(*) from datasets where name = 'Before'",
            "select count(*) from features where name like 'was %'",
        ):
            assert database.value(sql), sql


def test_the_file_is_as_one_that_was_loaded(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    folder, _ = loaded
    load_lake(tmp_path / "labels.db", folder / "duckdb")

    def things(path: Path) -> list[Any]:
        connection = sqlite3.connect(path)
        found = connection.execute("select name, sql from sqlite_master order by name").fetchall()
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        connection.close()
        return found

    assert things(tmp_path / "labels.db") == things(folder / "labels.db")


def test_rows_in_any_order(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    folder, _ = loaded

    def reverse(table: pa.Table) -> pa.Table:
        return table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64()))

    for table in columns():
        changed(folder / "sqlite", tmp_path / "tables", table, reverse)
    load_lake(tmp_path / "labels.duckdb", tmp_path / "tables")
    assert tables_of(tmp_path / "labels.duckdb") == tables_of(folder / "labels.db")
    with open_database(tmp_path / "labels.duckdb", read_only=True) as database:
        nodes = [row[0] for row in database.query("select object_id from objects").rows]
    assert nodes == sorted(nodes)


def changed(tables: Path, out: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Write a table, changed, to another folder."""
    out.mkdir(exist_ok=True)
    parquet.write_table(change(parquet.read_table(tables / f"{name}.parquet")), out / f"{name}.parquet")


def without(table: pa.Table, name: str) -> pa.Table:
    """The table, with nothing in one of its columns."""
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.nulls(table.num_rows, table.schema.field(place).type))


def next_nodes(table: pa.Table) -> pa.Table:
    """The rows under other numbers."""
    place = table.column_names.index("node_id")
    return table.set_column(place, "node_id", pc.add(table.column("node_id"), 1))


WRONG: list[tuple[str, Callable[[pa.Table], pa.Table], str]] = [
    ("answers", lambda table: table.drop_columns(["name"]), "answers has no column name"),
    ("objects", lambda table: table.append_column("more", table.column(0)), "objects has a column more, which"),
    ("points", lambda table: pa.concat_tables([table, table]), "points has two rows of the same object_id"),
    ("loads", lambda table: pa.concat_tables([table, table]), "loads has two rows of the same load_id"),
    (
        "points",
        lambda table: table.set_column(0, "object_id", table.column(0).cast(pa.string())),
        "points has varchar in the column object_id, which is integer",
    ),
    ("records", lambda table: without(table, "node_id"), "records has a row without node_id"),
    ("objects", lambda table: without(table, "label_id"), "objects has a row without label"),
    (
        "labels",
        lambda table: pa.concat_tables([table, next_nodes(table)]),
        "labels has a label twice",
    ),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("name", "change", "reason"), WRONG, ids=[case[2] for case in WRONG])
@pytest.mark.parametrize("store", STORES.values())
def test_tables_of_something_else(
    name: str, change: Callable[[pa.Table], pa.Table], reason: str, store: str, tmp_path: Path
) -> None:
    made = store_of(tmp_path, "sqlite", [v1("l1", feature("Spot", "f1", point={"x": 1, "y": 2}))])
    export(made, "parquet", tmp_path / "tables")
    changed(tmp_path / "tables", tmp_path / "tables", name, change)
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(InputError, match=reason) as raised:
        load_lake(tmp_path / store, tmp_path / "tables")
    assert "write it anew with: labelstore export" in str(raised.value)
    assert sorted(os.listdir(tmp_path)) == before


def test_folders_of_something_else(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    for table in columns():
        changed(loaded[0] / "sqlite", tmp_path / "tables", table, lambda found: found)
    (tmp_path / "file").write_bytes(b"PAR1")
    (tmp_path / "empty").mkdir()
    (tmp_path / "tables" / "masks.parquet").write_bytes(b"hello")
    for name, reason in (
        ("nothing", "no such folder"),
        ("file", "is a file"),
        ("empty", "is no lake and holds no tables"),
        ("tables", "masks cannot be read"),
    ):
        with pytest.raises(InputError, match=reason):
            load_lake(tmp_path / "labels.db", tmp_path / name)
    (tmp_path / "tables" / "masks.parquet").unlink()
    with pytest.raises(InputError, match=r"has no masks\.parquet"):
        load_lake(tmp_path / "labels.db", tmp_path / "tables")
    assert not (tmp_path / "labels.db").exists()


def test_nothing_is_left_of_one_that_was_stopped(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    for name in STORES.values():
        with pytest.raises(KeyboardInterrupt):
            load_lake(tmp_path / name, loaded[0] / "sqlite", progress=stop)
    assert not os.listdir(tmp_path)


def test_a_store_that_is_there_stays(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1")])
    before = store.read_bytes()
    with pytest.raises(StoreError, match="is there already; name a new one"):
        load_lake(store, loaded[0] / "sqlite")
    assert store.read_bytes() == before
    with pytest.raises(UsageError, match="read-only"):
        labelstore.open(tmp_path / "new.db", read_only=True).load_lake(loaded[0] / "sqlite")


def test_the_command(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    folder, _ = loaded
    store = tmp_path / "labels.db"
    records, labels = (
        parquet.read_table(folder / "sqlite" / f"{name}.parquet").num_rows for name in ("records", "labels")
    )
    done = run("load", store, "--from-lake", folder / "sqlite")
    assert done.stdout.startswith(f"{store}: {records} records, {labels} labels, ")
    told = json.loads(run("load", tmp_path / "b.db", "--from-lake", folder / "sqlite", "--json").stdout)
    assert (told["engine"], told["source"], told["rows"]["labels"]) == ("sqlite", str(folder / "sqlite"), labels)
    for arguments, reason in (
        ((store, "--from-lake", folder / "sqlite"), "is there already"),
        ((tmp_path / "c.db", "x.json", "--from-lake", folder), "--from-lake takes no FILE..."),
        ((tmp_path / "c.db", "--from-lake", folder, "--prune"), "--from-lake takes no --prune"),
        ((tmp_path / "c.db",), "missing argument 'FILE...'"),
    ):
        failed = run("load", *arguments)
        assert failed.exit_code
        assert reason in failed.stderr
    with labelstore.open(tmp_path / "python.db") as opened:
        made = opened.load_lake(folder / "sqlite")
        assert list(opened.query("select count(*) as n from labels")) == [{"n": made.rows["labels"]}]
