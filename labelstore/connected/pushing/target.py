"""Where annotations are sent to: a project or a model run, with the SDK's imports there."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from labelstore.connected.service.asking import asking_once
from labelstore.connected.service.errors import told
from labelstore.errors import ServiceError, UsageError
from labelstore.json.truncate import truncated

if TYPE_CHECKING:
    from labelbox import Client

AS: Final = ("label-import", "predictions")
"""What annotations become in a project: labels (ground truth), or predictions that labelers correct."""

UNNAMED: Final = " / "
"""Stands between the data row, the question and the label of an annotation without uuid, which are its name here."""

_LONGEST: Final = 500
_SECONDS: Final = 3
"""Between two looks at an import."""


class Target(NamedTuple):
    """A project that gets labels or predictions, or a model run that gets predictions."""

    kind: str
    """As the column `target` of `sent` begins: project, predictions or model_run."""
    id: str

    @property
    def key(self) -> str:
        """Its name in `sent`."""
        return f"{self.kind}/{self.id}"

    @property
    def name(self) -> str:
        """How people say it."""
        return f"{'model run' if self.kind == 'model_run' else 'project'} {self.id}"

    @property
    def becomes(self) -> str:
        """What annotations become there."""
        return "labels" if self.kind == "project" else "predictions"


def target_of(project: str | None, model_run: str | None, *, predictions: bool = False) -> Target:
    """The target of these ids, exactly one of which is given. Raises `UsageError`."""
    if (project is None) == (model_run is None):
        raise UsageError("say where to: give the id of a project (--to-project) or of a model run (--to-model-run)")
    if project is None:
        return Target("model_run", str(model_run))
    return Target("predictions" if predictions else "project", project)


class Outcome(NamedTuple):
    """What an import that has ended says of its lines."""

    by_uuid: Mapping[str, str]
    """uuid → why the line was rejected, "" where it was accepted."""
    of_others: str | None = None
    """What holds for lines that it does not name: None where nobody knows."""
    by_row: Mapping[str, str] | None = None
    """Ids and global keys of data rows → what holds for their lines without uuid; None without such lines."""
    is_expired: bool = False
    """Whether the import is done, but what it said of each line is gone."""

    def of(self, uuid: str) -> str | None:
        """Why a line was rejected, "" where it was accepted; None where nobody knows. `uuid` is that of `sent`."""
        if uuid in self.by_uuid:
            return self.by_uuid[uuid]
        if self.by_row is not None:
            said = [why for row, why in self.by_row.items() if uuid.startswith(f"{row}{UNNAMED}")]
            if said:
                return max(said)  # a reason, if there is one
        return self.of_others


class Imports:
    """The imports of a target. Errors of the service are `ServiceError`."""

    def __init__(self, client: "Client", target: Target) -> None:
        self.client, self.target = client, target

    @cached_property
    def ontology(self) -> tuple[str, Mapping[str, Any]]:
        """The name of the target, and its ontology as Labelbox normalizes it."""
        with told(self.target.name):
            if self.target.kind == "model_run":
                run = self.client.get_model_run(self.target.id)
                model = self.client.get_model(run.model_id)
                return str(run.name), dict(self.client.get_ontology(model.ontology_id).normalized)
            project = self.client.get_project(self.target.id)
            found = project.ontology()
            if found is None:
                hint = "make one with: labelstore ontology DB --create NAME, and connect it to the project"
                raise ServiceError(f"{self.target.name} has no ontology", hint)
            return str(project.name), dict(found.normalized)

    def create(self, name: str, lines: Sequence[dict[str, Any]]) -> Any:
        """A new import of these lines. It may be there even where this raises `BusyError`: look by its name."""
        with told(f"the import into {self.target.name}"):
            return self._kind().create_from_objects(asking_once(self.client), self.target.id, name, list(lines))

    def find(self, name: str) -> Any:
        """The import of that name, or None."""
        from lbox.exceptions import ResourceNotFoundError

        with told(f"the import {name}"):
            try:
                found = self._kind().from_name(self.client, self.target.id, name, as_json=True)
            except ResourceNotFoundError:
                return None
            return None if found is None else self._kind()(self.client, found)

    def outcome(self, job: Any) -> Outcome:
        """What became of an import, when it has ended."""
        import requests

        with told(f"the import {job.name}"):
            job.wait_till_done(_SECONDS)
            if job.state.value == "FAILED":
                return Outcome({}, "Labelbox says that the whole import failed")
            if not job.status_file_url:
                return Outcome({})
            try:
                statuses = job.statuses
            except requests.HTTPError as error:
                if error.response is None or error.response.status_code >= 500:
                    raise
                return Outcome({}, "", is_expired=True)
            return outcome_of(statuses)

    def _kind(self) -> Any:
        import labelbox

        if self.target.kind == "project":
            return labelbox.LabelImport
        return labelbox.MALPredictionImport if self.target.kind == "predictions" else labelbox.MEAPredictionImport


def outcome_of(statuses: Sequence[Any]) -> Outcome:
    """What the statuses of an import say, whatever shape they have."""
    by_uuid: dict[str, str] = {}
    by_row: dict[str, str] = {}
    for status in statuses:
        if not isinstance(status, dict):
            continue
        reason = "" if status.get("status") == "SUCCESS" else _reason(status)
        if status.get("uuid"):
            by_uuid[str(status["uuid"])] = reason
        elif isinstance(status.get("dataRow"), dict):
            for row in filter(None, status["dataRow"].values()):
                by_row[str(row)] = by_row.get(str(row)) or reason
    return Outcome(by_uuid, None, by_row or None)


def _reason(status: Mapping[str, Any]) -> str:
    """Why a line was rejected, in one line."""
    errors = status.get("errors")
    told = [
        ": ".join(str(error[key]) for key in ("name", "message") if error.get(key))
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    ]
    return truncated("; ".join(filter(None, told)) or "Labelbox does not say why", _LONGEST)
