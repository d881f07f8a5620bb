"""Several processes that build a new SQLite store side by side.

Each process stores its partition of the records, the first in the store itself, each other in a scratch store of its
own. Record ids follow the places of the records in the files, so what the scratch stores hold is appended in the order
of its nodes. How many records come before a byte range of a file is not known until all are read: `position` is set
right when the parts are merged; record ids just leave numbers out.
"""

import shutil
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from typing import Any

from labelstore.engines import open_database
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.errors import InputError, StoreError
from labelstore.files import digest_of
from labelstore.loading.loader import Loader
from labelstore.loading.merging import merge
from labelstore.loading.partitions import Partition, partitions, shifts
from labelstore.loading.recounting import recount
from labelstore.loading.reject_policy import refuse_foreign, refuse_many
from labelstore.loading.report import FileReport, Options, Progress, Report
from labelstore.loading.store_file import scratch_folder, writing
from labelstore.workers import Helper, result_of, send_task

_LATER = 0.97
"""What a helper gets to one part of this process, which has begun by then."""


def load_in_parallel(
    path: Path,
    report: Report,
    arguments: list[str],
    max_ratio: float | None,
    helpers: list[Helper],
    options: Options,
    progress: Progress | None,
) -> None:
    """Load files into a new store at `path`: this process stores the first partition, `helpers` the rest.

    Raises `NeedsOneProcess`, with nothing stored, for files that only one process can load.
    """
    jobs = 1 + len(helpers)
    parts = [1.0, *(_LATER,) * len(helpers)]
    parts = [part / sum(parts) for part in parts]
    # a limit of rejects names the place of the last one, which only who counts all records knows
    own_part, *others = partitions(arguments if options.max_rejects is None else [], parts)
    with writing(path) as database:
        assert isinstance(database, SqliteDatabase)
        with scratch_folder(database.path) as folder:
            shards = [folder / f"{number}{database.path.suffix}" for number in range(1, jobs)]
            for shard, helper, partition in zip(shards, helpers, others, strict=True):
                shutil.copyfile(database.path, shard)
                task = {"shard": str(shard), "files": arguments, "max_ratio": max_ratio, "partition": partition}
                send_task(helper, {**task, "options": asdict(options)})
            own = Report(report.store, report.engine)
            loader = Loader(database, own, None, progress, options, own_part)
            loader.load_files(arguments, max_ratio)
            digests = _Digests(own_part, arguments)
            database.counters.settle()
            results = [result_of(helper, report.store) for helper in helpers]
            summaries = [_summary(own, loader), *(result["report"] for result in results)]
            database.commit()  # stores are attached and detached outside of transactions
            with database.attached(shards) as names:
                database.begin()
                replaced_ids = {some_id for part in summaries for some_id in part["replaced_ids"]}
                again = merge(database, dict(zip(names, _shifts(summaries)[1:], strict=True)), replaced_ids)
                database.commit()
            database.begin()
        _sum_up(report, summaries)
        report.notes += own.notes
        for file in report.files:
            file.sha256 = file.sha256 or digests.of(file.name)
            refuse_many(file, options)
            for count in ("unchanged", "repeated"):
                setattr(file, count, getattr(file, count) + again[file.load_id, count])
                file.added -= again[file.load_id, count]
        loader.state.record(report.files)
        database.derive(0)
        if replaced_ids or again.total():
            recount(database, report)


class _Digests(Thread):
    """Digests of the files that no process reads from end to end, made while the parts are put together."""

    def __init__(self, partition: Partition, arguments: list[str]) -> None:
        super().__init__()
        self._names = [name for number, name in enumerate(arguments) if partition.byte_range(number) is not None]
        self._found: dict[str, str] = {}
        self._error: InputError | None = None
        self.start()

    def run(self) -> None:
        try:
            for name in self._names:
                self._found[name] = digest_of(name)
        except InputError as error:
            self._error = error

    def of(self, name: str) -> str:
        self.join()
        if self._error is not None:
            raise self._error
        return self._found[name]


def _summary(report: Report, loader: Loader) -> dict[str, Any]:
    return {
        **report.told(),
        "first_numbers": loader.first_numbers,
        "replaced_ids": list(loader.state.replaced_ids),
    }


def _shifts(summaries: list[dict[str, Any]]) -> list[dict[int, int]]:
    """By part and load, what positions of records lack; those of rejects in the summaries are set right."""
    found: list[dict[int, int]] = []
    for part, lacks in zip(summaries, shifts([_read(part) for part in summaries]), strict=True):
        found.append({file["load_id"]: lack for file, lack in zip(part["files"], lacks, strict=True) if lack})
        for file, lack in zip(part["files"], lacks, strict=True):
            for reject in file["first_rejects"]:
                reject["position"] += lack
    return found


def _read(part: dict[str, Any]) -> list[tuple[int | None, int]]:
    return [(first, file["records"]) for first, file in zip(part["first_numbers"], part["files"], strict=True)]


def _sum_up(report: Report, parts: list[dict[str, Any]]) -> None:
    for files in zip(*(part["files"] for part in parts), strict=True):
        total = FileReport.joined([FileReport(**file) for file in files])
        refuse_foreign(total)
        report.files.append(total)
    for part in parts:
        report.add(part)
    report.bytes = sum(file.bytes for file in report.files)


# -- in the process ---------------------------------------------------------------------------------------------------


def work(task: dict[str, Any]) -> dict[str, Any]:
    """The part of a helper process."""
    report = Report(task["shard"], SqliteDatabase.dialect.name)
    with open_database(task["shard"]) as database:
        try:
            database.build_fast()
            database.begin()
            options, partition = Options(**task["options"]), Partition.from_json(*task["partition"])
            loader = Loader(database, report, options=options, partition=partition)
            loader.load_files(task["files"], task["max_ratio"])
            database.counters.settle()
            database.commit()
        except database.errors as error:
            raise StoreError(task["shard"], f"cannot be written ({error})") from error
    return {"report": _summary(report, loader)}
