"""Exports of 2018 to 2020: what stands under a class, beside its geometry, and beside `Label`."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelstore.analyses.answers import answers
from labelstore.analyses.class_colors import class_colors
from labelstore.analyses.ontology import normalized, ontology
from labelstore.drawing import DrawOptions, draw
from labelstore.engines import open_database
from labelstore.inputs.detection import detect
from labelstore.loading import load
from labelstore.query.search import search
from labelstore.scenes import read_scene
from labelstore.verifying import verify

Json = Any
RING = [{"x": 1, "y": 2}, {"x": 3, "y": 2}, {"x": 3, "y": 5.5}]
SECOND = [{"x": 7, "y": 2}, {"x": 9, "y": 2}, {"x": 9, "y": 5}]


def element(label: Json, **others: Json) -> Json:
    return {"ID": "lb1", "Labeled Data": "https://example.com/1.jpg", "Label": label, "Project Name": "Farm", **others}


def loaded(folder: Path, engine: str, *labels: Json) -> Path:
    """A store with the records, each proven to come back equal."""
    file, store = folder / "export.ndjson", folder / f"labels.{engine}"
    file.write_text("".join(json.dumps(label) + "\n" for label in labels), encoding="utf-8")
    assert load(store, [file]).total("rejected") == 0
    assert verify(store, [file]).equal == len(labels)
    return store


def asked(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_database(store, read_only=True) as database:
        return [tuple(row) for row in database.query(sql).rows]


OBJECTS = "select name, kind, x, y from objects left join points using (object_id) order by object_id"
ANSWERS = (
    "select o.name, c.name, c.kind, coalesce(a.name, a.text) from classifications as c"
    " left join answers as a using (classification_id) left join objects as o on o.object_id = c.object_id"
    " order by c.classification_id, a.answer_id"
)
POINTS: dict[str, tuple[Any, list[tuple[float | None, float | None]]]] = {
    "alone": ({"x": 1, "y": 2.5}, [(1, 2.5)]),
    "a list": ([{"x": 1, "y": 2}, {"x": 3, "y": 4}], [(1, 2), (3, 4)]),
    "an item alone": ({"geometry": {"x": 1, "y": 2}}, [(1, 2)]),
    "items": ([{"geometry": {"x": 1, "y": 2}}, {"geometry": {"y": 4, "x": 3}}], [(1, 2), (3, 4)]),
    "items of more dimensions": ([{"geometry": {"x": 1, "y": 2, "z": 3}}], [(1, 2)]),
    "text": ("POINT (1 2)", [(1, 2)]),
    "texts": (["POINT (1 2)", "POINT(3 4.5)"], [(1, 2), (3, 4.5)]),
    "one text of several": ("MULTIPOINT (1 2, 3 4)", [(1, 2), (3, 4)]),
    "in parentheses of their own": ("MULTIPOINT ((1 2), (3 4))", [(1, 2), (3, 4)]),
    "items of text": ([{"geometry": "POINT (1 2)"}, {"geometry": "MULTIPOINT (3 4, 5 6)"}], [(1, 2), (3, 4), (5, 6)]),
    "height": ("POINT Z (1 2 9)", [(1, 2)]),
    "lower case": ("point(1 -2e1)", [(1, -20)]),
    "none": ("POINT EMPTY", [(None, None)]),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("engine", ["db", "duckdb"])
@pytest.mark.parametrize("written", POINTS)
def test_points(tmp_path: Path, engine: str, written: str) -> None:
    value, points = POINTS[written]
    store = loaded(tmp_path, engine, element({"eye ": value}))
    assert asked(store, OBJECTS) == [("eye ", "point", x, y) for x, y in points]


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_a_class_mixes_shapes_and_what_cannot_be_read_takes_nothing_else_down(tmp_path: Path, engine: str) -> None:
    classes = {
        "eye": [
            5,
            {"geometry": {"x": 1, "y": 2}},
            {"geometry": RING},
            None,
            RING,
            {"x": 7, "y": 8},
            "LINESTRING (1 2, 3 4)",
        ],
        "face": [{"geometry": None, "side": "left"}, {"geometry": "here"}, {"geometry": SECOND}, [1], {}],
        "line": "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        "weight": 5,
        "tags": ["a", 5],
        "nothing": [],
    }
    store = loaded(tmp_path, engine, element(classes))
    assert asked(store, "select name, kind from objects order by object_id") == [
        *(("eye", kind) for kind in ("point", "polygon", "polygon", "point", "polyline")),
        *(("face", kind) for kind in ("unknown", "unknown", "polygon")),
        *(("line", "polyline"),) * 2,
    ]
    assert asked(store, ANSWERS) == [("face", "side", "text", "left")]
    assert asked(store, "select object_count, classification_count from labels") == [(10, 0)]
    odd = "select within, ordinal, map_key, json from odd_elements order by node_id"
    assert asked(store, odd) == [
        ("eye", 0, None, "5"),
        ("eye", 3, None, "null"),
        ("face", 3, None, "[1]"),
        ("face", 4, None, "{}"),
    ]


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_what_cannot_be_read_is_counted(tmp_path: Path, engine: str) -> None:
    label = element({"eye": [{"geometry": None, "n": 1, "side": "left"}, 5, RING], "weight": 5, "none": []})
    file = tmp_path / "export.json"
    file.write_text(json.dumps([label, element({}, ID="lb2", Masks={"a": "https://example.com/m.png", "b": None})]))
    report = load(tmp_path / f"labels.{engine}", [file])
    assert report.unread == 5  # geometry, n, 5, weight, b
    (found,) = detect([str(file)])
    assert found.unexpected_values == {"/Label/*": 5}


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_members_beside_a_geometry_are_answers(tmp_path: Path, engine: str) -> None:
    classes = {
        "gate": [
            {"type": "double", "geometry": RING, "colour": ["red", "blue"], "hinges": [], "parts": 2, "old": None},
            {"geometry": {"x": 1, "y": 2}, "type": ""},
            {"x": 1, "y": 2, "type": "single"},
        ],
        "weather": ["rain", "fog"],
        "model": "none",
    }
    store = loaded(tmp_path, engine, element(classes))
    assert asked(store, ANSWERS) == [
        ("gate", "type", "text", "double"),
        ("gate", "colour", "checklist", "red"),
        ("gate", "colour", "checklist", "blue"),
        ("gate", "hinges", "checklist", None),
        ("gate", "type", "text", ""),
        ("gate", "type", "text", "single"),
        (None, "weather", "checklist", "rain"),
        (None, "weather", "checklist", "fog"),
        (None, "model", "text", "none"),
    ]
    (extra,) = asked(store, "select extra from objects where extra is not null")
    assert json.loads(extra[0]) == {"parts": 2, "old": None}


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_masks_beside_the_label(tmp_path: Path, engine: str) -> None:
    box = {"featureId": "f1", "title": "cow", "bbox": {"top": 1, "left": 2, "height": 3, "width": 4}}
    masks = {"cow ": "https://example.com/c.png?jwt=t", "odd": 5, "grass": "https://example.com/g.png"}
    store = loaded(
        tmp_path,
        engine,
        element({"cow": [{"geometry": RING}]}, Masks=masks),
        element({"objects": [box], "classifications": []}, ID="lb2", Masks={"cow": "https://example.com/m.png"}),
        element("Skip", ID="lb3", Masks={}),
        element({}, ID="lb4", Masks={"a": None}),
    )
    sql = (
        "select label_id, ordinal, o.name, kind, url from objects as o left join masks using (object_id) order by 1, 2"
    )
    assert asked(store, sql) == [
        ("lb1", 0, "cow ", "mask", "https://example.com/c.png?jwt=t"),
        ("lb1", 1, "grass", "mask", "https://example.com/g.png"),
        ("lb1", 2, "cow", "polygon", None),
        ("lb2", 0, "cow", "bounding_box", None),
        ("lb2", 1, "cow", "mask", "https://example.com/m.png"),
    ]


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_metadata_of_the_data_row(tmp_path: Path, engine: str) -> None:
    fields = [
        {"schemaId": "m1", "name": "captureDateTime", "value": "2023-01-01T00:00:00Z"},
        {"name": "tag", "value": "night", "kind": "enum"},
        {"name": "score", "value": 0.5},
        {"name": "none", "value": None},
        {"name": 5},
    ]
    more = [element({}, ID="lb2", **{"DataRow Metadata": []}), element({}, ID="lb3", **{"DataRow Metadata": None})]
    store = loaded(tmp_path, engine, element({}, **{"DataRow Metadata": fields}), *more)
    assert asked(
        store, "select schema_id, schema_name, value, value_is_json from metadata_fields order by ordinal"
    ) == [
        ("m1", "captureDateTime", "2023-01-01T00:00:00Z", False),
        (None, "tag", "night", False),
        (None, "score", "0.5", True),
        (None, "none", "null", True),
        (None, None, None, False),
    ]


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_ontology_answers_search_and_sizes_know_them(tmp_path: Path, engine: str) -> None:
    classes = {
        "gate": [{"geometry": RING, "colour": ["red", "blue"], "note": "rusty hinge"}],
        "fence": "MULTILINESTRING ((0 0, 3 4), (0 0, 0 2))",
    }
    store = loaded(tmp_path, engine, element(classes, Masks={"sky": "https://example.com/m.png"}))
    with open_database(store, read_only=True) as database:
        tools = {tool["name"]: tool for tool in normalized(ontology(database), class_colors(database))["tools"]}
        assert {name: tool["tool"] for name, tool in tools.items()} == {
            "gate": "polygon",
            "fence": "line",
            "sky": "raster-segmentation",
        }
        questions = {question["name"]: question for question in tools["gate"]["classifications"]}
        assert [option["label"] for option in questions["colour"]["options"]] == ["blue", "red"]
        assert questions["note"]["options"] == []
        (row,) = answers(database, "objects")
        assert (row["colour"], row["note"]) == ('["red", "blue"]', "rusty hinge")
        assert [hit.label_id for hit in search(database, ["rusty"]).hits] == ["lb1"]
    assert asked(store, "select round(length, 9) from object_sizes where kind = 'polyline' order by 1") == [(2,), (5,)]


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_confidence_of_a_question_is_a_column(tmp_path: Path, engine: str) -> None:
    answer = {"name": "wet", "value": "wet", "confidence": 0.5}
    question = {"feature_id": "q1", "name": "road", "confidence": 0.25, "radio_answer": answer}
    prediction = {"label_kind": "Default", "annotations": {"objects": [], "classifications": [question]}}
    run = {"name": "run", "run_data_row_id": "r1", "labels": [], "predictions": [prediction]}
    line = {"data_row": {"id": "d1"}, "experiments": {"e1": {"name": "e", "runs": {"m1": run}}}}
    store = loaded(tmp_path, engine, line)
    assert asked(store, "select confidence, extra from classifications") == [(0.25, None)]
    assert asked(store, "select confidence from answers") == [(0.5,)]


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_a_class_of_points_and_polygons_is_two_tools(tmp_path: Path, engine: str) -> None:
    classes = {
        "eye": [{"geometry": RING, "side": "left"}, {"geometry": {"x": 1, "y": 2}}, {"geometry": {"x": 3, "y": 2}}]
    }
    with open_database(loaded(tmp_path, engine, element(classes)), read_only=True) as database:
        tools = [(tool.kind, tool.name, tool.annotations, len(tool.children)) for tool in ontology(database)]
    assert tools == [("point", "eye", 2, 0), ("polygon", "eye", 1, 1)]


@pytest.mark.parametrize("engine", ["db", "duckdb"])
def test_they_are_drawn_with_their_answers(tmp_path: Path, engine: str) -> None:
    classes = {
        "gate": [{"geometry": RING, "colour": ["red", "blue"], "note": "rusty"}],
        "eye": [{"geometry": {"x": 4, "y": 5}}, "MULTIPOINT (1 2, 3 4)"],
        "fence": "MULTILINESTRING ((0 0, 3 4), (0 0, 0 2))",
        "weather": ["rain"],
    }
    store = loaded(tmp_path, engine, element(classes, Masks={"sky": "https://example.com/m.png"}))
    with open_database(store, read_only=True) as database:
        scene = read_scene(database, "lb1")
    assert scene is not None
    assert [type(shape.geometry).__name__ for shape in scene.shapes] == ["Mask", "Path", *["Dot"] * 3, *["Path"] * 2]
    assert [answer.text for question in scene.questions for answer in question.answers] == ["rain"]
    drawn = str(draw(scene, DrawOptions()))
    assert [text for text in ("red", "blue", "rusty", "colour") if text not in drawn] == []
