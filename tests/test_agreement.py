"""Agreement between the labels of one data row, against numbers worked out by hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labelstore import geometry
from labelstore.analyses.agreement import Agreement, agreement, questions
from labelstore.analyses.agreement.matching import Shape, matches, shape_of
from labelstore.analyses.agreement.names import key_of, project_names, question_names
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.errors import NotFoundError, UsageError
from labelstore.geometry import Place
from tests.making import ENGINES, box, feature, store_of, v1

ADA, BOB, CYD = "ada@example.com", "bob@example.com", "cyd@example.com"


def rectangle(left: float, top: float, width: float, height: float) -> Shape:
    corners = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
    found = shape_of(Place("bounding_box", (corners,)))
    assert found is not None
    return found


def radio(name: str, answer: str, *below: Any) -> dict[str, Any]:
    return feature(name, f"q-{name}", answer=feature(answer, f"a-{answer}", classifications=list(below)))


def label(label_id: str, by: str, *objects: Any, row: str = "d1", **more: Any) -> dict[str, Any]:
    return v1(label_id, *objects, **{"DataRow ID": row, "Created By": by, **more})


def measured(store: Path, project: str | None = None, iou: float = 0.5) -> Agreement:
    with open_database(store, read_only=True) as database:
        return agreement(database, project, iou)


def numbers(found: Agreement) -> list[tuple[Any, ...]]:
    """data row, class, labels, matched, unmatched, mean IoU, F1"""
    return [(row.data_row_id, row.name, row.labels, *row[4:8]) for row in found.objects]


def test_the_best_match_first() -> None:
    ours = [rectangle(0, 0, 10, 10), rectangle(0, 0, 10, 8)]
    theirs = [rectangle(0, 0, 10, 8)]
    # the first of ours overlaps by 80 / 100, the second wholly: it is the match, and the first has none
    assert [found.iou for found in matches(ours, theirs, 0.5)] == [1.0]
    # 0.8 and 1.0 with the first, then nothing is left for the second but 0.8
    both = [rectangle(0, 0, 10, 10), rectangle(0, 0, 10, 10)]
    assert [found.iou for found in matches(ours, both, 0.5)] == [1.0, 0.8]
    assert [found.iou for found in matches(ours, both, 0.81)] == [1.0]
    assert matches(ours, [rectangle(50, 0, 10, 10), rectangle(0, 50, 10, 10)], 0.01) == []
    assert matches(ours, [], 0.5) == matches([], ours, 0.5) == []


@ENGINES
def test_boxes(tmp_path: Path, engine: str) -> None:
    store = store_of(
        tmp_path,
        engine,
        [
            label("a", ADA, box("Car", "1", 0, 0, 10, 10), box("Car", "2", 100, 0, 10, 10)),
            label(
                "b", BOB, box("Car", "3", 0, 0, 10, 5), box("Car", "4", 100, 0, 10, 10), box("Tree", "5", 0, 0, 10, 10)
            ),
            label("c", ADA, box("Car", "6", 0, 0, 1, 1), row="alone"),
        ],
    )
    # 50 / 100 and 1: mean 0.75, all matched; the tree lies where a car is, but is another class
    assert numbers(measured(store)) == [("d1", "Tree", 2, 0, 1, None, 0.0), ("d1", "Car", 2, 2, 0, 0.75, 1.0)]
    # at 0.6 one pair remains, two cars have no partner: F1 = 2 / (2 + 2)
    assert numbers(measured(store, iou=0.6)) == [("d1", "Tree", 2, 0, 1, None, 0.0), ("d1", "Car", 2, 1, 2, 1.0, 0.5)]
    assert [row.measured for row in measured(store).objects] == [None, "boxes"]
    assert measured(store).notes == []


@ENGINES
def test_three_labels_are_three_pairs(tmp_path: Path, engine: str) -> None:
    car = box("Car", "1", 0, 0, 10, 10)
    store = store_of(tmp_path, engine, [label("a", ADA, car), label("b", BOB, car), label("c", CYD)])
    # a–b: a match; a–c and b–c: one without a partner each; F1 = 2 / (2 + 2)
    assert numbers(measured(store)) == [("d1", "Car", 3, 1, 2, 1.0, 0.5)]


@ENGINES
def test_who_is_left_out(tmp_path: Path, engine: str) -> None:
    """Skipped labels, another project's, and those in model runs."""
    car = box("Car", "1", 0, 0, 10, 10)
    other = {"View Label": "https://editor.example.com?project=p2&label=c", "Project Name": "Rails"}
    run_label = {
        "label_kind": "Default",
        "version": "1.0.0",
        "id": "m",
        "annotations": {"objects": [], "classifications": [], "relationships": []},
    }
    run = {
        "data_row": {"id": "d1"},
        "media_attributes": {"asset_type": "image"},
        "experiments": {"m1": {"name": "M", "runs": {"r1": {"name": "R", "labels": [run_label]}}}},
    }
    lone = [label("a", ADA, car), label("b", BOB, Skipped=True), label("c", CYD, **other)]
    store = store_of(tmp_path, engine, lone)
    runs = tmp_path / "runs.ndjson"
    runs.write_text(json.dumps(run) + "\n")
    from labelstore.loading import load

    assert load(store, [runs]).total("added") == 1
    assert measured(store) == Agreement(0.5, [], [], [], [])
    assert measured(store).compared == ()
    more = tmp_path / "more.ndjson"
    more.write_text(json.dumps(label("d", BOB, car)) + "\n")
    load(store, [more])
    assert numbers(measured(store)) == numbers(measured(store, "Roads")) == [("d1", "Car", 2, 1, 0, 1.0, 1.0)]
    assert measured(store, "Rails").objects == []
    assert measured(store).compared == (("p1", "Roads", 1, 2),)


