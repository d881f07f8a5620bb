"""A lake in Spark SQL."""

import re
from os import PathLike
from typing import TYPE_CHECKING

from labelstore.lake.opening import snapshot_at
from labelstore.spark.views import create_views, schema_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OF_PATTERNS = re.compile(r"[\[\]{}*?\\]")


def read_lake(spark: "SparkSession", lake: str | PathLike[str], at: int | None = None) -> None:
    """Make the tables and views of a lake temporary views of the session, in place of those of the same names.

    They are of its newest snapshot, or of the one with the number `at`, and stay so whatever is loaded later. Spark
    reads the files itself, `s3://` as `s3a://`. Raises `StoreError` for what is no lake.
    """
    from labelstore.lake.database import TABLES

    snapshot = snapshot_at(lake, at)
    files = {table: snapshot.files(table) for table in TABLES}
    create_views(
        spark,
        {  # told the columns, Spark reads no file before it is asked
            table: spark.read.schema(schema_of(table)).parquet(*map(_for_spark, some))
            for table, some in files.items()
            if some
        },
    )


def _for_spark(name: str) -> str:
    """The path or URL of a file in the words of Hadoop, which takes a path without scheme for one of its own system."""
    name = _OF_PATTERNS.sub(r"\\\g<0>", name)
    if name.startswith("s3://"):
        return f"s3a{name[2:]}"
    return name if "://" in name else f"file://{name}"
