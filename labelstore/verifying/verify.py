"""Verifying files by one process or by several, each of which compares a partition of the records."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labelstore.engines import engine_at, open_database
from labelstore.engines.database import Database
from labelstore.errors import NeedsOneProcess
from labelstore.files import digest_of
from labelstore.files.urls import Fetched, removing_copies
from labelstore.formats.decoding import bounded_depth
from labelstore.inputs.gathering import Files, exports, gathered
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.partitions import Partition, partitions, shifts
from labelstore.loading.report import Progress
from labelstore.schema.dialects import DUCKDB
from labelstore.verifying.report import SHOWN, VerifyReport
from labelstore.verifying.verifier import Changed, Verifier
from labelstore.workers import helpers, result_of, send_task, useful_jobs

_SUMS = ("records", "equal", "different", "missing", "rejected")
_OWN_LOAD = """
    select coalesce(max(case when added + changed + repeated > 0 then load_id end), min(load_id))
    from loads
    where sha256 = ?
"""
"""The last load of a file that brought anything: after one that did not, the records are from those before."""
_LISTS = ("duplicate_keys", "first_differences", "first_missing", "first_rejects")


def verify(
    store: str | Path,
    files: Files,
    *,
    frames: str | Path | None = None,
    max_ratio: float | None = 1000.0,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> VerifyReport:
    """Read the files again, rebuild every record from the views of the store, and compare.

    `jobs` processes (the number of cores, 8 at most) share large files, but neither those that come with frames files
    nor one that is given twice.
    """
    where = {"store": str(store)}
    return _verify(where, engine_at(store).name, files, frames, max_ratio, jobs, progress)


def verify_lake(
    lake: str | Path,
    files: Files,
    *,
    at: int | None = None,
    frames: str | Path | None = None,
    max_ratio: float | None = 1000.0,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> VerifyReport:
    """The same with the newest snapshot of a lake, or the one with the number `at`. Raises `StoreError`."""
    from labelstore.lake.opening import snapshot_at

    number = snapshot_at(lake, at).number
    return _verify({"store": str(lake), "at": number}, DUCKDB.name, files, frames, max_ratio, jobs, progress)


def _opened(where: Mapping[str, Any]) -> Database:
    """A store, or a snapshot of a lake, open for reading."""
    if (at := where.get("at")) is None:
        return open_database(where["store"], read_only=True)
    from labelstore.lake.opening import open_snapshot

    return open_snapshot(where["store"], at)


def _verify(
    where: Mapping[str, Any],
    engine: str,
    files: Files,
    frames: str | Path | None,
    max_ratio: float | None,
    jobs: int | None,
    progress: Progress | None,
) -> VerifyReport:
    folder = FramesFolder(frames) if frames is not None else None
    report = VerifyReport(where["store"], engine)
    arguments = gathered(files, max_ratio=max_ratio, notify=report.notes.append, progress=progress)
    with removing_copies(arguments):
        paths = [Path(argument) for argument in arguments]
        shared = folder is None and len(set(arguments)) == len(arguments) and all(path.is_file() for path in paths)
        shared = shared and not any(isinstance(argument, Fetched) for argument in arguments)
        jobs = useful_jobs(jobs, *paths) if shared else 1
        started = time.perf_counter()
        alone, notes = jobs == 1, list(report.notes)
        if not alone:
            try:
                _verify_side_by_side(where, report, arguments, max_ratio, jobs, progress)
            except NeedsOneProcess:
                alone, report = True, VerifyReport(report.store, report.engine, notes=notes)
        if alone:
            with _opened(where) as database:
                verifier = Verifier(database, report, folder, progress)
                _verify_files(verifier, arguments, max_ratio)
                for changed in verifier.changed:
                    _settle(database, report, [changed])
    report.seconds = time.perf_counter() - started
    return report


def _verify_side_by_side(
    where: Mapping[str, Any],
    report: VerifyReport,
    arguments: list[str],
    max_ratio: float | None,
    jobs: int,
    progress: Progress | None,
) -> None:
    with helpers(__name__, jobs - 1) as processes, _opened(where) as database:
        own_part, *others = partitions(arguments, [1 / jobs] * jobs)
        for helper, partition in zip(processes, others, strict=True):
            send_task(helper, {**where, "files": arguments, "max_ratio": max_ratio, "partition": partition})
        verifier = Verifier(database, report, None, progress, own_part)
        _verify_files(verifier, arguments, max_ratio)
        parts = [verifier.changed]
        for helper in processes:
            found = result_of(helper, report.store)
            changed = [_changed(file) for file in found["changed"]]
            _set_right(found["report"], changed, parts)
            _add(report, found["report"])
            parts.append(changed)
        for some in zip(*parts, strict=True):
            _settle(database, report, some)


def _verify_files(verifier: Verifier, arguments: list[str], max_ratio: float | None) -> None:
    with bounded_depth():
        for number, argument in enumerate(arguments):
            for source in exports([argument], max_ratio=max_ratio, notify=verifier.report.notes.append):
                with source:
                    verifier.verify_file(source, byte_range=verifier.partition.byte_range(number))


def _set_right(report: dict[str, Any], changed: Sequence[Changed], earlier: Sequence[Sequence[Changed]]) -> None:
    """Add to the places that a process found in its byte ranges how many records `earlier` ones have before them."""
    *_, lacks = shifts([[(file.first_number, file.records) for file in part] for part in (*earlier, changed)])
    lack_of = {file.name: lack for file, lack in zip(changed, lacks, strict=True)}
    found = [*(report[name] for name in _LISTS), *(places for file in changed for places in file.first.values())]
    for place in (place for places in found for place in places):
        place["position"] += lack_of[place["file"]]


def _add(report: VerifyReport, part: dict[str, Any]) -> None:
    for count in _SUMS:
        setattr(report, count, getattr(report, count) + part[count])
    for name in _LISTS:
        shown = getattr(report, name)
        shown.extend(part[name][: SHOWN - len(shown)])
    for load_id, count in part["superseded"].items():
        report.superseded[int(load_id)] += count
    report.bytes = max(report.bytes, part["bytes"])  # the last partition comes to the end


def _changed(file: dict[str, Any]) -> Changed:
    changed = Changed(file["name"], file["first_number"])
    changed.records, changed.sha256 = file["records"], file["sha256"]
    for load_id, count in file["by_load"].items():
        changed.add(int(load_id), file["first"][load_id], count)
    return changed


def _settle(database: Database, report: VerifyReport, parts: Sequence[Changed]) -> None:
    """Content that came with this file's load or a later one supersedes; any other is a difference."""
    if not any(changed.by_load for changed in parts):
        return
    *_, last = parts
    own = database.value(_OWN_LOAD, (last.sha256 or digest_of(last.name),))
    for changed in parts:
        for load_id, count in sorted(changed.by_load.items()):
            if own is not None and load_id >= own:
                report.superseded[load_id] += count
            else:
                report.add_different(count, changed.first[load_id])


def work(task: dict[str, Any]) -> dict[str, Any]:
    """The part of a helper process."""
    with _opened(task) as database:
        report = VerifyReport(task["store"], database.engine)
        verifier = Verifier(database, report, None, None, Partition.from_json(*task["partition"]))
        _verify_files(verifier, task["files"], task["max_ratio"])
    return {"report": asdict(report), "changed": [vars(file) for file in verifier.changed]}
