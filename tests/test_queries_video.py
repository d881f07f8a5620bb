"""Canned queries about video and DICOM labels: tracks, frames, key frames, segments and positions."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from labelstore.browsing.metadata import canned_queries
from labelstore.loading import load
from labelstore.schema.canned_queries import named
from tests.making import ENGINES, asked, box, feature, store_of, v1

Json = dict[str, Any]


def told(row: Json) -> tuple[Any, ...]:
    """A row without the question that an answer answers."""
    return tuple(value for name, value in row.items() if name != "question")


def frame(number: int, *objects: Any, classifications: Sequence[Any] = ()) -> Json:
    """A line of a v1 frames file."""
    return {"frameNumber": number, "objects": list(objects), "classifications": list(classifications)}


def v1_video(label_id: str, *frames: Json) -> Json:
    """A v1 label whose frames were put in the place of their URL."""
    return v1(label_id, **{"Labeled Data": f"https://storage.example.com/{label_id}.mp4", "Label": list(frames)})


def car(number: float, keyframe: bool, feature_id: str = "c1") -> Json:
    """A v1 box of class Car whose left side is at `number`."""
    return box("Car", feature_id, number, 10, 20, 30, keyframe=keyframe)


def v2_box(feature_id: str, left: float, name: str = "Car", width: float = 20.0) -> Json:
    return {
        "feature_id": feature_id,
        "name": name,
        "annotation_kind": "VideoBoundingBox",
        "classifications": [],
        "bounding_box": {"top": 10.0, "left": left, "height": 30.0, "width": width},
    }


def v2_point(feature_id: str, x: float, y: float) -> Json:
    point = {"x": x, "y": y}
    made = {"feature_id": feature_id, "name": "Nose", "annotation_kind": "VideoPoint", "classifications": []}
    return made | {"point": point}


def frames_of(by_frame: Mapping[int, Sequence[Json]]) -> Json:
    return {
        str(number): {"objects": {item["feature_id"]: item for item in items}, "classifications": []}
        for number, items in by_frame.items()
    }


def v2_line(label_id: str, annotations: Json, asset_type: str = "video", experiments: Json | None = None) -> Json:
    label = {"label_kind": "Video", "version": "1.0.0", "id": label_id, "annotations": annotations}
    return {
        "data_row": {"id": f"row-{label_id}", "row_data": f"https://storage.example.com/{label_id}"},
        "media_attributes": {"asset_type": asset_type},
        "projects": {"p2": {"name": "Films", "labels": [label]}},
    } | ({"experiments": experiments} if experiments else {})


def v2_video(label_id: str, **more: Any) -> Json:
    """Car `c1` listed in frames 1, 5 (left 0 → 8) and 9 (left 100), in two segments; a point, a question's segment."""
    question = {"feature_id": "q1", "name": "Light", "radio_answer": {"feature_id": "a1", "name": "Day"}}
    frames = frames_of(
        {
            1: [v2_box("c1", 0.0), v2_point("n1", 1.0, 2.0)],
            4: [v2_point("n1", 4.0, 8.0)],
            5: [v2_box("c1", 8.0, width=28.0)],
            9: [v2_box("c1", 100.0)],
        }
    )
    frames["1"]["classifications"].append(question)
    annotations = {
        "frames": frames,
        "segments": {"c1": [[1, 6], [9, 9]], "n1": [[1, 4]], "a1": [[1, 2]]},
        "key_frame_feature_map": {"c1": [1, 5, 9], "n1": {"1": True, "2": False, "4": True}},
        "classifications": [],
    }
    return v2_line(label_id, annotations, **more)


def dicom(label_id: str) -> Json:
    """A line in two axes; its objects have no feature_id but that of the map they stand in."""
    line = {"name": "Bone", "annotation_kind": "DICOMPolyline", "classifications": [], "line": [{"x": 1.0, "y": 2.0}]}
    axes = {
        axis: {"name": axis, "classifications": [], "frames": {n: {"objects": {"b1": line}, "classifications": []}}}
        for axis, n in (("Axial", "3"), ("Coronal", "7"))
    }
    annotations = {
        "groups": axes,
        "segments": {"Axial": {"b1": [[3, 4]]}, "Coronal": {"b1": [[7, 7]]}},
        "classifications": [],
        "key_frame_feature_map": {"b1": {"Axial": {"3": True, "4": False}, "Coronal": {"7": True}}},
    }
    return v2_line(label_id, annotations, "dicom")