def triangle(name: str, *corners: tuple[float, float]) -> dict[str, Any]:
    return feature(name, name, color="#00ff00", polygon=[{"x": x, "y": y} for x, y in corners])


@ENGINES
def test_polygons_exactly_or_by_their_bounds(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two halves of a square overlap nowhere; their bounds are the same. A third is two thirds of the first."""
    lower = triangle("Roof", (0, 0), (9, 0), (0, 9))
    upper = triangle("Roof", (9, 9), (9, 0), (0, 9))
    smaller = triangle("Roof", (0, 0), (6, 0), (0, 9))
    store = store_of(
        tmp_path,
        engine,
        [
            label("a", ADA, lower, row="d1"),
            label("b", BOB, upper, row="d1"),
            label("c", ADA, lower, row="d2"),
            label("d", BOB, smaller, row="d2"),
        ],
    )
    assert numbers(measured(store)) == [("d1", "Roof", 2, 0, 2, None, 0.0), ("d2", "Roof", 2, 1, 0, 0.6667, 1.0)]
    assert measured(store).notes == []
    monkeypatch.setattr(geometry, "_shapely", lambda: None)
    rough = measured(store)
    assert numbers(rough) == [("d1", "Roof", 2, 1, 0, 1.0, 1.0), ("d2", "Roof", 2, 1, 0, 0.6667, 1.0)]
    assert {row.measured for row in rough.objects} == {"bounds"}
    assert "labelstore-db[geometry]" in rough.notes[0]


@ENGINES
def test_what_has_no_area_is_said(tmp_path: Path, engine: str) -> None:
    point = feature("Nose", "n", point={"x": 1, "y": 2})
    line = feature("Lane", "l", line=[{"x": 1, "y": 2}, {"x": 3, "y": 4}])
    store = store_of(tmp_path, engine, [label("a", ADA, point, line), label("b", BOB, point)])
    found = measured(store)
    assert found.objects == []
    assert found.notes == ["not compared, since only boxes, polygons and masks with pixels are: 2 point, 1 polyline"]


@ENGINES
def test_frames_are_compared_one_by_one(tmp_path: Path, engine: str) -> None:
    def video(label_id: str, by: str, frames: dict[str, float]) -> dict[str, Any]:
        shown = {
            number: {
                "objects": {
                    "o": {
                        "feature_id": "o",
                        "name": "Car",
                        "annotation_kind": "VideoBoundingBox",
                        "classifications": [],
                        "bounding_box": {"top": 0.0, "left": left, "height": 10.0, "width": 10.0},
                    }
                },
                "classifications": [],
            }
            for number, left in frames.items()
        }
        return {
            "label_kind": "Video",
            "version": "1.0.0",
            "id": label_id,
            "label_details": {"created_by": by},
            "annotations": {"frames": shown, "segments": {}, "key_frame_feature_map": {}, "classifications": []},
        }

    labels = [video("a", ADA, {"1": 0.0, "2": 0.0}), video("b", BOB, {"1": 0.0, "3": 0.0})]
    line = {
        "data_row": {"id": "d1"},
        "media_attributes": {"asset_type": "video"},
        "projects": {"p1": {"name": "Roads", "labels": labels}},
    }
    # frame 1 matches; the cars of frames 2 and 3 lie at the same place, in other frames
    assert numbers(measured(store_of(tmp_path, engine, [line]))) == [("d1", "Car", 2, 1, 2, 1.0, 0.5)]


@ENGINES
def test_geospatial_boxes(tmp_path: Path, engine: str) -> None:
    def tile(label_id: str, by: str, east: float) -> dict[str, Any]:
        ring = [[0.0, 0.0], [0.0, 1.0], [east, 1.0], [east, 0.0], [0.0, 0.0]]
        shape = {
            "feature_id": "o",
            "name": "Field",
            "annotation_kind": "GeoBoundingBox",
            "classifications": [],
            "geojson": {"type": "Polygon", "coordinates": [ring]},
        }
        return {
            "label_kind": "Default",
            "version": "1.0.0",
            "id": label_id,
            "label_details": {"created_by": by},
            "annotations": {"objects": [shape], "classifications": [], "relationships": []},
        }

    line = {
        "data_row": {"id": "d1"},
        "media_attributes": {"asset_type": "geospatial"},
        "projects": {"p1": {"name": "Roads", "labels": [tile("a", ADA, 1.0), tile("b", BOB, 0.75)]}},
    }
    assert numbers(measured(store_of(tmp_path, engine, [line]))) == [("d1", "Field", 2, 1, 0, 0.75, 1.0)]


def answered(ada: str, bob: str) -> list[Any]:
    """A data row for each letter, with a label of both labelers: R or B; "-" is no answer."""
    return [
        label(
            f"{by}-{row}",
            by,
            row=f"d{row}",
            Label={"objects": [], "classifications": [] if word == "-" else [radio("Color", word)]},
        )
        for row, words in enumerate(zip(ada, bob, strict=True))
        for by, word in zip((ADA, BOB), words, strict=True)
    ]


@ENGINES
def test_kappa_and_alpha(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, answered("RRBBR", "RBBB-"))
    found = measured(store, "p1")
    # kappa over the four both answered: observed 3/4; expected 1/2 · 1/4 + 1/2 · 3/4 = 1/2; (3/4 − 1/2) / (1 − 1/2)
    assert [row[:7] for row in found.pairs] == [("Roads", "Color", ADA, BOB, 4, 0.75, 0.5)]
    # alpha: 8 answers, 3 R and 5 B; observed disagreement 2/8, expected 2 · 3 · 5 / (8 · 7) = 15/28; 1 − 7/15
    assert [tuple(row) for row in found.questions] == [("Roads", "Color", 4, 8, 0.75, 0.5333, "p1", "s-Color", None)]


@ENGINES
def test_three_labelers(tmp_path: Path, engine: str) -> None:
    """Two units: R R B and B B; pairs of answers 3 + 1, of which 1 + 1 are the same."""
    given = [("a", ADA, "R", 0), ("b", BOB, "R", 0), ("c", CYD, "B", 0), ("d", ADA, "B", 1), ("e", BOB, "B", 1)]
    store = store_of(
        tmp_path,
        engine,
        [
            label(name, by, row=f"d{row}", Label={"objects": [], "classifications": [radio("Color", word)]})
            for name, by, word, row in given
        ],
    )
    (question,) = measured(store).questions
    assert (question.units, question.answers, question.agreement) == (2, 5, 0.5)
    # a unit of m answers weighs 1 / (m − 1): o(R,R) = o(R,B) = o(B,R) = 2/2 = 1, o(B,B) = 2; n(R) = 2, n(B) = 3
    # observed 2/5, expected 2 · 2 · 3 / (5 · 4) = 3/5; 1 − 2/3
    assert question.alpha == 0.3333
    pairs = [(row.labeler_a[:3], row.labeler_b[:3], row.units, row.agreement) for row in measured(store).pairs]
    assert pairs == [("ada", "bob", 2, 1.0), ("ada", "cyd", 1, 0.0), ("bob", "cyd", 1, 0.0)]


@ENGINES
def test_all_the_same_is_no_measure(tmp_path: Path, engine: str) -> None:
    found = measured(store_of(tmp_path, engine, answered("RR", "RR")))
    assert [(row.agreement, row.alpha) for row in found.questions] == [(1.0, None)]
    assert [(row.agreement, row.kappa) for row in found.pairs] == [(1.0, None)]


@ENGINES
def test_questions_that_are_not_compared(tmp_path: Path, engine: str) -> None:
    """Checklists, texts, and what was asked of objects; but a radio question inside a checklist is."""
    inside = {**feature("Damage", "q1"), "answers": [feature("Rust", "a1", classifications=[radio("Bad", "Yes")])]}
    text = feature("Note", "q2", answer="words")
    car = box("Car", "1", 0, 0, 1, 1, classifications=[radio("Color", "R")])
    body = {"objects": [car], "classifications": [inside, text], "relationships": []}
    store = store_of(tmp_path, engine, [label("a", ADA, Label=body), label("b", BOB, Label=body)])
    assert [row.question for row in measured(store).questions] == ["Bad"]


@ENGINES
def test_the_last_label_of_a_labeler_counts(tmp_path: Path, engine: str) -> None:
    twice = [
        label(name, by, Label={"objects": [], "classifications": [radio("Color", word)]})
        for name, by, word in (("a", ADA, "R"), ("b", ADA, "B"), ("c", BOB, "B"))
    ]
    found = measured(store_of(tmp_path, engine, twice))
    assert [tuple(row)[:6] for row in found.pairs] == [("Roads", "Color", ADA, BOB, 1, 1.0)]
    assert [(row.units, row.answers) for row in found.questions] == [(1, 2)]


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "find_spec", lambda name: None)
    store = store_of(tmp_path, "sqlite", answered("RB", "RR"))
    found = measured(store)
    assert [(row.agreement, row.alpha) for row in found.questions] == [(0.5, None)]
    assert [(row.agreement, row.kappa) for row in found.pairs] == [(0.5, 0.0)]
    assert found.notes == ["no alpha; it takes: pip install 'labelstore-db[agreement]'"]


def run(*arguments: object) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_on_the_command_line(tmp_path: Path) -> None:
    car, tree = box("Car", "1", 0, 0, 10, 10), box("Tree", "2", 0, 0, 1, 1)
    body = {"objects": [car, tree], "classifications": [radio("Color", "R")], "relationships": []}
    store = store_of(tmp_path, "sqlite", [label("a", ADA, Label=body), label("b", BOB, car)])
    listed = json.loads(run("agreement", store, "--json").stdout)
    assert listed["iou"] == 0.5
    assert [(row["name"], row["f1"], row["mean_iou"]) for row in listed["objects"]] == [
        ("Tree", 0.0, None),
        ("Car", 1.0, 1.0),
    ]
    shown = run("agreement", store, "--limit", "1")
    assert shown.exit_code == 0
    assert shown.stdout.startswith(
        "1 data row has several labels in a project, 2 in all: Roads (1)\n"
        "Boxes and polygons of one class match at an intersection over union of 0.5 or more.\n"
        "\n"
        "objects of a class in a data row: 1 of 2, the lowest F1 first\n"
    )
    assert "Tree" in shown.stdout
    assert "Car" not in shown.stdout
    assert "pairs" not in shown.stdout  # nobody else answered
    empty = run("agreement", store_of(tmp_path, "sqlite", [v1("a")], "other"))
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "no data row has several labels" in empty.stderr


def test_pairs_on_request_and_empty_measures_explained(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", answered("RR", "RR"))
    text = run("agreement", store).stdout
    assert "pairs of labelers and questions: 1 (--pairs shows them)\n" in text
    assert "alpha is NULL where all answers are the same, which chance alone would give\n" in text
    assert BOB not in text
    text = run("agreement", store, "--pairs").stdout
    assert "pairs of labelers: 1, the lowest agreement first\n" in text
    assert "kappa is NULL where all answers are the same, which chance alone would give\n" in text
    assert BOB in text


@ENGINES
def test_questions_of_one_name_are_told_apart(tmp_path: Path, engine: str) -> None:
    """By the question above them, else by their schema ids; and projects of one name by their ids."""

    def why(schema_id: str) -> dict[str, Any]:
        return {**radio("Why", "R"), "schemaId": schema_id}

    asked = [radio("Color", "R", why("s1")), why("s2"), {**radio("Color", "R"), "schemaId": "s3"}]
    labels = [
        label(
            f"{by}-{project}",
            by,
            row=f"d-{project}",
            Label={"objects": [], "classifications": asked if project == "p1" else asked[:1]},
            **{"View Label": f"https://editor.example.com?project={project}&label={by}-{project}"},
        )
        for by in (ADA, BOB)
        for project in ("p1", "p2")
    ]
    store = store_of(tmp_path, engine, labels)
    found = measured(store)
    names = question_names(found.questions)
    assert sorted((row.project_id, names[key_of(row)]) for row in found.questions) == [
        ("p1", "Color (schema id s-Color)"),
        ("p1", "Color (schema id s3)"),
        ("p1", "Why (not nested)"),
        ("p1", "Why (under Color)"),
        ("p2", "Color"),
        ("p2", "Why"),
    ]
    assert project_names([row[:2] for row in found.compared]) == {"p1": "Roads (p1)", "p2": "Roads (p2)"}
    assert " Roads (p2) " in run("agreement", store).stdout.replace("\n", "  ")


def test_what_is_refused(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a")])
    for iou in (0.0, -1.0, 1.1, float("nan")):
        with pytest.raises(UsageError, match="above 0 and at most 1"):
            measured(store, iou=iou)
    with pytest.raises(NotFoundError, match="did you mean Roads"):
        measured(store, "Road")
