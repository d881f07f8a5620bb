"""What the service has: projects, datasets and data rows, which a test changes while the service's own clock goes."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

EMPTY: Json = {"tools": [], "classifications": []}
START = datetime(2026, 3, 2, 8, 0, 0, 0, UTC)


class Clock:
    """The service's time: it stands still until a test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def advance(self, **amount: float) -> datetime:
        """Go on by `minutes=5` or another amount of timedelta; the time then."""
        self.now += timedelta(**amount)
        return self.now


def stamp(moment: datetime) -> str:
    """As the API writes times and the SDK reads them: `2026-03-02T08:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _copy(line: Json) -> Json:
    copied: Json = json.loads(json.dumps(line))
    return copied


@dataclass
class Row:
    """A data row: its whole v2 line, all blocks and all projects, and what the service knows of it.

    Exports see it from `visible_from` on: a change that the index takes late has an earlier `last_activity_at`.
    """

    line: Json
    last_activity_at: datetime
    visible_from: datetime
    dataset: str
    batches: frozenset[str] = frozenset()
    before: "Row | None" = field(default=None, repr=False)

    def seen(self, now: datetime) -> "Row | None":
        """The row as an export sees it at that time."""
        if self.visible_from <= now:
            return self
        return self.before.seen(now) if self.before else None


@dataclass
class Project:
    id: str
    name: str
    ontology: str
    media_type: str


def _defaults(node: Json) -> Json:
    """What the SDK reads in every tool, and in every question."""
    if "tool" in node:
        return {"required": False, "color": "#ff0000", "classifications": []}
    if "type" in node:
        name = node.get("name") or node.get("instructions")
        return {"required": False, "name": name, "instructions": name, "options": []}
    return {}


class Workspace:
    """The model behind the service. Every method may be called while the service answers.

    Data rows are v2 lines with everything in them: the projects and model runs of the workspace are those that the
    lines name, besides those added by `add_project` and `add_model_run`.
    """

    def __init__(self, lines: Iterable[Json] = (), clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.timezone: str | None = None  # the user's, for times without one
        self.lock = threading.RLock()
        self.rows: dict[str, Row] = {}
        self.projects: dict[str, Project] = {}
        self.datasets: dict[str, str] = {}
        self.model_runs: dict[str, tuple[str, str]] = {}  # by id: its model's id and its own name
        self.models: dict[str, str] = {}  # by id: its ontology's id
        self.ontologies: dict[str, Json] = {}
        self.feature_schemas: dict[str, Json] = {}  # the tools and questions of the top level
        self._numbers = 0
        for line in lines:
            self.put(line)

    def put(
        self, line: Json, *, dataset: str = "dataset-1", batches: Iterable[str] = (), lag: timedelta = timedelta()
    ) -> None:
        """Add the data row of this v2 line, or replace it; it is active now, and exports see it after `lag`."""
        with self.lock:
            line = _copy(line)
            details = line["data_row"].get("details") or {}
            dataset = details.get("dataset_id", dataset)
            self.datasets.setdefault(dataset, details.get("dataset_name", dataset))
            self._know(line)
            data_row_id = line["data_row"]["id"]
            named = [block.get("project_details", {}).get("batch_id") for block in line.get("projects", {}).values()]
            batch_ids = frozenset(batch for batch in (*batches, *named) if batch)
            now = self.clock.now
            before = self.rows.get(data_row_id)
            self.rows[data_row_id] = Row(line, now, now + lag, dataset, batch_ids, before)

    def edit(self, data_row_id: str, change: Callable[[Json], None], *, lag: timedelta = timedelta()) -> None:
        """Change a data row's line in place, as a labeler does."""
        with self.lock:
            row = self.rows[data_row_id]
            line = _copy(row.line)
            change(line)
            self.put(line, dataset=row.dataset, batches=row.batches, lag=lag)

    def delete(self, data_row_id: str) -> None:
        """Delete a data row: no export has it any more."""
        with self.lock:
            del self.rows[data_row_id]

    def add_project(
        self, project_id: str, name: str, ontology: Json | None = None, media_type: str = "IMAGE"
    ) -> Project:
        """A project with this normalized ontology, as `{"tools": […], "classifications": […]}`; empty by default."""
        with self.lock:
            made = self.add_ontology(f"ontology-{project_id}", name, ontology or EMPTY, media_type)
            self.projects[project_id] = Project(project_id, name, made["id"], media_type)
            return self.projects[project_id]

    def add_model_run(self, model_run_id: str, name: str, model_id: str = "model-1") -> None:
        with self.lock:
            self.model_runs[model_run_id] = (model_id, name)

    def add_model(self, model_id: str, ontology: Json) -> None:
        """A model with this normalized ontology."""
        with self.lock:
            self.models[model_id] = self.add_ontology(f"ontology-{model_id}", model_id, ontology, None)["id"]

    def add_ontology(self, ontology_id: str, name: str, normalized: Json, media_type: str | None) -> Json:
        """An ontology as the API has it, with ids for all feature schemas in it that have none."""
        with self.lock:
            tools = [self.register(node) for node in normalized["tools"]]
            classifications = [self.register(node) for node in normalized["classifications"]]
            self.ontologies[ontology_id] = {
                "id": ontology_id,
                "name": name,
                "description": None,
                "createdAt": stamp(self.clock.now),
                "updatedAt": stamp(self.clock.now),
                "normalized": {"tools": tools, "classifications": classifications},
                "mediaType": media_type,
                "objectSchemaCount": len(tools),
                "classificationSchemaCount": len(classifications),
            }
            return self.ontologies[ontology_id]

    def register(self, node: Json) -> Json:
        """The tool or question as a feature schema: it and all below it get the ids that they lack."""
        made = self._with_ids(node)
        self.feature_schemas[made["featureSchemaId"]] = made
        return made

    def _with_ids(self, node: Json) -> Json:
        self._numbers += 1
        new = {"schemaNodeId": f"node-{self._numbers}", "featureSchemaId": f"feature-schema-{self._numbers}"}
        made = new | _defaults(node) | {name: value for name, value in node.items() if value or name not in new}
        below = {name: node[name] for name in ("classifications", "options") if node.get(name)}
        return made | {name: [self._with_ids(other) for other in nodes] for name, nodes in below.items()}

    def visible(self) -> Iterator[Row]:
        """The data rows that an export has now, in the order in which they came."""
        with self.lock:
            found = [row.seen(self.clock.now) for row in self.rows.values()]
        return (row for row in found if row is not None)

    def _know(self, line: Json) -> None:
        """The projects and model runs that the line names."""
        media_type = (line.get("media_attributes") or {}).get("asset_type", "image").upper()
        for project_id, block in line.get("projects", {}).items():
            if project_id not in self.projects:
                self.add_project(project_id, block.get("name", project_id), media_type=media_type)
        for model_id, model in line.get("experiments", {}).items():
            for run_id, run in model.get("runs", {}).items():
                self.model_runs.setdefault(run_id, (model_id, run.get("name", run_id)))
