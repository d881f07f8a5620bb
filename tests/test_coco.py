"""The exporter coco: what stands in its files, and that its usual reader sees the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import labelstore
from labelstore.errors import UsageError
from labelstore.export.writing import export
from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, box, feature, store_of, v1
from tests.test_cli import run

SIZE = {"asset_type": "image", "width": 200, "height": 200}
DONUT = "POLYGON ((20 20, 180 20, 180 180, 20 180, 20 20), (60 60, 140 60, 140 140, 60 140, 60 60))"


def coco(store: Path, **choices: Any) -> tuple[dict[str, Any], Any]:
    out, done = exported(store, "coco", "out.json", **choices)
    return json.loads(out.read_bytes()), done


@ENGINES
def test_boxes_polygons_and_what_was_answered(tmp_path: Path, engine: str) -> None:
    asked = [
        {"name": "Color", "value": "color", "radio_answer": {"name": "Red", "value": "red", "classifications": []}}
    ]
    car = square("Car", "c1", 10, 20, 30, 40) | {"classifications": asked}
    roof = thing("Roof", "p1", "ImagePolygon", polygon=[{"x": 0, "y": 0}, {"x": 4, "y": 0}, {"x": 4, "y": 3}])
    store = store_of(tmp_path, engine, [v2("r1", label("a", car, roof), media=SIZE), v2("r2", label("b"), media=SIZE)])
    found, done = coco(store)
    assert [(one["id"], one["name"]) for one in found["categories"]] == [(1, "Car"), (2, "Roof")]
    assert [(one["id"], one["file_name"], one["width"], one["height"]) for one in found["images"]] == [
        (1, "r1.jpg", 200, 200),
        (2, "r2.jpg", 200, 200),
    ]
    box_, polygon = found["annotations"]
    assert (box_["bbox"], box_["area"], box_["segmentation"]) == ([10, 20, 30, 40], 1200, [])
    assert (box_["attributes"], box_["labelbox_id"], box_["category_id"]) == ({"Color": "Red"}, "c1", 1)
    assert (polygon["bbox"], polygon["area"]) == ([0, 0, 4, 3], 6)
    assert (polygon["segmentation"], polygon["image_id"]) == ([[0, 0, 4, 0, 4, 3]], 1)
    assert str(done) == "2 objects of 2 labels written, 1 changed"
    assert reasons(done) == {("object_question", "changed", "a key attributes, which COCO does not know"): 1}


@ENGINES
@pytest.mark.parametrize(
    ("holes", "area", "how"),
    [("seam", 19_200, "cut open along a seam"), ("rle", 19_200, None), ("fill", 25_600, "filled")],
)
def test_a_hole_is_no_part_of_the_area(tmp_path: Path, engine: str, holes: str, area: int, how: str | None) -> None:
    pytest.importorskip("pycocotools")
    from pycocotools.coco import COCO

    element = v1("a") | {"Label": {"Ring": [{"geometry": DONUT}]}, "Labeled Data": "https://example.com/a.png"}
    store = store_of(tmp_path, engine, [element])
    (tmp_path / "assets").mkdir()
    Image.new("RGB", (200, 200)).save(tmp_path / "assets" / "a.png")
    out, done = exported(store, "coco", "out.json", holes=holes, assets=str(tmp_path / "assets"))
    read = COCO(str(out))
    (one,) = read.loadAnns(read.getAnnIds())
    assert one["area"] == area
    assert read.annToMask(one).sum() == area
    assert done.selected["hole"] == done.written["hole"] == 1
    assert reasons(done) == ({} if how is None else {("hole", "changed", how): 1})


def test_masks_are_read_where_their_pictures_are(tmp_path: Path) -> None:
    (assets := tmp_path / "assets").mkdir()
    composite = Image.new("RGB", (4, 3))
    composite.putpixel((1, 1), (255, 0, 0))
    composite.putpixel((2, 1), (255, 0, 0))
    composite.putpixel((3, 2), (0, 255, 0))
    composite.save(assets / "composite.png")
    objects = [
        thing(
            "Sky",
            "m1",
            "ImageSegmentationMask",
            composite_mask={"url": "https://example.com/composite.png?x=1", "color_rgb": [255, 0, 0]},
        ),
        thing(
            "Sky",
            "m2",
            "ImageSegmentationMask",
            composite_mask={"url": "https://example.com/other.png", "color_rgb": [1, 2, 3]},
        ),
    ]
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *objects), media=SIZE | {"width": 4, "height": 3})])
    found, done = coco(store, assets=str(assets))
    (one,) = found["annotations"]
    assert (one["bbox"], one["area"], one["segmentation"]["size"], one["iscrowd"]) == ([1, 1, 2, 1], 2, [3, 4], 0)
    assert reasons(done) == {("mask", "left out", "its picture is not in the folder of assets"): 1}


def test_a_bitmap_that_no_memory_holds_is_left_out(tmp_path: Path) -> None:
    media = {"Media Attributes": {"width": 1_000_000, "height": 1_000_000}}
    store = store_of(
        tmp_path,
        "sqlite",
        [
            v1("a")
            | media
            | {"Label": {"Ring": [{"geometry": DONUT}], "Roof": [{"geometry": DONUT[: DONUT.index(", (")] + ")"}]}}
        ],
    )
    found, done = coco(store, holes="rle")
    assert [one["area"] for one in found["annotations"]] == [25_600]
    assert reasons(done)["polygon", "left out", "its picture has more than 64,000,000 pixels"] == 1


@pytest.mark.parametrize("holes", ["seam", "fill"])
def test_outlines_of_masks_are_their_pixels(tmp_path: Path, holes: str) -> None:
    """With a hole, which is none of a polygon, and a part apart."""
    pytest.importorskip("pycocotools")
    from pycocotools.coco import COCO

    rows = ["#####...", "#...#...", "#.#.#...", "#####.##"]
    (assets := tmp_path / "assets").mkdir()
    picture = Image.new("L", (8, 4))
    picture.putdata([255 * (one == "#") for row in rows for one in row])
    picture.save(assets / "m1.png")
    mask = thing("Sky", "m1", "ImageSegmentationMask", mask={"url": "https://example.com/m1.png"})
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", mask), media=SIZE | {"width": 8, "height": 4})])
    out, done = exported(store, "coco", "out.json", assets=str(assets), masks="polygon", holes=holes)
    read = COCO(str(out))
    (one,) = read.loadAnns(read.getAnnIds())
    assert (one["bbox"], one["area"], len(one["segmentation"])) == ([0, 0, 8, 4], 17, 2)
    assert ["".join(".#"[pixel] for pixel in row) for row in read.annToMask(one)] == rows
    assert done.lossless


@ENGINES
def test_a_folder_has_a_file_for_each_split_and_the_pictures(tmp_path: Path, engine: str) -> None:
    records = [
        v2(f"r{number}", label(f"l{number}", square("Car", f"o{number}", 1, 1, 2, 2)), media=SIZE)
        for number in range(40)
    ]
    store = store_of(tmp_path, engine, records)
    (tmp_path / "assets").mkdir()
    for number in range(3):
        (tmp_path / "assets" / f"r{number}.jpg").write_bytes(b"picture")
    out, _ = exported(store, "coco", "out", assets=str(tmp_path / "assets"), images="copy")
    files = files_of(out)
    names = {
        split: [one["file_name"] for one in json.loads(files[f"annotations/instances_{split}.json"])["images"]]
        for split in ("train", "val", "test")
    }
    assert sum(map(len, names.values())) == 40
    assert len(names["train"]) > 25
    assert {path.rpartition("/")[2] for path in files if path.startswith("images/")} == {"r0.jpg", "r1.jpg", "r2.jpg"}
    assert all(path.split("/")[2] in names[path.split("/")[1]] for path in files if path.startswith("images/"))
    assert files == files_of(exported(store, "coco", "again", assets=str(tmp_path / "assets"), images="copy")[0])


def test_an_image_without_a_size_stops_the_export_or_is_left_out(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a", box("Car", "c1", 1, 2, 3, 4)), v1("b")])
    with pytest.raises(
        UsageError, match=r"a\.jpg: the export does not tell how large this picture is; give the folder"
    ):
        export(store, "coco", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()
    assets = tmp_path / "assets"
    assets.mkdir()
    turned = Image.Exif()
    turned[274] = 6
    Image.new("RGB", (30, 20)).save(assets / "a.jpg", exif=turned)
    found, done = coco(store, assets=str(assets), missing_size="skip")
    assert [(one["width"], one["height"]) for one in found["images"]] == [(20, 30)]
    assert reasons(done) == {("label", "left out", "nothing tells the size of its picture"): 1}


@ENGINES
def test_frames_of_a_video_are_images_with_tracks(tmp_path: Path, engine: str) -> None:
    def frame(left: int) -> dict[str, Any]:
        return {"objects": {"o1": square("Car", "o1", left, 1, 2, 2)}, "classifications": []}

    video = label("a") | {
        "annotations": {
            "frames": {"1": frame(1), "10": frame(5)},
            "segments": {"o1": [[1, 10]]},
            "key_frame_feature_map": {"o1": {"1": True, "10": False}},
            "classifications": [],
        }
    }
    media = {"asset_type": "video", "width": 20, "height": 10, "frame_rate": 1, "frame_count": 10}
    store = store_of(tmp_path, engine, [v2("r1", video, media=media, external_id="clip.mp4")])
    found, done = coco(store)
    assert [(one["file_name"], one["video"], one["frame_number"]) for one in found["images"]] == [
        (f"r1_{number:06d}.jpg", "r1", number) for number in range(1, 11)
    ]
    assert [one["track_id"] for one in found["annotations"]] == [1] * 10
    assert [found["annotations"][place]["bbox"][0] for place in (0, 9)] == [1, 5]
    assert done.interpolated == 8
    assert done.written["track"] == 1
    assert reasons(done)["key_frame", "left out", "COCO has no place for it"] == 1
    only, done = coco(store, frames="key")
    assert [one["frame_number"] for one in only["images"]] == [1]
    assert done.not_selected == {"objects in frames that were not chosen": 1}


def test_classes_are_chosen_renamed_and_numbered(tmp_path: Path) -> None:
    objects = [square(name, name, 1, 1, 2, 2) for name in ("Car", "Truck", "Tree")]
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *objects), media=SIZE)])

    def names(**choices: Any) -> tuple[list[str], list[int]]:
        found, _ = coco(store, **choices)
        return [one["name"] for one in found["categories"]], [one["category_id"] for one in found["annotations"]]

    assert names() == (["Car", "Tree", "Truck"], [1, 3, 2])
    assert names(classes=("Tree", "Car")) == (["Car", "Tree"], [1, 2])
    assert names(rename=("Truck=Car",)) == (["Car", "Tree"], [1, 1, 2])
    order = tmp_path / "classes.txt"
    order.write_text("Tree\nCar\n")
    assert names(class_file=str(order)) == (["Tree", "Car"], [2, 1])
    with pytest.raises(Exception, match="Tre: no object that this format takes is of this class; did you mean Tree"):
        names(classes=("Tre",))
    same = [
        feature("Car", "x", bbox={"top": 1, "left": 1, "height": 1, "width": 1}, schemaId=schema)
        for schema in ("s1", "s2")
    ]
    other = store_of(tmp_path, "sqlite", [v1("a", *same)], name="same")
    with pytest.raises(UsageError, match=r"Car: 2 classes of project Roads have this name \(schema ids s1, s2\)"):
        export(other, "coco", tmp_path / "x.json", missing_size="skip")


@ENGINES
def test_an_open_store_exports_too(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v2("r1", label("a", square("Car", "c1", 1, 1, 2, 2)), media=SIZE)])
    with labelstore.open(store) as opened:
        for number, classes in enumerate((("Car",), ["Car"], "Car")):
            done = opened.export("coco", tmp_path / "out.json", classes=classes, overwrite=number > 0)
            assert (done.count, done.lossless) == (1, True)
    assert json.loads((tmp_path / "out.json").read_bytes())["categories"] == [
        {"id": 1, "name": "Car", "supercategory": ""}
    ]


def test_the_command_tells_what_is_lost(tmp_path: Path) -> None:
    lane = thing("Lane", "n1", "ImagePolyline", line=[{"x": 1, "y": 1}, {"x": 2, "y": 2}])
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", square("Car", "c1", 1, 1, 2, 2), lane), media=SIZE)])
    out = tmp_path / "out.json"
    done = run("export", store, "coco", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "polyline  left out  1         COCO has no place for it  n1" in done.stderr
    assert done.stderr.endswith("1 objects of 1 labels written, 1 left out\n")
    strict = run("export", store, "coco", out, "--strict", "--overwrite", "--json")
    assert strict.exit_code == 4
    told = json.loads(strict.stdout)
    assert told == json.loads((tmp_path / "out.json.losses.json").read_text())
    assert told["constructs"]["polyline"] == {"selected": 1, "written": 0, "left_out": 1}
    assert told["losses"] == [
        {
            "construct": "polyline",
            "action": "left out",
            "reason": "COCO has no place for it",
            "count": 1,
            "examples": ["n1"],
        }
    ]
    before = out.read_bytes()
    dry = run("export", store, "coco", "--dry-run", "--class", "Car")
    assert (dry.exit_code, "1 objects of 1 labels would be written\n" in dry.stdout) == (0, True)
    assert out.read_bytes() == before
    again = run("export", store, "coco", out)
    assert (again.exit_code, "is there already; name another file, or replace it with --overwrite" in again.stderr) == (
        1,
        True,
    )
    out.unlink()
    assert run("export", store, "coco", out).exit_code == 0  # the report of what is gone is in nobody's way
    out.unlink()
    (tmp_path / "out.json.losses.json").write_text("mine")
    mine = run("export", store, "coco", out)
    assert (mine.exit_code, "out.json.losses.json: is there already" in mine.stderr) == (1, True)
    assert run("export", store, "coco").exit_code == 2
    assert run("export", store, "coco", "-", "--json").exit_code == 2
    assert json.loads(run("export", store, "coco", "-").stdout)["annotations"][0]["bbox"] == [1, 1, 2, 2]
    report = tmp_path / "report.json"
    assert run("export", store, "coco", "-", "--loss", report).exit_code == 0
    assert json.loads(report.read_text()) == told
