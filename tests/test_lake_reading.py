"""A lake as a database: the tables of its files answer and rebuild as a store does."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pytest
from pyarrow import parquet

import labelstore
from labelstore.analyses.stats import stats
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import QueryError, RefusedError, StoreError
from labelstore.lake.database import DERIVED_IN_LAKES, TABLES, LakeDatabase
from labelstore.lake.known_files import KnownFiles
from labelstore.query import ask, ask_named
from labelstore.samples import write
from labelstore.schema.canned_queries import queries
from labelstore.schema.tables import NODE_BITS, columns, content_tables, node_column


class Made:
    """A store, the exports it is of, and the files of its tables."""

    def __init__(self, folder: Path) -> None:
        self.store, self.lake = folder / "labels.duckdb", folder / "a [lake] of 100%"
        self.exports = [str(file.path) for file in write(folder / "samples", labels=3, seed=4)]
        with labelstore.open(self.store) as store:
            store.load(self.exports)
            store.export("parquet", self.lake)

    def files(self) -> dict[str, list[str]]:
        return {table: [str(self.lake / f"{table}.parquet")] for table in TABLES}

    def opened(self, **given: Any) -> LakeDatabase:
        return LakeDatabase(str(self.lake), self.files(), **given)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def store(made: Made) -> Iterator[Database]:
    with open_database(made.store, read_only=True) as database:
        yield database


@pytest.fixture(scope="module")
def lake(made: Made) -> Iterator[Database]:
    with made.opened() as database:
        yield database


def rows(database: Database, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return list(database.query(sql, values).rows)


def test_tables_and_views_are_those_of_a_store(store: Database, lake: Database) -> None:
    assert lake.relations() == store.relations()
    for relation in store.relations():
        if "json" not in relation.columns:
            sql = f'select * from "{relation.name}" order by all'
            assert rows(lake, sql) == rows(store, sql), relation.name


def test_every_record_comes_back(store: Database, lake: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for generation in ("v1", "v2"):
        assert list(lake.rebuilt_all(generation, 0, 1 << 39)) == list(store.rebuilt_all(generation, 0, 1 << 39))
    label_ids = [row[0] for row in rows(store, "select label_id from labels order by hash(label_id)")]
    texts = lake.labels_json(label_ids)
    assert texts == store.labels_json(label_ids)
    monkeypatch.setattr("labelstore.engines.duckdb_places._SCANS", 1)
    for label_id in label_ids[:4]:  # by a scan, then by the places of labels
        assert lake.label_json(label_id) == [texts[label_id]]
    assert sorted(lake.labels_named(label_ids)) == sorted(store.labels_named(label_ids))
    views = [one for one in lake.relations() if one.name.endswith("_json")]
    assert [lake.first_row(view) for view in views] == [store.first_row(view) for view in views]
    hashes = [row[0] for row in rows(store, "select content_hash from records")]
    assert lake.records_with(hashes) == store.records_with(hashes)
    identities = [row[0] for row in rows(store, "select identity from records where generation = 'v2'")]
    assert lake.records_about("v2", identities) == store.records_about("v2", identities)


def test_questions_are_answered_as_by_a_store(store: Database, lake: Database) -> None:
    assert stats(lake) == stats(store)
    for name, query in queries().items():
        if not any(parameter.default is None for parameter in query.parameters):
            assert list(ask_named(lake, name, {}).rows) == list(ask_named(store, name, {}).rows), name


@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("select * from read_parquet('/etc/passwd')", "the function read_parquet"),
        ("from read_text('{lake}/../labels.duckdb')", "the function read_text"),
        ("from '{lake}/../outside.parquet'", "reading files or the network"),
        ("from 'outside.parquet'", "reading files or the network"),
        ("copy labels to '{lake}/x.csv'", "COPY"),
        ("attach '{lake}/x.db'", "ATTACH"),
        ("set threads = 1", "SET"),
        ("create table x as select 1", "CREATE"),
        ("delete from counts", "DELETE"),
    ],
)
def test_sql_of_users_reads_the_lake_and_nothing_else(lake: Database, made: Made, sql: str, refused: str) -> None:
    shutil.copyfile(made.lake / "labels.parquet", made.lake.parent / "outside.parquet")
    with pytest.raises(RefusedError, match=refused):
        list(ask(lake, sql.format(lake=made.lake)).rows)


def test_a_table_without_files_is_empty(made: Made) -> None:
    files = {table: some for table, some in made.files().items() if table not in ("objects", "rejects", "counts")}
    with LakeDatabase(str(made.lake), files) as lake:
        for table in ("objects", "rejects", "counts"):
            assert rows(lake, f"select * from {table}") == []
        assert {one.name: one for one in lake.relations()}["objects"].columns == {
            name: {"integer": "bigint", "text": "varchar"}.get(kind, kind)
            for name, kind in columns()["objects"].items()
        }
        assert rows(lake, "select count(*) from labels") != [(0,)]


def test_a_file_that_is_gone_is_named_with_a_way_out(made: Made) -> None:
    files = made.files() | {"objects": [str(made.lake / "gone.parquet")]}
    with pytest.raises(StoreError, match=r"gone\.parquet.*--at"):
        LakeDatabase(str(made.lake), files)


def test_a_lake_at_a_url_is_read_by_its_file_system(made: Made, store: Database) -> None:
    memory = fsspec.filesystem("memory")
    files, sizes = {}, {}
    for table in TABLES:
        content = (made.lake / f"{table}.parquet").read_bytes()
        files[table] = [f"memory:///lake/{table}.parquet"]
        sizes[files[table][0]] = len(content)
        memory.pipe_file(f"/lake/{table}.parquet", content)
    memory.pipe_file("/lake/orphan.parquet", memory.cat_file("/lake/labels.parquet"))
    with LakeDatabase("memory:///lake", files, filesystem=KnownFiles(memory, sizes)) as lake:
        assert list(lake.rebuilt_all("v2", 0, 1 << 39)) == list(store.rebuilt_all("v2", 0, 1 << 39))
        with pytest.raises(RefusedError):
            ask(lake, f"from '{made.lake}/labels.parquet'")
        with pytest.raises(QueryError, match="No files found"):
            ask(lake, "from 'memory:///lake/orphan.parquet'")


def test_removed_records_are_in_no_table(made: Made, tmp_path: Path) -> None:
    gone = pa.array([row[0] for row in _some_records(made)], pa.int64())
    with open_database(made.store, read_only=True) as store:
        kept = {row[0] for row in rows(store, "select record_id from records where position % 3 <> 1")}
    parquet.write_table(pa.table({"record_id": gone}), tmp_path / "gone.parquet")
    for without in (gone, str(tmp_path / "gone.parquet")):
        with made.opened(without=without) as lake:
            held = " union ".join(
                f"select {node_column(table)} >> {NODE_BITS} from {table}" for table in content_tables()
            )
            assert {row[0] for row in rows(lake, held)} == kept


def _some_records(made: Made) -> list[tuple[Any, ...]]:
    with open_database(made.store, read_only=True) as store:
        return rows(store, "select record_id from records where position % 3 = 1")


def test_a_commit_removes_records_and_derives(made: Made, tmp_path: Path) -> None:
    """As a store does that removes the same records."""
    shutil.copyfile(made.store, tmp_path / "labels.duckdb")
    gone = [row[0] for row in _some_records(made)]
    with open_database(tmp_path / "labels.duckdb") as store, made.opened(read_only=False) as lake:
        for database in (store, lake):
            database.begin()
            database.delete_records(gone)
            database.derive(0)
            database.commit()
        assert isinstance(lake, LakeDatabase)
        for table in DERIVED_IN_LAKES:
            sql = f"select * from {table} order by all"
            assert [tuple(row.values()) for row in lake.derived_rows(table).to_pylist()] == rows(store, sql), table
        sql = "select * from data_rows order by all"
        held = "data_row_id in (select data_row_id from records)"
        assert rows(lake, sql) == rows(store, sql.replace("order", f"where {held} order"))
