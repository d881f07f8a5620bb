"""Loading files into a store: one transaction, or for a new store one rename."""

import gc
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from labelstore.formats.decoding import bounded_depth
from labelstore.framing import open_sources
from labelstore.helpers import helpers, useful_jobs
from labelstore.loading.building import building, remove_leftovers
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.loader import Loader, Progress
from labelstore.loading.locking import Notify, locked
from labelstore.loading.options import Options
from labelstore.loading.pruning import Confirm, settle_missing
from labelstore.loading.repeating import load_again
from labelstore.loading.report import Report
from labelstore.stores import engine_of, open_database
from labelstore.stores.database import Database


def load(
    store: str | Path,
    files: Iterable[str | Path],
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

    `files` are paths, glob patterns, or "-" for standard input. `frames` is a folder of downloaded frames files.
    `jobs` processes (the number of cores, 8 at most) build a new SQLite store side by side. `progress` is called now
    and then with what has been read. While another process writes the store, this one tells `notify` who that is and
    waits, at most `wait` seconds where given. All of it is stored or, after an error, nothing; single records that
    cannot be stored are kept in `rejects` and counted in the report, and more than `max_rejects` of them are an error.

    A label that is older than the stored one (by its updated_at) is left out unless `force`. With `history`, what is
    replaced stays in `versions`. Labels of the files' projects that the store holds and the files lack are counted as
    missing, and with `prune` removed; if it is a function, when it says so.
    """
    path, arguments = Path(store), [str(file) for file in files]
    folder = FramesFolder(frames) if frames is not None else None
    report = Report(str(store), engine_of(path))
    options = Options(force, history, max_rejects)
    with locked(path, "load", arguments, wait=wait, notify=notify):
        remove_leftovers(path)
        started = time.perf_counter()
        jobs = 1 if folder is not None else _useful_jobs(path, report.engine, arguments, jobs)
        if jobs > 1:
            from labelstore.loading import shards

            with helpers(shards.__name__, jobs - 1) as others, writing(path) as database:
                shards.load_shards(database, report, arguments, max_ratio, others, options, progress)
        else:
            with writing(path) as database:
                loader = Loader(database, report, folder, progress, options)
                if loader.is_new or folder is not None or prune or not load_again(loader, arguments):
                    load_sources(loader, arguments, max_ratio)
                    database.derive(loader.first_record)
                    database.derive_features(loader.first_record)
                    if not loader.is_new:
                        settle_missing(database, report, prune, history=history)
        report.seconds = time.perf_counter() - started
    return report


def load_sources(loader: Loader, arguments: list[str], max_ratio: float | None) -> None:
    """Let a loader read all files."""
    with bounded_depth(), _no_cycle_search():
        loader.numbers_matter = len(arguments) > 1
        for source in open_sources(arguments, max_ratio=max_ratio):
            with source:
                loader.load_file(source)


def _useful_jobs(path: Path, engine: str, arguments: list[str], jobs: int | None) -> int:
    """Several processes build a new SQLite store of files that each of them can read from the start."""
    files = [Path(argument) for argument in arguments]
    wanted = useful_jobs(jobs, *files)
    if engine != "sqlite" or _is_store(path) or not all(file.is_file() for file in files):
        return 1
    return wanted


def _is_store(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@contextmanager
def writing(path: Path) -> Iterator[Database]:
    """A database in a transaction. A new store is built beside its place and moved there when it is complete."""
    if _is_store(path):
        with open_database(path) as database:
            database.share()
            database.begin()
            try:
                yield database
                database.commit()
            except BaseException:
                database.rollback()
                raise
        return
    with building(path) as database:
        yield database


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Records and rows hold no cycles: looking for some among them takes a fifth of a load's time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
