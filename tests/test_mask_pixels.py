"""Masks whose pixels are known: in the views and canned queries, and compared with one another."""

import json
import re
import shutil
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image
from pycocotools import mask as coco
from pycocotools.coco import COCO

from labelstore.analyses.agreement import agreement
from labelstore.assets import run_lengths
from labelstore.assets.run_lengths import RunLengths, bitmap_of
from labelstore.drawing import DrawOptions
from labelstore.drawing.image import draw, thumbnail
from labelstore.engines import open_database
from labelstore.errors import UsageError
from labelstore.scenes import read_scene
from labelstore.scenes.comparing import compared
from labelstore.scenes.scene import Pixels
from tests.exporting import exported, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, asked, store_of
from tests.test_browsing import Site
from tests.vaulted import linked, png, rows

WEB = "https://storage.example.com/"
MEDIA = {"asset_type": "image", "width": 40, "height": 20}


def mask(name: str, feature_id: str) -> dict[str, Any]:
    return thing(name, feature_id, "ImageSegmentationMask", mask={"url": f"{WEB}{feature_id}"})


def block(left: int, top: int, width: int, height: int, size: tuple[int, int] = (40, 20)) -> bytes:
    picture = Image.new("L", size)
    picture.paste(255, (left, top, left + width, top + height))
    return png(picture)


@pytest.fixture(name="scene")
def fixture_scene(tmp_path: Path, engine: str) -> Path:
    """Label a: two equal masks, one in them, one empty, one without a picture, a box; b: a mask over another."""
    a = label(
        "a",
        *(mask(name, name.lower()) for name in ("Sky", "Sky2", "Bird", "Night", "Gone")),
        square("Car", "car", 0, 10, 4, 4),
    )
    store = store_of(tmp_path, engine, [v2("r1", a, label("b", mask("Sky", "other")), media=MEDIA)])
    contents = {
        "sky": block(10, 0, 20, 10),
        "sky2": block(10, 0, 20, 10),
        "bird": block(12, 2, 2, 2),
        "night": block(0, 0, 0, 0),
        "other": block(10, 0, 20, 5),
    }
    assert linked(store, {f"{WEB}{name}": content for name, content in contents.items()}).masks == 5
    return store


@ENGINES
def test_sizes_and_bounds(scene: Path, engine: str) -> None:
    sizes = rows(scene, "select name, unit, area from object_sizes where kind = 'mask' and label_id = 'a' order by 1")
    assert sizes == [("Bird", "pixels", 4), ("Night", "pixels", 0), ("Sky", "pixels", 200), ("Sky2", "pixels", 200)]
    assert isinstance(sizes[0][2], float)  # on both engines
    sql = """
        select o.name, b.min_x, b.min_y, b.max_x, b.max_y, b.form
        from object_bounds as b join objects as o on o.object_id = b.object_id
        order by 1, 5
    """
    assert rows(scene, sql) == [
        ("Bird", 12, 2, 14, 4, None),
        ("Car", 0, 10, 4, 14, None),
        ("Night", None, None, None, None, None),
        ("Sky", 10, 0, 30, 5, None),
        ("Sky", 10, 0, 30, 10, None),
        ("Sky2", 10, 0, 30, 10, None),
    ]
    assert {row["name"]: row["largest"] for row in asked(scene, "object-sizes")}["Sky"] == 200


@ENGINES
def test_canned_queries_know_masks(scene: Path, engine: str) -> None:
    assert [(row["label_id"], row["times"]) for row in asked(scene, "larger-than-class", a="Sky", b="Bird")] == [
        ("a", 50)
    ]
    assert [row["times"] for row in asked(scene, "larger-than-class", a="Sky", b="Car")] == [12.5]
    assert asked(scene, "larger-than-class", a="Sky", b="Night") == []
    (overlap,) = asked(scene, "class-overlap", a="Bird", b="Sky")
    assert (overlap["iou"], overlap["share_of_a"]) == (0.02, 1)
    inside = asked(scene, "labels-with-class-inside-box", **{"class": "Sky", "max_x": 30, "max_y": 5})
    assert [row["label_id"] for row in inside] == ["b"]
    (near,) = asked(scene, "nearest-objects", x=11, y=9, limit=1)
    assert (near["name"], near["distance"]) == ("Sky", 0)
    (pair,) = asked(scene, "nearest-of-class", a="Bird", b="Sky2")
    assert (pair["dx"], pair["dy"]) == (7, 2)
    places = {row["name"]: row for row in asked(scene, "object-positions")}
    assert {name: (row["objects"], row["left_out"]) for name, row in places.items()} == {
        "Bird": (1, 0),
        "Car": (1, 0),
        "Night": (0, 1),
        "Sky": (2, 0),
        "Sky2": (1, 0),
    }
    assert (places["Bird"]["center_x"], places["Bird"]["mean_height"]) == (0.325, 0.1)
    (copies,) = asked(scene, "duplicate-objects")
    assert (copies["label_id"], copies["kind"], copies["classes"], copies["copies"]) == ("a", "mask", 2, 2)


