"""What the readers of folders of classes see in ours: as many pictures of each class as SQL has answers."""

from collections import Counter
from pathlib import Path

from PIL import Image

from labelstore.engines import open_database
from tests.exporting import exported
from tests.judging import judge, said
from tests.lines import label, v2
from tests.making import store_of

SCRIPT = """
import json, os, sys
os.environ["YOLO_OFFLINE"] = "true"
from torchvision.datasets import ImageFolder
from ultralytics.data.utils import check_cls_dataset
told = check_cls_dataset(sys.argv[1])
found = {}
for split in ("train", "val", "test"):
    read = ImageFolder(str(told[split]), allow_empty=True)
    assert read.class_to_idx == {name: number for number, name in told["names"].items()}
    for _, number in read.samples:
        found[read.classes[number]] = found.get(read.classes[number], 0) + 1
print(json.dumps(found))
"""
SQL = "select a.name, count(*) from answers as a join classifications as c using (classification_id) group by a.name"


@judge
def test_torchvision_and_ultralytics_see_the_same_classes_in_all_splits(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    records = []
    for number in range(30):
        name = "Fog" if not number else "Rain" if number % 3 else "Sun"
        option = {"name": name, "value": name.lower(), "classifications": []}
        asked = {"name": "Weather", "value": "weather", "radio_answer": option}
        records.append(v2(f"r{number}", label(f"l{number}", classifications=[asked])))
        Image.new("RGB", (8, 6)).save(tmp_path / "assets" / f"r{number}.jpg")
    store = store_of(tmp_path, "sqlite", records)
    out, done = exported(store, "classify", "out", assets=str(tmp_path / "assets"))
    with open_database(store, read_only=True) as database:
        expected = Counter(dict(database.query(SQL).rows))
    assert said("ultralytics", SCRIPT, out) == expected == {"Fog": 1, "Rain": 20, "Sun": 9}
    assert done.count == 30
