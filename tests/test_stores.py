"""The schema in both engines: columns, foreign keys, query plans, floats, and who can open what."""

import math
import random
import re
import sqlite3
import struct
from itertools import accumulate
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from labelstore.engines import open_database
from labelstore.errors import StoreError
from labelstore.loading import load
from labelstore.samples import write
from labelstore.schema.dialects import DUCKDB, SQLITE, view_files
from labelstore.schema.tables import columns, content_tables, node_column, sql_text


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Samples of every asset type and both generations, in both engines."""
    folder = tmp_path_factory.mktemp("stores")
    files = [sample.path for sample in write(folder / "samples", labels=25)]
    paths = {"sqlite": folder / "labels.db", "duckdb": folder / "labels.duckdb"}
    for path in paths.values():
        assert load(path, files, frames=folder / "samples" / "frames").total("rejected") == 0
    return paths


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_columns_are_those_of_the_schema(stores: dict[str, Path], engine: str) -> None:
    with open_database(stores[engine], read_only=True) as database:
        for table, expected in columns().items():
            assert database.query(f"select * from {table} limit 0").columns == list(expected), table


def test_both_engines_hold_the_same_rows(stores: dict[str, Path]) -> None:
    with open_database(stores["sqlite"]) as left, open_database(stores["duckdb"], read_only=True) as right:
        for table in content_tables():
            sql = f"select * from {table} order by {node_column(table)}"
            assert list(left.query(sql).rows) == list(right.query(sql).rows), table


@pytest.mark.parametrize("table", ["data_rows", "datasets", "projects", "features"])
def test_both_engines_derive_the_same(stores: dict[str, Path], table: str) -> None:
    with open_database(stores["sqlite"]) as left, open_database(stores["duckdb"], read_only=True) as right:
        found = [sorted(map(repr, database.query(f"select * from {table}").rows)) for database in (left, right)]
    assert found[0] == found[1]
    assert found[0]


def test_foreign_keys_hold(stores: dict[str, Path]) -> None:
    with sqlite3.connect(stores["sqlite"]) as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)


def _plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    return [row[3] for row in connection.execute(f"explain query plan {sql}")]


def _scans(plan: list[str]) -> list[str]:
    """Steps that read a whole table; co-routines and subqueries are read as they are made."""
    return [step for step in plan if step.startswith("SCAN") and step.split()[1] in columns()]


@pytest.mark.parametrize(
    "sql",
    [
        "select json from label_json where label_id = 'x'",
        "select json from record_json where record_id = 1",
        "select json from record_json where identity = 'x'",
        "select json from data_row_json where data_row_id = 'x'",
        "select json from frame_json where label_id = 'x'",
        *(
            f"select * from {asset}_labels where label_id = 'x'"
            for asset in ("image", "video", "text", "dicom", "html")
        ),
    ],
)
def test_a_view_of_one_thing_uses_indexes(stores: dict[str, Path], sql: str) -> None:
    with sqlite3.connect(stores["sqlite"]) as connection:
        plan = _plan(connection, sql)
    assert _scans(plan) == []
    assert len([step for step in plan if step.startswith("SEARCH")]) > 10


@pytest.mark.parametrize(
    "view", [Path(name).stem for name in view_files() if name.endswith(("_labels.sql", "_json.sql"))]
)
def test_a_view_of_everything_reads_only_its_parents_as_a_whole(stores: dict[str, Path], view: str) -> None:
    with sqlite3.connect(stores["sqlite"]) as connection:
        plan = _plan(connection, f"select * from {view}")
    assert (
        len(
            [
                step
                for step in plan
                if step.startswith("SCAN") and step.split()[1] not in ("(subquery-4)",) and "subquery" not in step
            ]
        )
        <= 1
    ), plan


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("select name, count(*) from objects group by name", "objects_name"),
        ("select * from objects where name = 'Car'", "objects_name"),
        ("select * from objects order by name limit 10", "objects_name"),
        ("select kind, count(*) from objects group by kind", "objects_kind"),
        ("select name, kind, count(*) from classifications group by name, kind", "classifications_name"),
        ("select name, count(*) from answers group by name", "answers_name"),
    ],
)
def test_counts_by_name_and_kind_read_an_index(stores: dict[str, Path], sql: str, index: str) -> None:
    connection = sqlite3.connect(stores["sqlite"])
    (step,) = _plan(connection, sql)
    connection.close()
    assert index in step.split()


def _references() -> list[tuple[str, str, str, str]]:
    found = []
    for statement in SQLITE.statements("schema.sql"):
        table = statement.split()[2]
        for line in statement.splitlines():
            if " references " in line:
                column = line.split()[0]
                parent, parent_column = line.split(" references ")[1].replace("(", " ").replace(")", " ").split()[:2]
                found.append((table, column, parent, parent_column.rstrip(",")))
    return found


@pytest.mark.parametrize(("table", "column", "parent", "parent_column"), _references())
def test_a_join_of_a_parent_with_its_children_uses_an_index(
    stores: dict[str, Path], table: str, column: str, parent: str, parent_column: str
) -> None:
    with sqlite3.connect(stores["sqlite"]) as connection:
        down = _plan(connection, f"select count(*) from {table} where {column} = 1")
        up = _plan(connection, f"select * from {table} c left join {parent} p on p.{parent_column} = c.{column}")
    assert down[0].startswith("SEARCH") or table == "pulls", (table, column, down)
    assert any(step.startswith("SEARCH p") for step in up), up


def test_doubles_survive_the_text_that_views_make_of_them(tmp_path: Path) -> None:
    """SQLite's own JSON functions print 15 digits: ours are exact, for random bit patterns too."""
    random_bits = random.Random(5)
    doubles = [struct.unpack("d", random_bits.randbytes(8))[0] for _ in range(20_000)]
    doubles += [random_bits.uniform(-2000, 2000) for _ in range(20_000)]
    doubles += [random_bits.uniform(0, 1) * 10 ** random_bits.randrange(-30, 30) for _ in range(20_000)]
    doubles += [48.28642362681235, 1e300, 5e-324, 0.1, 1 / 3, 2.0**53, 1e15, 1e16, 123456789012345678.0]
    doubles = [value for value in doubles if math.isfinite(value)]
    for connection, dialect in ((sqlite3.connect(":memory:"), SQLITE), (duckdb.connect(), DUCKDB)):
        connection.execute("create table t (v double)")
        if dialect is DUCKDB:
            for macro in _macros():
                connection.execute(macro)
            connection.execute("insert into t select unnest($1::double[])", [doubles])
        else:
            connection.executemany("insert into t values (?)", [(value,) for value in doubles])
        sql = dialect.translate("select v, json_number(v) from t")
        wrong = [(value, text) for value, text in connection.execute(sql).fetchall() if float(text) != value]
        connection.close()
        assert wrong == []


