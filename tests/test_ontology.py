"""The ontology of labels: rebuilt as a tree, in the vendor's shape, with what was renamed or shares a name."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labelstore.analyses.class_colors import ClassColors
from labelstore.analyses.ontology import TOOLS, Feature, normalized, ontology
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.errors import LabelstoreError, NotFoundError
from labelstore.formats.kinds import OBJECT_KINDS
from tests.making import ENGINES, asked, box, feature, store_of, v1

OLD = {"Created At": "2023-03-01T00:00:00.000Z", "Updated At": "2023-03-02T00:00:00.000Z"}


def radio(name: str, feature_id: str, answer: str, *below: Any) -> dict[str, Any]:
    return feature(name, feature_id, answer=feature(answer, f"{feature_id}-{answer}", classifications=list(below)))


def records() -> list[Any]:
    """Label a: two cars, one asked for its color (red → shade), a lane; label b, older: a car and two questions."""
    shade = feature("Shade", "q2", answer="dark as night")
    color = radio("Color", "q1", "Red", shade)
    car = box("Car", "c1", 0, 0, 10, 10, classifications=[color])
    lane = feature("Lane", "l1", color="#00ff00", line=[{"x": 1, "y": 2}, {"x": 3, "y": 4}])
    weather = feature("Weather", "w1", answers=[feature("Rain", "w2"), feature("Fog", "w3")])
    return [
        v1("a", car, box("Car", "c2", 20, 0, 10, 10), lane),
        v1("b", box("Car", "c3", 0, 0, 10, 10), classifications=[weather, radio("Night", "n1", "No")], **OLD),
    ]


def tree(features: list[Feature]) -> list[Any]:
    return [(found.word, found.name, found.annotations, tree(found.children)) for found in features]


@ENGINES
def test_the_tree(tmp_path: Path, engine: str) -> None:
    with open_database(store_of(tmp_path, engine, records()), read_only=True) as database:
        found = ontology(database)
    shade: tuple[Any, ...] = ("text", "Shade", 1, [])
    assert tree(found) == [
        ("rectangle", "Car", 3, [("radio", "Color", 1, [("option", "Red", 1, [shade])])]),
        ("line", "Lane", 1, []),
        ("radio", "Night", 1, [("option", "No", 1, [])]),
        ("checklist", "Weather", 1, [("option", "Fog", 1, []), ("option", "Rain", 1, [])]),
    ]
    car, lane = found[:2]
    assert (car.schema_id, car.color) == ("s-Car", "#ff0000")
    assert (car.first_seen, car.last_seen) == ("2023-03-01T00:00:00.000Z", "2024-01-01T10:05:00.000Z")
    assert (lane.first_seen, lane.last_seen) == ("2024-01-01T10:00:00.000Z", "2024-01-01T10:05:00.000Z")


@ENGINES
def test_the_shape_that_is_imported(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, records())
    printed = CliRunner().invoke(app, ["ontology", str(store), "--json", "--project", "Roads"])
    assert printed.exit_code == 0, printed.output
    found = json.loads(printed.stdout)
    shade = {
        "type": "text",
        "instructions": "Shade",
        "name": "shade",
        "featureSchemaId": "s-Shade",
        "required": False,
        "options": [],
    }
    red = {"label": "Red", "value": "red", "featureSchemaId": "s-Red", "options": [shade]}
    color = {
        "type": "radio",
        "instructions": "Color",
        "name": "color",
        "featureSchemaId": "s-Color",
        "required": False,
        "options": [red],
    }
    assert found["tools"] == [
        {
            "tool": "rectangle",
            "name": "Car",
            "color": "#ff0000",
            "featureSchemaId": "s-Car",
            "required": False,
            "classifications": [color],
        },
        {
            "tool": "line",
            "name": "Lane",
            "color": "#00ff00",
            "featureSchemaId": "s-Lane",
            "required": False,
            "classifications": [],
        },
    ]
    assert [(item["name"], item["type"], item["scope"]) for item in found["classifications"]] == [
        ("night", "radio", "global"),
        ("weather", "checklist", "global"),
    ]


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("mask", "raster-segmentation"),
        ("text_entity", "named-entity"),
        ("relationship", "edge"),
        ("message_ranking", "message-ranking"),
        ("image_cuboid", "image-cuboid"),
        (None, "unknown"),
    ],
)
def test_words_of_tools(kind: str | None, word: str) -> None:
    assert Feature("tool", kind, "x", None, None, None).word == word


def test_colors_and_names_that_exports_do_not_tell() -> None:
    tools = [Feature("tool", "point", name, None, None, None) for name in "abc"]
    asked_by_frame = Feature("classification", "text", "Why?", None, None, None, by_frame=True)
    found = normalized([*tools, asked_by_frame], ClassColors("abc"))
    assert [tool["color"] for tool in found["tools"]] == [ClassColors("abc").of(None, name) for name in "abc"]
    assert found["classifications"][0]["name"] == "Why?"
    assert found["classifications"][0]["scope"] == "index"
    assert "featureSchemaId" not in found["tools"][0]


def line(label_id: str, *objects: Any, under_run: bool = False, **details: Any) -> dict[str, Any]:
    """A v2 line with one label in project p2, or under a run of a model."""
    label = {
        "label_kind": "Default",
        "version": "1.0.0",
        "id": label_id,
        "label_details": {"created_at": "2024-05-01T00:00:00.000+00:00", "created_by": "bob@example.com", **details},
        "annotations": {"objects": list(objects), "classifications": [], "relationships": []},
    }
    row = {"data_row": {"id": f"row-{label_id}"}, "media_attributes": {"asset_type": "image"}}
    if under_run:
        return {**row, "experiments": {"m1": {"name": "M", "runs": {"r1": {"name": "R", "labels": [label]}}}}}
    return {**row, "projects": {"p2": {"name": "Fields", "labels": [label]}}}


def cow(schema_id: str | None = "s-Cow") -> dict[str, Any]:
    schema = {} if schema_id is None else {"feature_schema_id": schema_id}
    return {
        "feature_id": "o1",
        **schema,
        "name": "Cow",
        "annotation_kind": "ImagePoint",
        "classifications": [],
        "point": {"x": 1.0, "y": 2.0},
    }


@ENGINES
def test_v2_without_schema_ids_and_without_model_runs(tmp_path: Path, engine: str) -> None:
    pick = {**cow("s-Pick"), "name": "Pick"}
    lines = [line("a", cow(None)), line("b", cow(None)), line("c", pick, under_run=True)]
    with open_database(store_of(tmp_path, engine, lines), read_only=True) as database:
        assert tree(ontology(database, "Fields")) == tree(ontology(database, "p2")) == [("point", "Cow", 2, [])]
        assert tree(ontology(database)) == [("point", "Cow", 2, [])]
        with pytest.raises(NotFoundError, match="did you mean Fields"):
            ontology(database, "Field")


@ENGINES
def test_renamed_features(tmp_path: Path, engine: str) -> None:
    auto = {**box("Auto", "c9", 0, 0, 1, 1), "schemaId": "s-Car"}
    store = store_of(tmp_path, engine, [*records(), v1("z", auto, auto | {"featureId": "c8"}, **OLD)])
    assert [tuple(row.values()) for row in asked(store, "renamed-features")] == [
        ("tool", "s-Car", "Car", 2, 3, 2, "2023-03-01T00:00:00.000Z", "2024-01-01T10:05:00.000Z"),
        ("tool", "s-Car", "Auto", 2, 2, 1, "2023-03-01T00:00:00.000Z", "2023-03-02T00:00:00.000Z"),
    ]
    assert asked(store, "renamed-features", project="other") == []
    with open_database(store, read_only=True) as database:
        car = ontology(database)[0]
        assert (car.name, car.annotations) == ("Car", 5)  # under the newest name, of both


@ENGINES
def test_colliding_names(tmp_path: Path, engine: str) -> None:
    other_car = {**box("Car", "c9", 0, 0, 1, 1), "schemaId": "s-Car-2"}
    # the option "No" of another question is no collision, "Red" with another schema id in the same question is one
    color = feature("Color", "q9", answer={**feature("Red", "q8"), "schemaId": "s-Red-2"})
    day = feature("Day", "d1", answer={**feature("No", "d2"), "schemaId": "s-No-2"})
    store = store_of(
        tmp_path,
        engine,
        [*records(), v1("z", other_car | {"classifications": [color]}, classifications=[day], **OLD)],
    )
    keys = ("role", "parent", "name", "schema_id", "schema_ids", "projects", "annotations", "labels")
    assert [tuple(row[key] for key in keys) for row in asked(store, "colliding-names")] == [
        ("option", "Color", "Red", "s-Red", 2, 1, 1, 1),
        ("option", "Color", "Red", "s-Red-2", 2, 1, 1, 1),
        ("tool", None, "Car", "s-Car", 2, 1, 3, 2),
        ("tool", None, "Car", "s-Car-2", 2, 1, 1, 1),
    ]
    assert asked(store, "colliding-names", project="other") == []


def test_a_question_below_itself_ends(tmp_path: Path) -> None:
    inner = radio("Again", "q2", "Yes")
    store = store_of(tmp_path, "sqlite", [v1("a", classifications=[radio("Again", "q1", "Yes", inner)])])
    with open_database(store, read_only=True) as database:
        assert tree(ontology(database)) == [("radio", "Again", 1, [("option", "Yes", 2, [])])]


def test_an_ontology_that_would_not_end_is_refused(tmp_path: Path) -> None:
    """Twenty questions of two options, each of which asks the same next question: two million places."""
    question: list[Any] = []
    for depth in range(20):
        answers = [feature(f"{side}{depth}", f"a{side}{depth}", classifications=question) for side in "xy"]
        if depth == 0:
            question = [feature("Q0", "q0", answers=answers)]
            continue
        answers[1] = {**answers[1], "classifications": []}
        question = [feature(f"Q{depth}", f"q{depth}", answers=answers)]
    other = [
        feature(f"Q{depth}", f"r{depth}", answers=[feature(f"y{depth}", "b", classifications=[_leaf(depth - 1)])])
        for depth in range(1, 20)
    ]
    store = store_of(tmp_path, "sqlite", [v1("a", classifications=question + other)])
    with open_database(store, read_only=True) as database, pytest.raises(LabelstoreError, match="more than 100,000"):
        ontology(database)


def _leaf(depth: int) -> dict[str, Any]:
    return feature(f"Q{depth}", f"l{depth}", answers=[feature(f"x{depth}", f"m{depth}")])


def test_the_tree_on_the_terminal(tmp_path: Path) -> None:
    hostile = box("Evil\x1b[31m", "e1", 0, 0, 1, 1)
    store = store_of(tmp_path, "sqlite", [*records(), v1("z", hostile)])
    printed = CliRunner().invoke(app, ["ontology", str(store)])
    assert printed.exit_code == 0
    assert "\x1b" not in printed.output
    lines = printed.output.splitlines()
    assert lines[:5] == [
        "tools",
        "  rectangle Car #ff0000  (3, schema s-Car, 2023-03-01 to 2024-01-01)",
        "    radio Color  (1, schema s-Color, 2024-01-01)",
        "      Red  (1, schema s-Red, 2024-01-01)",
        "        text Shade  (1, schema s-Shade, 2024-01-01)",
    ]
    assert "classifications" in lines


def test_every_kind_has_a_tool_of_its_own() -> None:
    assert all(TOOLS.values())
    assert len(set(TOOLS.values())) == len(OBJECT_KINDS) + 1, "and relationships have one"
