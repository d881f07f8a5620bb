"""The exporter labelbox-import: the annotations that bring a label into another workspace, and what they cannot say."""

import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from labelstore.errors import NothingToWriteError
from labelstore.export.exporter import Written
from labelstore.export.writing import export
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, box, feature, store_of, v1
from tests.test_export_matrix import asked, on_chat, on_map

VIDEO = {"asset_type": "video", "width": 200, "height": 200, "frame_rate": 1, "frame_count": 20}
KEY = {"globalKey": "key-1"}


def lines_of(store: Path, **choices: Any) -> tuple[list[dict[str, Any]], Written]:
    """The lines without their uuids, which some tests look at by themselves."""
    out, done = exported(store, "labelbox-import", "import.ndjson", **choices)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], done


def bare(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines without what they all have."""
    return [{name: value for name, value in line.items() if name not in ("uuid", "dataRow")} for line in lines]


def keyed(line: dict[str, Any]) -> dict[str, Any]:
    """A v2 line whose data row has a global key."""
    return line | {"data_row": line["data_row"] | {"global_key": "key-1"}}


@ENGINES
def test_objects_answers_and_relationships(tmp_path: Path, engine: str) -> None:
    deep = asked("Color", "Red")
    deep["radio_answer"]["classifications"] = [
        {"name": "Parts", "checklist_answers": [{"name": "Door", "value": "door"}, {"name": "Roof", "value": "roof"}]}
    ]
    car = square("Car", "c1", 10, 20, 30, 40.5) | {"classifications": [deep]}
    roof = thing("Roof", "p1", "ImagePolygon", polygon=[{"x": x, "y": y} for x, y in ((0, 0), (4, 0), (4, 3), (0, 0))])
    note = {"name": "Note", "value": "note", "text_answer": {"content": "two\nlines"}}
    found = label("a", car, roof, classifications=[asked("Weather", "Rain"), note])
    relation = {
        "feature_id": "r1",
        "name": "part of",
        "annotation_kind": "UnidirectionalRelationship",
        "unidirectional_relationship": {"source": "p1", "target": "c1"},
    }
    lost = relation | {"feature_id": "r2", "unidirectional_relationship": {"source": "gone", "target": "c1"}}
    found["annotations"]["relationships"] = [relation, lost]
    lines, done = lines_of(store_of(tmp_path, engine, [keyed(v2("r1", found))]))
    assert [line["dataRow"] for line in lines] == [KEY] * 5
    uuids = [line["uuid"] for line in lines]
    assert len(set(uuids)) == 5
    parts = {"name": "Parts", "answer": [{"name": "Door"}, {"name": "Roof"}]}
    assert bare(lines) == [
        {
            "name": "Car",
            "classifications": [{"name": "Color", "answer": {"name": "Red", "classifications": [parts]}}],
            "bbox": {"top": 20, "left": 10, "height": 40.5, "width": 30},
        },
        {"name": "Roof", "polygon": [{"x": 0, "y": 0}, {"x": 4, "y": 0}, {"x": 4, "y": 3}]},
        {"name": "Weather", "answer": {"name": "Rain"}},
        {"name": "Note", "answer": "two\nlines"},
        {"name": "part of", "relationship": {"source": uuids[1], "target": uuids[0], "type": "unidirectional"}},
    ]
    assert str(done) == "5 annotations of 1 labels written, 1 left out"
    assert done.written["object_question"] == 2
    assert reasons(done) == {("relationship", "left out", "an end of it is not written"): 1}


@ENGINES
def test_what_names_the_data_row(tmp_path: Path, engine: str) -> None:
    one = square("Car", "c1", 1, 2, 3, 4)
    records = [keyed(v2("r1", label("a", one))), v2("r2", label("b", one)), v1("c", box("Car", "c2", 1, 2, 3, 4))]
    del records[2]["DataRow ID"]
    store = store_of(tmp_path, engine, records)

    def named(**choices: Any) -> list[dict[str, str]]:
        return [line["dataRow"] for line in lines_of(store, **choices)[0]]

    assert named() == [KEY, {"id": "r2"}]
    assert named(data_row="id") == [{"id": "r1"}, {"id": "r2"}]
    assert named(data_row="global-key") == [KEY]
    lines, done = lines_of(store, data_row="global-key")
    assert reasons(done)["label", "left out", "its data row has no global key"] == 2
    assert reasons(done)["bounding_box", "left out", "its data row has no global key"] == 2
    assert reasons(lines_of(store)[1])["label", "left out", "the export does not name its data row"] == 1
    assert lines_of(store, data_row="id")[0][0]["uuid"] == lines[0]["uuid"] != lines_of(store)[0][1]["uuid"]
    assert bare(lines_of(store, data_row="global-key", rename=("Car=Auto",))[0])[0]["name"] == "Auto"


def on_video(key_frames: Any) -> dict[str, Any]:
    """A box from frame 2 to 6 and again from 9 to 12, and answers that change."""

    def frame(number: int, light: str | None, *note: str) -> dict[str, Any]:
        objects = {} if number in (1, 7) else {"o1": square("Car", "o1", number, 1, 20, 20)}
        classifications = [asked("Light", light) | {"feature_id": "q1"}] if light else []
        texts = [{"name": "Note", "feature_id": "q2", "text_answer": {"content": text}} for text in note]
        return {"objects": objects, "classifications": classifications + texts}

    annotations = {
        "frames": {
            "1": frame(1, "Red", "dark"),
            "2": frame(2, "Red"),
            "3": frame(3, None),
            "4": frame(4, "Green", "bright"),
            "6": frame(6, None),
            "7": frame(7, "Red"),
            "9": frame(9, None),
        },
        "segments": {"o1": [[2, 6], [9, 12]], "q1": [[1, 5], [7, 7]], "q2": [[1, 5]]},
        "key_frame_feature_map": {"o1": key_frames},
        "classifications": [],
    }
    return v2("r1", label("a") | {"annotations": annotations}, media=VIDEO)


@ENGINES
@pytest.mark.parametrize("key_frames", [{"2": True, "4": False, "9": True}, [2, 9]])
def test_tracks_have_segments_and_answers_their_frames(tmp_path: Path, engine: str, key_frames: Any) -> None:
    lines, done = lines_of(store_of(tmp_path, engine, [on_video(key_frames)]))

    def key_frame(number: int, left: int) -> dict[str, Any]:
        return {"frame": number, "bbox": {"top": 1, "left": left, "height": 20, "width": 20}}

    track, *answers = bare(lines)
    assert track == {
        "name": "Car",
        "segments": [
            {"keyframes": [key_frame(2, 2), key_frame(6, 6)]},
            {"keyframes": [key_frame(9, 9), key_frame(12, 9)]},
        ],
    }
    assert answers == [
        {
            "name": "Light",
            "answer": {"name": "Red"},
            "frames": [{"start": 1, "end": 3}, {"start": 7, "end": 7}],
        },
        {"name": "Light", "answer": {"name": "Green"}, "frames": [{"start": 4, "end": 5}]},
        {
            "name": "Note",
            "answer": [
                {"value": "dark", "frames": [{"start": 1, "end": 3}]},
                {"value": "bright", "frames": [{"start": 4, "end": 5}]},
            ],
        },
    ]
    assert ["uuid" in line for line in lines] == [True, True, True, False]
    assert done.written == {"label": 1, "bounding_box": 5, "track": 1, "key_frame": 2, "frame_question": 6}
    assert reasons(done) == {
        ("bounding_box", "changed", "between key frames, where Labelbox interpolates it"): 2,
        ("track", "changed", "a key frame more, where its span ends"): 1,
    }


@ENGINES
def test_runs_of_frames_are_segments_where_the_export_tells_none(tmp_path: Path, engine: str) -> None:
    def frame(number: int, keyframe: bool) -> dict[str, Any]:
        outline = [{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 1, "y": 1}]
        shapes = [box("Car", "c1", number, 2, 3, 4, keyframe=keyframe), feature("Roof", "p1", polygon=outline)]
        return {"frameNumber": number, "objects": shapes, "classifications": []}

    frames = [frame(number, number in (1, 4)) for number in (1, 2, 3, 4, 5, 8, 9)]
    lines, done = lines_of(store_of(tmp_path, engine, [v1("a") | {"Label": frames}]))
    (track,) = bare(lines)
    assert [[one["frame"] for one in part["keyframes"]] for part in track["segments"]] == [[1, 4, 5], [8, 9]]
    assert reasons(done)["polygon", "left out", "of videos only boxes, points and lines are written"] == 7
    assert reasons(done)["bounding_box", "changed", "between key frames, where Labelbox interpolates it"] == 2
    assert (done.written["track"], done.left_out["track"]) == (1, 1)


@ENGINES
def test_spans_of_recordings(tmp_path: Path, engine: str) -> None:
    def said(name: str, feature_id: str, **answer: Any) -> dict[str, Any]:
        return {"feature_id": feature_id, "name": name, "value": name.lower()} | answer

    loud = {"feature_id": "a1", "name": "Loud", "value": "loud", "classifications": []}
    one, other = (said("Words", "q1", text_answer={"content": text}) for text in ("Hello", "Bye"))
    mood = said("Mood", "q2", radio_answer=loud)
    annotations = {
        "timestamp": {
            "900": {"classifications": [other]},
            "100": {"classifications": [one, mood]},
            "500": {"classifications": [one, mood]},
            "1200": {"classifications": [other]},
        },
        "segments": {"q1": [[100, 500], [900, 1200]], "a1": [[100, 500]]},
        "classifications": [],
    }
    line = v2("r1", label("a") | {"annotations": annotations, "label_kind": "Audio"}, media={"asset_type": "audio"})
    lines, done = lines_of(store_of(tmp_path, engine, [line]))
    assert sorted(lines, key=lambda line: line["name"]) == [
        {"dataRow": {"id": "r1"}, "name": "Mood", "answer": [{"name": "Loud", "frames": [{"start": 100, "end": 500}]}]},
        {
            "dataRow": {"id": "r1"},
            "name": "Words",
            "answer": [
                {"value": "Hello", "frames": [{"start": 100, "end": 500}]},
                {"value": "Bye", "frames": [{"start": 900, "end": 1200}]},
            ],
        },
    ]
    assert (done.written["frame_question"], done.lossless) == (3, True)


@ENGINES
def test_maps_and_chats(tmp_path: Path, engine: str) -> None:
    lines, done = lines_of(store_of(tmp_path, engine, [on_map(), on_chat()]))
    field, lane, spot, house, single, multi, ranking = bare(lines)
    assert field["polygon"][:2] == [{"x": 0, "y": 0}, {"x": 10, "y": 0}]
    assert len(field["polygon"]) == 4
    assert lane["line"] == [{"x": 1, "y": 1}, {"x": 2, "y": 2}]
    assert spot["point"] == {"x": 1, "y": 2}
    assert house["bbox"] == {"top": 0, "left": 0, "height": 10, "width": 10}
    assert single["messageEvaluationTask"] == {
        "format": "message-single-selection",
        "data": {"parentMessageId": "m0", "messageId": "m1", "modelConfigName": "A"},
    }
    picked = [{"messageId": "m1", "modelConfigName": "A"}, {"messageId": "m2", "modelConfigName": "B"}]
    assert multi["messageEvaluationTask"]["data"] == {"parentMessageId": "m0", "selectedMessages": picked}
    assert ranking["messageEvaluationTask"]["data"]["rankedMessages"] == [
        one | {"order": order} for order, one in enumerate(picked, 1)
    ]
    assert reasons(done) == {("hole", "left out", "imports have no place for it"): 1}


@ENGINES
def test_texts_and_documents(tmp_path: Path, engine: str) -> None:
    group = {"id": "g1", "page_number": 2, "tokens": ["t1", "t2"], "text": "Some words"}
    size = {"height": 792.0, "width": 612.0}
    place = {"top": 1.0, "left": 2.0, "height": 3.0, "width": 4.0}
    document = label(
        "d",
        thing("Box", "b1", "DocumentBoundingBox", page_number=3, bounding_box=place, page_dimensions=size),
        thing("Sum", "e1", "DocumentEntityToken", location={"groups": [group]}),
        thing("Sum", "e2", "DocumentEntityToken", location={"groups": [group | {"page_number": 0}]}),
    )
    said = {"message_id": "7", "location": {"start": 0, "end": 8}}
    talk = label("t", thing("Name", "e3", "ConversationalTextEntity", conversational_location=said))
    text = label("x", thing("Name", "e4", "TextEntity", location={"start": 3, "end": 5}))
    boxes = feature("Sum", "e5", format="text.location", data={"location": [{"text-bbox": {"page": 1, "top": 2}}]})
    records = [
        v2("r1", document, media={"asset_type": "document"}),
        v2("r2", talk, media={"asset_type": "conversational"}),
        v2("r3", text, media={"asset_type": "text"}),
        v1("old", boxes),
    ]
    lines, done = lines_of(store_of(tmp_path, engine, records))
    assert bare(lines) == [
        {"name": "Box", "bbox": place, "page": 3, "unit": "POINTS"},
        {"name": "Sum", "textSelections": [{"groupId": "g1", "tokenIds": ["t1", "t2"], "page": 2}]},
        {"name": "Name", "location": {"start": 0, "end": 8}, "messageId": "7"},
        {"name": "Name", "location": {"start": 3, "end": 5}},
    ]
    assert reasons(done) == {
        ("label", "left out", "holds nothing that is imported"): 1,
        ("text_entity", "left out", "imports count pages from 1"): 1,
        ("text_entity", "left out", "does not name the tokens of the document"): 1,
    }


def test_masks_go_into_the_line_where_their_pictures_are(tmp_path: Path) -> None:
    picture = Image.new("RGB", (4, 3))
    picture.putpixel((1, 1), (255, 0, 0))
    picture.save(tmp_path / "mask.png")
    mask = {"url": "https://example.com/mask.png", "color_rgb": [255, 0, 0]}
    objects = [thing("Sky", "m1", "ImageSegmentationMask", composite_mask=mask)]
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *objects))])
    with pytest.raises(NothingToWriteError, match="1 mask"):
        export(store, "labelbox-import", tmp_path / "x.ndjson")
    ((line,), done) = lines_of(store, assets=str(tmp_path))
    read = Image.open(BytesIO(b64decode(line["mask"]["png"])))
    assert (read.size, read.mode, read.getextrema(), read.getpixel((1, 1))) == ((4, 3), "L", (0, 1), 1)
    assert done.lossless


def test_questions_that_an_import_cannot_ask(tmp_path: Path) -> None:
    answered = feature("Red", "a1", classifications=[feature("Shade", "q2"), feature("Gloss", "q3", answer="much")])
    asks = [feature("Color", "q1", answer=answered), feature("Age", "q4", answers=[]), feature("Size", "q5")]
    element = v1("a", box("Car", "c1", 1, 2, 3, 4, classifications=asks), classifications=asks[1:])
    lines, done = lines_of(store_of(tmp_path, "sqlite", [element]))
    gloss = [{"name": "Gloss", "answer": "much"}]
    assert [line["classifications"] for line in lines] == [
        [{"name": "Color", "answer": {"name": "Red", "classifications": gloss}}]
    ]
    assert reasons(done) == {
        ("object_question", "left out", "without an answer"): 3,
        ("label_question", "left out", "without an answer"): 2,
    }


def test_parts_of_a_polygon_are_polygons(tmp_path: Path) -> None:
    wkt = "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((10 10, 14 10, 14 14, 10 10)))"
    lines, _ = lines_of(store_of(tmp_path, "sqlite", [v1("a") | {"Label": {"Car": wkt}}]))
    assert [line["polygon"][0] for line in lines] == [{"x": 0, "y": 0}, {"x": 10, "y": 10}]
    assert len({line["uuid"] for line in lines}) == 2


def test_both_engines_write_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "samples", labels=6)
    files = [path for path in sorted((tmp_path / "samples").iterdir()) if path.is_file()]
    outs = []
    for suffix in ("db", "duckdb"):
        load(tmp_path / f"labels.{suffix}", files, frames=tmp_path / "samples" / "frames")
        outs.append(exported(tmp_path / f"labels.{suffix}", "labelbox-import", f"{suffix}.ndjson", labels="all")[0])
    assert outs[0].read_bytes() == outs[1].read_bytes()
