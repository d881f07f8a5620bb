"""What the readers of YOLO see in our folders: the classes and boxes that SQL tells, and nothing that is corrupt."""

from pathlib import Path

from PIL import Image

from tests.exporting import exported
from tests.judges.sample_pictures import bounds_in, boxes, store_of_pictures
from tests.judging import judge, said
from tests.lines import label, square, thing, v2
from tests.making import store_of, v1

ULTRALYTICS = """
import json, os, sys
from pathlib import Path
os.environ["YOLO_OFFLINE"] = "true"
import numpy
from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset
data = check_det_dataset(sys.argv[1], autodownload=False)
found, images, area = [], 0, 0
for split in sys.argv[3].split(","):
    read = YOLODataset(img_path=data[split], data=data, task=sys.argv[2], imgsz=64)
    cache = Path(read.label_files[0]).parent.with_suffix(".cache")
    good, missing, empty, corrupt, total = numpy.load(cache, allow_pickle=True).item()["results"]
    assert (good, missing, corrupt, total) == (len(read.im_files), 0, 0, len(read.im_files))
    images += total
    for one in read.labels:
        height, width = one["shape"]
        for number, (x, y, w, h) in zip(one["cls"].ravel().tolist(), one["bboxes"].tolist()):
            box = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
            found.append([Path(one["im_file"]).stem, data["names"][int(number)], *box])
        for ring in one["segments"]:
            x, y = (ring * numpy.array([width, height])).T
            area += abs(float((x * numpy.roll(y, -1) - y * numpy.roll(x, -1)).sum())) / 2
print(json.dumps([found, images, area]))
"""
SUPERVISION = """
import json, sys
from pathlib import Path
from supervision import DetectionDataset
folder, found = Path(sys.argv[1]), []
for split in ("train", "val", "test"):
    read = DetectionDataset.from_yolo(
        str(folder / "images" / split), str(folder / "labels" / split), str(folder / "data.yaml")
    )
    for path, _, one in read:
        for number, box in zip(one.class_id.tolist(), one.xyxy.tolist()):
            found.append([Path(path).stem, read.classes[number], *box])
print(json.dumps(found))
"""
LABELFORMAT = """
import json, sys
from pathlib import Path
from labelformat.formats import YOLOv8ObjectDetectionInput
found = []
for split in ("train", "val", "test"):
    for label in YOLOv8ObjectDetectionInput(Path(sys.argv[1]) / "data.yaml", split).get_labels():
        for one in label.objects:
            box = one.box
            found.append([Path(label.image.filename).stem, one.category.name, box.xmin, box.ymin, box.xmax, box.ymax])
print(json.dumps(found))
"""


DONUT = "POLYGON ((20 20, 180 20, 180 180, 20 180, 20 20), (60 60, 140 60, 140 140, 60 140, 60 60))"


@judge
def test_the_boxes_are_those_of_sql(tmp_path: Path) -> None:
    store, assets = store_of_pictures(tmp_path)
    out, done = exported(store, "yolo", "out", assets=str(assets), labels="all", name="id")
    expected = boxes(one.box for one in bounds_in(store))
    assert expected.total() == done.count > 400
    found, images, _ = said("ultralytics", ULTRALYTICS, out / "data.yaml", "detect", "train,val,test")
    assert (boxes(found), images) == (expected, len([*out.glob("labels/*/*.txt")]))
    assert boxes(said("labelformat", LABELFORMAT, out)) == expected
    assert boxes(said("supervision", SUPERVISION, out)) == expected


@judge
def test_an_outline_has_no_area_in_its_hole(tmp_path: Path) -> None:
    element = v1("a") | {"Label": {"Ring": [{"geometry": DONUT}]}, "External ID": "a.png"}
    (tmp_path / "assets").mkdir()
    Image.new("RGB", (200, 200)).save(tmp_path / "assets" / "a.png")
    store = store_of(tmp_path, "sqlite", [element])
    out, _ = exported(store, "yolo", "out", assets=str(tmp_path / "assets"), task="segment", split="none")
    found, _, area = said("ultralytics", ULTRALYTICS, out / "data.yaml", "segment", "train")
    assert boxes(found) == boxes([("a", "Ring", 20, 20, 180, 180)])
    assert round(area) == 19_200


@judge
def test_turned_boxes_are_as_large_as_what_they_are_around(tmp_path: Path) -> None:
    """A box of 40 × 20 pixels, and a rectangle of 50 × 100 that is turned."""
    corners = [(100, 20), (140, 50), (80, 130), (40, 100)]
    turned = thing("Roof", "p1", "ImagePolygon", polygon=[{"x": x, "y": y} for x, y in corners])
    media = {"asset_type": "image", "width": 200, "height": 200}
    store = store_of(
        tmp_path, "sqlite", [v2("r1", label("a", square("Car", "c1", 20, 10, 40, 20), turned), media=media)]
    )
    (tmp_path / "assets").mkdir()
    Image.new("RGB", (200, 200)).save(tmp_path / "assets" / "r1.jpg")
    out, _ = exported(store, "yolo", "out", assets=str(tmp_path / "assets"), task="obb", split="none")
    found, _, area = said("ultralytics", ULTRALYTICS, out / "data.yaml", "obb", "train")
    assert boxes(found) == boxes([("r1", "Car", 20, 10, 60, 30), ("r1", "Roof", 40, 20, 140, 130)])
    assert round(area) == 40 * 20 + 50 * 100
