"""Small exports and stores made by hand, for tests of what SQL answers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.schema.canned_queries import named

ENGINES = pytest.mark.parametrize("engine", ["sqlite", "duckdb"])


def v1(label_id: str, *objects: Any, classifications: Any = (), **members: Any) -> dict[str, Any]:
    """A v1 element with the objects and classifications, of project p1 and data row `row-<label_id>`."""
    return {
        "ID": label_id,
        "DataRow ID": f"row-{label_id}",
        "Labeled Data": f"https://storage.example.com/{label_id}.jpg",
        "Label": {"objects": list(objects), "classifications": list(classifications), "relationships": []},
        "Created By": "ada@example.com",
        "Project Name": "Roads",
        "Created At": "2024-01-01T10:00:00.000Z",
        "Updated At": "2024-01-01T10:05:00.000Z",
        "Seconds to Label": 30.0,
        "External ID": f"{label_id}.jpg",
        "Agreement": -1,
        "Benchmark Agreement": -1,
        "Benchmark ID": None,
        "Dataset Name": "Streets",
        "Reviews": [],
        "View Label": f"https://editor.example.com?project=p1&label={label_id}",
        "Has Open Issues": 0,
        "Skipped": False,
    } | members


def feature(name: str, feature_id: str, **members: Any) -> dict[str, Any]:
    """What v1 objects and classifications begin with; the schema id is `s-<name>`."""
    return {
        "featureId": feature_id,
        "schemaId": f"s-{name}",
        "title": name,
        "value": name.lower().replace(" ", "_"),
    } | members


def box(
    name: str, feature_id: str, left: float, top: float, width: float, height: float, **more: Any
) -> dict[str, Any]:
    place = {"top": top, "left": left, "height": height, "width": width}
    return feature(name, feature_id, color="#ff0000", bbox=place, **more)


def store_of(folder: Path, engine: str, records: Sequence[Any], name: str = "export") -> Path:
    """A store of that engine with the records, v1 elements or v2 lines."""
    file = folder / f"{name}.ndjson"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    store = folder / f"{name}.{'db' if engine == 'sqlite' else 'duckdb'}"
    report = load(store, [file])
    assert report.total("rejected") == 0
    return store


def asked(store: Path, name: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of a canned query."""
    query = named(name)
    with open_database(store, read_only=True) as database:
        return list(database.query(query.sql[database.engine], query.values(values)))
