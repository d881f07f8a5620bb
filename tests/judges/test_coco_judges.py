"""What the readers of COCO see in our files: the counts, boxes and classes that SQL tells."""

import json
from pathlib import Path

import pytest

from labelstore.engines import open_database
from tests.exporting import exported
from tests.judges.sample_pictures import bounds_in, boxes, store_of_pictures
from tests.judging import judge, said

LABELFORMAT = """
import json, sys
from pathlib import Path
from labelformat.formats import COCOObjectDetectionInput
found = {}
for label in COCOObjectDetectionInput(Path(sys.argv[1])).get_labels():
    for one in label.objects:
        found[one.category.name] = found.get(one.category.name, 0) + 1
print(json.dumps(found))
"""

ITSELF = """
import json, sys
if sys.argv[2] == "pycocotools":
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval as Evaluation
else:
    from faster_coco_eval import COCO, COCOeval_faster as Evaluation
truth = COCO(sys.argv[1])
kind = sys.argv[3]
same = []
for one in truth.loadAnns(truth.getAnnIds()):
    what = {"bbox": one["bbox"]} if kind == "bbox" else {"segmentation": truth.annToRLE(one)}
    same.append({"image_id": one["image_id"], "category_id": one["category_id"], "score": 1.0, **what})
done = Evaluation(truth, truth.loadRes(same), kind)
done.params.maxDets = [1, 10, 1000]
done.evaluate()
done.accumulate()
precision = done.eval["precision"][..., 0, -1]
print(json.dumps([len(same), float(precision[precision > -1].mean())]))
"""
SUPERVISION = """
import json, sys
from pathlib import Path
from supervision import DetectionDataset
folder = Path(sys.argv[1])
read = DetectionDataset.from_coco(str(folder / "images/all"), str(folder / "annotations/instances_all.json"))
print(json.dumps([
    [Path(path).stem, read.classes[number], *box]
    for path, _, found in read
    for number, box in zip(found.class_id.tolist(), found.xyxy.tolist())
]))
"""


@judge
def test_labelformat_reads_every_object(tmp_path: Path) -> None:
    store, _ = store_of_pictures(tmp_path)
    out, done = exported(store, "coco", "coco.json", masks="skip")
    found = said("labelformat", LABELFORMAT, out)
    assert sum(found.values()) == done.count
    with open_database(store, read_only=True) as database:
        names = {name for (name,) in database.query("select distinct name from objects").rows}
    assert found.keys() <= names
    assert json.loads(out.read_bytes())["annotations"]


@judge
@pytest.mark.parametrize("reader", ["pycocotools", "faster_coco_eval"])
def test_a_file_evaluated_against_itself_is_right_everywhere(tmp_path: Path, reader: str) -> None:
    """The average precision of all boxes is 1, and that of the outlines of classes that have no boxes."""
    store, _ = store_of_pictures(tmp_path)
    found = bounds_in(store)
    outlines = {one.name for one in found} - {one.name for one in found if one.kind == "bounding_box"}
    for kind, classes in (("bbox", ()), ("segm", tuple(sorted(outlines)))):
        out, done = exported(store, "coco", "coco.json", masks="skip", classes=classes, labels="all")
        same, precision = said("supervision", ITSELF, out, reader, kind)
        assert (same, round(precision, 6)) == (done.count, 1)
        assert done.count == sum(not classes or one.name in classes for one in found) > 100


@judge
def test_the_boxes_are_those_of_sql(tmp_path: Path) -> None:
    store, assets = store_of_pictures(tmp_path)
    out, done = exported(store, "coco", "out", masks="skip", assets=str(assets), split="none", labels="all", name="id")
    expected = boxes(one.box for one in bounds_in(store))
    assert boxes(said("supervision", SUPERVISION, out)) == expected
    assert expected.total() == done.count
