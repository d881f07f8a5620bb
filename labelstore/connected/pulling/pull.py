"""One pull: a task of Labelbox, its chunks, and one load that reads them while they come."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from labelstore.clock import now
from labelstore.connected.pulling.chunks import errors_of, fetching
from labelstore.connected.pulling.ledger import Last, last_pull, note
from labelstore.connected.pulling.parameters import Filters, Parameters, moment, stamp
from labelstore.connected.pulling.spool import Spool, State
from labelstore.connected.service import exports
from labelstore.connected.service.errors import ForbiddenError, KeyRefusedError, LostExportError
from labelstore.connected.service.exports import Export, Target
from labelstore.errors import BusyError, ServiceError, StoreError, UsageError
from labelstore.figures import counted, figure
from labelstore.loading import Confirm, Report, load
from labelstore.loading.store_file import Notify, locked

if TYPE_CHECKING:
    from labelbox import Client

_OVERLAP: Final = timedelta(minutes=5)
"""So long before its own start the next pull asks: the service may take its time to see what happened."""
_FRESH: Final = timedelta(days=1)


class Heard(Protocol):
    """Is told how far a pull is."""

    def preparing(self, target: Target, percent: float | None) -> None:
        """The service prepares the export."""

    def fetched(self, target: Target, done: int, total: int) -> None:
        """So many bytes of the export are there."""


@dataclass(frozen=True)
class Pull:
    """What is to be pulled. `full`: all data rows, else those with activity since the last pull of the same kind.

    `prune` removes labels that are gone, or asks: of a full export of a project all that it lacks, of others those of
    the data rows in them. `keep` is a folder for the export.
    """

    target: Target
    parameters: Parameters = field(default_factory=Parameters)
    filters: Filters = field(default_factory=Filters)
    full: bool = False
    prune: bool | Confirm = False
    keep: Path | None = None

    def __post_init__(self) -> None:
        """Raises `UsageError` for what contradicts itself."""
        if self.full and self.filters.since:
            raise UsageError("--full takes everything, --since only what is newer: give one of them")
        if self.prune and (self.target.source != "project" or self.filters.is_selection):
            raise UsageError("--prune needs a --project and no filters: else nobody knows what is gone")

    @property
    def asked(self) -> dict[str, Any]:
        """What makes pulls of one target build on each other, or not: in the types of JSON."""
        filters = {name: value for name, value in asdict(self.filters).items() if value and name != "since"}
        taken = self.parameters.of(self.target)
        return {name: value for name, value in asdict(self.parameters).items() if name in taken} | (
            {"filters": {name: [*value] if isinstance(value, tuple) else value for name, value in filters.items()}}
            if filters
            else {}
        )


@dataclass(frozen=True)
class Pulled:
    """What came of a pull: its load, how many data rows Labelbox could not export, and where the export is kept."""

    target: Target
    name: str | None
    report: Report
    errors: int
    since: str | None
    watermark: str | None
    task_id: str
    resumed: bool
    kept: Path | None

    @property
    def rejected(self) -> int:
        """Records that are not stored: refused, or never exported."""
        return self.report.total("rejected") + self.errors

    def as_json(self) -> dict[str, Any]:
        """What `labelstore pull --json` prints of it."""
        return {
            "source": self.target.source,
            "source_id": self.target.id,
            "source_name": self.name,
            "since": self.since,
            "watermark": self.watermark,
            "task_id": self.task_id,
            "resumed": self.resumed,
            "errors": self.errors,
            "kept": None if self.kept is None else str(self.kept),
            **self.report.as_json(),
        }


def pull(
    store: str | Path,
    wanted: Pull,
    client: "Client",
    *,
    history: bool = True,
    wait: float | None = None,
    notify: Notify = lambda _: None,
    heard: Heard | None = None,
) -> Pulled:
    """Take an export from Labelbox into the store at `store`, which is made if it is not there.

    All of it is stored or, after an error, nothing. What came stays beside the store until then, so the next pull of
    the same goes on with it. Raises `ServiceError`, whose `BusyError` says that it works later, `StoreError`, and
    `UsageError` for what exports of the target cannot be asked.
    """
    path, target = Path(store), wanted.target
    spool_name = target.source if target.id is None else f"{target.source}-{target.id}"
    with locked(path.with_name(f"{path.name}.pull-{spool_name}"), "pull", [str(target)], wait=wait, notify=notify):
        try:
            spool = Spool(wanted.keep or path.with_name(f".{path.name}.pull"), spool_name)
            try:
                return _Work(path, wanted, client, spool, history, wait, notify, heard).done()
            except LostExportError:
                spool.remove()
                raise
        except OSError as error:
            raise StoreError(str(path), f"the export cannot be kept beside it ({error.strerror or error})") from error


class _Work:
    """One pull under way."""

    def __init__(
        self,
        store: Path,
        wanted: Pull,
        client: "Client",
        spool: Spool,
        history: bool,
        wait: float | None,
        notify: Notify,
        heard: Heard | None,
    ) -> None:
        self.store, self.wanted, self.client, self.spool = store, wanted, client, spool
        self.history, self.wait, self.notify, self.heard = history, wait, notify, heard
        self.target = wanted.target
        self.resumed = False

    def done(self) -> Pulled:
        name = exports.name_of(self.client, self.target)
        export, state = self._export()
        errors = errors_of(export)
        if errors and state.watermark is not None:
            state.watermark = state.since  # what failed is to be asked for again
        report = self._load(export, errors)
        (file,) = report.files
        if export.lines != file.records:
            self.notify(f"{file.name}: {figure(export.lines)} data rows were announced, {figure(file.records)} came")
        note(self.store, self.target, name, state, file, errors, wait=self.wait, notify=self.notify)
        kept = self._keep_or_remove(state)
        return Pulled(
            self.target, name, report, len(errors), state.since, state.watermark, state.task_id, self.resumed, kept
        )

    def _export(self) -> tuple[Export, State]:
        """The export that a stopped pull began, else a new one."""
        since, builds = self._since()
        text = None if since is None else stamp(since)
        state = self.spool.state
        if state is not None and (state.asked, state.since) == (self.wanted.asked, text) and _is_fresh(state):
            export = self._left(state, builds)
            if export is not None:
                self.resumed = True
                return export, state
        filters = self.wanted.filters.of(self.target, since)
        task_id = exports.start(self.client, self.target, self.wanted.parameters.of(self.target), filters)
        is_full = since is None and not self.wanted.filters.is_selection
        self.spool.begin(state := State(task_id, self.wanted.asked, text, is_full, now()))
        export = self._completed(task_id)
        self._settle(state, export, builds)
        return export, state

    def _settle(self, state: State, export: Export, builds: bool) -> None:
        """Note what is known once the service has prepared the export."""
        state.total = export.bytes
        state.watermark = stamp(export.created_at - _OVERLAP) if builds else None
        self.spool.save()

    def _since(self) -> tuple[datetime | None, bool]:
        """From when on to ask, None for all; and whether the next pull can build on this one."""
        filters, last = self.wanted.filters, last_pull(self.store, self.target)
        asked_for_more = last is not None and last.parameters != self.wanted.asked
        if filters.since:
            since = moment(filters.since)
            return since, not filters.is_selection and _has_no_gap(last, since) and not asked_for_more
        if self.target.source == "model_run":
            return None, False
        if self.wanted.full or last is None or filters.is_selection:
            return None, not filters.is_selection
        if asked_for_more:
            self.notify(f"{self.target}: the last pull asked for other things, so all of it is pulled again")
            return None, True
        return last.watermark, True

    def _left(self, state: State, builds: bool) -> Export | None:
        """The export of a stopped pull, if the service still has it."""
        try:
            export = self._completed(state.task_id)
        except (BusyError, ForbiddenError, KeyRefusedError):
            raise
        except ServiceError as error:
            self.notify(f"{self.target}: begins anew, as the export of before cannot be gone on with ({error.reason})")
            return None
        if state.total is None:  # it was stopped while the service prepared the export
            self._settle(state, export, builds)
        return export if state.total == export.bytes else None

    def _completed(self, task_id: str) -> Export:
        def hear(progress: exports.Progress) -> None:
            if self.heard is not None:
                self.heard.preparing(self.target, progress.percent)

        return exports.completed(self.client, task_id, hear)

    def _load(self, export: Export, errors: list[bytes]) -> Report:
        def hear(done: int, total: int) -> None:
            if self.heard is not None:
                self.heard.fetched(self.target, done, total)

        state = self.spool.state
        assert state is not None
        is_whole = state.is_full and self.target.source == "project" and not errors
        if self.wanted.prune and errors:
            lacking = counted(len(errors), "data row")
            self.notify(f"{self.target}: {lacking} could not be exported, so only labels of the others are removed")
        place = f"/{self.target.id}" if self.target.id else ""
        with fetching(export, self.spool, hear):
            return load(
                self.store,
                [self.spool.stream(f"labelbox:{self.target.source}{place}")],
                history=self.history,
                prune=self.wanted.prune,
                is_partial=not is_whole,
                projects=(self.target.id or "",) if is_whole else (),
                wait=self.wait,
                notify=self.notify,
            )

    def _keep_or_remove(self, state: State) -> Path | None:
        if self.wanted.keep is None:
            self.spool.remove()
            return None
        when = state.started_at.translate(str.maketrans("", "", "-:."))
        kept = self.spool.path.with_name(self.spool.path.name.replace(".ndjson.gz.part", f"-{when}.ndjson.gz"))
        self.spool.keep_as(kept)
        return kept


def _is_fresh(state: State) -> bool:
    """Whether a stopped pull is worth going on with: an older export tells of what may have changed since."""
    return moment(now()) - moment(state.started_at) < _FRESH


def _has_no_gap(last: Last | None, since: datetime) -> bool:
    return last is not None and since <= last.watermark
