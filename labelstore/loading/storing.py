"""Storing the records of files: in a new store, or in one that is there."""

from pathlib import Path

from labelstore.assets.vault import Vault, vault_of
from labelstore.engines.database import Database
from labelstore.errors import NeedsStaging
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.loader import Loader
from labelstore.loading.pruning import settle_missing
from labelstore.loading.recounting import recount
from labelstore.loading.report import Confirm, Options, Progress, Report
from labelstore.loading.settling import settle_restored
from labelstore.loading.staging import load_staged
from labelstore.loading.store_file import Patience, writing
from labelstore.loading.unchanged_files import report_unchanged

_MOST_CUT = 12
"""So often a columnar engine writes less than a whole batch before SQLite takes its place."""
_COPIED_FOR_A_CUT = 500_000
"""And once more for so many bytes of the store, which has to be copied then."""


def store_files(
    path: Path,
    report: Report,
    arguments: list[str],
    max_ratio: float | None,
    folder: FramesFolder | None,
    options: Options,
    prune: bool | Confirm,
    progress: Progress | None,
    patience: Patience,
) -> Vault | None:
    """Load files into the store at `path`, and give its vault; the parameters are those of `load`."""
    vault: Vault | None = None

    def fill(database: Database) -> None:
        nonlocal vault
        vault = vault_of(database, path)
        loader = Loader(database, report, folder, progress, options)
        state = loader.state
        if database.is_columnar and all(map(_can_be_read_again, arguments)):
            state.cuts_left = _MOST_CUT + path.stat().st_size / _COPIED_FOR_A_CUT if not state.is_new else _MOST_CUT
        if state.is_new or folder is not None or prune or not report_unchanged(state, arguments):
            loader.load_files(arguments, max_ratio)
            settle_restored(database, report, state.own_replaced)
            state.finish()
            if state.is_new and (report.total("repeated") or report.total("changed")):
                recount(database, report)
            if not state.is_new:
                state.note_not_stored((), options.projects)
                settle_missing(database, report, state.first_record, prune, options)

    try:
        with writing(path, patience) as database:
            fill(database)
    except NeedsStaging:
        vars(report).update(vars(Report(report.store, report.engine)))
        load_staged(path, patience, fill)
    return vault


def _can_be_read_again(argument: str) -> bool:
    return argument != "-" and not Path(argument).is_fifo()