@ENGINES
@pytest.mark.parametrize("has_pycocotools", [True, False])
def test_agreement_counts_the_pixels_that_masks_share(
    scene: Path, engine: str, has_pycocotools: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_pycocotools:

        def missing() -> Any:
            raise UsageError("not installed")

        monkeypatch.setattr(run_lengths, "coco_masks", missing)
    with open_database(scene, read_only=True) as database:
        found = agreement(database)
    sky = next(row for row in found.objects if row.name == "Sky")
    assert (sky.matched, sky.mean_iou, sky.measured) == (1, 0.5, "pixels")
    assert found.notes[0] == "not compared, since only boxes, polygons and masks with pixels are: 2 mask"
    with open_database(scene, read_only=True) as database:
        assert next(row for row in agreement(database, iou=0.51).objects if row.name == "Sky").matched == 0


def of_feature(store: Path, feature_id: str) -> Any:
    ((label_id,),) = rows(store, f"select label_id from objects where feature_id = '{feature_id}'")
    return label_id


@ENGINES
def test_labels_are_compared_by_the_pixels_of_masks(scene: Path, engine: str) -> None:
    with open_database(scene, read_only=True) as database:
        scenes = [read_scene(database, label_id) for label_id in "ab"]
    found = compared([one for one in scenes if one is not None], 0.4)
    (same,) = [one for one in found.objects if None not in one.shapes and one.group.same_class]
    assert same.group.likeness is not None
    assert (same.group.likeness.iou, same.group.likeness.of) == (0.5, "pixels")
    assert [shape.name for _, shape in found.uncompared] == ["Night", "Gone"]


def test_a_mask_is_no_polygon_and_pictures_of_two_sizes_are_compared_by_bounds(tmp_path: Path) -> None:
    corners = [{"x": x, "y": y} for x, y in ((0, 0), (10, 0), (10, 10), (0, 10), (0, 0))]
    outline = thing("Sky", "p", "ImagePolygon", polygon=corners, classifications=[])
    labels = [label("a", mask("Sky", "m")), label("b", mask("Sky", "n")), label("c", outline)]
    store = store_of(tmp_path, "sqlite", [v2("r1", *labels, media=MEDIA)])
    linked(store, {f"{WEB}m": block(0, 0, 10, 10), f"{WEB}n": block(0, 0, 10, 8, (80, 40))})
    with open_database(store, read_only=True) as database:
        (sky,) = agreement(database).objects
    assert (sky.matched, sky.unmatched, sky.mean_iou, sky.measured) == (1, 4, 0.8, "bounds")


def test_a_hole_is_no_part_of_a_mask(tmp_path: Path) -> None:
    ring = numpy.full((20, 40), 255, "uint8")
    ring[5:15, 10:30] = 0
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", mask("Sky", "m")), media=MEDIA)])
    linked(store, {f"{WEB}m": png(ring)})
    assert rows(store, "select area, min_x, max_y from mask_pixels") == [(600, 0, 20)]


@ENGINES
def test_converters_take_the_pixels_without_a_picture(tmp_path: Path, engine: str) -> None:
    """Pixel-equal through COCO, panoptic, PNGs and the import of Labelbox."""
    ring = numpy.zeros((20, 40), "uint8")
    ring[2:18, 5:35] = 255
    ring[5:15, 10:30] = 0
    objects = [mask("Sky", "m"), mask("Sky", "empty"), mask("Sky", "small"), mask("Sky", "gone")]
    store = store_of(tmp_path, engine, [v2("r1", label("a", *objects), media=MEDIA)])
    small = block(0, 0, 1, 1, (4, 4))
    linked(store, {f"{WEB}m": png(ring), f"{WEB}empty": block(0, 0, 0, 0), f"{WEB}small": small})
    shutil.rmtree(tmp_path / "vault")

    out, done = exported(store, "coco", "out.json")
    assert reasons(done) == {
        ("mask", "left out", "its picture is empty"): 1,
        ("mask", "left out", "its picture is not as large as the image"): 1,
        ("mask", "left out", "its picture is not at hand: give its folder with --assets"): 1,
    }
    read = COCO(str(out))
    (one,) = read.loadAnns(read.getAnnIds())
    assert (read.annToMask(one) * 255 == ring).all()
    assert (one["area"], one["bbox"]) == (280, [5, 2, 30, 16])
    assert one["segmentation"]["counts"] == rows(store, "select rle from mask_pixels where area = 280")[0][0]

    out, _ = exported(store, "coco", "outlines.json", masks="polygon")
    (traced,) = json.loads(out.read_text())["annotations"]
    assert traced["area"] == 280
    out, _ = exported(store, "masks", "masks", split="none")
    assert (numpy.asarray(Image.open(out / "classes/all/r1.png")) * 255 == ring).all()
    out, _ = exported(store, "labelbox-import", "import.ndjson")
    sent = [json.loads(line)["mask"]["png"] for line in out.read_text().splitlines()]
    assert any(numpy.array_equal(numpy.asarray(Image.open(BytesIO(b64decode(text)))) * 255, ring) for text in sent)


@ENGINES
def test_masks_are_drawn_by_the_outlines_of_their_pixels(scene: Path, engine: str) -> None:
    with open_database(scene, read_only=True) as database:
        one = read_scene(database, "a")
    assert one is not None
    drawn = str(draw(one, DrawOptions()))
    assert "<image" not in drawn
    paths = dict(re.findall(r'<title>(\w+) \(mask\)</title>.*?class="line" d="([^"]*)"', drawn))
    assert paths == {"Sky": paths["Sky2"], "Sky2": "M30 0L30 10L10 10L10 0Z", "Bird": "M14 2L14 4L12 4L12 2Z"}
    assert re.findall(r'class="note">([^<]*)', drawn) == ["2 masks not drawn: no picture available"]
    assert len(re.findall(r">Bird<", drawn)) == 1  # its name
    small = str(thumbnail(one, DrawOptions()))
    assert small.count("<path") == 4
    assert "<image" not in small


def test_large_masks_are_drawn_more_coarsely_and_damaged_ones_not_at_all() -> None:
    picture = numpy.indices((600, 600)).sum(axis=0) % 2 == 1  # a checkerboard: 720,000 edges
    judged = coco.encode(numpy.asfortranarray(picture.astype("uint8")))["counts"].decode()
    pixels = Pixels(RunLengths(600, 600, judged), (0, 0, 600, 600))
    assert len(pixels.rings) <= 5000
    for damaged in (RunLengths(601, 600, judged), RunLengths(10**9, 10**9, judged), RunLengths(600, 600, "")):
        assert Pixels(damaged, (0, 0, 9, 9)).rings == ()
        with pytest.raises(ValueError, match="damaged"):
            bitmap_of(damaged)


def test_pages_draw_and_compare_masks_without_their_pictures(tmp_path: Path) -> None:
    pytest.importorskip("datasette")
    labels = [label(name, mask("Sky", name), square("Car", f"car-{name}", 0, 10, 4, 4)) for name in "ab"]
    store = store_of(tmp_path, "sqlite", [v2("r1", *labels, media=MEDIA)])
    linked(store, {f"{WEB}a": block(10, 0, 20, 10), f"{WEB}b": block(10, 0, 20, 8)})
    shutil.rmtree(tmp_path / "vault")
    site = Site(store)
    page = site.get(site.paths.label("a")).text
    assert 'd="M30 0L30 10L10 10L10 0Z"' in page
    assert "not drawn" not in page
    assert 'd="M30 0L30 8L10 8L10 0Z"' in site.get(site.paths.compare(["a", "b"])).text
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", site.get(site.paths.compare(["a", "b"])).text)
    assert "0.8" in [cell.strip() for cell in cells]
    assert site.get(site.paths.gallery()).text.count('class="thumbnail"') >= 1
