"""Counts of a store, on both engines."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from labelstore.analyses.stats import SECTIONS, stats
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.loading import load
from labelstore.samples import write
from tests.test_cli import run

BOX = {
    "name": "Dog",
    "annotation_kind": "ImageBoundingBox",
    "bounding_box": {"top": 1.0},
    "classifications": [],
}
QUESTION = {"name": "Weather", "radio_answer": {"name": "Sunny", "classifications": []}}


def label(label_id: str, boxes: int, questions: int) -> dict[str, Any]:
    annotations = {"objects": [BOX] * boxes, "classifications": [QUESTION] * questions, "relationships": []}
    return {"id": label_id, "annotations": annotations}


def line(data_row_id: str, labels: list[Any], experiments: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "data_row": {"id": data_row_id, "row_data": "https://x/a.jpg"},
        "media_attributes": {"asset_type": "image"},
        "projects": {"p1": {"name": "Street", "labels": labels}},
        "experiments": experiments or {},
    }


@pytest.fixture(scope="module", params=["labels.db", "labels.duckdb"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    tmp_path = tmp_path_factory.mktemp("stats")
    run = {"name": "run 1", "labels": [label("l1", 2, 1)], "predictions": [label("x", 7, 0)]}
    lines = [
        line("d1", [label("l1", 2, 1), label("l2", 3, 0)], {"e1": {"name": "m", "runs": {"r1": run}}}),
        line("d2", []),
    ]
    v1 = {
        "ID": "l3",
        "DataRow ID": "d3",
        "Labeled Data": "https://x/t.txt",
        "Label": {},
        "Project Name": "Texts",
    }
    files = tmp_path / "v2.ndjson", tmp_path / "v1.json"
    files[0].write_text("\n".join(map(json.dumps, lines)))
    files[1].write_text(json.dumps([v1]))
    load(tmp_path / request.param, files)
    with open_database(tmp_path / request.param, read_only=True) as database:
        return stats(database)


def test_nothing_is_counted_for_something_else(found: dict[str, Any]) -> None:
    total = found["total"]
    assert (total["data_rows"], total["labels"], total["objects"], total["classifications"]) == (3, 3, 5, 1)
    assert (total["model_run_labels"], total["predictions"], total["answers"]) == (1, 1, 1)
    assert (total["projects"], total["loads"], total["rejects"], total["frames"]) == (2, 2, 0, 0)


def test_projects_have_their_unlabelled_data_rows(found: dict[str, Any]) -> None:
    counts = {"data_rows": 2, "labels": 2, "objects": 5, "classifications": 1}
    nothing = {"data_rows": 1, "labels": 1, "objects": 0, "classifications": 0}
    assert found["projects"] == [
        {"project_id": "p1", "name": "Street", **counts},
        {"project_id": "Texts", "name": "Texts", **nothing},
    ]


def test_asset_types(found: dict[str, Any]) -> None:
    by_type = {row["asset_type"]: (row["data_rows"], row["labels"], row["objects"]) for row in found["asset_types"]}
    assert by_type == {"image": (2, 2, 5), "text": (1, 1, 0)}


def test_kinds_and_names(found: dict[str, Any]) -> None:
    assert found["object_kinds"] == [{"kind": "bounding_box", "objects": 5, "labels": 2}]
    assert found["object_names"] == [{"kind": "bounding_box", "name": "Dog", "objects": 5, "labels": 2}]
    assert found["classification_kinds"] == [{"kind": "radio", "classifications": 1, "labels": 1}]
    names = [{"kind": "radio", "name": "Weather", "classifications": 1, "labels": 1}]
    assert found["classification_names"] == names


def test_model_runs_stand_apart(found: dict[str, Any]) -> None:
    counts = {"labels": 1, "predictions": 1, "objects": 9, "classifications": 1}
    assert found["model_runs"] == [{"model_run_id": "r1", "name": "run 1", **counts}]


def test_stats_in_words(tmp_path: Path) -> None:
    """Short tables, projects and model runs of one name told apart, and the rest on request."""
    runs = {
        run_id: {
            "name": "run",
            "labels": [label(f"l{run_id}", 1, 0)] * (run_id == "r1"),
            "predictions": [label(f"p{run_id}", 1, 0)],
        }
        for run_id in ("r1", "r2")
    }
    lines = [line("d1", [label("l1", 2, 1)], {"e1": {"name": "m", "runs": runs}})]
    for project_id, name in (("p2", "Street"), ("p3", "Lake")):
        lines.append({**line("d2", []), "projects": {project_id: {"name": name, "labels": []}}})
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, lines)))
    load(tmp_path / "a.db", [tmp_path / "a.ndjson"])
    text = run("stats", tmp_path / "a.db").stdout
    assert text.startswith(f"{tmp_path / 'a.db'}: 1 label of 2 data rows in 3 projects\n  objects          2\n")
    assert "  in model runs    1 label and 2 predictions, not counted here\n" in text
    assert "\nStreet (p1) " in text
    assert "\nStreet (p2) " in text
    assert "\nLake  " in text
    assert "\nmodel runs, not counted above: 2\n" in text
    assert text.index("run (r1)") < text.index("run (r2)")
    short = run("stats", tmp_path / "a.db", "--limit", "1").stdout
    assert "\nprojects: 3, the largest 1\n" in short
    assert "Lake" not in short


def test_sections(found: dict[str, Any]) -> None:
    assert list(found) == ["total", *SECTIONS]


@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_an_empty_store_counts_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.json").write_text("[]")
    load(tmp_path / name, [tmp_path / "empty.json"])
    with open_database(tmp_path / name, read_only=True) as database:
        found = stats(database)
    assert set(found["total"].values()) == {0, 1}  # the load
    assert not any(found[section] for section in SECTIONS)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_a_load_counts_what_stats_counts(tmp_path: Path, name: str) -> None:
    """What stands in model runs is counted apart, with its objects, questions and frames."""
    asset_types = ("image", "video", "dicom")
    files = [file.path for file in write(tmp_path, labels=30, asset_types=asset_types, generations=("v2",))]
    report = load(tmp_path / name, files).as_json()
    with open_database(tmp_path / name, read_only=True) as database:
        found = stats(database)
    total = found["total"]
    counts = ("labels", "objects", "classifications", "frames", "model_run_labels", "predictions")
    assert {count: report[count] for count in counts} == {count: total[count] for count in counts}
    assert min(report[count] for count in counts) > 0
    for told, section, noun in (
        ("classes", "object_names", "objects"),
        ("questions", "classification_names", "classifications"),
    ):
        names = Counter[str]()
        for row in found[section]:
            names[row["name"]] += row[noun]
        assert report[told] == names
    named = {row["project_id"]: (row["name"], row["labels"]) for row in found["projects"] if row["labels"]}
    assert {row["project_id"]: (row["name"], row["labels"]) for row in report["projects"]} == named


def _recounted(database: Database) -> dict[str, Any]:
    """A naive count of some of it, row by row."""
    rows = {table: list(database.query(f"select * from {table}")) for table in ("labels", "objects", "classifications")}
    types = {row["data_row_id"]: row["asset_type"] for row in database.query("select * from data_rows")}
    labels = {row["label_id"]: row for row in rows["labels"] if row["model_run_id"] is None}
    inside = {table: [row for row in rows[table] if row["label_id"] in labels] for table in rows}
    asset_types: dict[str, Counter[str]] = {}
    for table, found in inside.items():
        for row in found:
            asset_types.setdefault(types[labels[row["label_id"]]["data_row_id"]], Counter())[table] += 1
    kinds = {(row["kind"], row["name"]): set[str]() for row in inside["objects"]}
    for row in inside["objects"]:
        kinds[row["kind"], row["name"]].add(row["label_id"])
    return {
        "total": {table: len(found) for table, found in inside.items()},
        "asset_types": {name: dict(counts) for name, counts in asset_types.items()},
        "object_names": {name: len(found) for name, found in kinds.items()},
    }


@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_counts_are_those_of_the_rows(tmp_path: Path, name: str) -> None:
    """Of every asset type; and of a label whose record says another type of its asset than a newer one."""
    files = [file.path for file in write(tmp_path / "samples", labels=8)]
    frames = tmp_path / "samples" / "frames"
    load(tmp_path / name, files, frames=frames)
    for project, asset_type in (("p1", "image"), ("p2", "html")):
        told = line("both", [])
        told["media_attributes"]["asset_type"] = asset_type
        told["projects"] = {project: {"name": project, "labels": [label(f"l-{project}", 2, 1)]}}
        (tmp_path / f"{project}.ndjson").write_text(json.dumps(told))
        load(tmp_path / name, [tmp_path / f"{project}.ndjson"])
    with open_database(tmp_path / name, read_only=True) as database:
        found, expected = stats(database), _recounted(database)
        (types,) = database.query(
            "select count(distinct asset_type) as number from records where data_row_id = 'both'"
        ).rows
    assert types == (2,)
    assert {noun: found["total"][noun] for noun in expected["total"]} == expected["total"]
    counted = {
        row["asset_type"]: {noun: row[noun] for noun in ("labels", "objects", "classifications") if row[noun]}
        for row in found["asset_types"]
        if row["labels"]
    }
    assert counted == expected["asset_types"]
    assert {(row["kind"], row["name"]): row["labels"] for row in found["object_names"]} == expected["object_names"]
