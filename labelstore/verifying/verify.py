"""Verifying files: this thread reads them, others compare their records."""

import time
from pathlib import Path

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.files.urls import removing_copies
from labelstore.formats.decoding import bounded_depth
from labelstore.inputs.gathering import Files, exports, gathered
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.report import Progress
from labelstore.verifying.comparing import Comparer
from labelstore.verifying.report import VerifyReport
from labelstore.verifying.verifier import Changed, Verifier
from labelstore.workers import useful_jobs

_OWN_LOAD = """
    select coalesce(max(case when added + changed + repeated > 0 then load_id end), min(load_id))
    from loads
    where sha256 = ?
"""
"""The last load of a file that brought anything: after one that did not, the records are from those before."""


def verify(
    store: str | Path,
    files: Files,
    *,
    frames: str | Path | None = None,
    max_ratio: float | None = 1000.0,
    jobs: int | None = None,
    progress: Progress | None = None,
    alone: bool = False,
) -> VerifyReport:
    """Read the files again, rebuild every record from the views of the store, and compare.

    `jobs` threads (the number of cores, 8 at most) compare the records of large files, but not where frames files come
    with them. `alone` is faster, for a process that has no other connection to the store.
    """
    with open_database(store, read_only=True, alone=alone) as database:
        return _verify(database, str(store), files, frames, max_ratio, jobs, progress)


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
    from labelstore.lake.opening import open_snapshot

    with open_snapshot(lake, at) as database:
        return _verify(database, str(lake), files, frames, max_ratio, jobs, progress)


def _verify(
    database: Database,
    name: str,
    files: Files,
    frames: str | Path | None,
    max_ratio: float | None,
    jobs: int | None,
    progress: Progress | None,
) -> VerifyReport:
    folder = FramesFolder(frames) if frames is not None else None
    report = VerifyReport(name, database.engine)
    arguments = gathered(files, max_ratio=max_ratio, notify=report.notes.append, progress=progress)
    with removing_copies(arguments):
        threads = useful_jobs(jobs, *map(Path, arguments))
        started = time.perf_counter()
        with Comparer(database, threads) as comparer:
            verifier = Verifier(database, report, folder, progress, comparer)
            _verify_files(verifier, arguments, max_ratio)
            for changed in verifier.changed:
                _settle(database, report, changed)
    report.seconds = time.perf_counter() - started
    return report


def _verify_files(verifier: Verifier, arguments: list[str], max_ratio: float | None) -> None:
    with bounded_depth():
        for source in exports(arguments, max_ratio=max_ratio, notify=verifier.report.notes.append):
            with source:
                verifier.verify_file(source)


def _settle(database: Database, report: VerifyReport, changed: Changed) -> None:
    """Content that came with this file's load or a later one supersedes; any other is a difference."""
    if not changed.by_load:
        return
    own = database.value(_OWN_LOAD, (changed.sha256,))
    for load_id, count in sorted(changed.by_load.items()):
        if own is not None and load_id >= own:
            report.superseded[load_id] += count
        else:
            report.add_different(count, changed.first[load_id])
