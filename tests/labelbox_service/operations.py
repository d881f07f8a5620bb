"""The fields of the API that the SDK asks for, and what answers them."""

from collections.abc import Callable
from typing import Any

from tests.labelbox_service.exports import Exports
from tests.labelbox_service.graphql import QueryError
from tests.labelbox_service.workspace import Json, Project, Workspace, stamp

Resolver = Callable[..., Any]


def missing(kind: str, found_id: str) -> QueryError:
    return QueryError("RESOURCE_NOT_FOUND", f"{kind} {found_id} not found")


class Pulling:
    """Who one is, what there is, and its exports."""

    def __init__(self, workspace: Workspace, exports: Exports) -> None:
        self.workspace = workspace
        self.exports = exports
        self._key_jobs: list[list[str]] = []

    def fields(self) -> dict[str, Resolver]:
        return {
            "user": self.user,
            "organization": self.organization,
            "project": self.project,
            "projects": self.projects,
            "dataset": self.dataset,
            "datasets": self.datasets,
            "model": self.model,
            "modelRun": self.model_run,
            "task": self.exports.task,
            "dataRowsForGlobalKeys": self.find_data_rows,
            "dataRowsForGlobalKeysResult": self.found_data_rows,
            "exportDataRowsInProject": self.exports.in_project,
            "exportDataRowsInCatalog": self.exports.in_catalog,
            "exportDataRowsInModelRun": self.exports.in_model_run,
        }

    def user(self, where: Json | None = None) -> Json:
        if where and where["id"] != "user-1":
            raise missing("User", where["id"])
        return self._times() | {
            "id": "user-1",
            "email": "ada@example.com",
            "name": "Ada",
            "nickname": "ada",
            "picture": "",
            "isViewer": False,
            "isExternalUser": False,
            "lastLoginAt": None,
            "timezone": self.workspace.timezone,
            "createdTasks": lambda where, skip, first: self.exports.look(where["id"])[skip : skip + first],
            "organization": self.organization,
        }

    def organization(self) -> Json:
        return self._times() | {"id": "organization-1", "name": "Example"}

    def project(self, where: Json) -> Json:
        project = self.workspace.projects.get(where["id"])
        if project is None:
            raise missing("Project", where["id"])
        return self.project_fields(project)

    def projects(self, where: Json, skip: int, first: int) -> list[Json]:
        found = [self.project_fields(project) for project in self.workspace.projects.values()]
        return found[skip : skip + first]

    def project_fields(self, project: Project) -> Json:
        """A project as the API has it."""
        rows = [row for row in self.workspace.visible() if project.id in row.line.get("projects", {})]
        last = max((row.last_activity_at for row in rows), default=None)
        return self._times() | {
            "id": project.id,
            "name": project.name,
            "description": "",
            "allowedMediaType": project.media_type,
            "editorTaskType": None,
            "uploadType": None,
            "dataRowCount": len(rows),
            "labelCount": sum(len(row.line["projects"][project.id].get("labels", [])) for row in rows),
            "lastActivityTime": stamp(last) if last else None,
            "setupComplete": stamp(self.workspace.clock.now),
            "modelSetupComplete": None,
            "autoAuditNumberOfLabels": 1,
            "autoAuditPercentage": 1.0,
            "isBenchmarkEnabled": False,
            "isConsensusEnabled": False,
            "ontology": lambda: self.workspace.ontologies[project.ontology],
            "connectOntology": lambda ontologyId: self._connect(project, ontologyId),
            "labelingFrontend": {"id": "frontend-1", "name": "Editor", "description": "", "iframeUrlPath": ""},
            "organization": self.organization,
        }

    def _connect(self, project: Project, ontology_id: str) -> Json:
        if ontology_id not in self.workspace.ontologies:
            raise missing("Ontology", ontology_id)
        project.ontology = ontology_id
        return {"id": ontology_id}

    def find_data_rows(self, where: Json) -> Json:
        self._key_jobs.append(where["ids"])
        return {"jobId": str(len(self._key_jobs) - 1)}

    def found_data_rows(self, jobId: Json) -> Json:
        rows = [row.line["data_row"] for row in self.workspace.visible()]
        known = {row["global_key"]: row["id"] for row in rows if "global_key" in row}
        keys = self._key_jobs[int(jobId["id"])]
        data = {
            "fetchedDataRows": [{"id": known.get(key, "")} for key in keys],
            "notFoundGlobalKeys": [key for key in keys if key not in known],
            "accessDeniedGlobalKeys": [],
        }
        return {"data": data, "jobStatus": "COMPLETE"}

    def dataset(self, where: Json) -> Json:
        if where["id"] not in self.workspace.datasets:
            raise missing("Dataset", where["id"])
        return self._dataset_fields(where["id"])

    def datasets(self, where: Json, skip: int, first: int) -> list[Json]:
        return [self._dataset_fields(dataset) for dataset in self.workspace.datasets][skip : skip + first]

    def _dataset_fields(self, dataset: str) -> Json:
        rows = sum(row.dataset == dataset for row in self.workspace.visible())
        named = {"id": dataset, "name": self.workspace.datasets[dataset], "description": "", "rowCount": rows}
        return self._times() | named

    def model(self, where: Json) -> Json:
        if where["id"] not in self.workspace.models:
            raise missing("Model", where["id"])
        return {"id": where["id"], "name": where["id"], "ontologyId": self.workspace.models[where["id"]]}

    def model_run(self, where: Json) -> Json:
        if where["id"] not in self.workspace.model_runs:
            raise missing("ModelRun", where["id"])
        model_id, name = self.workspace.model_runs[where["id"]]
        named = {"id": where["id"], "name": name, "modelId": model_id, "modelAppId": None, "createdBy": "user-1"}
        return self._times() | named | {"trainingMetadata": None}

    def _times(self) -> Json:
        return {"createdAt": stamp(self.workspace.clock.now), "updatedAt": stamp(self.workspace.clock.now)}
