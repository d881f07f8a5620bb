"""What readers of Labelbox exports see in the labels that were converted: as many of each kind as SQL tells."""

from pathlib import Path

import pytest

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported
from tests.judging import judge, said
from tests.making import box, store_of, v1

FIFTYONE = """
import json, sys
from collections import Counter
import numpy
import fiftyone.utils.labelbox as labelbox

generation, path = sys.argv[1:]
v1, v2 = (getattr(labelbox, f"_LabelboxExportToFiftyOneConverterV{number}") for number in (1, 2))
parser = v1 if generation == "v1" else v2
parser._parse_mask = classmethod(lambda *_, **__: numpy.zeros((2, 2)))
found = Counter()

def count(labels):
    parsed = parser._parse_image_labels(labels, (100, 100), class_attr="no such question")
    for name, item in parsed.items():
        found[name] += len(item if name == "segmentation" else getattr(item, name, [1]))

with open(path, encoding="utf-8") as file:
    if generation == "v1":
        for element in json.load(file):
            found["labels"] += 1
            if isinstance(element["Label"], list):
                for _, frame in parser._iter_video_labels(element, None):
                    count(frame)
            else:
                count(element["Label"])
    else:
        for line in file:
            row = json.loads(line)
            for project_id, project in row["projects"].items():
                found["labels"] += len(project["labels"])
                count(parser._get_labels_dict(row, project_id))
                if any("frames" in label["annotations"] for label in project["labels"]):
                    for _, frame in parser._iter_video_labels(row, project_id):
                        count(frame)
print(json.dumps(found))
"""
KINDS = {
    "bounding_box": "detections",
    "polygon": "polylines",
    "polyline": "polylines",
    "point": "keypoints",
    "mask": "segmentation",
}
LABELFORMAT = """
import json, sys
from pathlib import Path
from labelformat.formats.labelbox import FilenameKeyOption, LabelboxObjectDetectionInput

read = LabelboxObjectDetectionInput(Path(sys.argv[1]), "Car,Bus", FilenameKeyOption.EXTERNAL_ID)
print(json.dumps([
    [label.image.filename, label.image.width, label.image.height, one.category.name, one.box.xmin, one.box.ymax]
    for label in read.get_labels() for one in label.objects
]))
"""


@judge
@pytest.mark.parametrize("generation", ["v1", "v2"])
@pytest.mark.parametrize("asset_type", ["image", "video"])
def test_fiftyone_reads_every_converted_object(tmp_path: Path, generation: str, asset_type: str) -> None:
    """The store has labels of the other generation only."""
    other = "v2" if generation == "v1" else "v1"
    (file,) = write(tmp_path / "samples", generations=(other,), asset_types=(asset_type,), labels=60)
    load(store := tmp_path / "labels.db", [file.path], frames=file.frames)
    out, done = exported(store, f"labelbox-{generation}", "out.json" if generation == "v1" else "out.ndjson")
    found = said("fiftyone", FIFTYONE, generation, out)
    with open_database(store, read_only=True) as database:
        of_projects = "label_id in (select label_id from labels where model_run_id is null)"
        labels = database.value(f"select count(*) from labels where {of_projects}")
        assert found.pop("labels") == labels == done.written["label"]
        sql = f"""
            select kind, count(*)
            from objects
            where {of_projects} and object_id not in (select object_id from masks where url is null)
            group by kind
        """
        there: dict[str, int] = {}
        for kind, count in database.query(sql).rows:
            if kind in KINDS:
                there[KINDS[kind]] = there.get(KINDS[kind], 0) + count
                assert done.written[kind] == count
    assert {name: found[name] for name in there} == there


@judge
def test_labelformat_reads_v1_labels_as_v2(tmp_path: Path) -> None:
    size = {"Media Attributes": {"width": 640, "height": 480}}
    elements = [v1("a", box("Car", "c1", 1, 2, 3, 4), box("Bus", "c2", 5, 6, 7, 8)) | size, v1("b") | size]
    out, _ = exported(store_of(tmp_path, "sqlite", elements), "labelbox-v2", "out.ndjson")
    assert said("labelformat", LABELFORMAT, out) == [
        ["a.jpg", 640, 480, "Car", 1, 6],
        ["a.jpg", 640, 480, "Bus", 5, 14],
    ]
