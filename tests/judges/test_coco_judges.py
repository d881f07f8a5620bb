"""What the readers of COCO see in our files: the counts, boxes and classes that SQL tells."""

import json
from pathlib import Path

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported
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


def store_of_samples(folder: Path) -> Path:
    """Labels of images that tell their size, with boxes and polygons."""
    files = write(folder / "samples", generations=("v2",), asset_types=("image",), labels=60)
    load(folder / "labels.db", [file.path for file in files])
    return folder / "labels.db"


@judge
def test_labelformat_reads_every_object(tmp_path: Path) -> None:
    store = store_of_samples(tmp_path)
    out, done = exported(store, "coco", "coco.json", masks="skip")
    found = said("labelformat", LABELFORMAT, out)
    assert sum(found.values()) == done.count
    with open_database(store, read_only=True) as database:
        names = {name for (name,) in database.query("select distinct name from objects").rows}
    assert found.keys() <= names
    assert json.loads(out.read_bytes())["annotations"]
