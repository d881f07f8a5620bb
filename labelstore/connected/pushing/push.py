"""The push: plan, refuse what the target lacks, send import by import, each remembered before it goes."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
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
from labelstore.errors import BusyError, ServiceError
from labelstore.export.exporter import Export, Written
from labelstore.export.registry import exporter_of
from labelstore.export.writing import chosen_of, report
from labelstore.figures import counted, figure
from labelstore.files.outputs import output_file
from labelstore.loading.store_file import Notify, locked, writing

FORMAT = "labelbox-import"
_NAMED = 5

Progress = Callable[[int, int], None]
"""Takes how many annotations are done, and how many there are."""


class UnknownFeaturesError(ServiceError):
    """The target lacks features that annotations use; nothing was sent. `wrong` are these, the most used first."""

    def __init__(self, target: Target, wrong: Sequence[Use], count: int) -> None:
        self.wrong = wrong
        named = ", ".join(f"{use.feature} {use.name} ({use.state})" for use in wrong[:_NAMED])
        more = f" and {figure(len(wrong) - _NAMED)} more" if len(wrong) > _NAMED else ""
        super().__init__(
            f"{target.name} has no place for {counted(count, 'annotation')}: {named}{more}",
            "add the features (labelstore ontology DB --create NAME makes an ontology of all), choose or rename classes"
            " with --class and --rename, or send the rest with --skip-unknown",
        )


@dataclass(frozen=True)
class Pushed:
    """What a push found to send to a target, and what became of it: numbers of annotations, if nothing else is said."""

    target: str
    """project/<id>, predictions/<id> of a project, or model_run/<id>."""
    name: str | None
    """Of the target; None where Labelbox was not asked."""
    features: Mapping[Use, int]
    """The classes, questions and unknown options with how often they are used."""
    annotations: int
    to_send: int
    labels: int
    """Labels of which something is to be sent."""
    accepted_before: int
    changed: int
    """Accepted before with another content."""
    unknown_before: int
    """Sent before, while nobody knows what became of it."""
    refused: int
    """The target has no place for them."""
    too_many: int
    """Of classes with more in a data row than an import takes."""
    imports: int
    """Imports that were made."""
    sent: int
    accepted: int
    rejected: int
    unknown: int
    """Sent, but Labelbox did not say what became of them."""
    export: Written
    """What the format made of the labels, and what it cannot hold."""

    def as_json(self) -> dict[str, Any]:
        """What `labelstore push --json` prints of it."""
        features = [{**use._asdict(), "count": count} for use, count in sorted(self.features.items())]
        return vars(self) | {"features": features, "export": report(self.export)}


@dataclass
class _Counts:
    """What was sent so far."""

    imports: int = 0
    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0

    def settle(self, accepted: int, rejected: int, unknown: int) -> None:
        """Add what became of an import."""
        self.accepted += accepted
        self.rejected += rejected
        self.unknown += unknown


@dataclass
class Push:
    """A push under way: `plan` says what there is to send, `send` does it."""

    store: Path
    target: Target
    plan: Plan
    name: str | None
    why_unchecked: str
    """Why Labelbox was not asked; "" where it was."""
    skip_unknown: bool = False
    most: int = ANNOTATIONS
    imports: Imports | None = None
    notify: Notify | None = None
    _counts: _Counts = field(default_factory=_Counts)

    def result(self) -> Pushed:
        """What it came to so far."""
        plan = self.plan
        assert plan.export is not None
        return Pushed(
            self.target.key,
            self.name,
            dict(plan.uses),
            plan.annotations,
            plan.ready,
            plan.labels,
            plan.accepted_before,
            plan.changed,
            plan.unknown_before,
            plan.refused,
            plan.too_many,
            **vars(self._counts),
            export=plan.export,
        )

    def check(self) -> None:
        """Raise `UnknownFeaturesError` for annotations that the target has no place for, unless they are skipped."""
        plan = self.plan
        if plan.refused and not self.skip_unknown:
            raise UnknownFeaturesError(self.target, [use for use, _ in plan.wrong.most_common()], plan.refused)

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
            if progress is not None:
                progress(self._counts.sent, self.plan.ready)
            ended = self._send(batch, ended)
        if ended is not None:
            with _changing(self.store, self.notify) as database:
                self._settle(database, ended)
        return self.result()

    def _send(self, batch: list[Ready], before: "_Ended | None") -> "_Ended":
        """Send a batch as an import, and wait for its end; with its rows the outcome of the one before is written."""
        assert self.imports is not None
        key = self.target.key
        name, time = name_of(key, batch), moment()
        rows = [Sent(key, one.uuid, one.content_hash, one.label_id, name, SENT, None, time) for one in batch]
        with _changing(self.store, self.notify) as database:
            if before is not None:
                self._settle(database, before)
            note(database, rows)
        job = self._created(self.imports, name, batch)
        self._counts.imports += 1
        self._counts.sent += len(batch)
        return _Ended(name, patient(partial(self.imports.outcome, job)))

    def _created(self, imports: Imports, name: str, batch: list[Ready]) -> Any:
        """The import of a batch, also where its answer is lost or odd. What never came to be is forgotten."""
        try:
            return imports.create(name, [json.loads(bytes(one.line)) for one in batch])
        except ServiceError as error:
            if (job := patient(lambda: imports.find(name))) is not None:
                return job
            if not isinstance(error, BusyError):  # of which nobody knows whether it arrives later
                with _changing(self.store, self.notify) as database:
                    forget(database, self.target.key, name)
            raise

    def _settle(self, database: Database, ended: "_Ended") -> None:
        self._counts.settle(*settle(database, self.target.key, ended.name, ended.outcome))


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
        yield Push(path, target, plan, name, why, skip_unknown, most, imports, notify)


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
