"""The tables of a store on a Spark cluster; pyspark is imported only here.

views      the views of a store in Spark SQL, over its tables as DataFrames
lakes      those of a lake
tasks      runs the tasks of a load
loading    loads exports into a lake
source     exports as a data source, without a lake
"""

from typing import TYPE_CHECKING

from labelstore.spark.lakes import read_lake
from labelstore.spark.loading import load
from labelstore.spark.views import create_views

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["create_views", "load", "read_lake", "register"]


def register(spark: "SparkSession") -> None:
    """Let the session read exports, by `spark.read.format("labelbox").option("table", "objects").load("*.ndjson")`.

    It needs Spark 4. The options of the format:

    table          a content table of `sql/schema.sql`, or `rejects`; without it `records`
    frames         the folder with the frames files of v1 videos
    splitBytes     how many bytes of a plain file are read by one task (1,000,000,000)
    maxRatio       how many times as large as its file unpacked data may be (1000); 0: any
    manyRecords    `true` for files with more records than their size lets expect

    Record ids are those that a load into a new lake gives. Each read parses the files again.
    """
    from labelstore.spark.source import LabelboxSource

    spark.dataSource.register(LabelboxSource)
