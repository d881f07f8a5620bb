"""The exporter jsonl: what stands in a line, and that pandas reads the lines of every kind of object."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from labelstore.engines import open_database
from labelstore.errors import NothingToWriteError
from labelstore.export.exporter import Written
from labelstore.export.exporters.jsonl import KEYS
from labelstore.export.writing import export
from labelstore.loading import load
from labelstore.samples import write
from tests.lines import label, square, v2
from tests.making import ENGINES, box, feature, store_of, v1
from tests.test_cli import run

OPTION = feature("Red", "a1", classifications=[feature("Shade", "q2", answer="dark \n red")])
ASKED = (
    feature("Color", "q1", answer=OPTION),
    feature("Parts", "q3", answers=[feature("Front", "a2")]),
    feature("Age", "q4", answer="5"),
)


def lines_of(store: Path, **choices: Any) -> tuple[list[dict[str, Any]], Written]:
    out = store.with_suffix(".jsonl")
    done = export(store, "jsonl", out, overwrite=True, **choices)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], done


@ENGINES
def test_a_line_is_an_object_with_all_around_it(tmp_path: Path, engine: str) -> None:
    car = box("Car", "c1", 1, 2, 3, 4.5, classifications=list(ASKED))
    store = store_of(tmp_path, engine, [v1("a", car, classifications=[feature("Sky", "q5", answer="grey")])])
    (line,), done = lines_of(store)
    assert str(done) == "1 objects of 1 labels written"
    assert line == {
        "data_row_id": "row-a",
        "external_id": "a.jpg",
        "global_key": None,
        "asset_type": "image",
        "row_data": "https://storage.example.com/a.jpg",
        "asset_width": None,
        "asset_height": None,
        "project_id": "p1",
        "project": "Roads",
        "label_id": "a",
        "created_by": "ada@example.com",
        "created_at": "2024-01-01T10:00:00.000Z",
        "updated_at": "2024-01-01T10:05:00.000Z",
        "model_run_id": None,
        "is_prediction": False,
        "group_name": None,
        "frame_number": None,
        "feature_id": "c1",
        "schema_id": "s-Car",
        "name": "Car",
        "value": "car",
        "kind": "bounding_box",
        "confidence": None,
        "page": None,
        "page_width": None,
        "page_height": None,
        "unit": None,
        "left": 1.0,
        "top": 2.0,
        "width": 3.0,
        "height": 4.5,
        "points": None,
        "answers": {"Color": "Red", "Color / Red / Shade": "dark \n red", "Parts": ["Front"], "Age": "5"},
        "frame_answers": {},
        "label_answers": {"Sky": "grey"},
    }


PICTURE = "https://example.com/m"
SHAPES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"polygon": [{"x": 1, "y": 2.5}, {"x": 3, "y": 4}]}, {"points": [[1, 2.5], [3, 4]], "form": None}),
    ({"line": [{"x": -1e-7, "y": 2**53 + 1, "z": 0}]}, {"points": [[-1e-7, 2**53 + 1]], "form": None}),
    ({"point": {"x": 1, "y": 2}}, {"x": 1, "y": 2, "form": None}),
    ({"instanceURI": PICTURE}, {"url": PICTURE, "composite_url": None, "color_rgb": None}),
]


@ENGINES
def test_geometry(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1("a", *(feature("Car", "c1", **shape) for shape, _ in SHAPES))])
    lines, _ = lines_of(store)
    geometry = [{key: line[key] for key in KEYS[line["kind"]]} for line in lines]
    assert geometry == [expected for _, expected in SHAPES]


def test_an_object_of_an_unknown_kind_has_a_line_without_geometry(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a", feature("Car", "c1", cube={"depth": 1}))])
    (line,), done = lines_of(store)
    assert line["name"] == "Car"
    assert not line.keys() & {key for keys in KEYS.values() for key in keys}
    assert str(done) == "1 objects of 1 labels written, 1 changed"


@ENGINES
def test_on_maps_and_over_lines(tmp_path: Path, engine: str) -> None:
    """Coordinates of maps are rings; what an export has on many lines stays on one."""
    ring = [[1, 2], [3, 4], [1, 2]]
    area = feature("Field", "f1", type="polygon", geometry={"coordinates": [ring]})
    entity = feature("Sum", "e1", format="text.location", data={"location": [{"text-bbox": {"page": 1, "top": 2}}]})
    file = tmp_path / "export.json"
    file.write_text(json.dumps([v1("a", area, entity)], indent=2), encoding="utf-8")
    store = tmp_path / f"labels.{'db' if engine == 'sqlite' else 'duckdb'}"
    load(store, [file])
    lines, _ = lines_of(store)
    assert [line["kind"] for line in lines] == ["polygon", "text_entity"]
    assert (lines[0]["points"], lines[0]["form"]) == ([ring], "geo")
    assert lines[1]["location"] == [{"text-bbox": {"page": 1, "top": 2}}]


@ENGINES
def test_questions_of_frames_and_questions_that_come_again(tmp_path: Path, engine: str) -> None:
    again = box("Car", "c1", 1, 2, 3, 4, classifications=[ASKED[2], ASKED[2]])
    frames = [
        {"frameNumber": 1, "objects": [box("Car", "c1", 1, 2, 3, 4)], "classifications": list(ASKED)},
        {"frameNumber": 2, "objects": [], "classifications": [ASKED[2]]},
        {"frameNumber": 3, "objects": [again], "classifications": []},
    ]
    store = store_of(tmp_path, engine, [v1("a") | {"Label": frames}])
    lines, done = lines_of(store)
    assert [(line["frame_number"], line["frame_answers"].get("Color")) for line in lines] == [(1, "Red"), (3, None)]
    assert lines[1]["answers"] == {"Age": ["5", "5"]}
    assert str(done) == "2 objects of 1 labels written, 1 left out"


def test_a_question_without_an_answer_is_there_too(tmp_path: Path) -> None:
    asked = [feature("Age", "q1", answer=""), feature("Parts", "q2", answers=[]), feature("Color", "q3")]
    (line,), _ = lines_of(store_of(tmp_path, "sqlite", [v1("a", box("Car", "c", 1, 2, 3, 4, classifications=asked))]))
    assert line["answers"] == {"Age": "", "Parts": [], "Color": None}


@ENGINES
def test_choices_and_what_is_left_out(tmp_path: Path, engine: str) -> None:
    records = [
        v2("r1", label("a", square("Car", "o1", 1, 2, 3, 4), square("Dog", "o2", 1, 2, 3, 4))),
        v2("r2", label("b"), project="p3"),
    ]
    run_of = {"run_data_row_id": "x", "labels": [], "predictions": [label("c", square("Car", "o3", 1, 2, 3, 4))]}
    records.append(v2("r3", experiments={"e1": {"name": "E", "runs": {"m1": {"name": "M"} | run_of}}}))
    store = store_of(tmp_path, engine, records)
    lines, done = lines_of(store)
    assert [(line["feature_id"], line["model_run_id"], line["is_prediction"]) for line in lines] == [
        ("o1", None, False),
        ("o2", None, False),
        ("o3", "m1", True),
    ]
    assert str(done) == "3 objects of 2 labels written, 1 left out"
    assert [line["feature_id"] for line in lines_of(store, classes=("Dog",))[0]] == ["o2"]
    with pytest.raises(NothingToWriteError, match=r"jsonl: nothing to write; .* left out: 1 labels"):
        lines_of(store, project=("p3",))
    assert len(lines_of(store, project=("p2",))[0]) == 2


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The lines of samples of every asset type and both generations, of both engines; beside each its store."""
    folder = tmp_path_factory.mktemp("samples")
    write(folder / "samples", labels=6)
    found = []
    for suffix in ("db", "duckdb"):
        store, out = folder / f"labels.{suffix}", folder / f"{suffix}.jsonl"
        files = [path for path in sorted((folder / "samples").iterdir()) if path.is_file()]
        load(store, files, frames=folder / "samples" / "frames")
        assert run("export", store, "jsonl", out).exit_code == 0
        found.append(out)
    return found


def test_every_object_once_and_the_same_from_both_engines(outputs: list[Path]) -> None:
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    lines = [json.loads(line) for line in outputs[0].read_text(encoding="utf-8").splitlines()]
    with open_database(outputs[0].with_name("labels.db"), read_only=True) as database:
        wanted = list(database.query("select label_id, frame_number, feature_id from objects").rows)
    assert sorted(map(repr, wanted)) == sorted(
        repr((line["label_id"], line["frame_number"], line["feature_id"])) for line in lines
    )
    assert {line["kind"] for line in lines} >= KEYS.keys() - {"cuboid"}  # an oddity of the samples
    common = set.intersection(*(set(line) for line in lines))
    assert all(set(line) == common | set(KEYS.get(line["kind"], ())) for line in lines)


def test_pandas_reads_it(outputs: list[Path]) -> None:
    frame = pd.read_json(outputs[0], lines=True)
    with open_database(outputs[0].with_name("labels.db"), read_only=True) as database:
        assert dict(database.query("select kind, count(*) from objects group by kind").rows) == dict(
            frame["kind"].value_counts()
        )
        widest = database.value("select max(width) from bounding_boxes")
    assert frame["width"].max() == widest
