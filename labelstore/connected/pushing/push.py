"""The push: plan, refuse what the target lacks, send import by import, each remembered before it goes."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from labelstore.connected.pushing.batches import ANNOTATIONS, batches, name_of
from labelstore.connected.pushing.known import Ontology, Use
from labelstore.connected.pushing.plan import Plan, Ready, planned
from labelstore.connected.pushing.sent import SENT, Sent, forget, moment, note, settle, unknown_imports
from labelstore.connected.pushing.target import Imports, Outcome, Target
from labelstore.connected.service.client import connect
from labelstore.connected.service.errors import KeyMissingError, patient
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import BusyError, LabelstoreError
from labelstore.export.exporter import Export
from labelstore.export.registry import exporter_of
from labelstore.export.writing import chosen_of
from labelstore.figures import counted, figure
from labelstore.files.outputs import output_file
from labelstore.loading.store_file import Notify, locked, writing

FORMAT = "labelbox-import"
_NAMED = 5

Progress = Callable[[int, int], None]
"""Takes how many annotations are done, and how many there are."""


class UnknownFeaturesError(LabelstoreError):
    """The target lacks features that annotations use; nothing was sent."""

    def __init__(self, target: Target, wrong: Sequence[Use], count: int) -> None:
        named = ", ".join(f"{use.feature} {use.name} ({use.state})" for use in wrong[:_NAMED])
        more = f" and {figure(len(wrong) - _NAMED)} more" if len(wrong) > _NAMED else ""
        super().__init__(
            f"{target.name} has no place for {counted(count, 'annotation')}: {named}{more}; add the features"
            " (labelstore ontology DB --create NAME makes an ontology of all), choose or rename classes with --class"
            " and --rename, or send the rest with --skip-unknown"
        )


@dataclass
class Pushed:
    """What a push came to so far."""

    target: Target
    plan: Plan
    name: str | None = None
    """Of the target; None where Labelbox was not asked."""
    why_unchecked: str = ""
    imports: int = 0
    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    """Annotations that were sent while nobody knows what became of them."""

    def count(self, accepted: int, rejected: int, unknown: int) -> None:
        """Add what became of an import."""
        self.accepted += accepted
        self.rejected += rejected
        self.unknown += unknown


@dataclass
class Push:
    """A push under way: `pushed` says what there is to send, `send` does it."""

    store: Path
    pushed: Pushed
    again: bool
    skip_unknown: bool
    most: int = ANNOTATIONS
    imports: Imports | None = None
    notify: Notify | None = None

    @property
    def plan(self) -> Plan:
        """What there is to send."""
        return self.pushed.plan

    def check(self) -> None:
        """Raise `UnknownFeaturesError` for annotations that the target has no place for, unless they are skipped."""
        plan = self.plan
        if plan.refused and not self.skip_unknown:
            raise UnknownFeaturesError(self.pushed.target, [use for use, _ in plan.wrong.most_common()], plan.refused)

    def write(self, out: str | Path, *, overwrite: bool = False) -> None:
        """Write the annotations that are to be sent, a line each."""
        with output_file(out, overwrite=overwrite) as file:
            for lines in self.plan.lines():
                file.writelines(bytes(line.line) + b"\n" for line in lines)

    def batches(self) -> Iterator[list[Ready]]:
        """The annotations of each import."""
        return batches(self.plan.lines(), self.most)

    def send(self, progress: Progress | None = None) -> Pushed:
        """Send what is to be sent; after a stop at any moment the next push goes on.

        Raises `UnknownFeaturesError`, and `ServiceError` where the service does not take an import.
        """
        self.check()
        ended: _Ended | None = None
        for batch in self.batches():
            ended = self._send(batch, ended)
            if progress is not None:
                progress(self.pushed.sent, self.plan.ready)
        if ended is not None:
            with _changing(self.store, self.notify) as database:
                self._settle(database, ended)
        return self.pushed

    def _send(self, batch: list[Ready], before: "_Ended | None") -> "_Ended":
        """Send a batch as an import, and wait for its end; with its rows the outcome of the one before is written."""
        assert self.imports is not None
        key = self.pushed.target.key
        name, time = name_of(key, batch), moment()
        rows = [Sent(key, one.uuid, one.content_hash, one.label_id, name, SENT, None, time) for one in batch]
        with _changing(self.store, self.notify) as database:
            if before is not None:
                self._settle(database, before)
            note(database, rows)
        job = self._created(self.imports, name, batch)
        self.pushed.imports += 1
        self.pushed.sent += len(batch)
        return _Ended(name, patient(partial(self.imports.outcome, job)))

    def _created(self, imports: Imports, name: str, batch: list[Ready]) -> Any:
        try:
            return imports.create(name, [json.loads(bytes(one.line)) for one in batch])
        except BusyError:  # its answer may be lost
            if (job := patient(lambda: imports.find(name))) is not None:
                return job
            raise
        except LabelstoreError:
            with _changing(self.store, self.notify) as database:
                forget(database, self.pushed.target.key, name)
            raise

    def _settle(self, database: Database, ended: "_Ended") -> None:
        self.pushed.count(*settle(database, self.pushed.target.key, ended.name, ended.outcome))


class _Ended(NamedTuple):
    """An import that has ended, and is still noted as sent."""

    name: str
    outcome: Outcome


@contextmanager
def pushing(
    store: str | Path,
    target: Target,
    *,
    endpoint: str | None = None,
    offline: bool = False,
    send: bool = False,
    again: bool = False,
    skip_unknown: bool = False,
    most: int = ANNOTATIONS,
    progress: Callable[[int], None] | None = None,
    notify: Notify | None = None,
    wait: float | None = None,
    **choices: Any,
) -> Iterator[Push]:
    """What there is to send from a store to a target, planned; nothing is sent before `Push.send`.

    `choices` are those of the export to `labelbox-import`. With `send` one push at a time works for a store, and what
    earlier ones left open is asked for first. Without it nothing is written to the store or the service, and without a
    key, or `offline`, nothing is asked. Raises `UsageError`, `StoreError`, `NothingToWriteError` and `ServiceError`.
    """
    path = Path(store)
    exporter = exporter_of(FORMAT)
    chosen = chosen_of(exporter, False, choices)
    with ExitStack() as stack:
        imports, why = _imports(target, endpoint, offline, send)
        if send and imports is not None:
            alone = path.with_name(f"{path.name}.push")  # others may read and load while an import is waited for
            stack.enter_context(locked(alone, "push", [str(store)], wait=wait, notify=notify))
        name, ontology = (None, Ontology(None)) if imports is None else _read(imports)
        if send and imports is not None:
            _ask_again(path, imports, notify)
        with open_database(path, read_only=True) as database:
            plan = planned(Export(exporter, database, "", chosen, None, progress), target.key, ontology, again=again)
        stack.callback(plan.close)
        yield Push(path, Pushed(target, plan, name, why), again, skip_unknown, most, imports, notify)


def _imports(target: Target, endpoint: str | None, offline: bool, send: bool) -> tuple[Imports | None, str]:
    """The imports of the target; or None, and why nobody is asked."""
    if offline:
        return None, "--offline"
    try:
        return Imports(connect(endpoint), target), ""
    except KeyMissingError as error:
        if send:
            raise
        return None, str(error)


def _read(imports: Imports) -> tuple[str, Ontology]:
    name, normalized = imports.ontology
    return name, Ontology(normalized)


def _ask_again(store: Path, imports: Imports, notify: Notify | None) -> None:
    """Settle what a push that was stopped left open."""
    key = imports.target.key
    with open_database(store, read_only=True) as database:
        names = unknown_imports(database, key)
    for name in names:
        job = imports.find(name)
        outcome = None if job is None else imports.outcome(job)
        with _changing(store, notify) as database:
            if outcome is None:
                forget(database, key, name)
                told = "never arrived"
            else:
                accepted, rejected, unknown = settle(database, key, name, outcome)
                told = f"{figure(accepted)} accepted, {figure(rejected)} rejected"
                told += f", {figure(unknown)} not told of" if unknown else ""
        if notify is not None:
            notify(f"the import {name} of an earlier push: {told}")


@contextmanager
def _changing(store: Path, notify: Notify | None) -> Iterator[Database]:
    """The store in a transaction of its own, under its lock."""
    with locked(store, "push", [str(store)], notify=notify) as patience, writing(store, patience) as database:
        yield database
