"""Lakes in Spark SQL, and exports as a data source of Spark: the tables and records that a load gives."""

import gzip
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from labelstore.errors import StoreError
from labelstore.json.equality import same
from labelstore.lake.load import load
from labelstore.lake.opening import open_snapshot
from labelstore.samples import write
from labelstore.spark import read_lake, register
from tests.soaking import amount
from tests.test_lake_load import array, labels

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples with their frames, at a path that is no pattern, for Spark either."""
    folder = tmp_path_factory.mktemp("reading [1] {2}")
    write(folder / "samples", labels=amount(60, 3), seed=6)
    return folder


def shown(rows: Iterable[Iterable[Any]]) -> list[str]:
    """Rows in an order, as text."""
    return sorted(repr([bytes(one) if isinstance(one, bytearray) else one for one in row]) for row in rows)


@pytest.mark.sampled(0)
def test_a_lake_has_its_tables_and_views(spark: "SparkSession", folder: Path) -> None:
    lake, names = folder / "lake", amount(["*.json", "*.ndjson"], ["v1-image.json", "v2-image.ndjson"])
    load(lake, [f"{folder}/samples/{name}".replace("[", "[[]") for name in names], jobs=1)
    load(lake, str(array(folder / "later.json", labels(1))), jobs=1)
    read_lake(spark, lake, at=1)
    with open_snapshot(lake, 1) as database:
        others = amount(("labels", "objects", "loads", "rejects", "features"), ())
        for table in ("records", "class_pairs", *others):
            assert shown(spark.table(table).collect()) == shown(database.query(f"select * from {table}").rows), table
        assert spark.table("data_rows").count() == database.value("select count(*) from data_rows")
        records = dict(database.query("select record_id, json from record_json").rows)
    if amount(True, False):  # takes minutes
        for name in ("v1_pieces", "v2_pieces"):
            spark.table(name).cache()
        found = dict(map(tuple, spark.sql("select record_id, json from record_json").collect()))
        spark.catalog.clearCache()
        assert found.keys() == records.keys()
        assert all(same(records[one].encode(), text.encode()) for one, text in found.items())


def test_what_is_no_lake(spark: "SparkSession", tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no lake of labelstore"):
        read_lake(spark, tmp_path)


@pytest.mark.soak
def test_a_data_source_has_the_rows_of_a_lake(spark: "SparkSession", folder: Path) -> None:
    frames, lake, broken = folder / "samples" / "frames", folder / "other", folder / "broken.ndjson"
    good = [json.dumps(label) for label in labels(*range(40))]
    broken.write_text("\n".join((*good[:20], '{"neither": 1}', *good[20:], '{"ID": ')))
    files = [str(folder / "samples" / "v1-video.json"), str(broken), str(folder / "samples" / "v2-image.ndjson")]
    load(lake, files, frames=frames, split_bytes=4_000, jobs=1)
    register(spark)
    reader = spark.read.format("labelbox").option("frames", str(frames)).option("splitBytes", 4_000)
    with open_snapshot(lake) as database:
        for table in ("rejects", "bounding_boxes", *amount(("records", "classifications"), ())):
            wanted = database.query(f"select * from {table}")
            assert wanted.rows, table
            found = reader.option("table", table).load(files)
            assert found.columns == list(wanted.columns)
            assert shown(found.collect()) == shown(wanted.rows), table


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"table": "boxen"}, "no table of exports: boxen; these are: records, "),
        ({"splitBytes": "much"}, "splitBytes and maxRatio are numbers: "),
        ({}, "damaged.ndjson.gz: "),
        ({"table": "labels"}, 'thin.ndjson: has more records than expected; add .option("manyRecords", "true")'),
    ],
)
def test_the_data_source_says_what_is_wrong(
    spark: "SparkSession", tmp_path: Path, options: dict[str, str], reason: str
) -> None:
    damaged, thin = tmp_path / "damaged.ndjson.gz", tmp_path / "thin.ndjson"
    damaged.write_bytes(gzip.compress(json.dumps(labels(*range(100))).encode())[:-50])
    thin.write_text("\n".join(f'{{"data_row":{{"id":"d{n}"}}}}' for n in range(1_500)))
    register(spark)
    reader = spark.read.format("labelbox").options(**options)
    with pytest.raises(Exception, match=re.escape(reason)):
        reader.load(str(thin if "table" in options else damaged)).collect()
    if "more records" in reason:
        assert reader.option("manyRecords", "true").option("table", "records").load(str(thin)).count() == 1_500
