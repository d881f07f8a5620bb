"""The exporters mot and cvat-video: boxes, tracks and key frames of videos, and what they lose."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from labelstore.errors import NothingToWriteError
from labelstore.export.writing import export
from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, box, store_of, v1
from tests.test_tracks import MEDIA, video


def colored(color: str, *place: float, feature_id: str = "o1") -> dict[str, Any]:
    answer = {"name": color, "value": color.lower(), "classifications": []}
    asked = {"name": "Color & Paint", "value": "color", "radio_answer": answer}
    return square("Car", feature_id, *place) | {"classifications": [asked]}


FRAMES = {
    1: [colored("Red", 0, 0, 10, 10)],
    3: [colored("<Blue>", 4, 0, 10, 20), square("Dog", "o2", 1, 2, 3, 4)],
    7: [colored("Red", 9, 9, 9, 9)],
}
RECORD = video(FRAMES, {"o1": [[1, 3], [7, 7]], "o2": [[3, 20]]}, {"o1": [1, 3, 7], "o2": [3]})


@ENGINES
def test_mot_has_a_row_for_each_box(tmp_path: Path, engine: str) -> None:
    out, done = exported(store_of(tmp_path, engine, [RECORD]), "mot", "out")
    files = {path: content.decode().splitlines() for path, content in files_of(out).items()}
    assert files["r1/gt/gt.txt"] == [
        "1,1,0,0,10,10,1,1,1",
        "2,1,2,0,10,15,1,1,1",
        "3,1,4,0,10,20,1,1,1",
        "3,2,1,2,3,4,1,2,1",
        "7,1,9,9,9,9,1,1,1",
    ]
    assert files["r1/gt/labels.txt"] == ["Car", "Dog"]
    assert files["r1/seqinfo.ini"] == [
        "[Sequence]",
        "name=r1",
        "imDir=img1",
        "frameRate=1",
        "seqLength=20",
        "imWidth=200",
        "imHeight=100",
        "imExt=.jpg",
    ]
    assert (done.count, done.interpolated, done.written["track"], done.left_out["object_question"]) == (5, 1, 2, 3)


@ENGINES
def test_cvat_has_a_track_that_ends_where_the_object_is_gone(tmp_path: Path, engine: str) -> None:
    out, done = exported(store_of(tmp_path, engine, [RECORD]), "cvat-video", "out")
    tree = ElementTree.parse(out / "r1" / "annotations.xml")
    first, second = tree.findall("track")
    shapes = [tuple(box.get(name) for name in ("frame", "outside", "keyframe", "xtl", "ybr")) for box in first]
    assert shapes == [
        ("0", "0", "1", "0", "10"),
        ("1", "0", "0", "2", "15"),
        ("2", "0", "1", "4", "20"),
        ("3", "1", "1", "4", "20"),
        ("6", "0", "1", "9", "18"),
        ("7", "1", "1", "9", "18"),
    ]
    assert [box.findtext("attribute") for box in first] == ["Red", "Red", "<Blue>", None, "Red", None]
    assert [(track.get("id"), track.get("label"), len(track)) for track in (first, second)] == [
        ("0", "Car", 6),
        ("1", "Dog", 2),
    ]
    assert [one.text for one in tree.findall("meta/task/labels/label/name")] == ["Car", "Dog"]
    assert [one.text for one in tree.findall("meta/task/labels/label/attributes/attribute/name")] == ["Color & Paint"]
    assert [tree.findtext(f"meta/task/{name}") for name in ("size", "original_size/width")] == ["20", "200"]
    assert reasons(done) == {("object_question", "changed", "flat attributes of text"): 3}


def test_cvat_has_outlines_lines_and_points(tmp_path: Path) -> None:
    at = [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 9, "y": 9.5}]
    things = [
        thing("Roof\x00", "p1", "VideoPolygon", polygon=at, classifications=[]),
        thing("Lane", "l1", "VideoPolyline", line=at, classifications=[]),
        thing("Tip", "t1", "VideoPoint", point=at[2], classifications=[]),
    ]
    store = store_of(tmp_path, "sqlite", [video({20: things}, {})])
    tree = ElementTree.parse(exported(store, "cvat-video", "out")[0] / "r1" / "annotations.xml")
    found = [(track.get("label"), track[0].tag, track[0].get("points"), len(track)) for track in tree.findall("track")]
    assert found == [
        ("Roof\ufffd", "polygon", "1,1;9,1;9,9.5", 1),
        ("Lane", "polyline", "1,1;9,1;9,9.5", 1),
        ("Tip", "points", "9,9.5", 1),
    ]
    with pytest.raises(NothingToWriteError, match="mot: nothing to write; it takes bounding_box"):
        export(store, "mot", tmp_path / "mot")


def test_images_are_no_videos_and_a_group_is_a_video_of_its_own(tmp_path: Path) -> None:
    annotations = {
        "groups": {
            name: {
                "name": name,
                "classifications": [],
                "frames": {"1": {"objects": {"o1": square("Car", "o1", 1, 2, 3, 4)}, "classifications": []}},
            }
            for name in ("Axial", "../../evil")
        },
        "segments": {},
        "classifications": [],
    }
    scan = v2("r2", label("b") | {"annotations": annotations}, media=MEDIA | {"asset_type": "dicom"})
    image = v2("r1", label("a", square("Car", "c1", 1, 1, 2, 2)), media=MEDIA | {"asset_type": "image"})
    store = store_of(tmp_path, "sqlite", [image, scan])
    out, done = exported(store, "mot", "out")
    assert [path for path in files_of(out) if path.endswith("gt.txt")] == [
        "r2_Axial/gt/gt.txt",
        "r2__.._evil/gt/gt.txt",
    ]
    assert reasons(done)["bounding_box", "left out", "image: no video"] == 1
    assert sorted(files_of(exported(store, "cvat-video", "cvat")[0])) == [
        "r2_Axial/annotations.xml",
        "r2__.._evil/annotations.xml",
    ]


@ENGINES
def test_frames_in_any_order_make_a_track(tmp_path: Path, engine: str) -> None:
    frames = [
        {
            "frameNumber": number,
            "classifications": [],
            "objects": [box("Car", "o1", number, 0, 5, 5, keyframe=number == 2)],
        }
        for number in (3, 1, 2)
    ]
    store = store_of(tmp_path, engine, [v1("a") | {"Label": frames}])
    tree = ElementTree.parse(exported(store, "cvat-video", "out")[0] / "a" / "annotations.xml")
    assert [
        (one.get("frame"), one.get("xtl"), one.get("keyframe"), one.get("outside")) for one in tree.iter("box")
    ] == [
        ("0", "1", "0", "0"),
        ("1", "2", "1", "0"),
        ("2", "3", "0", "0"),
    ]
    out, done = exported(store, "mot", "mot")
    assert (out / "a" / "gt" / "gt.txt").read_text().splitlines()[0] == "1,1,1,0,5,5,1,1,1"
    assert reasons(done)["label", "changed", "without seqinfo.ini: nothing tells its size and frame rate"] == 1
