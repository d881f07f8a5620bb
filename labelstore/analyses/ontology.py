"""The ontology of the labels, rebuilt from the exports alone: tools, questions and options, nested as they were used.

What no label uses is not there, and what exports do not say (whether an answer is required) is left open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from labelstore.analyses.class_colors import ClassColors
from labelstore.engines.database import Database
from labelstore.errors import LabelstoreError
from labelstore.figures import figure
from labelstore.formats.kinds import KINDS
from labelstore.query.projects import check_project
from labelstore.schema.canned_queries import named

TOOLS: Final = {**{kind.name: kind.tool for kind in KINDS}, "relationship": "edge"}
"""Our kind of an object → the vendor's word for the tool that draws it."""

_LARGEST = 100_000
Key = tuple[str, str]
"""(role, schema id); without a schema id, as in exports until 2019 and of early 2023, the kind (of a tool) and name."""


@dataclass
class Feature:
    """A tool, classification or option at its place. Times are as exported, of the first and the last label."""

    role: str
    kind: str | None
    name: str
    value: str | None
    schema_id: str | None
    color: str | None
    by_frame: bool = False
    annotations: int = 0
    first_seen: str | None = None
    last_seen: str | None = None
    children: list["Feature"] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The vendor's word for what it is."""
        if self.role == "tool":
            return TOOLS.get(self.kind or "", (self.kind or "unknown").replace("_", "-"))
        if self.role == "classification":
            return self.kind or ("radio" if self.children else "text")
        return "option"


def ontology(database: Database, project: str | None = None) -> list[Feature]:
    """The tools and then the questions of labels, the most used first, of one project (id or name) or of all.

    A feature that was renamed has its newest name. A feature that stands at several places has at each of them all
    children it was ever seen with. Raises `NotFoundError` for an unknown project.
    """
    check_project(database, project)
    query = named("ontology-features")
    rows = database.query(query.sql[database.engine], query.values({"project": project}))
    found = _merged(rows)
    return list(_children(found, None, frozenset(), [0]))


def normalized(features: Iterable[Feature], colors: ClassColors) -> dict[str, Any]:
    """The ontology in the shape that Labelbox imports: `{"tools": […], "classifications": […]}`.

    Tools without a color (v2 exports tell none) get the one in which they are drawn, from `colors`. Exports do not tell
    what is required: nothing is. A relationship draws nothing and is no tool here: there is a list of their own, if
    there are any.
    """
    features = list(features)
    tools = [feature for feature in features if feature.role == "tool" and feature.kind != "relationship"]
    related = [feature for feature in features if feature.role == "tool" and feature.kind == "relationship"]
    found = {
        "tools": [
            {
                "tool": tool.word,
                "name": tool.name,
                "color": colors.of(tool.color, tool.name),
                **_schema(tool),
                "required": False,
                "classifications": [_classification(child) for child in tool.children],
            }
            for tool in tools
        ],
        "classifications": [
            {**_classification(feature), "scope": "index" if feature.by_frame else "global"}
            for feature in features
            if feature.role == "classification"
        ],
    }
    relationships = [{"tool": item.word, "name": item.name, **_schema(item), "required": False} for item in related]
    return found | ({"relationships": relationships} if relationships else {})


def _classification(question: Feature) -> dict[str, Any]:
    return {
        "type": question.word,
        "instructions": question.name,
        "name": question.value or question.name,
        **_schema(question),
        "required": False,
        "options": [
            {
                "label": option.name,
                "value": option.value or option.name,
                **_schema(option),
                "options": [_classification(child) for child in option.children],
            }
            for option in question.children
        ],
    }


def _schema(feature: Feature) -> dict[str, str]:
    return {} if feature.schema_id is None else {"featureSchemaId": feature.schema_id}


_Found = dict[Key | None, dict[Key, Feature]]
"""Key of the parent → its children."""


def _merged(rows: Iterable[dict[str, Any]]) -> _Found:
    """The rows of the query with one feature for each schema id under a parent."""
    found: _Found = {}
    for row in sorted(rows, key=lambda row: (row["last_seen"] or "", row["annotations"]), reverse=True):
        parent = None
        if row["parent_role"] is not None:
            parent = _key(*(row[f"parent_{name}"] for name in ("role", "schema_id", "name", "kind")))
        key = _key(*(row[name] for name in ("role", "schema_id", "name", "kind")))
        new = Feature(*(row[name] for name in ("role", "kind", "name", "value", "schema_id", "color")))
        new.name = row["name"] or row["value"] or row["schema_id"] or ""
        feature = found.setdefault(parent, {}).setdefault(key, new)
        _count(feature, row)
    return found


def _key(role: str, schema_id: str | None, name: str | None, kind: str | None) -> Key:
    if schema_id is not None:
        return role, schema_id
    return (f"{kind} named" if role == "tool" else f"{role} named"), name or ""


def _count(feature: Feature, row: dict[str, Any]) -> None:
    """Add a row to its feature; rows come with the newest first."""
    feature.kind, feature.value = feature.kind or row["kind"], feature.value or row["value"]
    feature.color = feature.color or row["color"]
    feature.by_frame = feature.by_frame or bool(row["by_frame"])
    feature.annotations += row["annotations"]
    times = [time for time in (feature.first_seen, row["first_seen"]) if time is not None]
    feature.first_seen = min(times, default=None)
    feature.last_seen = feature.last_seen or row["last_seen"]


def _children(found: _Found, parent: Key | None, above: frozenset[Key], count: list[int]) -> Iterator[Feature]:
    """The children of a parent with theirs; a feature that would stand below itself is left out."""
    children = found.get(parent, {})
    ranked = sorted(
        children, key=lambda key: (children[key].role != "tool", -children[key].annotations, children[key].name, key)
    )
    for key in ranked:
        if key in above:
            continue
        count[0] += 1
        if count[0] > _LARGEST:
            raise LabelstoreError(f"the ontology has more than {figure(_LARGEST)} places; name one with --project")
        feature = children[key]
        below = list(_children(found, key, above | {key}, count))
        yield Feature(**{**vars(feature), "children": below})
