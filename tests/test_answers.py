"""Answers in wide form: one column for each question, one row for each label, object, frame or message."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labelstore.analyses.answers import answers
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.errors import NotFoundError, UsageError
from tests.making import ENGINES, box, feature, store_of, v1

OWNERS = {"labels": 9, "objects": 11}


def radio(name: str, answer: str, *below: Any, **more: Any) -> dict[str, Any]:
    return feature(name, f"q-{name}", answer=feature(answer, f"a-{answer}", classifications=list(below)), **more)


def checklist(name: str, *given: str) -> dict[str, Any]:
    return feature(name, f"q-{name}", answers=[feature(answer, f"a-{answer}") for answer in given])


def text(name: str, given: str) -> dict[str, Any]:
    return feature(name, f"q-{name}", answer=given)


def wide(store: Path, of: str = "labels", project: str | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns of the questions, and the rows: the label and the answers."""
    with open_database(store, read_only=True) as database:
        found = answers(database, of, project)
        assert len(found.columns) == len({name.casefold() for name in found.columns})
        skipped = OWNERS[of]
        return found.columns[skipped:], [(row[0], *row[skipped:]) for row in found.rows]


@ENGINES
def test_one_column_for_each_question(tmp_path: Path, engine: str) -> None:
    shade = text("Shade", "very dark")
    store = store_of(
        tmp_path,
        engine,
        [
            v1("a", classifications=[radio("Color", "Red", shade), checklist("Weather", "Rain, hail", "Fog")]),
            v1("b", classifications=[radio("Color", "Blue"), checklist("Weather", "Fog")]),
            v1("c", classifications=[checklist("Weather")]),
            v1("d"),
        ],
    )
    assert wide(store) == (
        ["Color", "Color/Shade", "Weather"],
        [
            ("a", "Red", "very dark", '["Rain, hail", "Fog"]'),
            ("b", "Blue", None, '["Fog"]'),
            ("c", None, None, "[]"),
        ],
    )
    with open_database(store, read_only=True) as database:
        first = dict(zip(answers(database).columns, next(answers(database).rows), strict=True))
    assert first["data_row_id"] == "row-a"
    assert first["external_id"] == "a.jpg"
    assert first["project"] == "Roads"
    assert first["created_by"] == "ada@example.com"


@ENGINES
def test_questions_of_objects(tmp_path: Path, engine: str) -> None:
    """Color is asked of cars and of roofs, by two schema ids: the class leads its column."""
    roof_color = radio("Color", "Brown") | {"schemaId": "s-Color-2"}
    car = box("Car", "c1", 0, 0, 1, 1, classifications=[radio("Color", "Red"), text("Plate", "AB 1")])
    plain = box("Car", "c2", 0, 0, 1, 1)
    roof = box("Roof", "r1", 0, 0, 1, 1, classifications=[roof_color])
    store = store_of(tmp_path, engine, [v1("a", car, plain, roof, classifications=[radio("Night", "No")])])
    assert wide(store, "objects") == (
        ["Car/Color", "Plate", "Roof/Color"],
        [("a", "Red", "AB 1", None), ("a", None, None, "Brown")],
    )
    with open_database(store, read_only=True) as database:
        result = answers(database, "objects")
        found = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    assert [(row["feature_id"], row["object_name"], row["object_kind"]) for row in found] == [
        ("c1", "Car", "bounding_box"),
        ("r1", "Roof", "bounding_box"),
    ]
    assert wide(store) == (["Night"], [("a", "No")])


@ENGINES
def test_names_are_made_distinct_and_safe(tmp_path: Path, engine: str) -> None:
    given = [
        text("label_id", "1"),
        text("Why?", "2"),
        text("WHY?", "3") | {"schemaId": "s-other"},
        text("a\nb\x1b[31m", "4"),
        text(" ", "5"),
    ]
    store = store_of(tmp_path, engine, [v1("a", classifications=given)])
    columns, rows = wide(store)
    found = dict(zip(columns, rows[0][1:], strict=True))
    # of Why? and WHY?, the one with the lesser schema id ("s-Why?" < "s-other") keeps its name
    assert found == {"Why?": "2", "WHY?_2": "3", "a b [31m": "4", "label_id_2": "1", "unnamed": "5"}


@ENGINES
def test_a_renamed_question_stays_one_column(tmp_path: Path, engine: str) -> None:
    new = radio("Colour", "Blue") | {"schemaId": "s-Color"}
    store = store_of(
        tmp_path, engine, [v1("a", classifications=[radio("Color", "Red")]), v1("b", classifications=[new])]
    )
    assert wide(store) == (["Colour"], [("a", "Red"), ("b", "Blue")])


@ENGINES
def test_answered_twice(tmp_path: Path, engine: str) -> None:
    twice = [radio("Color", "Red"), radio("Color", "Blue")]
    store = store_of(tmp_path, engine, [v1("a", classifications=twice)])
    assert wide(store) == (["Color"], [("a", '["Red", "Blue"]')])