def predicted(line: Json) -> Json:
    """A line whose label stands also under a model run, as a prediction."""
    (label,) = line["projects"]["p2"]["labels"]
    run = {"name": "run", "labels": [], "predictions": [label | {"id": "guess"}]}
    return line | {"experiments": {"e1": {"name": "model", "runs": {"r1": run}}}}


def tuples(rows: Sequence[Json]) -> list[tuple[Any, ...]]:
    return [told(row) for row in rows]


@pytest.fixture(name="films")
def fixture_films(tmp_path: Path, engine: str) -> Path:
    """One v1 video, one v2 video that is also predicted, one v2 DICOM volume, one v2 audio label."""
    day = feature("Day", "a7", keyframe=True)
    first = v1_video(
        "a",
        frame(2, car(0, True), box("Tree", "t1", 5, 5, 5, 5, keyframe=True)),
        frame(3, car(4, False), classifications=[feature("Light", "q7", answer=day)]),
        frame(4, car(8, True)),
        frame(8, car(50, True)),
    )
    audio = {"classifications": [], "segments": {"s1": [[1000, 90000]]}, "timestamp": {}}
    records = [predicted(v2_video("b")), dicom("d"), v2_line("e", audio, "audio")]
    store = store_of(tmp_path, engine, [first])
    more = tmp_path / "more.ndjson"
    more.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert load(store, [more]).total("rejected") == 0
    return store


@ENGINES
def test_tracks(films: Path, engine: str) -> None:
    assert tuples(asked(films, "tracks")) == [
        # v1: frames 2, 3, 4 and 8, so one gap; key frames 2, 4 and 8
        ("a", None, "c1", "Car", "bounding_box", 2, 8, 4, 1, 4, 3),
        ("a", None, "t1", "Tree", "bounding_box", 2, 2, 1, 0, 1, 1),
        ("b", None, "a1", "Day", "answer", 1, 2, 2, 0, 1, 0),
        # v2: segments 1–6 and 9, so 7 frames, of which the export lists 3
        ("b", None, "c1", "Car", "bounding_box", 1, 9, 7, 1, 3, 3),
        ("b", None, "n1", "Nose", "point", 1, 4, 4, 0, 2, 2),
        ("d", "Axial", "b1", "Bone", "polyline", 3, 4, 2, 0, 1, 1),
        ("d", "Coronal", "b1", "Bone", "polyline", 7, 7, 1, 0, 1, 1),
    ]
    assert [row["feature_id"] for row in asked(films, "tracks", label="a")] == ["c1", "t1"]
    assert {row["label_id"] for row in asked(films, "tracks", project="p2")} == {"b", "d"}
    assert asked(films, "tracks", label="none") == []


@ENGINES
def test_tracks_of_odd_segments(tmp_path: Path, engine: str) -> None:
    """Segments that overlap count a frame once, adjoining ones leave no gap; backward ones say nothing."""
    annotations = {
        "frames": {},
        "segments": {"x": [[10, 20], [15, 18], [21, 22], [30, 31]], "y": [[9, 3]], "z": []},
        "key_frame_feature_map": {},
        "classifications": [],
    }
    store = store_of(tmp_path, engine, [v2_line("a", annotations)])
    # 10–22 are 13 frames, 30–31 are 2; the label lists no frames, so nothing tells names
    assert tuples(asked(store, "tracks")) == [("a", None, "x", None, None, 10, 31, 15, 1, 0, 0)]


@ENGINES
def test_objects_per_frame(films: Path, engine: str) -> None:
    assert tuples(asked(films, "objects-per-frame")) == [
        ("a", None, 2, 2, 2, 0),
        ("a", None, 3, 1, 1, 1),
        ("a", None, 4, 1, 1, 0),
        ("a", None, 8, 1, 1, 0),
        ("b", None, 1, 2, 2, 1),
        ("b", None, 4, 1, 1, 0),
        ("b", None, 5, 1, 1, 0),
        ("b", None, 9, 1, 1, 0),
        ("d", "Axial", 3, 1, 1, 0),
        ("d", "Coronal", 7, 1, 1, 0),
    ]
    rows = asked(films, "objects-per-frame", label="a", **{"class": "Tree"})
    assert [row["objects"] for row in rows] == [1, 0, 0, 0]


