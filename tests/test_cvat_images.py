"""The exporter cvat-images: its elements, attributes, tags and masks, and what it leaves out."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from PIL import Image

from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of, v1

SIZE = {"asset_type": "image", "width": 8, "height": 6}
DONUT = "POLYGON ((20 20, 180 20, 180 180, 20 180, 20 20), (60 60, 140 60, 140 140, 60 140, 60 60))"


def read(out: Path) -> Element:
    return fromstring((out / "annotations.xml").read_bytes())


def attributes(one: Element) -> dict[str | None, str | None]:
    return {attribute.get("name"): attribute.text for attribute in one.iter("attribute")}


def radio(question: str, answer: str, *then: dict[str, Any]) -> dict[str, Any]:
    option = {"name": answer, "value": answer.lower(), "classifications": list(then)}
    return {"name": question, "value": question.lower(), "radio_answer": option}


@ENGINES
def test_shapes_attributes_and_tags(tmp_path: Path, engine: str) -> None:
    points = [{"x": 1, "y": 1}, {"x": 4.5, "y": 1}, {"x": 4.5, "y": 3}]
    things = [
        square('<"Car"> & co', "c1", 1, 2, 3, 4) | {"classifications": [radio("Color", "Red & <blue>")]},
        thing("Roof", "p1", "ImagePolygon", polygon=points),
        thing("Lane", "l1", "ImagePolyline", line=points[:2]),
        thing("Tip", "t1", "ImagePoint", point={"x": 5, "y": 5}),
        thing("Crate", "k1", "ImageCuboid", cuboid={"center": 1}),
    ]
    asked = [radio("Weather", "Rain", radio("Heavy", "Yes")), radio("Light", "Day")]
    store = store_of(
        tmp_path,
        engine,
        [v2("r1", label("a", *things, classifications=asked), media=SIZE), v2("r2", label("b"), media=SIZE)],
        engine,
    )
    out, done = exported(store, "cvat-images", "out")
    root = read(out)
    first, second = root.iter("image")
    assert first.attrib == {"id": "0", "name": "r1.jpg", "width": "8", "height": "6"}
    assert (second.get("id"), len(second)) == ("1", 0)
    box, polygon, line, point, weather, light = first
    assert [one.tag for one in first] == ["box", "polygon", "polyline", "points", "tag", "tag"]
    assert (box.get("label"), attributes(box)) == ('<"Car"> & co', {"Color": "Red & <blue>"})
    assert [box.get(name) for name in ("xtl", "ytl", "xbr", "ybr")] == ["1", "2", "4", "6"]
    assert [one.get("points") for one in (polygon, line, point)] == ["1,1;4.5,1;4.5,3", "1,1;4.5,1", "5,5"]
    assert (weather.get("label"), attributes(weather)) == (
        "Weather",
        {"Weather": "Rain", "Weather / Rain / Heavy": "Yes"},
    )
    assert (light.get("label"), attributes(light)) == ("Light", {"Light": "Day"})
    told = {one.findtext("name"): [name.text for name in one.iter("name")][1:] for one in root.iter("label")}
    assert told == {
        '<"Car"> & co': ["Color"],
        "Lane": [],
        "Roof": [],
        "Tip": [],
        "Weather": ["Weather", "Weather / Rain / Heavy"],
        "Light": ["Light"],
    }
    assert reasons(done) == {
        ("cuboid", "left out", "CVAT for images has no place for it"): 1,
        ("object_question", "changed", "flat attributes of text"): 1,
        ("label_question", "changed", "a tag with attributes of text"): 3,
    }
    few, done = exported(store, "cvat-images", "few", classes=("Roof",), empty="drop")
    assert [one.get("name") for one in read(few).iter("image")] == ["r1.jpg"]
    none, done = exported(
        store_of(
            tmp_path,
            engine,
            [v2("r3", label("c", classifications=asked), media=SIZE), v2("r1", label("a", *things), media=SIZE)],
            "x",
        ),
        "cvat-images",
        "none",
        empty="drop",
    )
    assert done.not_selected == {"labels without an object": 1, "questions about labels without an object": 3}
    assert [one.get("name") for one in read(none).iter("image")] == ["r1.jpg"]


@ENGINES
@pytest.mark.parametrize(("holes", "points"), [("seam", 10), ("fill", 4)])
def test_holes_and_splits(tmp_path: Path, engine: str, holes: str, points: int) -> None:
    (assets := tmp_path / "assets").mkdir()
    records = []
    for number in range(20):
        name = f"p{number}.png"
        Image.new("L", (200, 200)).save(assets / name)
        records.append(v1(f"a{number}") | {"Label": {"Ring": [{"geometry": DONUT}]}, "External ID": name})
    store = store_of(tmp_path, engine, records)
    out, done = exported(
        store, "cvat-images", "out", assets=str(assets), holes=holes, split="hash", ratios="50,25,25", images="copy"
    )
    images = list(read(out).iter("image"))
    assert {one.get("subset") for one in images} == {"train", "val", "test"}
    assert {len((one[0].get("points") or "").split(";")) for one in images} == {points}
    assert len([path for path in files_of(out) if path.startswith("images/p")]) == 20
    assert done.written == {"label": 20, "polygon": 20, "hole": 20}


def test_a_mask_is_its_runs(tmp_path: Path) -> None:
    (assets := tmp_path / "assets").mkdir()
    picture = Image.new("L", (8, 6))
    for x, y in ((2, 1), (3, 1), (1, 2), (2, 2), (1, 3)):
        picture.putpixel((x, y), 255)
    picture.save(assets / "m1.png")
    objects = [
        thing("Sky", name, "ImageSegmentationMask", mask={"url": f"https://example.com/{name}.png"})
        for name in ("m1", "m2")
    ]
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *objects), media=SIZE)])
    out, done = exported(store, "cvat-images", "out", assets=str(assets))
    (one,) = read(out).iter("mask")
    assert {name: one.get(name) for name in ("rle", "left", "top", "width", "height")} == {
        "rle": "1, 4, 1, 1, 2",
        "left": "1",
        "top": "1",
        "width": "3",
        "height": "3",
    }
    assert reasons(done) == {("mask", "left out", "its picture is not in the folder of assets"): 1}


@ENGINES
def test_what_is_asked_of_a_video_has_no_picture(tmp_path: Path, engine: str) -> None:
    frame = {"objects": {"o1": square("Car", "o1", 1, 1, 2, 2)}, "classifications": [radio("Light", "Green")]}
    annotations = {"frames": {"3": frame}, "segments": {}, "classifications": [radio("Weather", "Rain")]}
    media = SIZE | {"asset_type": "video", "frame_rate": 1, "frame_count": 9}
    store = store_of(tmp_path, engine, [v2("r1", label("a") | {"annotations": annotations}, media=media)])
    out, done = exported(store, "cvat-images", "out")
    (image,) = read(out).iter("image")
    assert (image.get("name"), [one.tag for one in image]) == ("r1_000003.jpg", ["box", "tag"])
    assert reasons(done)["label_question", "left out", "in a video, but in no frame"] == 1
    assert done.written["frame_question"] == 1
