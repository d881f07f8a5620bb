"""Verifying files by one process or by several, each of which compares a share of the records."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labelstore.formats.decoding import bounded_depth
from labelstore.framing import Source, open_sources
from labelstore.helpers import answer, helpers, serve, tell, useful_jobs
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.shares import Share
from labelstore.stores import open_database
from labelstore.stores.database import Database
from labelstore.verifying.report import SHOWN, VerifyReport
from labelstore.verifying.verifier import Changed, Verifier

_SUMS = ("records", "equal", "different", "missing", "rejected")
_LISTS = ("duplicate_keys", "first_differences", "first_missing")


def verify(
    store: str | Path,
    files: Iterable[str | Path],
    *,
    frames: str | Path | None = None,
    max_ratio: float | None = 1000.0,
    jobs: int | None = None,
    progress: Callable[[Source], None] | None = None,
) -> VerifyReport:
    """Read the files again, rebuild every record from the views of the store, and compare.

    `jobs` processes (the number of cores, 8 at most) share large files, but not those that come with frames files.
    """
    folder = FramesFolder(frames) if frames is not None else None
    arguments = [str(file) for file in files]
    paths = [Path(argument) for argument in arguments]
    shared = folder is None and all(path.is_file() for path in paths)
    jobs = useful_jobs(jobs, *paths) if shared else 1
    started = time.perf_counter()
    with (
        helpers(__name__, jobs - 1) as others,
        open_database(store, read_only=True) as database,
    ):
        for number, helper in enumerate(others, 1):
            task = {"store": str(store), "files": arguments, "max_ratio": max_ratio, "share": [number, jobs]}
            tell(helper, task)
        verifier = Verifier(database, VerifyReport(str(store), database.engine), folder, progress, Share(0, jobs))
        _verify_files(verifier, arguments, max_ratio)
        report, parts = verifier.report, [verifier.changed]
        for helper in others:
            found = answer(helper, str(store))
            _add(report, found["report"])
            parts.append([_changed(file) for file in found["changed"]])
        for file in zip(*parts, strict=True):
            _settle(database, report, file)
    report.seconds = time.perf_counter() - started
    return report


def _verify_files(verifier: Verifier, arguments: list[str], max_ratio: float | None) -> None:
    with bounded_depth():
        for source in open_sources(arguments, max_ratio=max_ratio):
            with source:
                verifier.verify_file(source)


def _add(report: VerifyReport, part: dict[str, Any]) -> None:
    for count in _SUMS:
        setattr(report, count, getattr(report, count) + part[count])
    for name in _LISTS:
        shown = getattr(report, name)
        shown.extend(part[name][: SHOWN - len(shown)])
    for load_id, count in part["superseded"].items():
        report.superseded[int(load_id)] += count
    report.bytes = part["bytes"]  # the last share is sure to have read all


def _changed(file: dict[str, Any]) -> Changed:
    changed = Changed(file["sha256"])
    for load_id, count in file["by_load"].items():
        changed.add(int(load_id), file["first"][load_id], count)
    return changed


def _settle(database: Database, report: VerifyReport, shares: Sequence[Changed]) -> None:
    """Content that came with this file's load or a later one supersedes; any other is a difference."""
    own = database.value("select max(load_id) from loads where sha256 = ?", (shares[-1].sha256,))
    for changed in shares:
        for load_id, count in sorted(changed.by_load.items()):
            if own is not None and load_id >= own:
                report.superseded[load_id] += count
            else:
                report.add_different(count, changed.first[load_id])


def _work(task: dict[str, Any]) -> dict[str, Any]:
    """The part of a helper process."""
    with open_database(task["store"], read_only=True) as database:
        report = VerifyReport(task["store"], database.engine)
        verifier = Verifier(database, report, None, None, Share(*task["share"]))
        _verify_files(verifier, task["files"], task["max_ratio"])
    return {"report": asdict(report), "changed": [vars(file) for file in verifier.changed]}


if __name__ == "__main__":
    serve(_work)
