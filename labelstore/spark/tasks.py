"""Tasks run by Spark: a partition each, with what came of them in the driver."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from labelstore.errors import LabelstoreError, StoreError
from labelstore.files.urls import shown_name
from labelstore.lake.tasks.running import Runner, Told, run_task
from labelstore.workers import error_told, raise_told

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_CORES_UNTOLD = 16
"""Of a cluster behind Spark Connect that does not say how many it has."""


def on_spark(spark: "SparkSession") -> Runner:
    """Runs tasks on the cluster of a session, classic or of Spark Connect.

    Spark runs a task again, as `spark.task.maxFailures` says, if its executor or its process of Python is lost. What
    labelstore says of a file or of a lake is final.
    """

    def run(tasks: Sequence[Told]) -> Iterator[Told]:
        work = _Work([json.dumps(task) for task in tasks])
        try:
            texts = _texts(spark, work, len(tasks))
        except Exception as error:
            if not type(error).__module__.startswith(("pyspark.", "py4j.")):
                raise
            raise _failed(tasks[0]["lake"], str(error)) from error
        for text in texts:
            told = json.loads(text)
            raise_told(told)
            yield told["result"]

    return Runner(run, _workers(spark))


def _texts(spark: "SparkSession", work: "_Work", count: int) -> list[str]:
    """What `work` gives for the numbers from 0 on, each in a task of its own."""
    try:
        numbers = spark.sparkContext.parallelize(range(count), count)
    except Exception:  # Spark Connect has no RDD; unlike `mapInArrow`, a function of rows needs no pandas
        from pyspark.sql.functions import udf

        told = udf(work, "string", useArrow=False).asNondeterministic()("id").alias("told")
        rows = spark.range(0, count, 1, count).select("id", told).collect()
        return [row["told"] for row in sorted(rows, key=lambda row: int(row["id"]))]
    texts: list[str] = numbers.map(work).collect()
    return texts


class _Work:
    """What an executor does with the number of a task."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __call__(self, number: int) -> str:
        try:
            return json.dumps({"result": run_task(json.loads(self._texts[number]))})
        except LabelstoreError as error:
            return json.dumps(error_told(error))


def _failed(lake: str, text: str) -> StoreError:
    """What is said when Spark gave up."""
    reason = spark_reason(text)
    hint = "look into its logs, then load again: nothing was committed"
    if "No module named" in reason:
        hint = "install labelstore-db with its extra lake for the Python of the executors, which PYSPARK_PYTHON names"
    return StoreError(shown_name(lake), f"was not loaded, for Spark ended the tasks ({reason})", hint)


def spark_reason(text: str) -> str:
    """The line that says why, of the many of an error of Spark."""
    _, traceback, last = text.rpartition("Traceback (most recent call last):")
    if traceback:
        of_python = [line for line in last.splitlines() if line and not line[0].isspace()]
        return of_python[0][:300] if of_python else ""
    found = re.search(r"most recent failure: (?:Lost task [^:]*: )?([^\n]+)", text) or re.search(r"([^\n]+)", text)
    return found[1][:300] if found else ""


def _workers(spark: "SparkSession") -> int:
    """How many tasks the cluster runs at once."""
    try:
        return int(spark.sparkContext.defaultParallelism)
    except Exception:  # Spark Connect has no context, and says so with errors of several kinds
        return int(spark.conf.get("spark.default.parallelism", None) or _CORES_UNTOLD)
