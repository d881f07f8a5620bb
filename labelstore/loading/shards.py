"""Several processes that build a new SQLite store side by side.

Each process splits the files but stores only its share of the records, the first in the store itself, each other in a
scratch store of its own. Record ids follow the places of the records in the files, so what the scratch stores hold is
appended in the order of its nodes.
"""

import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labelstore.errors import StoreError
from labelstore.helpers import Helper, answer, serve, tell
from labelstore.loading.building import scratch_folder, writing
from labelstore.loading.loader import Loader, record_load, refuse_foreign, refuse_many
from labelstore.loading.options import Options
from labelstore.loading.report import FileReport, Progress, Reading, Report
from labelstore.loading.shares import Share
from labelstore.loading.sources import load_sources
from labelstore.stores import open_database
from labelstore.stores.sqlite import OrderMatters, SqliteDatabase

__all__ = ["OrderMatters", "load_shards"]

_SUMS = ("records", "added", "changed", "unchanged", "repeated", "stale", "rejected")


def load_shards(
    path: Path,
    report: Report,
    arguments: list[str],
    max_ratio: float | None,
    helpers: list[Helper],
    options: Options,
    progress: Progress | None,
) -> None:
    """Load files into a new store at `path`: this process stores the first share, `helpers` the rest.

    Raises `OrderMatters`, with nothing stored, for files that only one process can load.
    """
    jobs = 1 + len(helpers)
    with writing(path) as database:
        assert isinstance(
            database, SqliteDatabase
        )  # DuckDB has threads of its own; two processes took twice the memory
        with scratch_folder(database.path) as folder:
            shards = [folder / f"{number}{database.path.suffix}" for number in range(1, jobs)]
            for number, (shard, helper) in enumerate(zip(shards, helpers, strict=True), 1):
                shutil.copyfile(database.path, shard)
                task = {"shard": str(shard), "files": arguments, "max_ratio": max_ratio, "share": [number, jobs]}
                tell(helper, {**task, "options": asdict(options)})
            own = Report(report.store, report.engine)
            loader = Loader(database, own, None, progress and _sped_up(progress, jobs), options, Share(0, jobs))
            load_sources(loader, arguments, max_ratio)
            database.derive_features(0)
            results = [answer(helper, report.store) for helper in helpers]
            database.commit()  # stores are attached and detached outside of transactions
            with database.attached(shards) as names:
                database.begin()
                repeated = database.merge(names)
                database.commit()
            database.begin()
        _sum_up(report, [_summary(own), *(result["report"] for result in results)])
        for file in report.files:
            refuse_many(file, options)
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
    with open_database(task["shard"]) as database:
        try:
            database.build_fast()
            database.begin()
            loader = Loader(database, report, options=Options(**task["options"]), share=Share(*task["share"]))
            load_sources(loader, task["files"], task["max_ratio"])
            database.derive_features(0)
            database.commit()
        except database.errors as error:
            raise StoreError(task["shard"], f"cannot be written ({error})") from error
    return {"report": _summary(report)}


if __name__ == "__main__":
    serve(_work)
