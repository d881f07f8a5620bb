"""What is made of the files in the vault: masks as rows of pixels, sizes of assets."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw
from pycocotools import mask as coco

from labelstore.assets import mask_pixels
from labelstore.assets.run_lengths import RunLengths, _iou, bitmap_of, counts_of, iou
from labelstore.loading import load
from labelstore.mask_pictures import colors_of
from labelstore.samples import shapes
from labelstore.samples.dice import Dice
from tests.lines import label, thing, v2
from tests.making import ENGINES, feature, store_of, v1
from tests.soaking import amount
from tests.test_masks import claiming
from tests.test_video_header import movie
from tests.vaulted import linked, png, rows

WIDTH, HEIGHT = 90, 70
WEB = "https://storage.example.com/"


def drawings(count: int, seed: str = "masks") -> list[Any]:
    """Polygons of the sampler as bitmaps, (HEIGHT, WIDTH) of booleans."""
    dice = Dice(seed)
    made = []
    for _ in range(count):
        picture = Image.new("1", (WIDTH, HEIGHT))
        ring = shapes.ring(dice, (WIDTH, HEIGHT), float, closed=True)
        ImageDraw.Draw(picture).polygon([(point["x"], point["y"]) for point in ring], fill=1)
        made.append(numpy.asarray(picture))
    return made


def white(bitmap: Any) -> bytes:
    """As v1 has masks: white on clear."""
    return png(numpy.where(bitmap[..., None], numpy.uint8(255), numpy.uint8(0)).repeat(4, axis=2))


def own(feature_id: str, url: str) -> dict[str, Any]:
    return thing("Sky", feature_id, "ImageSegmentationMask", mask={"url": url})


def composite(feature_id: str, url: str, color: Any, **more: Any) -> dict[str, Any]:
    where = {"url": url, "color_rgb": color}
    return thing("Sky", feature_id, "ImageSegmentationMask", composite_mask=where, **more)


def found(store: Path) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """Feature id → the bitmap of a mask, and its area and bounds."""
    sql = """
        select o.feature_id, p.width, p.height, p.rle, p.area, p.min_x, p.min_y, p.max_x, p.max_y
        from mask_pixels as p join objects as o on o.object_id = p.object_id
    """
    return {row[0]: (bitmap_of(RunLengths(*row[1:4])), row[4:]) for row in rows(store, sql)}


def check(bitmap: Any, decoded: Any, facts: tuple[Any, ...]) -> None:
    """That a row has the pixels that were drawn, judged by pycocotools."""
    assert (decoded == bitmap).all()
    judged = coco.encode(numpy.asfortranarray(bitmap.astype("uint8")))
    left, top, width, height = map(int, coco.toBbox(judged))
    assert facts == (coco.area(judged), left, top, left + width, top + height)


@ENGINES
def test_masks_drawn_from_polygons_are_their_pixels(tmp_path: Path, engine: str) -> None:
    drawn = drawings(amount(200, 20))
    objects = [feature("Sky", f"m{number}", instanceURI=f"{WEB}{number}?token=secret") for number in range(len(drawn))]
    store = store_of(tmp_path, engine, [v1("a", *objects)])
    done = linked(store, {f"{WEB}{number}?": white(bitmap) for number, bitmap in enumerate(drawn)})
    assert (done.files, done.masks, done.unread) == (0, len(drawn), {})
    made = found(store)
    for number, bitmap in enumerate(drawn):
        check(bitmap, *made[f"m{number}"])
    assert linked(store, {}).masks == 0  # all are there
    rle = coco.encode(numpy.asfortranarray(drawn[3].astype("uint8")))["counts"].decode()
    assert rows(store, "select rle from mask_pixels order by object_id limit 1 offset 3") == [(rle,)]


@ENGINES
def test_a_composite_is_split_by_its_exact_colors(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = drawings(50)
    colors = [(200, number * 5, 250 - number) for number in range(50)]
    picture = numpy.zeros((HEIGHT, WIDTH, 3), "uint8")
    for bitmap, color in zip(drawn, colors, strict=True):
        picture[bitmap] = color
    objects = [composite(f"m{number}", f"{WEB}all?token=t", color) for number, color in enumerate(colors)]
    store = store_of(tmp_path, engine, [v2("r1", label("a", *objects))])
    opened = []
    monkeypatch.setattr(mask_pixels, "colors_of", lambda data: opened.append(data) or colors_of(data))  # type: ignore[func-returns-value]
    assert linked(store, {f"{WEB}all?": png(picture)}).masks == 50
    assert len(opened) == 1
    made = found(store)
    for number, color in enumerate(colors):
        bitmap = (picture == color).all(axis=2)
        decoded, facts = made[f"m{number}"]
        assert (decoded == bitmap).all()
        if bitmap.any():
            check(bitmap, decoded, facts)
        else:
            assert facts == (0, None, None, None, None)


SQUARE = numpy.zeros((5, 4), bool)
SQUARE[1:3, 2:] = True


def palette() -> Image.Image:
    picture = Image.fromarray(SQUARE.astype("uint8") * 3)
    picture.putpalette([0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 200, 7])
    return picture


@pytest.mark.parametrize(
    ("picture", "color", "expected"),
    [
        (Image.fromarray(SQUARE), None, SQUARE),
        (SQUARE.astype("uint16") * 3, None, SQUARE),
        (palette(), None, SQUARE),
        (palette(), [10, 200, 7], SQUARE),
        (palette(), [10, 200, 8], ~SQUARE & SQUARE),
        (palette(), [0, 0, 0], ~SQUARE),
        (palette(), [300, -1, 0], ~SQUARE & SQUARE),
        (numpy.zeros((5, 4), "uint8"), None, ~SQUARE & SQUARE),
        (numpy.full((5, 4), 9, "uint8"), None, SQUARE | ~SQUARE),
        (numpy.array([[[9, 9, 9, 255]], [[9, 9, 9, 0]]], "uint8"), [9, 9, 9], numpy.array([[True], [False]])),
    ],
)
def test_pixels_of_all_sorts_of_pictures(tmp_path: Path, picture: Any, color: Any, expected: Any) -> None:
    one = own("m", f"{WEB}m") if color is None else composite("m", f"{WEB}m", color)
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", one))])
    linked(store, {f"{WEB}m": png(picture)})
    decoded, (area, *bounds) = found(store)["m"]
    assert (decoded == expected).all()
    assert area == expected.sum()
    assert bounds == [None] * 4 or area


@ENGINES
def test_pictures_that_cannot_be_read_are_counted_with_a_reason(tmp_path: Path, engine: str) -> None:
    whole = png(numpy.full((50, 50), 255, "uint8"))
    contents = {
        f"{WEB}cut": whole[:60],
        f"{WEB}text": b"<html>please log in</html>",
        f"{WEB}large": claiming(9000, 9000),
        f"{WEB}sound": whole,
    }
    objects = [own(url.rpartition("/")[2], url) for url in [*contents, f"{WEB}expired"]]
    objects.append(composite("nameless", f"{WEB}sound", None))
    objects.append(composite("twice", f"{WEB}sound", [255, 255, 255], mask={"url": f"{WEB}cut"}))
    store = store_of(tmp_path, engine, [v2("r1", label("a", *objects))])
    done = linked(store, contents)
    assert found(store).keys() == {"sound", "twice"}
    reasons = dict(done.unread)
    assert sorted(reasons.values()) == [1, 1, 1, 1]
    assert reasons["the export does not tell its color in the picture of several"] == 1
    kept = dict(rows(store, "select url, reason from assets where reason is not null"))
    assert set(kept.values()) == {reason for reason in reasons if not reason.startswith("the export")}
    assert "no PNG" in kept[f"{WEB}text"]
    assert "more than 64000000" in kept[f"{WEB}large"]
    for file in (tmp_path / "vault").rglob("*.png"):
        file.unlink()
    assert linked(store, {}).unread == done.unread  # without another look
    assert linked(store, {f"{WEB}cut": whole}).masks == 1


@ENGINES
def test_a_label_that_comes_again_gets_its_pixels_from_the_vault(tmp_path: Path, engine: str) -> None:
    (bitmap,) = drawings(1)
    one = v2("r1", label("a", own("m", f"{WEB}m?token=1")))
    other = v2("r2", label("b", own("n", f"{WEB}m?token=2")))
    store = store_of(tmp_path, engine, [one, other])
    assert linked(store, {f"{WEB}m?": white(bitmap), f"{WEB}r1": white(bitmap)}).masks == 2
    assert rows(store, "select data_row_id, width, size_source from data_rows order by 1") == [
        ("r1", WIDTH, "file"),
        ("r2", None, None),
    ]
    newer = v2("r1", label("a", own("m", f"{WEB}m?token=3"), at="2025-01-02T10:00:00.000+00:00"))
    (again := tmp_path / "again.ndjson").write_text(json.dumps(newer), encoding="utf-8")
    (tmp_path / "vault").rename(tmp_path / "elsewhere")
    assert load(store, [again]).total("changed") == 1
    assert found(store).keys() == {"n"}
    (tmp_path / "elsewhere").rename(tmp_path / "vault")
    assert load(store, [again]).total("unchanged") == 1
    check(bitmap, *found(store)["m"])
    assert rows(store, "select data_row_id, width, size_source from data_rows where width > 0") == [
        ("r1", WIDTH, "file")
    ]


@ENGINES
def test_sizes_come_from_the_files(tmp_path: Path, engine: str) -> None:
    turned = BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (30, 20)).save(turned, "JPEG", exif=exif)
    records = [v1(name) for name in ("turned", "film", "broken", "page", "gone", "same")]
    records[-1]["Labeled Data"] = f"{WEB}turned.jpg?Expires=1"
    store = store_of(tmp_path, engine, records)
    contents = {f"{WEB}turned.jpg": turned.getvalue(), f"{WEB}film.jpg": movie(), f"{WEB}page.jpg": b"%PDF-1.4"}
    contents[f"{WEB}broken.jpg"] = turned.getvalue()[:30]
    contents[f"{WEB}turned.jpg?"] = contents[f"{WEB}turned.jpg"]
    assert linked(store, contents).files == 5
    sql = "select external_id, width, height, frame_rate, frame_count, size_source from data_rows order by 1"
    assert rows(store, sql) == [
        ("broken.jpg", None, None, None, None, None),
        ("film.jpg", 160, 90, 25, 50, "file"),
        ("gone.jpg", None, None, None, None, None),
        ("page.jpg", None, None, None, None, None),
        ("same.jpg", 20, 30, None, None, "file"),
        ("turned.jpg", 20, 30, None, None, "file"),
    ]
    assert rows(store, "select frame_count from assets where width = 160") == [(50,)]
    ((reason,),) = rows(store, f"select reason from assets where url = '{WEB}broken.jpg'")
    assert reason.startswith("is no picture that can be read")
    assert linked(store, {}).files == 0


def test_run_lengths_are_read_and_compared_as_coco_does() -> None:
    bitmaps = [*drawings(amount(60, 12), "runs"), numpy.zeros((HEIGHT, WIDTH), bool), numpy.ones((HEIGHT, WIDTH), bool)]
    masks = []
    for bitmap in bitmaps:
        made = coco.encode(numpy.asfortranarray(bitmap.astype("uint8")))["counts"].decode()
        masks.append(RunLengths(WIDTH, HEIGHT, made))
        counts = counts_of(masks[-1])
        flat = numpy.repeat([number % 2 for number in range(len(counts))], counts)
        assert (bitmap == flat.reshape(WIDTH, HEIGHT).T).all()
    for one, bitmap in zip(masks, bitmaps, strict=True):
        for other, second in zip(masks, bitmaps, strict=True):
            union = (bitmap | second).sum()
            expected = (bitmap & second).sum() / union if union else 0
            assert iou(one, other) == pytest.approx(expected)
            assert _iou(counts_of(one), counts_of(other)) == pytest.approx(expected)
