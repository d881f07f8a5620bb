"""The exporter masks: which pixels are of which class and instance, and what is covered."""

import csv
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

from labelstore.errors import UsageError
from labelstore.export.writing import export
from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of, v1

SIZE = {"asset_type": "image", "width": 8, "height": 6}
DONUT = "POLYGON ((20 20, 180 20, 180 180, 20 180, 20 20), (60 60, 140 60, 140 140, 60 140, 60 60))"


def polygon(name: str, feature_id: str, *points: tuple[float, float]) -> dict[str, Any]:
    return thing(name, feature_id, "ImagePolygon", polygon=[{"x": x, "y": y} for x, y in points])


def block(name: str, feature_id: str, left: float, top: float, right: float, bottom: float) -> dict[str, Any]:
    return polygon(name, feature_id, (left, top), (right, top), (right, bottom), (left, bottom))


def rows(folder: Path, name: str) -> list[list[str]]:
    return list(csv.reader((folder / name).read_text().splitlines()))


def pixels(png: bytes) -> list[list[int]]:
    picture = Image.open(BytesIO(png))
    flat = [picture.getpixel((x, y)) for y in range(picture.height) for x in range(picture.width)]
    return [flat[y * picture.width : (y + 1) * picture.width] for y in range(picture.height)]  # type: ignore[misc]


@ENGINES
def test_pixels_are_numbers_of_classes_and_instances(tmp_path: Path, engine: str) -> None:
    """Later objects cover earlier ones; one that is covered whole is left out, and its number is free."""
    objects = [
        block("Roof", "p1", 0, 0, 4, 2),
        block("Roof", "p2", 5, 4, 6, 5),
        block("Sky", "p3", 3, 0, 5, 2),
        block("Sky", "p4", 5, 4, 7, 6),
        block("Sky", "p5", 0, 4, 2, 9),
        block("Sky", "p6", 20, 20, 30, 30),
        polygon("Sky", "p7", (1.0, 3.1), (1.2, 3.1), (1.2, 3.2)),
        square("Car", "c1", 6, 0, 2, 2),
    ]
    store = store_of(
        tmp_path, engine, [v2("r1", label("a", *objects), media=SIZE), v2("r2", label("b"), media=SIZE)], engine
    )
    out, done = exported(store, "masks", "out", split="none")
    files = files_of(out)
    assert pixels(files["classes/all/r1.png"]) == [
        [1, 1, 1, 2, 2, 0, 0, 0],
        [1, 1, 1, 2, 2, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [2, 2, 0, 0, 0, 2, 2, 0],
        [2, 2, 0, 0, 0, 2, 2, 0],
    ]
    assert pixels(files["instances/all/r1.png"]) == [
        [1, 1, 1, 3, 3, 0, 0, 0],
        [1, 1, 1, 3, 3, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [5, 5, 0, 0, 0, 4, 4, 0],
        [5, 5, 0, 0, 0, 4, 4, 0],
    ]
    assert pixels(files["classes/all/r2.png"]) == [[0] * 8] * 6
    assert rows(out, "classes.csv") == [["number", "class", "color"], ["1", "Roof", "#800000"], ["2", "Sky", "#008000"]]
    assert rows(out, "instances.csv")[1:] == [
        ["all", "r1.png", "1", "1", "Roof", "p1"],
        ["all", "r1.png", "3", "2", "Sky", "p3"],
        ["all", "r1.png", "4", "2", "Sky", "p4"],
        ["all", "r1.png", "5", "2", "Sky", "p5"],
    ]
    shown = Image.open(BytesIO(files["classes/all/r1.png"]))
    assert (shown.mode, shown.convert("RGB").getpixel((0, 0))) == ("P", (128, 0, 0))
    assert Image.open(BytesIO(files["instances/all/r1.png"])).mode == "I;16"
    assert reasons(done) == {
        ("polygon", "left out", "covered by later objects"): 1,
        ("polygon", "left out", "outside of the picture"): 1,
        ("polygon", "left out", "too thin to cover a pixel"): 1,
        ("polygon", "changed", "covered in part by later objects"): 1,
        ("polygon", "changed", "cut off at the edge of the picture"): 1,
        ("bounding_box", "left out", "an outline is wanted; --boxes polygon writes a rectangle"): 1,
    }
    with_boxes, done = exported(store, "masks", "boxes", split="none", boxes="polygon")
    assert pixels(files_of(with_boxes)["classes/all/r1.png"])[0] == [2, 2, 2, 3, 3, 0, 1, 1]
    assert reasons(done)["bounding_box", "changed", "a rectangle"] == 1


@ENGINES
def test_holes_are_of_no_instance(tmp_path: Path, engine: str) -> None:
    element = v1("a") | {"Label": {"Ring": [{"geometry": DONUT}]}, "Labeled Data": "https://example.com/a.png"}
    store = store_of(tmp_path, engine, [element])
    (tmp_path / "assets").mkdir()
    Image.new("RGB", (200, 200)).save(tmp_path / "assets" / "a.png")
    out, done = exported(store, "masks", "out", split="none", assets=str(tmp_path / "assets"), images="copy")
    assert sum(map(sum, pixels((out / "classes/all/a.png").read_bytes()))) == 19_200
    assert (out / "images/all/a.png").exists()
    assert done.written == {"label": 1, "polygon": 1, "hole": 1}
    assert done.lossless


def test_masks_are_those_of_their_pictures(tmp_path: Path) -> None:
    (assets := tmp_path / "assets").mkdir()
    composite = Image.new("RGB", (8, 6))
    composite.paste((255, 0, 0), (1, 1, 3, 2))
    composite.save(assets / "composite.png")
    Image.new("L", (3, 3), 255).save(assets / "small.png")

    def mask(feature_id: str, name: str) -> dict[str, Any]:
        where = {"url": f"https://example.com/{name}.png?x=1", "color_rgb": [255, 0, 0]}
        return thing("Sky", feature_id, "ImageSegmentationMask", composite_mask=where)

    small = thing("Sky", "m3", "ImageSegmentationMask", mask={"url": "https://example.com/small.png"})
    objects = [mask("m1", "composite"), mask("m2", "gone"), small]
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *objects), media=SIZE)])
    out, done = exported(store, "masks", "out", split="none", assets=str(assets))
    found = pixels((out / "instances/all/r1.png").read_bytes())
    assert found[1] == [0, 1, 1, 0, 0, 0, 0, 0]
    assert sum(map(sum, found)) == 2
    assert reasons(done) == {
        ("mask", "left out", "its picture is not as large as the image"): 1,
        ("mask", "left out", "its picture is not in the folder of assets"): 1,
    }


