"""Loads into lakes beside loads into stores: processor time of all processes, sizes, and what Spark adds.

python -m benchmarks.lakes --megabytes 178 [--dir FOLDER] [--no-spark] [--write docs/scale.md]
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from benchmarks.measuring import LABELSTORE, Command, Row, Run, remove, report, run, sample, tree
from benchmarks.reexports import one_percent_changed

MOST_TIMES = 2.2
"""Times the processor time of one process that loads into SQLite, for Spark with its JVM."""
MOST_SHARE = 0.25
"""Of the size of the exports, for the files of a lake."""
_SPARK = """
import os, sys
from pyspark.sql import SparkSession
import labelstore.spark
os.environ["PYSPARK_PYTHON"] = sys.executable
master, lake, *files = sys.argv[1:]
options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # the JVM has little to do
builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
spark = builder.config("spark.driver.extraJavaOptions", options).getOrCreate()
print(labelstore.spark.load(spark, files, lake))
spark.stop()
"""
_TICKS = os.sysconf("SC_CLK_TCK")


class TreeTime:
    """The processor time of this process's descendants, also of those that nobody waits for, as a JVM's workers."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], float] = {}
        self._ended = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            for pid in tree(os.getpid()):
                with suppress(OSError, ValueError, IndexError):
                    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
                    if pid != os.getpid():
                        self._seen[pid, int(fields[19])] = (int(fields[11]) + int(fields[12])) / _TICKS

    def stop(self) -> float:
        """The seconds of all of them."""
        self._ended.set()
        self._thread.join()
        return sum(self._seen.values())


def timed(*command: str | Path) -> tuple[Run, float]:
    """A finished process, and the processor time of its whole tree."""
    clock = TreeTime()
    done = run(*command)
    return done, max(clock.stop(), done.cpu)


def size_of(lake: Path) -> int:
    """Bytes of the Parquet files that a lake has written."""
    return sum(file.stat().st_size for file in lake.glob("[a-z]*/*.parquet"))


def loads(folder: Path, generation: str, megabytes: int, *, with_spark: bool) -> Iterator[Row]:
    """One export into a store, into lakes by processes, and by Spark."""
    export = sample(folder, generation, megabytes)
    size = export.stat().st_size
    store, lake = folder / "lakes.db", folder / "lakes"
    commands: dict[str, Command] = {
        "store, SQLite": (*LABELSTORE, "load", store, export),
        "lake, `--jobs 1`": (*LABELSTORE, "lake", "load", "--jobs", "1", lake, export),
        "lake, `--jobs 2`": (*LABELSTORE, "lake", "load", "--jobs", "2", "--split-bytes", str(size // 4), lake, export),
    }
    if with_spark:
        for cores in (1, 2):
            commands[f"Spark, `local[{cores}]`"] = (sys.executable, "-c", _SPARK, f"local[{cores}]", lake, export)
    floor = 0.0
    for what, command in commands.items():
        remove(store)
        shutil.rmtree(lake, ignore_errors=True)
        done, cpu = timed(*command)
        floor = floor or cpu
        print(generation, what, f"{cpu:.1f} s of the processor", file=sys.stderr)
        result = f"{cpu:.1f} s, {done.seconds:.1f} s on the clock"
        if what.startswith("Spark"):
            yield Row(f"{generation}: {what}", result, done.peak_mib, f"≤ {MOST_TIMES} ×", cpu <= MOST_TIMES * floor)
        else:
            yield Row(f"{generation}: {what}", result, done.peak_mib, "", None)
    share = size_of(lake) / size
    yield Row(f"{generation}: size of the lake", f"{share:.1%} of the export", None, "≤ 25 %", share <= MOST_SHARE)


def afterwards(folder: Path, generation: str, megabytes: int) -> Iterator[Row]:
    """What is done with a lake that is there."""
    export, lake = sample(folder, generation, megabytes), folder / "lakes"
    changed = one_percent_changed(export)
    commands: dict[str, Command] = {
        "the same export again": (*LABELSTORE, "lake", "load", lake, export),
        "1 % of it changed": (*LABELSTORE, "lake", "load", lake, changed),
        "`lake stats`": (*LABELSTORE, "lake", "stats", lake),
        "`lake query LAKE class-counts`": (*LABELSTORE, "lake", "query", lake, "class-counts"),
        "`lake query LAKE object-sizes`": (*LABELSTORE, "lake", "query", lake, "object-sizes"),
        "`lake verify`, `--jobs 1`": (*LABELSTORE, "lake", "verify", "--jobs", "1", lake, changed),
    }
    for what, command in commands.items():
        done, cpu = timed(*command)
        print(generation, what, f"{cpu:.1f} s of the processor", file=sys.stderr)
        yield Row(f"{generation}: {what}", f"{cpu:.1f} s, {done.seconds:.1f} s on the clock", done.peak_mib, "", None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=178)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--no-spark", action="store_true")
    parser.add_argument("--generations", nargs="+", default=["v1", "v2"])
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.dir or Path(temporary)
        rows: list[Row] = []
        for generation in given.generations:
            rows += loads(folder, generation, given.megabytes, with_spark=not given.no_spark)
            rows += afterwards(folder, generation, given.megabytes)
    text = (
        f"Exports of {given.megabytes} MB of image labels. Processor time of all processes, the JVM's too, with"
        f" `-XX:TieredStopAtLevel=1 -XX:+UseSerialGC`; {time.strftime('%Y-%m-%d')}."
    )
    return report("What was measured", text, rows, given.write)


if __name__ == "__main__":
    sys.exit(main())
