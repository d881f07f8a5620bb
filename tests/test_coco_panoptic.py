"""The exporter coco-panoptic: segments that do not overlap, their areas and bounds, and what is left out."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of

SIZE = {"asset_type": "image", "width": 8, "height": 6}


def block(name: str, feature_id: str, left: int, top: int, right: int, bottom: int, **more: Any) -> dict[str, Any]:
    points = ((left, top), (right, top), (right, bottom), (left, bottom))
    return thing(name, feature_id, "ImagePolygon", polygon=[{"x": x, "y": y} for x, y in points], **more)


@ENGINES
def test_segments_and_their_pixels(tmp_path: Path, engine: str) -> None:
    red = {"name": "Color", "value": "color", "radio_answer": {"name": "Red", "value": "red", "classifications": []}}
    objects = [
        block("Roof", "p1", 0, 0, 4, 2, classifications=[red]),
        block("Roof", "p2", 5, 4, 6, 5),
        block("Sky", "p3", 3, 0, 5, 2),
        block("Sky", "p4", 5, 4, 7, 6),
        square("Car", "c1", 6, 0, 2, 2),
    ]
    store = store_of(tmp_path, engine, [v2("r1", label("a", *objects), media=SIZE), v2("r2", label("b"), media=SIZE)])
    (assets := tmp_path / "assets").mkdir()
    (assets / "r1.jpg").write_bytes(b"picture")
    out, done = exported(store, "coco-panoptic", "out", split="none", assets=str(assets), images="copy")
    files = files_of(out)
    assert sorted(files) == [
        "annotations/panoptic_all.json",
        "annotations/panoptic_all/r1.png",
        "annotations/panoptic_all/r2.png",
        "images/all/r1.jpg",
    ]
    told = json.loads(files["annotations/panoptic_all.json"])
    assert [(one["id"], one["name"], one["isthing"]) for one in told["categories"]] == [(1, "Roof", 1), (2, "Sky", 1)]
    first, second = told["annotations"]
    assert (first["id"], first["image_id"], first["file_name"]) == (1, 1, "r1.png")
    assert (second["id"], second["image_id"], second["segments_info"]) == (2, 2, [])
    assert [
        (one["id"], one["category_id"], one["area"], one["bbox"], one["labelbox_id"], one.get("attributes"))
        for one in first["segments_info"]
    ] == [
        (1, 1, 6, [0, 0, 3, 2], "p1", {"Color": "Red"}),
        (3, 2, 4, [3, 0, 2, 2], "p3", None),
        (4, 2, 4, [5, 4, 2, 2], "p4", None),
    ]
    picture = Image.open(BytesIO(files["annotations/panoptic_all/r1.png"]))
    assert picture.mode == "RGB"
    assert [picture.getpixel(place) for place in ((0, 0), (3, 1), (6, 5), (7, 0))] == [
        (1, 0, 0),
        (3, 0, 0),
        (4, 0, 0),
        (0, 0, 0),
    ]
    assert reasons(done) == {
        ("bounding_box", "left out", "an outline is wanted; --boxes polygon writes a rectangle"): 1,
        ("object_question", "changed", "a key attributes, which COCO does not know"): 1,
        ("polygon", "changed", "covered in part by later objects"): 1,
        ("polygon", "left out", "covered by later objects"): 1,
    }


def test_more_segments_than_one_byte_numbers(tmp_path: Path) -> None:
    objects = [
        block("Roof", f"p{number}", number % 20, number // 20, number % 20 + 1, number // 20 + 1)
        for number in range(300)
    ]
    media = SIZE | {"width": 20, "height": 20}
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *objects), media=media)])
    out, done = exported(store, "coco-panoptic", "out", split="none")
    picture = Image.open(out / "annotations/panoptic_all/r1.png")
    assert (done.count, picture.getpixel((19, 14)), picture.getpixel((0, 15))) == (300, (300 - 256, 1, 0), (0, 0, 0))
