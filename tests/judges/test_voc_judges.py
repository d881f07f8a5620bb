"""What the readers of Pascal VOC see in our files: the classes and boxes that SQL tells."""

from math import ceil, floor
from pathlib import Path

from tests.exporting import exported
from tests.judges.sample_pictures import bounds_in, store_of_pictures
from tests.judging import judge, said

SUPERVISION = """
import json, sys
from pathlib import Path
from supervision import DetectionDataset
folder = Path(sys.argv[1])
read = DetectionDataset.from_pascal_voc(str(folder / "JPEGImages"), str(folder / "Annotations"))
print(json.dumps([
    [Path(path).stem, read.classes[number], *box]
    for path, _, found in read
    for number, box in zip(found.class_id.tolist(), found.xyxy.tolist())
]))
"""
LABELFORMAT = """
import json, sys
from pathlib import Path
from labelformat.formats import PascalVOCObjectDetectionInput
read = PascalVOCObjectDetectionInput(Path(sys.argv[1]) / "Annotations", sys.argv[2])
print(json.dumps([
    [Path(label.image.filename).stem, one.category.name, one.box.xmin, one.box.ymin, one.box.xmax, one.box.ymax]
    for label in read.get_labels()
    for one in label.objects
]))
"""


@judge
def test_the_boxes_are_those_of_sql(tmp_path: Path) -> None:
    """supervision counts pixels from 1 as the devkit does; labelformat takes the numbers as they are."""
    store, assets = store_of_pictures(tmp_path)
    out, done = exported(store, "voc", "out", assets=str(assets), labels="all", name="id")
    expected = sorted(
        (one.data_row_id, one.name, floor(one.left), floor(one.top), ceil(one.right), ceil(one.bottom))
        for one in bounds_in(store)
    )
    assert len(expected) == done.count > 400
    assert sorted(map(tuple, said("supervision", SUPERVISION, out))) == expected
    names = ",".join(sorted({name for _, name, *_ in expected}))
    from_one = [(stem, name, left + 1, top + 1, right, bottom) for stem, name, left, top, right, bottom in expected]
    assert sorted(map(tuple, said("labelformat", LABELFORMAT, out, names))) == from_one
