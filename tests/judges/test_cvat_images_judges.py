"""What Datumaro sees in our CVAT files of images: boxes and outlines that SQL tells, tags, masks."""

from pathlib import Path

import pytest
from PIL import Image

from tests.exporting import exported
from tests.judges.sample_pictures import bounds_in, store_of_pictures
from tests.judging import judge, said
from tests.lines import label, thing, v2
from tests.making import store_of

DATUMARO = """
import json, sys
from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset
data = Dataset.import_from(sys.argv[1], "cvat")
names = [one.name for one in data.categories()[AnnotationType.label]]
found, tags, masks = [], 0, []
for item in data:
    for one in item.annotations:
        if one.type.name in ("bbox", "polygon"):
            left, top, width, height = map(float, one.get_bbox())
            found.append([item.id, names[one.label], left, top, left + width, top + height])
        elif one.type.name == "mask":
            masks.append(one.image.tolist())
        tags += one.type.name == "label"
print(json.dumps([found, tags, masks]))
"""


@judge
def test_the_shapes_are_those_of_sql(tmp_path: Path) -> None:
    store, assets = store_of_pictures(tmp_path)
    out, done = exported(store, "cvat-images", "out", assets=str(assets), labels="all", name="id")
    found, tags, _ = said("datumaro", DATUMARO, out)
    expected = sorted(one.box for one in bounds_in(store))
    assert len(found) == len(expected) > 400
    for (*seen, left, top, right, bottom), told in zip(sorted(found), expected, strict=True):
        assert tuple(seen) == told[:2]
        assert (left, top, right, bottom) == pytest.approx(told[2:], abs=0.011)  # it rounds to two digits
    assert 0 < tags <= done.written["label_question"]


@judge
def test_a_mask_has_its_pixels(tmp_path: Path) -> None:
    (assets := tmp_path / "assets").mkdir()
    picture = Image.new("L", (8, 6))
    for x, y in ((2, 1), (3, 1), (1, 2), (2, 2), (1, 3), (7, 5)):
        picture.putpixel((x, y), 255)
    picture.save(assets / "m1.png")
    Image.new("L", (8, 6)).save(assets / "r1.jpg")
    mask = thing("Sky", "m1", "ImageSegmentationMask", mask={"url": "https://example.com/m1.png"})
    media = {"asset_type": "image", "width": 8, "height": 6}
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", mask), media=media)])
    out, _ = exported(store, "cvat-images", "out", assets=str(assets))
    _, _, (seen,) = said("datumaro", DATUMARO, out)
    assert seen == [[int(picture.getpixel((x, y)) == 255) for x in range(8)] for y in range(6)]
