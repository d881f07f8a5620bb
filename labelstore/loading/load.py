"""Loading files into a store: one transaction, or for a new store one rename."""

import time
from collections.abc import Sequence
from pathlib import Path

from labelstore.engines import engine_at
from labelstore.files.urls import name_of, removing_copies
from labelstore.inputs.gathering import Files, gathered
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.report import Confirm, Options, Progress, Report
from labelstore.loading.store_file import Notify, locked, remove_leftovers
from labelstore.loading.storing import store_files
from labelstore.loading.vault_files import link_files


def load(
    store: str | Path,
    files: Files,
    *,
    frames: str | Path | None = None,
    max_ratio: float | None = 1000.0,
    force: bool = False,
    history: bool = True,
    prune: bool | Confirm = False,
    max_rejects: int | None = None,
    is_partial: bool = False,
    projects: Sequence[str] = (),
    progress: Progress | None = None,
    wait: float | None = None,
    notify: Notify | None = None,
) -> Report:
    """Load exports into the store at `store`, which is made if it is not there.

    The arguments are those of `labelstore.Store.load`. While another process writes the store, `notify` is told who.
    `is_partial`: the files hold some data rows of their projects only, so only labels of those can be missing.
    `projects`: ids of projects of which the files hold everything, even where that is nothing.
    """
    path, engine = Path(store), engine_at(store)
    report = Report(str(store), engine.name)
    arguments = gathered(files, max_ratio=max_ratio, notify=report.notes.append, progress=progress)
    folder = FramesFolder(frames) if frames is not None else None
    options = Options(force, history, max_rejects, is_partial, tuple(projects))
    names = [name_of(argument) for argument in arguments]
    with removing_copies(arguments), locked(path, "load", names, wait=wait, notify=notify) as patience:
        remove_leftovers(path)
        started = time.perf_counter()
        vault = store_files(path, report, arguments, max_ratio, folder, options, prune, progress, patience)
        if vault is not None:
            link_files(path, vault, report, patience)
        report.seconds = time.perf_counter() - started
    return report