@ENGINES
def test_key_frames(films: Path, engine: str) -> None:
    assert tuples(asked(films, "key-frames")) == [
        ("a", None, "a7", "Day", "answer", 3),
        ("a", None, "c1", "Car", "bounding_box", 2),
        ("a", None, "c1", "Car", "bounding_box", 4),
        ("a", None, "c1", "Car", "bounding_box", 8),
        ("a", None, "t1", "Tree", "bounding_box", 2),
        ("b", None, "c1", "Car", "bounding_box", 1),
        ("b", None, "c1", "Car", "bounding_box", 5),
        ("b", None, "c1", "Car", "bounding_box", 9),
        ("b", None, "n1", "Nose", "point", 1),  # not 2, which the map calls no key frame
        ("b", None, "n1", "Nose", "point", 4),
        ("d", "Axial", "b1", "Bone", "polyline", 3),
        ("d", "Coronal", "b1", "Bone", "polyline", 7),
    ]
    assert [row["frame_number"] for row in asked(films, "key-frames", label="b", **{"class": "Nose"})] == [1, 4]


@ENGINES
def test_segment_frames(films: Path, engine: str) -> None:
    rows = asked(films, "segment-frames")
    assert [told(row)[1:] for row in rows if row["feature_id"] == "c1"] == [
        (None, "c1", "Car", "bounding_box", 1, 1),
        (None, "c1", "Car", "bounding_box", 2, 0),
        (None, "c1", "Car", "bounding_box", 3, 0),
        (None, "c1", "Car", "bounding_box", 4, 0),
        (None, "c1", "Car", "bounding_box", 5, 1),
        (None, "c1", "Car", "bounding_box", 6, 0),
        (None, "c1", "Car", "bounding_box", 9, 1),
    ]
    others = [(row["label_id"], row["group_name"], row["feature_id"], row["frame_number"]) for row in rows]
    assert [row for row in others if row[2] != "c1"] == [
        ("b", None, "a1", 1),
        ("b", None, "a1", 2),
        ("b", None, "n1", 1),
        ("b", None, "n1", 2),
        ("b", None, "n1", 3),
        ("b", None, "n1", 4),
        ("d", "Axial", "b1", 3),
        ("d", "Axial", "b1", 4),
        ("d", "Coronal", "b1", 7),
    ]
    assert asked(films, "segment-frames", limit=5) == rows[:5]


@ENGINES
def test_an_endless_segment_ends_at_the_limit(tmp_path: Path, engine: str) -> None:
    segments = {"x": [[1, 2**62], [5, 2**62]], "y": [[7, 8]]}
    annotations = {"frames": {}, "segments": segments, "key_frame_feature_map": {}, "classifications": []}
    store = store_of(tmp_path, engine, [v2_line("a", annotations)])
    rows = asked(store, "segment-frames", limit=4)
    assert [(row["feature_id"], row["frame_number"]) for row in rows] == [("x", 1), ("x", 2), ("x", 3), ("x", 4)]


