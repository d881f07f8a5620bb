"""The exporter parquet: every row of every table, with the types of the schema, the same from both engines."""

from pathlib import Path

import duckdb
import pytest
from pyarrow import parquet

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import write
from labelstore.schema.catalogue import tables
from labelstore.schema.tables import columns
from tests.exporting import exported, files_of


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same samples of every asset type and both generations in a store of each engine."""
    folder = tmp_path_factory.mktemp("parquet")
    files = [file.path for file in write(folder / "samples", labels=8)]
    stores = {"sqlite": folder / "labels.db", "duckdb": folder / "labels.duckdb"}
    for store in stores.values():
        load(store, files)
    return stores


def test_every_row_of_every_table(stores: dict[str, Path]) -> None:
    out, done = exported(stores["sqlite"], "parquet", "out")
    with open_database(stores["sqlite"], read_only=True) as database, duckdb.connect() as reader:
        for table, kinds in columns().items():
            read = parquet.read_table(out / f"{table}.parquet")
            assert read.schema.names == list(kinds)
            assert read.num_rows == database.value(f"select count(*) from {table}"), table
        asked = "select kind, count(*) from {} group by kind order by kind"
        found = reader.execute(asked.format(f"'{out / 'objects.parquet'}'")).fetchall()
        assert found == [tuple(row) for row in database.query(asked.format("objects")).rows]
        assert sum(count for _, count in found) == sum(
            done.written.get(kind, 0) for kind in ("other_kind", *dict(found)) if kind in done.written
        )
    assert done.lossless


def test_both_engines_write_the_same_files(stores: dict[str, Path]) -> None:
    """But for the times of the loads."""
    one, other = (files_of(exported(store, "parquet", f"out-{engine}")[0]) for engine, store in stores.items())
    assert one.keys() == other.keys()
    assert {path for path in one if one[path] != other[path]} <= {"loads.parquet"}


def test_the_files_say_what_rows_and_columns_are(stores: dict[str, Path]) -> None:
    out, _ = exported(stores["sqlite"], "parquet", "described")
    schema = parquet.read_schema(out / "objects.parquet")
    objects = next(table for table in tables() if table.name == "objects")
    assert schema.metadata[b"comment"].decode() == objects.description
    assert schema.field("frame_number").metadata[b"comment"] == b"the frame, from 1"
