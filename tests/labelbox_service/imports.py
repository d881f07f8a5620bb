"""Imports of labels and predictions: what was sent, and what became of every line."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from tests.labelbox_service.graphql import QueryError
from tests.labelbox_service.workspace import Json, Workspace

Kind = Literal["labels", "pre-labels", "predictions"]
Error = tuple[str, str]  # its name and its message

FIELDS: dict[str, Kind] = {
    "LabelImport": "labels",
    "ModelAssistedLabelingPredictionImport": "pre-labels",
    "ModelErrorAnalysisPredictionImport": "predictions",
}
KEPT = timedelta(hours=24)


@dataclass
class Import:
    """One import: its lines as they were sent to a project, or a model run, and the status of each."""

    id: str
    kind: Kind
    target: str
    name: str
    lines: list[Json]
    statuses: list[Json]
    created_at: datetime
    polls: int
    fails: bool
    polled: int = field(default=0)

    @property
    def state(self) -> str:
        if self.polled <= self.polls:
            return "RUNNING"
        return "FAILED" if self.fails else "FINISHED"

    @property
    def progress(self) -> str:
        return f"{min(100, 100 * (self.polled - 1) // self.polls) if self.polls else 100}%"

    @property
    def errors(self) -> list[Json]:
        return [status for status in self.statuses if status["status"] == "FAILURE"]


class Imports:
    """All imports, newest last in `all`, and how the next ones go; a test sets the attributes.

    `polls`: so many looks at an import find it running. `fails`: it ends as FAILED. `rule`: the name and message of
    the error that a line has, None for none; it is asked after the service's own rules: that a line has a uuid, that
    its data row is in the project, and its name in the project's ontology.
    """

    def __init__(self, workspace: Workspace, address: str, project_fields: Callable[[Json], Json]) -> None:
        self.workspace = workspace
        self.address = address
        self.project_fields = project_fields
        self.polls = 0
        self.fails = False
        self.rule: Callable[[Json], Error | None] = lambda line: None
        self.all: list[Import] = []
        self.registered: list[tuple[str, Json]] = []  # by model run: data rows and labels that were added to it

    def fields(self) -> dict[str, Callable[..., object]]:
        found: dict[str, Callable[..., object]] = {}
        for name, kind in FIELDS.items():
            found[f"create{name}"] = self._creating(kind)
            found[name[0].lower() + name[1:]] = self._looking(kind)
            found[name[0].lower() + name[1:] + "s"] = self._listing(kind)
        for name in ("LabelRegistrationTask", "ProjectLabelRegistrationTask", "DataRowRegistrationTask"):
            found[f"createMEAModelRun{name}"] = self._register
        for name in ("MEALabelRegistrationTaskStatus", "MEADataRowRegistrationTaskStatus"):
            found[name] = lambda where: {"status": "COMPLETE", "errorMessage": None}
        return found

    def content(self, path: list[str]) -> bytes | None:
        """The file `ID/inputs.ndjson`, `errors.ndjson` or `statuses.ndjson`; None after a day, or for another."""
        made = {each.id: each for each in self.all}.get(path[0])
        if made is None or self.workspace.clock.now - made.created_at > KEPT:
            return None
        files = {"inputs.ndjson": made.lines, "errors.ndjson": made.errors, "statuses.ndjson": made.statuses}
        return "\n".join(json.dumps(line, ensure_ascii=False) for line in files[path[1]]).encode()

    def _creating(self, kind: Kind) -> Callable[..., Json]:
        def create(data: Json) -> Json:
            target = data.get("projectId") or data["modelRunId"]
            if target not in (*self.workspace.projects, *self.workspace.model_runs):
                raise QueryError("RESOURCE_NOT_FOUND", f"{target} not found")
            if "filePayload" not in data:
                raise QueryError("MALFORMED_REQUEST", "This service fetches no addresses: send the lines")
            lines = [json.loads(line) for line in data["filePayload"]["file"].splitlines()]
            statuses = list(self._statuses(kind, target, lines))
            now = self.workspace.clock.now
            made = Import(
                f"import-{len(self.all) + 1}", kind, target, data["name"], lines, statuses, now, self.polls, self.fails
            )
            self.all.append(made)
            return self._look(made)

        return create

    def _looking(self, kind: Kind) -> Callable[..., Json]:
        """By name: of two that have the same, the last."""

        def look(where: Json) -> Json:
            for made in reversed(self._of(kind, where)):
                if made.name == where["name"]:
                    return self._look(made)
            raise QueryError("RESOURCE_NOT_FOUND", f"Import {where['name']} not found")

        return look

    def _listing(self, kind: Kind) -> Callable[..., list[Json]]:
        return lambda where, skip, first: [self._look(made) for made in self._of(kind, where)[skip : skip + first]]

    def _of(self, kind: Kind, where: Json) -> list[Import]:
        target = where.get("projectId") or where["modelRunId"]
        return [made for made in self.all if (made.kind, made.target) == (kind, target)]

    def _look(self, made: Import) -> Json:
        """The import as the API has it, as a poll finds it."""
        made.polled += 1
        files = f"{self.address}/imports/{made.id}"
        done = made.state == "FINISHED"
        found: Json = {
            "id": made.id,
            "name": made.name,
            "state": made.state,
            "progress": made.progress,
            "inputFileUrl": f"{files}/inputs.ndjson",
            "errorFileUrl": f"{files}/errors.ndjson" if done else None,
            "statusFileUrl": f"{files}/statuses.ndjson" if done else None,
        }
        if made.kind == "predictions":
            return found | {"modelRunId": made.target}
        return found | {"project": self.project_fields({"id": made.target})}

    def _statuses(self, kind: Kind, target: str, lines: list[Json]) -> Iterator[Json]:
        rows = [row.line["data_row"] for row in self.workspace.visible() if _belongs(row.line, kind, target)]
        by_id = {row["id"]: row for row in rows}
        by_key = {row["global_key"]: row for row in rows if "global_key" in row}
        names = None if kind == "predictions" else self._names(target)
        for line in lines:
            asked = line["dataRow"]
            row = by_id.get(asked.get("id")) or by_key.get(asked.get("globalKey"))
            error = _own_error(line, row, names) or self.rule(line)
            known = {"id": row["id"], "globalKey": row.get("global_key")} if row else asked
            status: Json = {"uuid": line.get("uuid"), "dataRow": known, "status": "FAILURE" if error else "SUCCESS"}
            yield status | {"errors": [{"name": error[0], "message": error[1]}] if error else []}

    def _names(self, project: str) -> set[str]:
        """The names, or questions, of the top level of the project's ontology."""
        normalized = self.workspace.ontologies[self.workspace.projects[project].ontology]["normalized"]
        nodes = (*normalized["tools"], *normalized["classifications"])
        return {node[key] for node in nodes for key in ("name", "instructions", "featureSchemaId") if node.get(key)}

    def _register(self, where: Json, data: Json | None = None) -> str:
        self.registered.append((where.get("modelRunId") or where["id"], data or where))
        return f"registration-{len(self.registered)}"


def _belongs(line: Json, kind: Kind, target: str) -> bool:
    return kind == "predictions" or target in line.get("projects", {})


def _is_over_time(line: Json) -> bool:
    """Whether it is of the types to which the SDK gives no uuid."""
    answers = line.get("answer")
    return isinstance(answers, list) and any("frames" in answer for answer in answers)


def _own_error(line: Json, row: Json | None, names: set[str] | None) -> Error | None:
    if not line.get("uuid") and not _is_over_time(line):
        return "MissingUuid", "uuid is missing"
    if row is None:
        return "DataRowNotFound", f"Data row {json.dumps(line['dataRow'])} not found"
    feature = line.get("name") or line.get("schemaId")
    if names is not None and feature not in names:
        return "UnknownFeature", f"Feature {feature!r} not found in the ontology"
    return None
