"""A small export of data rows with several labels that differ in known ways, for tests of comparisons."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from labelstore import samples

RUN = "r1"
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


def box(name: str, feature_id: str, left: float, top: float, width: float, height: float, **more: Any) -> Any:
    place = {"top": top, "left": left, "height": height, "width": width}
    return drawn(name, feature_id, "ImageBoundingBox", bounding_box=place, **more)


def drawn(name: str, feature_id: str, kind: str, **more: Any) -> dict[str, Any]:
    """An object of v2."""
    schema = f"s-{name}"
    named = {"feature_id": feature_id, "feature_schema_id": schema, "name": name, "value": name.lower()}
    return {**named, "annotation_kind": kind, "classifications": [], **more}


def radio(name: str, feature_id: str, answer: str) -> dict[str, Any]:
    """A question of v2 with one answer."""
    chosen = {"feature_id": f"{feature_id}-a", "name": answer, "value": answer.lower(), "classifications": []}
    return {"feature_id": feature_id, "name": name, "value": name.lower(), "radio_answer": chosen}


def label(label_id: str, by: str, *objects: Any, answers: Any = (), agreement: float | None = None) -> dict[str, Any]:
    """A label of v2."""
    details: dict[str, Any] = {"created_at": "2025-01-01T10:00:00.000+00:00", "created_by": by, "reviews": []}
    performance: dict[str, Any] = {"skipped": False}
    if agreement is not None:
        performance["consensus_score"] = agreement
    annotations = {"objects": list(objects), "classifications": list(answers), "relationships": []}
    return {
        "label_kind": "Default",
        "version": "1.0.0",
        "id": label_id,
        "label_details": details,
        "performance_details": performance,
        "annotations": annotations,
    }


def line(row: str, *labels: Any, predictions: Any = (), project: str = "p1", name: str = "Roads") -> dict[str, Any]:
    """A line of a v2 export: an image of 400 × 300 with these labels."""
    found: dict[str, Any] = {
        "data_row": {"id": row, "external_id": f"{row}.jpg", "row_data": f"https://example.com/{row}.jpg"},
        "media_attributes": {"asset_type": "image", "width": 400, "height": 300},
        "projects": {project: {"name": name, "labels": list(labels)}},
    }
    if predictions:
        run = {"name": "R", "labels": [], "predictions": list(predictions)}
        found["experiments"] = {"m1": {"name": "M", "runs": {RUN: run}}}
    return found


def images() -> list[dict[str, Any]]:
    """d1: two labels and a prediction; d2: two that are equal; d3: three."""
    point = drawn("Nose", "n", "ImagePoint", point={"x": 100, "y": 100})
    nose = drawn("Nose", "n2", "ImagePoint", point={"x": 103, "y": 104})
    one = label(
        "a", "ada@example.com",
        box("Car", "c1", 10, 10, 100, 100, classifications=[radio("Color", "q1", "Red")]),
        box("Car", "c2", 200, 10, 100, 50), box("Tree", "t1", 200, 200, 50, 50), point,
        answers=[radio("Weather", "w", "Sunny"), radio("Road", "r", "Wet")], agreement=0.4,
    )  # fmt: skip
    other = label(
        "b", "bob@example.com",
        box("Car", "c3", 10, 10, 100, 80, classifications=[radio("Color", "q2", "Blue")]),
        box("Bus", "b1", 200, 10, 100, 48), nose,
        answers=[radio("Weather", "w2", "Rain"), radio("Road", "r2", "Wet")], agreement=0.4,
    )  # fmt: skip
    found = label("m", "model@example.com", box("Car", "c4", 12, 10, 100, 100), box("Tree", "t2", 0, 250, 40, 40))
    same = [
        label(f"e{n}", f"{who}@example.com", box("Car", f"e{n}", 5, 5, 50, 50)) for n, who in enumerate(("ada", "bob"))
    ]
    three = [
        label("x", "ada@example.com", box("Car", "x1", 0, 0, 50, 50), box(HOSTILE, "x2", 300, 200, 50, 50)),
        label("y", HOSTILE, box("Car", "y1", 0, 0, 50, 45), answers=[radio(HOSTILE, "hq", HOSTILE)]),
        label("z", "cyd@example.com"),
    ]  # fmt: skip
    return [
        line("d1", one, other, predictions=[found]),
        line("d2", *same),
        line("d3", *three, project="p2", name="Rails"),
        line("alone", label("l", "ada@example.com", box("Car", "l1", 0, 0, 5, 5))),
    ]


def doubled(record: dict[str, Any]) -> dict[str, Any]:
    """A line of a v2 sample whose first label is there twice, the second one without its first object."""
    (project,) = record["projects"].values()
    first = project["labels"][0]
    second = json.loads(json.dumps(deepcopy(first)).replace('"feature_id": "', '"feature_id": "z'))
    second["id"] = f"z{first['id']}"
    body = second["annotations"]
    for holder in (body, *body.get("frames", {}).values(), *body.get("groups", {}).values()):
        objects = holder.get("objects")
        if objects:
            objects.pop(next(iter(objects)) if isinstance(objects, dict) else 0)
            break
    project["labels"] = [first, second]
    return record


def write(folder: Path) -> list[Path]:
    """The images, and one data row of every other asset type, each with two labels."""
    files = [folder / "images.ndjson"]
    files[0].write_text("".join(json.dumps(record) + "\n" for record in images()), encoding="utf-8")
    for sample in samples.write(folder / "samples", generations=("v2",), labels=12):
        if "image" in sample.path.name:
            continue
        records = [json.loads(text) for text in sample.path.read_text(encoding="utf-8").splitlines()]
        usable = [one for one in records if _objects(one) and len(one["projects"]) == 1]
        file = folder / sample.path.name
        file.write_text(json.dumps(doubled(max(usable or records[:1], key=_objects))) + "\n", encoding="utf-8")
        files.append(file)
    return files


def _objects(record: dict[str, Any]) -> int:
    labels = [one for project in record.get("projects", {}).values() for one in project.get("labels", [])]
    return json.dumps(labels[0]["annotations"]).count("annotation_kind") if labels else 0
