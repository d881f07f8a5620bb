"""Several processes that build a new SQLite store side by side.

Each process splits the files but stores only its share of the records, the first in the store itself, each other in a
scratch store of its own. Record ids follow the places of the records in the files, so what the scratch stores hold is
appended in the order of its nodes.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labelstore import errors
from labelstore.errors import LabelstoreError, StoreError
from labelstore.loading.load import load_sources
from labelstore.loading.loader import Loader, Progress, Reading, Share, record_load, refuse_foreign
from labelstore.loading.report import FileReport, Report
from labelstore.stores import open_database
from labelstore.stores.database import Database
from labelstore.stores.sqlite import Errors, SqliteDatabase

_SUMS = ("records", "added", "changed", "unchanged", "repeated", "rejected")


Process = subprocess.Popen[str]


def load_shards(
    database: Database,
    report: Report,
    arguments: list[str],
    max_ratio: float | None,
    helpers: list[Process],
    progress: Progress | None,
) -> None:
    """Load files into the empty store `database`: this process stores the first share, `helpers` the rest."""
    assert isinstance(database, SqliteDatabase)
    jobs = 1 + len(helpers)
    with tempfile.TemporaryDirectory(prefix=".labelstore-", dir=database.path.absolute().parent) as folder:
        shards = [Path(folder) / f"{number}.db" for number in range(1, jobs)]
        for number, (shard, helper) in enumerate(zip(shards, helpers, strict=True), 1):
            shutil.copyfile(database.path, shard)
            _tell(helper, {"shard": str(shard), "files": arguments, "max_ratio": max_ratio, "share": [number, jobs]})
        own = Report(report.store, report.engine)
        loader = Loader(database, own, None, progress and _sped_up(progress, jobs), Share(0, jobs))
        load_sources(loader, arguments, max_ratio)
        results = [_result(helper) for helper in helpers]
        for result in results:
            _raise(result.get("error"))
        database.commit()  # SQLite attaches and detaches outside of transactions
        with database.attached(shards):
            database.begin()
            repeated = database.merge()
            database.commit()
        database.begin()
    _sum_up(report, [_summary(own), *(result["report"] for result in results)])
    for file in report.files:
        file.repeated += repeated[file.load_id]
        file.added -= repeated[file.load_id]
        record_load(database, file)
    database.derive(0)


def _sped_up(progress: Progress, jobs: int) -> Progress:
    """While this process reads its share, the others read theirs."""

    def report(reading: Reading) -> None:
        size, read = reading.size, reading.bytes_read * jobs
        progress(reading._replace(bytes_read=read if size is None else min(read, size)))

    return report


def _summary(report: Report) -> dict[str, Any]:
    return {**asdict(report), "asset_types": dict(report.asset_types)}


@contextmanager
def processes(count: int) -> Iterator[list[Process]]:
    """Processes that wait for a share; they start while the store is being made."""
    command, pipe = [sys.executable, "-m", __name__], subprocess.PIPE
    started: list[Process] = []
    try:
        for _ in range(count):
            started.append(
                Process(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="utf-8")
            )
        yield started
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                assert stream is not None
                with suppress(BrokenPipeError):
                    stream.close()


def _tell(process: Process, task: dict[str, Any]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it ended early, which _result reports
        json.dump(task, process.stdin)
        process.stdin.close()


def _result(process: Process) -> dict[str, Any]:
    """What a process says when it is done."""
    assert process.stdout is not None
    text = process.stdout.read()
    if process.wait() != 0 or not text:
        raise StoreError("load", f"one of its processes ended early (exit {process.returncode})", "try --jobs 1")
    result: dict[str, Any] = json.loads(text)
    return result


def _raise(error: dict[str, Any] | None) -> None:
    if error is None:
        return
    kind = getattr(errors, error["kind"], LabelstoreError)
    raise kind(*error["arguments"])


def _sum_up(report: Report, parts: list[dict[str, Any]]) -> None:
    for files in zip(*(part["files"] for part in parts), strict=True):
        total = FileReport(**files[-1])  # only the last share is sure to have read the whole file
        for other in files[:-1]:
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
    report.bytes = parts[-1]["bytes"]


# -- in the process ---------------------------------------------------------------------------------------------------


def _work(task: dict[str, Any]) -> dict[str, Any]:
    report = Report(task["shard"], "sqlite")
    try:
        with open_database(task["shard"]) as database:
            database.build_fast()
            database.begin()
            load_sources(Loader(database, report, share=Share(*task["share"])), task["files"], task["max_ratio"])
            database.commit()
        return {"report": _summary(report)}
    except (errors.InputError, errors.StoreError) as error:
        place = error.source if isinstance(error, errors.InputError) else error.path
        return {"error": {"kind": type(error).__name__, "arguments": [place, error.reason, error.hint]}}
    except (*Errors, OSError) as error:
        return {"error": {"kind": "StoreError", "arguments": [task["shard"], f"cannot be written ({error})"]}}
    except LabelstoreError as error:
        return {"error": {"kind": type(error).__name__, "arguments": [str(error)]}}


if __name__ == "__main__":
    if text := sys.stdin.read():  # nothing, if the load failed before it began
        json.dump(_work(json.loads(text)), sys.stdout)