def test_many_classes_need_sixteen_bits(tmp_path: Path) -> None:
    objects = [block(f"Class {number:03}", f"p{number}", 0, 0, 1, 1) for number in range(300)]
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *objects), media=SIZE)])
    out, done = exported(store, "masks", "out", split="none")
    picture = Image.open(out / "classes/all/r1.png")
    assert (picture.mode, picture.getpixel((0, 0)), done.count) == ("I;16", 300, 1)


def test_what_no_memory_holds_is_left_out(tmp_path: Path) -> None:
    """Pictures of more pixels than any, and outlines that go far beyond their picture."""
    huge = SIZE | {"width": 1_000_000, "height": 1_000_000}
    far = polygon("Roof", "p1", (-1e14, 0), (1e14, 0), (1e14, 1e14), (-1e14, 1e14))
    records = [
        v2("r1", label("a", block("Roof", "p0", 0, 0, 4, 2)), media=huge),
        v2("r2", label("b", far), media=SIZE),
    ]
    out, done = exported(store_of(tmp_path, "sqlite", records), "masks", "out", split="none")
    assert pixels((out / "classes/all/r2.png").read_bytes()) == [[1] * 8] * 6
    assert done.written == {"label": 1, "polygon": 1}
    assert reasons(done)["label", "left out", "its picture has more than 64,000,000 pixels"] == 1


def test_a_part_of_a_picture_is_drawn_as_the_whole_is() -> None:
    numpy = pytest.importorskip("numpy")
    from labelstore.export.bitmaps import drawn, patch_of
    from labelstore.export.shapes import Part, bounds_of

    random = Random(1)
    for _ in range(300):
        outline = [(random.uniform(-20, 60), random.uniform(-20, 50)) for _ in range(random.randint(3, 9))]
        box = bounds_of([outline])
        assert box is not None
        whole, (left, top, bitmap) = drawn([Part(outline)], 40, 30), patch_of([Part(outline)], box, 40, 30)
        found = numpy.zeros_like(whole)
        found[top : top + bitmap.shape[0], left : left + bitmap.shape[1]] = bitmap
        assert (found == whole).all()


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", block("Roof", "p1", 0, 0, 4, 2)), media=SIZE)])
    monkeypatch.setitem(__import__("sys").modules, "pycocotools", None)
    with pytest.raises(UsageError, match=r"pip install 'labelstore-db\[masks\]'"):
        export(store, "masks", tmp_path / "out")
    assert not (tmp_path / "out").exists()