def v2(label_id: str, annotations: dict[str, Any], asset_type: str, project: str = "p2") -> dict[str, Any]:
    label = {"label_kind": "Default", "version": "1.0.0", "id": label_id, "annotations": annotations}
    return {
        "data_row": {"id": f"row-{label_id}"},
        "media_attributes": {"asset_type": asset_type},
        "projects": {project: {"name": f"Name of {project}", "labels": [label]}},
    }


def v2_radio(name: str, answer: str, below: Any = (), prefix: str = "", **more: Any) -> dict[str, Any]:
    given = {"feature_id": "a", "name": answer, "value": answer.lower(), "classifications": list(below)}
    return {"feature_id": "q", "name": name, "value": name.lower(), f"{prefix}radio_answer": given, **more}


@ENGINES
def test_frames_and_messages_have_rows_of_their_own(tmp_path: Path, engine: str) -> None:
    video = {
        "frames": {
            str(number): {"objects": {}, "classifications": [v2_radio("Wet", answer)]}
            for number, answer in ((1, "Yes"), (2, "No"))
        },
        "segments": {},
        "key_frame_feature_map": {},
        "classifications": [v2_radio("Night", "No")],
    }
    why = {"feature_id": "w", "name": "Why", "value": "why", "text_answer": {"content": "rude"}}
    chat = {
        "objects": [],
        "classifications": [
            v2_radio("Good", "No", [why], "conversational_", message_id="m1"),
            v2_radio("Good", "Yes", prefix="conversational_", message_id="m2"),
            {**v2_radio("Topic", "Bill", prefix="conversational_"), "message_id": "m1"},
        ],
        "relationships": [],
    }
    store = store_of(tmp_path, engine, [v2("v", video, "video"), v2("c", chat, "conversation", "p3")])
    with open_database(store, read_only=True) as database:
        found = _rows(database, "p2")
        chats = _rows(database, "Name of p3")
    assert sorted(found, key=str) == sorted(
        [
            {"label_id": "v", "Night": "No"},
            {"label_id": "v", "frame_number": 1, "Wet": "Yes"},
            {"label_id": "v", "frame_number": 2, "Wet": "No"},
        ],
        key=str,
    )
    assert chats == [
        {"label_id": "c", "message_id": "m1", "Good": "No", "Good/Why": "rude", "Topic": "Bill"},
        {"label_id": "c", "message_id": "m2", "Good": "Yes"},
    ]


def _rows(database: Any, project: str) -> list[dict[str, Any]]:
    """What is given in each row, but for the data row and project."""
    found = answers(database, project=project)
    return [
        {
            column: value
            for column, value in zip(found.columns, row, strict=True)
            if value is not None and column not in ("data_row_id", "project")
        }
        for row in found.rows
    ]


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize("of", OWNERS)
def test_records_are_read_in_parts(tmp_path: Path, engine: str, of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same columns and rows, with a part for each record; a nested question is found in its part."""
    asked = [radio("Color", "Red", radio("Shade", "Dark", text("Why", "It is")))]
    store = store_of(
        tmp_path,
        engine,
        [
            v1(name, box("Car", f"f{name}", 1, 2, 3, 4, classifications=asked), classifications=asked)
            for name in ("a", "b", "c")
        ],
    )
    names, rows = wide(store, of)
    assert names == ["Color", "Color/Shade", "Color/Shade/Why"]
    assert rows == [(name, "Red", "Dark", "It is") for name in ("a", "b", "c")]
    monkeypatch.setattr("labelstore.analyses.answers.RECORDS", 1)
    assert wide(store, of) == (names, rows)


@ENGINES
def test_labels_in_model_runs_are_left_out(tmp_path: Path, engine: str) -> None:
    line = v2("a", {"objects": [], "classifications": [v2_radio("Good", "No")], "relationships": []}, "image")
    labels = line.pop("projects")["p2"]["labels"]
    line["experiments"] = {"m": {"name": "M", "runs": {"r": {"name": "R", "labels": labels}}}}
    assert wide(store_of(tmp_path, engine, [line])) == ([], [])


def test_on_the_command_line(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a", classifications=[checklist("Weather", "Fog", 'a "b"')])])
    printed = CliRunner().invoke(app, ["answers", str(store), "--format", "csv"])
    assert printed.exit_code == 0, printed.output
    (row,) = csv.DictReader(io.StringIO(printed.stdout))
    assert json.loads(row["Weather"]) == ["Fog", 'a "b"']
    none = CliRunner().invoke(app, ["answers", str(store), "--of", "objects"])
    assert (none.exit_code, none.stdout) == (0, "")


def test_what_is_unknown(tmp_path: Path) -> None:
    with open_database(store_of(tmp_path, "sqlite", [v1("a")]), read_only=True) as database:
        with pytest.raises(UsageError, match="labels or of objects"):
            answers(database, "frames")
        with pytest.raises(NotFoundError, match="did you mean Roads"):
            answers(database, project="Road")
