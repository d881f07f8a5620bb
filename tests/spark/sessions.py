"""What sessions of Spark in tests have in common, also those of drivers in a process of their own."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # most of a short run is compiling
    "spark.driver.host": "127.0.0.1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",  # it too is compiling
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.session.timeZone": "America/New_York",  # what the views say does not depend on it
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def environment() -> dict[str, str]:
    """What the environment of a driver needs."""
    return {
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),  # of its Python workers
    }


def session_of(master: str, **more: str) -> "SparkSession":
    """A session at a master; of the names of `more`, `_` stands for a point."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master)
    for name, value in (SETTINGS | {name.replace("_", "."): value for name, value in more.items()}).items():
        builder = builder.config(name, value)
    session: SparkSession = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