def _macros() -> tuple[str, ...]:
    from labelstore.schema.dialects import DUCKDB_MACROS

    return DUCKDB_MACROS


def test_duckdb_files_are_written_for_older_versions(stores: dict[str, Path]) -> None:
    """1.5 opens them: the storage version stands in the file's header."""
    with duckdb.connect(str(stores["duckdb"]), read_only=True) as connection:
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'labels'").fetchone()
    assert tags is not None
    assert "v1.5" in str(tags) or duckdb.__version__.startswith("1.")


@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
def test_other_databases_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"other{suffix}"
    connection = sqlite3.connect(path) if suffix == ".db" else duckdb.connect(str(path))
    connection.execute("create table t (a integer)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="not a labelstore"):
        open_database(path)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    open_database(path, create=True).close()
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match="schema version 99"):
        open_database(path)


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 37, 2))
    with pytest.raises(StoreError, match=r"needs SQLite 3\.38"):
        open_database(tmp_path / "a.db", create=True)


def test_a_duckdb_store_in_use_says_so(stores: dict[str, Path]) -> None:
    import subprocess
    import sys

    with open_database(stores["duckdb"]):
        code = f"import labelstore; labelstore.open({str(stores['duckdb'])!r})"
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "is in use by process" in result.stderr


def test_what_is_handed_to_duckdb_leaves_memory_within_the_transaction(stores: dict[str, Path], tmp_path: Path) -> None:
    labels = [f"label {number}" for number in range(1000)]
    store = tmp_path / "labels.duckdb"
    store.write_bytes(stores["duckdb"].read_bytes())
    before = pa.total_allocated_bytes()
    with open_database(store) as database:
        database.begin()
        database.note("labels_not_stored", labels)
        names = columns()["rejects"]
        assert list(names) == ["load_id", "position", "byte_offset", "reason", "raw"]
        database.insert_rows("rejects", [(1, number, 0, label, b"") for number, label in enumerate(labels)])
        assert database.labels_named(labels) == []
        assert pa.total_allocated_bytes() == before
        assert database.value("select count(*) from rejects where reason like 'label %'") == 1000
        database.rollback()


def test_rows_come_in_the_order_of_indexes_that_are_there_from_the_start(stores: dict[str, Path]) -> None:
    """Else they would cost more than at the end. Only further questions come between the answers of one."""
    in_order = sql_text("early.sql").partition("-- Those in whose order rows come")[2]
    indexes = re.findall(r"create index \w+ on (\w+) \((\w+)[^;]*;", in_order)
    assert len(indexes) == in_order.count("create index") > 10
    with open_database(stores["sqlite"], read_only=True) as database:
        for table, column in indexes:
            sql = f"select {column} from {table} where {column} is not null order by rowid"
            keys = [key for (key,) in database.query(sql).rows]
            late = sum(key < before for before, key in zip(accumulate(keys, max), keys, strict=True))
            assert late <= len(keys) / 10, (table, column)
