"""`python -m labelstore.spark FILES… --lake LAKE`: a load by Spark, for spark-submit."""

import argparse
import json
import os
import sys

from labelstore.displaying.cells import visible
from labelstore.errors import LabelstoreError
from labelstore.lake.tasks.splits import SPLIT_BYTES
from labelstore.spark.loading import load

_REJECTED = 3
"""The exit code where some items were rejected, as of `labelstore lake load`."""


def main() -> int:
    """Load, and print the report as JSON."""
    parser = argparse.ArgumentParser("python -m labelstore.spark", description="Load exports into a lake by Spark.")
    parser.add_argument("files", nargs="+", help="files, patterns, folders, archives, URLs")
    parser.add_argument("--lake", required=True, help="the folder or URL of the lake")
    parser.add_argument("--frames", help="the folder with the frames files of v1 videos")
    parser.add_argument("--split-bytes", type=int, default=SPLIT_BYTES, help="bytes of a plain file that a task reads")
    parser.add_argument("--force", action="store_true", help="load also what is older than the lake has it")
    parser.add_argument("--max-rejects", type=int, help="fail when a file has more")
    given = vars(parser.parse_args())
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("labelstore").getOrCreate()
    try:
        report = load(spark, given.pop("files"), given.pop("lake"), notify=_say, **given)
    except LabelstoreError as error:
        _say(f"Error: {error}")
        return error.exit_code
    finally:
        spark.stop()
    for note in report.notes:
        _say(note)
    print(json.dumps(report.as_json()))
    return _REJECTED if report.total("rejected") else 0


def _say(sentence: str) -> None:
    print(visible(sentence), file=sys.stderr)


if __name__ == "__main__":  # not by spark-submit, which is told the Python of the executors
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    sys.exit(main())
