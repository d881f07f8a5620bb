"""Ontologies and the feature schemas in them, which the service gives their ids."""

import json
from typing import Any

from tests.labelbox_service.faults import Answer, as_json
from tests.labelbox_service.graphql import QueryError
from tests.labelbox_service.workspace import Json, Workspace

NO_CONTENT = Answer(204, b"")
NEW = "new_feature_schema_id"  # the SDK's, for one without id


class Ontologies:
    """What the SDK asks about ontologies, in GraphQL and in REST."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def fields(self) -> dict[str, Any]:
        return {
            "ontology": self.ontology,
            "ontologies": self.ontologies,
            "upsertOntology": self.create,
            "rootSchemaNode": self.feature_schema,
            "rootSchemaNodes": self.feature_schemas,
            "upsertRootSchemaNode": self.create_feature_schema,
        }

    def ontology(self, where: Json) -> Json:
        if where["id"] not in self.workspace.ontologies:
            raise QueryError("RESOURCE_NOT_FOUND", f"Ontology {where['id']} not found")
        return self.workspace.ontologies[where["id"]]

    def ontologies(self, where: Json, after: str | None, first: int) -> Json:
        found = list(self.workspace.ontologies.values())
        return _page([one for one in found if _named(one, where)], after, first)

    def create(self, data: Json) -> Json:
        """A new ontology of what was sent: feature schemas with an id must be known, those without get one."""
        normalized = json.loads(data["normalized"])
        for node in (*normalized["tools"], *normalized["classifications"]):
            self._known(node)
        ontology_id = f"ontology-new-{len(self.workspace.ontologies) + 1}"
        return self.workspace.add_ontology(ontology_id, data["name"], normalized, data.get("mediaType"))

    def feature_schema(self, where: Json) -> Json:
        return _root(self._found(where["featureSchemaId"]))

    def feature_schemas(self, where: Json, after: str | None, first: int) -> Json:
        found = [_root(node) for node in self.workspace.feature_schemas.values()]
        return _page([one for one in found if _named(one, where)], after, first)

    def create_feature_schema(self, data: Json) -> Json:
        node = json.loads(data["normalized"])
        self._known(node)
        return _root(self.workspace.register(node))

    def rest(self, method: str, path: list[str], body: Json) -> Answer | None:
        """What the REST API answers: `path` is the rest of the address behind `/api/v1`; None for what it has not."""
        try:
            match method, path:
                case "PUT", ["feature-schemas", feature_schema_id]:
                    return self._upsert(feature_schema_id, json.loads(body["normalized"]))
                case "DELETE", ["feature-schemas", feature_schema_id]:
                    self._found(feature_schema_id)
                    del self.workspace.feature_schemas[feature_schema_id]
                    return NO_CONTENT
                case "POST", ["ontologies", ontology_id, "feature-schemas", feature_schema_id]:
                    return self._insert(ontology_id, feature_schema_id, body["position"])
                case "DELETE", ["ontologies", ontology_id]:
                    self.ontology({"id": ontology_id})
                    del self.workspace.ontologies[ontology_id]
                    return NO_CONTENT
        except QueryError as error:
            return as_json(404, {"message": error.message})
        return None

    def _upsert(self, feature_schema_id: str, node: Json) -> Answer:
        if feature_schema_id != NEW:
            self._found(feature_schema_id)
        return as_json(200, {"schemaId": self.workspace.register(node)["featureSchemaId"]})

    def _insert(self, ontology_id: str, feature_schema_id: str, position: int) -> Answer:
        node = self._found(feature_schema_id)
        normalized = self.ontology({"id": ontology_id})["normalized"]
        nodes = normalized["tools" if "tool" in node else "classifications"]
        nodes[:] = [other for other in nodes if other["featureSchemaId"] != feature_schema_id]
        nodes.insert(position, node)
        return as_json(201, {})

    def _known(self, node: Json) -> None:
        if node.get("featureSchemaId"):
            self._found(node["featureSchemaId"])

    def _found(self, feature_schema_id: str) -> Json:
        node = self.workspace.feature_schemas.get(feature_schema_id)
        if node is None:
            raise QueryError("RESOURCE_NOT_FOUND", f"Feature schema {feature_schema_id} not found")
        return node


def _root(node: Json) -> Json:
    name = node.get("name") or node["instructions"]
    return {"id": node["schemaNodeId"], "name": name, "normalized": node}


def _named(found: Json, where: Json) -> bool:
    return (where.get("search") or "").lower() in found["name"].lower()


def _page(found: list[Json], after: str | None, first: int | None) -> Json:
    """A page of nodes; its cursor is the place of the next."""
    start = int(after or 0)
    end = start + (first or 100)
    return {"nodes": found[start:end], "nextCursor": str(end) if end < len(found) else None}
