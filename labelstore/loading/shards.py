"""Several processes that build a new SQLite store side by side.

Each process splits all files but stores only its share of the records, in a scratch store of its own. Record ids follow
the places of the records in the files, so the scratch stores are merged by copying rows in the order of their nodes.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from labelstore import errors
from labelstore.errors import LabelstoreError, StoreError
from labelstore.loading.loader import Loader, Progress, Reading, Share, record_load, refuse_foreign
from labelstore.loading.report import FileReport, Report
from labelstore.stores import open_database
from labelstore.stores.database import Database
from labelstore.stores.sqlite import SqliteDatabase

_SUMS = ("records", "added", "changed", "unchanged", "repeated", "rejected")


def load_shards(
    database: Database,
    report: Report,
    arguments: list[str],
    max_ratio: float | None,
    jobs: int,
    progress: Progress | None,
) -> None:
    """Load files into the empty store `database` by `jobs` processes."""
    assert isinstance(database, SqliteDatabase)
    with tempfile.TemporaryDirectory(prefix=".labelstore-", dir=database.path.absolute().parent) as folder:
        shards = [Path(folder) / f"{number}.db" for number in range(jobs)]
        tasks = [
            {"shard": str(shard), "files": arguments, "max_ratio": max_ratio, "share": [number, jobs]}
            for number, shard in enumerate(shards)
        ]
        with _processes(tasks) as processes:
            results = [_result(process, progress if number == 0 else None) for number, process in enumerate(processes)]
        for result in results:
            _raise(result.get("error"))
        database.commit()  # nothing is in it yet; SQLite attaches and detaches outside of transactions
        with database.attached(shards):
            database.begin()
            repeated = database.merge()
            database.commit()
        database.begin()
    _sum_up(report, [result["report"] for result in results])
    for file in report.files:
        file.repeated += repeated[file.load_id]
        file.added -= repeated[file.load_id]
        record_load(database, file)
    database.derive(0)


@contextmanager
def _processes(tasks: list[dict[str, Any]]) -> Iterator[list["subprocess.Popen[str]"]]:
    command = [sys.executable, "-m", __name__]
    processes: list[subprocess.Popen[str]] = []
    try:
        for task in tasks:
            pipe = subprocess.PIPE
            process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
            )
            processes.append(process)
            assert process.stdin is not None
            process.stdin.write(json.dumps(task))
            process.stdin.close()
        yield processes
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _result(process: "subprocess.Popen[str]", progress: Progress | None) -> dict[str, Any]:
    """What a process says last; what it says before is how far it has read."""
    result: dict[str, Any] = {}
    assert process.stdout is not None
    for line in process.stdout:
        said = json.loads(line)
        if "reading" not in said:
            result = said
        elif progress is not None:
            progress(Reading(*said["reading"]))
    if process.wait() != 0 or not result:
        raise StoreError("load", f"one of its processes ended early (exit {process.returncode})", "try --jobs 1")
    return result


def _raise(error: dict[str, Any] | None) -> None:
    if error is None:
        return
    kind = getattr(errors, error["kind"], LabelstoreError)
    raise kind(*error["arguments"])


def _sum_up(report: Report, parts: list[dict[str, Any]]) -> None:
    for files in zip(*(part["files"] for part in parts), strict=True):
        total = FileReport(**files[0])
        for other in files[1:]:
            for count in _SUMS:
                setattr(total, count, getattr(total, count) + other[count])
            total.generation = total.generation or other["generation"]
            total.foreign = total.foreign or other["foreign"]
            total.first_rejects = sorted(
                total.first_rejects + other["first_rejects"], key=lambda reject: int(reject["position"])
            )[:5]
        refuse_foreign(total)
        report.files.append(total)
    for count in ("labels", "objects", "classifications", "frames", "frames_missing"):
        setattr(report, count, sum(part[count] for part in parts))
    report.asset_types = Counter()
    for part in parts:
        report.asset_types.update(part["asset_types"])
    report.bytes = parts[0]["bytes"]


# -- in the process ---------------------------------------------------------------------------------------------------


def _work(task: dict[str, Any], out: IO[str]) -> None:
    from labelstore.loading.load import load_sources

    def say(**what: Any) -> None:
        out.write(json.dumps(what) + "\n")
        out.flush()

    share = Share(*task["share"])
    report = Report(task["shard"], "sqlite")
    try:
        with open_database(task["shard"], create=True) as database:
            assert isinstance(database, SqliteDatabase)
            database.build_fast()
            database.begin()
            progress = (lambda reading: say(reading=list(reading))) if share.number == 0 else None
            load_sources(Loader(database, report, None, progress, share), task["files"], task["max_ratio"])
            database.commit()
        say(report={**asdict(report), "asset_types": dict(report.asset_types)})
    except (errors.InputError, errors.StoreError) as error:
        place = error.source if isinstance(error, errors.InputError) else error.path
        say(error={"kind": type(error).__name__, "arguments": [place, error.reason, error.hint]})
    except (sqlite3.Error, OSError) as error:
        say(error={"kind": "StoreError", "arguments": [task["shard"], f"cannot be written ({error})"]})
    except LabelstoreError as error:
        say(error={"kind": type(error).__name__, "arguments": [str(error)]})


if __name__ == "__main__":
    _work(json.load(sys.stdin), sys.stdout)
