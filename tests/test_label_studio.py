"""The exporter label-studio: the tasks of each project, their configuration, and what they cannot hold."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from labelstore.errors import UsageError
from labelstore.export.exporter import Written
from labelstore.export.writing import export
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of, v1
from tests.test_export_matrix import DONUT, asked, on_text
from tests.test_labelbox_import import on_video

SIZE = {"asset_type": "image", "width": 200, "height": 100}


def studio(store: Path, **choices: Any) -> tuple[dict[str, Any], Written]:
    """The files: decoded tasks, and configurations as elements."""
    out, done = exported(store, "label-studio", "studio", **choices)
    files = files_of(out).items()
    return {
        path: json.loads(content) if path.endswith(".json") else ElementTree.fromstring(content)
        for path, content in files
    }, done


def controls(config: ElementTree.Element) -> dict[str, tuple[str, list[str]]]:
    """The name of a control → its tag and what can be chosen."""
    return {
        one.get("name", one.tag): (one.tag, [value.get("value", "") for value in one])
        for one in config
        if one.tag != "Header"
    }


@ENGINES
def test_regions_answers_and_relations_of_an_image(tmp_path: Path, engine: str) -> None:
    deep = asked("Color?", "Red")
    shade = {"name": "Shade", "checklist_answers": [{"name": "Dark", "value": "d"}, {"name": "Warm", "value": "w"}]}
    deep["radio_answer"]["classifications"] = [shade]
    car = square("Car", "c1", 20, 10, 40, 30) | {"classifications": [deep]}
    points = [{"x": 0, "y": 0}, {"x": 100, "y": 0}, {"x": 100, "y": 50}]
    shapes = [
        car,
        thing("Roof", "p1", "ImagePolygon", polygon=points),
        thing("Lane", "l1", "ImagePolyline", line=points[:2]),
        thing("Tip", "t1", "ImagePoint", point={"x": 50, "y": 25}),
    ]
    note = {"name": "Note", "text_answer": {"content": "two\nlines"}}
    found = label("a", *shapes, classifications=[note, asked("Color?", "Blue")])
    ends = {"unidirectional_relationship": {"source": "p1", "target": "c1"}}
    lost = {"unidirectional_relationship": {"source": "p1", "target": "gone"}}
    found["annotations"]["relationships"] = [
        {"feature_id": "r1", "name": "part of", "annotation_kind": "UnidirectionalRelationship"} | ends,
        {"feature_id": "r2", "name": "part of", "annotation_kind": "UnidirectionalRelationship"} | lost,
    ]
    files, done = studio(store_of(tmp_path, engine, [v2("r1", found, media=SIZE)]))
    (task,) = files["image/tasks.json"]
    assert task["data"] == {
        "image": "https://storage.example.com/r1",
        "label_id": "a",
        "data_row_id": "r1",
        "external_id": "r1.jpg",
    }
    ((*results, relation),) = [annotation["result"] for annotation in task["annotations"]]
    assert relation == {
        "type": "relation",
        "from_id": "p1",
        "to_id": "c1",
        "direction": "right",
        "labels": ["part of"],
    }
    assert results[0] == {
        "id": "c1",
        "from_name": "bounding_box",
        "to_name": "image",
        "type": "rectanglelabels",
        "original_width": 200,
        "original_height": 100,
        "image_rotation": 0,
        "value": {"x": 10, "y": 10, "width": 20, "height": 30, "rotation": 0, "rectanglelabels": ["Car"]},
    }
    assert [(one["id"], one["from_name"], one["type"], one["value"]) for one in results[1:]] == [
        ("c1", "Color", "choices", {"choices": ["Red"]}),
        ("c1", "Color_Red_Shade", "choices", {"choices": ["Dark", "Warm"]}),
        (
            "p1",
            "polygon",
            "polygonlabels",
            {"points": [[0, 0], [50, 0], [50, 50]], "closed": True, "polygonlabels": ["Roof"]},
        ),
        (
            "l1",
            "polyline",
            "vectorlabels",
            {
                "vertices": [
                    {"id": "0", "x": 0, "y": 0, "isBezier": False},
                    {"id": "1", "x": 50, "y": 0, "isBezier": False, "prevPointId": "0"},
                ],
                "closed": False,
                "vectorlabels": ["Lane"],
            },
        ),
        ("t1", "point", "keypointlabels", {"x": 25, "y": 25, "width": 0.5, "keypointlabels": ["Tip"]}),
        ("answer", "Note", "textarea", {"text": ["two\nlines"]}),
        ("answer_2", "Color_2", "choices", {"choices": ["Blue"]}),
    ]
    assert controls(files["image/config.xml"]) == {
        "image": ("Image", []),
        "bounding_box": ("RectangleLabels", ["Car"]),
        "point": ("KeyPointLabels", ["Tip"]),
        "polygon": ("PolygonLabels", ["Roof"]),
        "polyline": ("VectorLabels", ["Lane"]),
        "Color": ("Choices", ["Red"]),
        "Color_Red_Shade": ("Choices", ["Dark", "Warm"]),
        "Color_2": ("Choices", ["Blue"]),
        "Note": ("TextArea", []),
        "Relations": ("Relations", ["part of"]),
    }
    by_name = {one.get("name"): one for one in files["image/config.xml"]}
    assert (by_name["Color"].get("perRegion"), by_name["Color_2"].get("perRegion")) == ("true", None)
    assert (by_name["Color"].get("choice"), by_name["Color_Red_Shade"].get("choice")) == ("single", "multiple")
    assert str(done) == "7 results of 1 labels written, 1 changed, 1 left out"
    assert reasons(done) == {
        ("object_question", "changed", "beside the question that led to it"): 1,
        ("relationship", "left out", "an end of it is not written"): 1,
    }


@ENGINES
def test_text_ends_behind_its_last_character(tmp_path: Path, engine: str) -> None:
    by_url = v2(
        "r2",
        label("b", thing("Name", "e2", "TextEntity", location={"start": 1, "end": 1})),
        media={"asset_type": "text"},
    )
    store = store_of(tmp_path, engine, [on_text(), by_url])
    files, done = studio(store)
    (task,) = files["text/tasks.json"]
    region, tone = task["annotations"][0]["result"]
    assert task["data"]["text"][region["value"]["start"] : region["value"]["end"]] == "Anna"
    assert (region["from_name"], region["to_name"], region["value"]["labels"]) == ("text_entity", "text", ["Name"])
    assert tone["value"] == {"choices": ["Warm"]}
    assert controls(files["text/config.xml"])["text_entity"] == ("Labels", ["Name"])
    (by_address,) = files["text_urls/tasks.json"]
    assert by_address["data"]["text"] == "https://storage.example.com/r2"
    assert next(iter(files["text_urls/config.xml"])).get("valueType") == "url"
    assert done.lossless
    (tmp_path / "r2.txt").write_text("né")
    files, _ = studio(store, assets=str(tmp_path))
    assert [task["data"]["text"] for task in files["text/tasks.json"]] == ["Anna meets Otto.", "né"]


@ENGINES
def test_boxes_of_videos_are_there_from_key_frame_to_key_frame(tmp_path: Path, engine: str) -> None:
    files, done = studio(store_of(tmp_path, engine, [on_video([2, 9])]))
    (task,) = files["video/tasks.json"]
    assert (task["data"]["video"], task["data"]["fps"]) == ("https://storage.example.com/r1", 1)
    (region,) = task["annotations"][0]["result"]
    value = region["value"]
    assert (value["framesCount"], value["duration"], value["labels"]) == (20, 20, ["Car"])
    assert [(one["frame"], one["enabled"], one["time"], one["x"]) for one in value["sequence"]] == [
        (2, True, 2, 1),
        (6, False, 6, 3),
        (9, True, 9, 4.5),
        (12, False, 12, 4.5),
    ]
    assert controls(files["video/config.xml"]) == {
        "video": ("Video", []),
        "bounding_box": ("VideoRectangle", []),
        "labels": ("Labels", ["Car"]),
    }
    assert (done.written["track"], done.written["bounding_box"]) == (1, 5)
    assert reasons(done) == {
        ("bounding_box", "changed", "between key frames, where Label Studio interpolates it"): 2,
        ("track", "changed", "a key frame more, where its span ends"): 1,
        ("frame_question", "left out", "Label Studio has no place for it"): 6,
    }


def test_answers_about_a_track_are_those_of_its_first_frame(tmp_path: Path) -> None:
    def frame(answer: str) -> dict[str, Any]:
        return {"objects": {"o1": square("Car", "o1", 1, 1, 9, 9) | {"classifications": [asked("Lit", answer)]}}}

    annotations = {"frames": {"1": frame("Yes"), "2": frame("Yes"), "3": frame("No")}, "classifications": []}
    media = {"asset_type": "video", "width": 20, "height": 10}
    line = v2("r1", label("a") | {"annotations": annotations}, media=media)
    files, done = studio(store_of(tmp_path, "sqlite", [line]))
    (task,) = files["video/tasks.json"]
    track, lit = task["annotations"][0]["result"]
    assert (lit["id"], lit["value"]) == (track["id"], {"choices": ["Yes"]})
    assert track["value"]["sequence"][0]["time"] == 1 / 24
    assert (done.written["object_question"], done.left_out["object_question"]) == (2, 1)
    assert reasons(done) == {
        ("label", "changed", "at 24 frames a second, since the export does not tell"): 1,
        ("object_question", "left out", "not as in its first frame"): 1,
    }


@pytest.mark.parametrize(("holes", "how"), [("seam", "cut open along a seam"), ("fill", "filled")])
def test_holes_edges_and_what_is_outside(tmp_path: Path, holes: str, how: str) -> None:
    Image.new("RGB", (200, 200)).save(tmp_path / "donut.png")
    donut = v1("donut") | {"Label": {"Ring": [{"geometry": DONUT}]}, "External ID": "donut.png"}
    shapes = [
        square("Car", "c1", -20, 10, 40, 30),
        square("Car", "c2", -20, 10, 10, 30),
        thing("Tip", "t1", "ImagePoint", point={"x": -1, "y": 5}),
    ]
    store = store_of(tmp_path, "sqlite", [donut, v2("r1", label("a", *shapes), media=SIZE)])
    files, done = studio(store, holes=holes, assets=str(tmp_path))
    ring, cut = (task["annotations"][0]["result"] for task in files["image/tasks.json"])
    assert len(ring[0]["value"]["points"]) == (4 if holes == "fill" else 10)
    assert [(one["id"], one["value"]["x"], one["value"]["width"]) for one in cut] == [("c1", 0, 10)]
    assert reasons(done) == {
        ("hole", "changed", how): 1,
        ("bounding_box", "changed", "cut off at the edge of the picture"): 1,
        ("bounding_box", "left out", "outside of the picture"): 1,
        ("point", "left out", "outside of the picture"): 1,
    }


def test_names_that_xml_cannot_hold_and_questions_that_sound_alike(tmp_path: Path) -> None:
    found = label(
        "a",
        square('<"Car"> &\x01', "c1", 1, 1, 2, 2),
        classifications=[asked("Why?", "A & B"), asked("Why!", "\x00"), asked("???", "x")],
    )
    files, _ = studio(store_of(tmp_path, "sqlite", [v2("r1", found, media=SIZE)]))
    known = controls(files["image/config.xml"])
    results = files["image/tasks.json"][0]["annotations"][0]["result"]
    assert results[0]["value"]["rectanglelabels"] == known["bounding_box"][1] == ['<"Car"> &\ufffd']
    assert {name: options for name, (tag, options) in known.items() if tag == "Choices"} == {
        "Why": ["A & B"],
        "Why_2": ["\ufffd"],
        "question": ["x"],
    }


def test_labels_that_hold_nothing(tmp_path: Path) -> None:
    store = store_of(
        tmp_path,
        "sqlite",
        [v2("r1", label("a"), media=SIZE), v2("r2", label("b", square("Car", "c", 1, 1, 2, 2)), media=SIZE)],
    )
    assert [len(task["annotations"][0]["result"]) for task in studio(store)[0]["image/tasks.json"]] == [0, 1]
    files, done = studio(store, empty="drop")
    assert len(files["image/tasks.json"]) == 1
    assert done.not_selected == {"labels without an object": 1}


def test_an_image_without_a_size_stops_the_export_or_is_left_out(tmp_path: Path) -> None:
    shapes = [v1("a") | {"Label": {"Ring": [{"geometry": DONUT}]}}, v2("r2", label("b"), media=SIZE)]
    store = store_of(tmp_path, "sqlite", [*shapes, v2("r3", label("c", square("Car", "c", 1, 1, 2, 2)), media=SIZE)])
    with pytest.raises(UsageError, match=r"a\.jpg: the export does not tell how large this picture is"):
        export(store, "label-studio", tmp_path / "x")
    _, done = studio(store, missing_size="skip")
    assert reasons(done)["polygon", "left out", "nothing tells the size of its picture"] == 1


def test_both_engines_write_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "samples", labels=6)
    files = [path for path in sorted((tmp_path / "samples").iterdir()) if path.is_file()]
    outs = []
    for suffix in ("db", "duckdb"):
        load(tmp_path / f"labels.{suffix}", files, frames=tmp_path / "samples" / "frames")
        choices = {"labels": "all", "missing_size": "skip"}
        outs.append(exported(tmp_path / f"labels.{suffix}", "label-studio", suffix, **choices)[0])
    assert files_of(outs[0]) == files_of(outs[1])
