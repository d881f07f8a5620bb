"""What a reader of KITTI sees in our files: the classes and boxes that SQL tells."""

from pathlib import Path

from tests.exporting import exported
from tests.judges.sample_pictures import bounds_in, boxes, store_of_pictures
from tests.judging import judge, said

LABELFORMAT = """
import json, sys
from pathlib import Path
from labelformat.formats import KittiObjectDetectionInput
read = KittiObjectDetectionInput(Path(sys.argv[1]) / "training/label_2", sys.argv[2], "../image_2")
print(json.dumps([
    [Path(label.image.filename).stem, one.category.name, one.box.xmin, one.box.ymin, one.box.xmax, one.box.ymax]
    for label in read.get_labels()
    for one in label.objects
]))
"""


@judge
def test_the_boxes_are_those_of_sql(tmp_path: Path) -> None:
    store, assets = store_of_pictures(tmp_path)
    out, done = exported(store, "kitti", "out", assets=str(assets), labels="all", name="id")
    found = [one._replace(name=one.name.replace(" ", "_")) for one in bounds_in(store)]
    names = ",".join(sorted({one.name for one in found}))
    assert boxes(said("labelformat", LABELFORMAT, out, names)) == boxes(one.box for one in found)
    assert len(found) == done.count > 400
