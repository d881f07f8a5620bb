"""The views of a store as temporary views of a Spark session."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labelstore.errors import UsageError
from labelstore.schema.derived_views import data_rows_query
from labelstore.schema.dialects import view_files
from labelstore.schema.spark import SPARK, SPARK_TYPES
from labelstore.schema.tables import columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def create_views(spark: "SparkSession", tables: "Mapping[str, DataFrame]") -> None:
    """Make the tables and all views of a store temporary views of the session, in place of those of the same names.

    `tables` are DataFrames by the names of tables in `sql/schema.sql`, such as those of a lake or of the files that
    `labelstore export DB parquet FOLDER` writes. A table that is missing has no rows; `data_rows`, where it is missing,
    is computed from `records`. Raises `UsageError` for a name that is none of a table.
    """
    if strange := sorted(tables.keys() - columns().keys()):
        raise UsageError(f"no table of a store: {', '.join(strange)}; these are: {', '.join(columns())}")
    for table in columns():
        if table in tables:
            tables[table].createOrReplaceTempView(table)
        elif table != "data_rows":
            spark.createDataFrame(_no_rows(), schema_of(table)).createOrReplaceTempView(table)
    if "data_rows" not in tables:
        _create_view(spark, f"create view data_rows as\n{SPARK.translate(data_rows_query())}")
    for file in view_files():
        _create_view(spark, SPARK.view(file))


def schema_of(table: str) -> str:
    """The columns of a table with their types, as Spark reads the schema of a DataFrame."""
    return ", ".join(f"`{name}` {SPARK_TYPES.get(kind, kind)}" for name, kind in columns()[table].items())


def _no_rows() -> list[Any]:
    return []


def _create_view(spark: "SparkSession", statement: str) -> None:
    """As a DataFrame: of a view by SQL, Spark keeps the text, and analyzes it for each query and view on it."""
    head, _, query = statement.partition(" as\n")
    spark.sql(query).createOrReplaceTempView(head.removeprefix("create view "))
