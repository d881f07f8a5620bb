"""Loading into a lake by a Spark cluster."""

from os import PathLike
from typing import TYPE_CHECKING

from labelstore.inputs.gathering import Files, Notify
from labelstore.lake.opening import check_extra
from labelstore.lake.tasks.splits import SPLIT_BYTES
from labelstore.loading.report import Report
from labelstore.spark.tasks import on_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def load(
    spark: "SparkSession",
    files: Files,
    lake: str | PathLike[str],
    *,
    frames: str | PathLike[str] | None = None,
    max_ratio: float | None = 1000.0,
    split_bytes: int = SPLIT_BYTES,
    force: bool = False,
    max_rejects: int | None = None,
    notify: Notify | None = None,
) -> Report:
    """Load exports into a lake: the driver plans and commits, executors read and write.

    As `labelstore.lake.load.load` in all else. Driver and executors have to reach files and lake by the same paths or
    URLs, and need labelstore-db with its extra `lake`. Raises `InputError` and `StoreError`, the latter also when Spark
    gave up; then nothing is committed.
    """
    check_extra(str(lake))
    from labelstore.lake.load import load as load_by

    return load_by(
        lake,
        files,
        frames=frames,
        max_ratio=max_ratio,
        split_bytes=split_bytes,
        force=force,
        max_rejects=max_rejects,
        runner=on_spark(spark),
        notify=notify,
    )
