"""Loading files into a store: one transaction, or for a new store one rename."""

import time
from pathlib import Path

from labelstore.engines import Engine, engine_at, is_store
from labelstore.errors import NeedsOneProcess
from labelstore.files.urls import Fetched, name_of, removing_copies
from labelstore.inputs.gathering import Files, gathered
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.report import Confirm, Options, Progress, Report
from labelstore.loading.store_file import Notify, locked, remove_leftovers
from labelstore.workers import helpers, useful_jobs


def load(
    store: str | Path,
    files: Files,
    *,
    frames: str | Path | None = None,
    max_ratio: float | None = 1000.0,
    jobs: int | None = None,
    force: bool = False,
    history: bool = True,
    prune: bool | Confirm = False,
    max_rejects: int | None = None,
    progress: Progress | None = None,
    wait: float | None = None,
    notify: Notify | None = None,
) -> Report:
    """Load exports into the store at `store`, which is made if it is not there.

    `files` is one path or several: files, folders with exports in them, glob patterns, "-" for standard input. They can
    be URLs, too, of all that fsspec reads (`s3://`, `gs://`, `https://` …), which are copied to this computer first.
    `frames` is a folder of downloaded frames files.
    `jobs` processes (the number of cores, 8 at most) build a new SQLite store side by side. `progress` is called now
    and then with what has been read. While another process writes the store, this one tells `notify` who that is and
    waits, at most `wait` seconds where given. All of it is stored or, after an error, nothing; single records that
    cannot be stored are kept in `rejects` and counted in the report, and more than `max_rejects` of them are an error.

    A label that is older than the stored one (by its updated_at) is left out unless `force`. With `history`, what is
    replaced stays in `versions`. Labels of the files' projects that the store holds and the files lack are counted as
    missing, and with `prune` removed; if it is a function, when it says so.
    """
    path, engine = Path(store), engine_at(store)
    report = Report(str(store), engine.name)
    arguments = gathered(files, max_ratio=max_ratio, notify=report.notes.append, progress=progress)
    folder = FramesFolder(frames) if frames is not None else None
    options = Options(force, history, max_rejects)
    names = [name_of(argument) for argument in arguments]
    with removing_copies(arguments), locked(path, "load", names, wait=wait, notify=notify) as patience:
        remove_leftovers(path)
        started = time.perf_counter()
        jobs = 1 if folder is not None else _useful_jobs(path, engine, arguments, jobs)
        alone = jobs == 1
        if not alone:
            with helpers("labelstore.loading.parallel", jobs - 1) as others:
                # imported here: while this process gets ready, so do the others
                from labelstore.loading.parallel import load_in_parallel

                try:
                    load_in_parallel(path, report, arguments, max_ratio, others, options, progress)
                except NeedsOneProcess:
                    alone = True
        if alone:
            from labelstore.loading.sequential import load_alone

            load_alone(path, report, arguments, max_ratio, folder, options, prune, progress, patience)
        report.seconds = time.perf_counter() - started
    return report


def _useful_jobs(path: Path, engine: Engine, arguments: list[str], jobs: int | None) -> int:
    """Several processes build a new store of files that each of them can read from the start, where that is quicker."""
    files = [Path(argument) for argument in arguments]
    wanted = useful_jobs(jobs, *files)
    if any(isinstance(argument, Fetched) for argument in arguments):  # other processes do not know where it is from
        return 1
    if not engine.gains_from_processes or is_store(path) or not all(file.is_file() for file in files):
        return 1
    return wanted