@ENGINES
def test_positions_between_key_frames(films: Path, engine: str) -> None:
    assert tuples(asked(films, "positions-between-key-frames", label="b")) == [
        ("b", None, "c1", "Car", "bounding_box", 1, 0.0, 10.0, 20.0, 30.0, "given"),
        # from left 0 in frame 1 to left 8 in frame 5: 2 a frame; the width from 20 to 28 likewise
        ("b", None, "c1", "Car", "bounding_box", 2, 2.0, 10.0, 22.0, 30.0, "interpolated"),
        ("b", None, "c1", "Car", "bounding_box", 3, 4.0, 10.0, 24.0, 30.0, "interpolated"),
        ("b", None, "c1", "Car", "bounding_box", 4, 6.0, 10.0, 26.0, 30.0, "interpolated"),
        ("b", None, "c1", "Car", "bounding_box", 5, 8.0, 10.0, 28.0, 30.0, "given"),
        # 6, 7 and 8 lie between two segments or behind the last position of one
        ("b", None, "c1", "Car", "bounding_box", 9, 100.0, 10.0, 20.0, 30.0, "given"),
        ("b", None, "n1", "Nose", "point", 1, 1.0, 2.0, None, None, "given"),
        ("b", None, "n1", "Nose", "point", 2, 2.0, 4.0, None, None, "interpolated"),
        ("b", None, "n1", "Nose", "point", 3, 3.0, 6.0, None, None, "interpolated"),
        ("b", None, "n1", "Nose", "point", 4, 4.0, 8.0, None, None, "given"),
    ]
    across = asked(films, "positions-between-key-frames", label="b", feature="c1", across_gaps=1)
    # from 8 in frame 5 to 100 in frame 9: 23 a frame
    assert [row["x"] for row in across] == [0.0, 2.0, 4.0, 6.0, 8.0, 31.0, 54.0, 77.0, 100.0]
    assert asked(films, "positions-between-key-frames", label="b", feature="c1", across_gaps=1, limit=3) == across[:3]


@ENGINES
def test_positions_of_v1_are_the_listed_ones(films: Path, engine: str) -> None:
    """v1 lists the frames between key frames itself; where it lists none the object is away."""
    rows = asked(films, "positions-between-key-frames", label="a", feature="c1")
    listed = [(2, 0.0, "given"), (3, 4.0, "given"), (4, 8.0, "given"), (8, 50.0, "given")]
    assert [(row["frame_number"], row["x"], row["source"]) for row in rows] == listed
    across = asked(films, "positions-between-key-frames", label="a", feature="c1", across_gaps=1)
    # from 8 in frame 4 to 50 in frame 8: 10.5 a frame
    assert [(row["frame_number"], row["x"]) for row in across[3:6]] == [(5, 18.5), (6, 29.0), (7, 39.5)]


@ENGINES
def test_answers_with_one_name_are_told_apart_by_their_question(tmp_path: Path, engine: str) -> None:
    def asked_in_frame(number: str, name: str) -> Json:
        answer = {"feature_id": f"a{number}", "name": "Yes"}
        return {"feature_id": f"q{number}", "name": name, "radio_answer": answer}

    questions = [asked_in_frame("1", "Raining"), asked_in_frame("2", "Night")]
    annotations = {
        "frames": {"1": {"objects": {}, "classifications": questions}},
        "segments": {"a1": [[1, 2]], "a2": [[1, 1]]},
        "key_frame_feature_map": {"a1": [1], "a2": [1], "q1": [1]},
        "classifications": [],
    }
    store = store_of(tmp_path, engine, [v2_line("a", annotations)])
    for name, expected in {
        "tracks": [("Raining", "Yes"), ("Night", "Yes")],
        "segment-frames": [("Raining", "Yes"), ("Raining", "Yes"), ("Night", "Yes")],
        "key-frames": [("Raining", "Yes"), ("Night", "Yes"), (None, "Raining")],
    }.items():
        assert [(row["question"], row["name"]) for row in asked(store, name)] == expected, name


@pytest.mark.parametrize(
    "name", ["tracks", "key-frames", "segment-frames", "positions-between-key-frames", "objects-per-frame"]
)
def test_one_label_is_found_by_indexes(tmp_path: Path, name: str) -> None:
    store = store_of(tmp_path, "sqlite", [])
    in_forms = canned_queries()[name]
    asked_of_forms = (in_forms["sql"], dict.fromkeys(in_forms["params"], ""))
    with closing(sqlite3.connect(store)) as connection:
        for sql, values in ((named(name).sql["sqlite"], named(name).values({"label": "a"})), asked_of_forms):
            steps = [step[1:4] for step in connection.execute(f"explain {sql}", values)]
            whole = {cursor for code, cursor, _ in steps if code in ("Rewind", "Last")}
            opened = {(page, cursor in whole) for code, cursor, page in steps if code == "OpenRead"}
            roots = connection.execute("select rootpage, tbl_name from sqlite_schema").fetchall()
            assert "objects" in {table for page, table in roots if (page, False) in opened}
            scanned = {table for page, table in roots if (page, True) in opened}
            assert not scanned & {"objects", "classifications", "answers", "frames"}
