"""The views in Spark SQL: every record comes back, and every view has the rows that DuckDB has."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pytest
from pyarrow import parquet

from labelstore.errors import UsageError
from labelstore.json.equality import same
from labelstore.loading import load
from labelstore.samples import ASSET_TYPES, legacy_labels, v1_labels, v2_data_rows
from labelstore.schema.dialects import DUCKDB, DUCKDB_MACROS, view_files
from labelstore.schema.spark import SPARK
from labelstore.schema.tables import columns
from labelstore.spark import create_views
from tests.exporting import exported
from tests.soaking import amount

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

VIEWS = tuple(Path(file).stem for file in view_files())


class Loaded(NamedTuple):
    """The records of each file by its name, the store that they are in, and the folder of its tables."""

    records: dict[str, list[dict[str, Any]]]
    store: Path
    tables: Path


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder, count = tmp_path_factory.mktemp("spark"), amount(60, 8)
    samples = {"v1": v1_labels, "v2": v2_data_rows}
    records = {
        f"{generation}-{asset_type}.ndjson": list(
            samples[generation](asset_type, count * (3 if asset_type == "video" else 1))  # some with frames in place
        )
        for generation in samples
        for asset_type in ASSET_TYPES[generation]
    }
    records["legacy.ndjson"] = [label for form in ("L0", "L1", "L2") for label in legacy_labels(form, count)]
    for name, some in records.items():
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in some))
    store = folder / "labels.duckdb"
    load(store, [folder / name for name in records])
    return Loaded(records, store, exported(store, "parquet", "tables")[0])


@pytest.fixture(scope="module")
def views(spark: "SparkSession", loaded: Loaded) -> "Iterator[SparkSession]":
    """The session with the views, over the tables that have rows; what many views read is computed once."""
    files = {name: loaded.tables / f"{name}.parquet" for name in columns() if name != "data_rows"}
    given = {name: file for name, file in files.items() if parquet.read_metadata(file).num_rows}
    assert len(given) < len(files)  # some are missing
    create_views(spark, {name: spark.read.parquet(str(file)) for name, file in given.items()})
    for name in ("v1_pieces", "v2_pieces", "label_json"):
        spark.table(name).cache()
    yield spark
    spark.catalog.clearCache()


@pytest.mark.soak
def test_every_record_comes_back(views: "SparkSession", loaded: Loaded) -> None:
    found = {
        (Path(name).name, position): text
        for name, position, text in views.sql(
            "select l.file_name, r.position, r.json from record_json as r join loads as l on l.load_id = r.load_id"
        ).collect()
    }
    assert len(found) == sum(map(len, loaded.records.values()))
    for name, some in loaded.records.items():
        for position, record in enumerate(some):
            assert same(json.dumps(record).encode(), found[name, position].encode()), (name, position)


@pytest.mark.sampled(18)
@pytest.mark.parametrize("name", ["data_rows", *VIEWS])
def test_every_view_has_the_rows_that_duckdb_has(views: "SparkSession", loaded: Loaded, name: str) -> None:
    with duckdb.connect(str(loaded.store), read_only=True) as connection:
        wanted = connection.execute(f"select * from {name}").fetchall()
    frame = views.table(name)
    assert sorted(map(repr, map(tuple, frame.collect()))) == sorted(map(repr, wanted))
    assert wanted


TEXTS = (
    "",
    "plain",
    'a "quoted" one',
    "back\\slash",
    "[in brackets]",
    "null",
    "\x00\x01\x1f\x7f\b\f\n\r\t",
    "é€😀\u2028",
)
NUMBERS = (0.1, -0.0, 1e-7, 1e22, 1e23, -5.0, 1e15, 2.0**53 + 2, 123456789.125, 1e300, 5e-324, 0.001)
MOMENTS = (
    "2024-01-01",
    "2024-02-30",
    "2024-03-10T02:30:00",  # none in New York
    "2024-01-01 10:00:00.1234567Z",
    "2024-01-01T10:00:00.5+05:30",
    "2024-01-01T24:00:00Z",
    "1999-12-31T23:59:59-08:00",
    "yesterday",
)


def test_what_becomes_of_values(spark: "SparkSession") -> None:
    rows = [(text, float(len(text)), len(text), None) for text in TEXTS]
    rows += [("", number, 1 - 2**63, None) for number in NUMBERS]
    rows += [(moment, 0.0, 2**63 - 1, None) for moment in MOMENTS]
    query = "json_quote(t), json_quote(n), json_number(d), json_number(i), seconds_of(t), utf16_length(t), length(t)"
    spark.createDataFrame(rows, "t string, d double, i bigint, n string").createOrReplaceTempView("given")
    found = spark.sql(SPARK.translate(f"select {query} from given")).collect()
    with duckdb.connect() as connection:
        for macro in DUCKDB_MACROS:
            connection.execute(macro)
        connection.execute("create table given (t varchar, d double, i bigint, n varchar)")
        connection.executemany("insert into given values (?, ?, ?, ?)", rows)
        wanted = connection.execute(DUCKDB.translate(f"select {query} from given")).fetchall()
    for one, other in zip(found, wanted, strict=True):
        for text, expected in zip(one[:4], other[:4], strict=True):
            assert text == expected or (json.loads(text), type(json.loads(text))) == (
                json.loads(expected),
                type(json.loads(expected)),
            )
        assert tuple(one[4:]) == other[4:]


def test_a_table_of_another_name(spark: "SparkSession") -> None:
    with pytest.raises(UsageError, match="no table of a store: boxes"):
        create_views(spark, {"boxes": spark.range(1)})
