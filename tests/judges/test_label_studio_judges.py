"""What the SDK of Label Studio says of our projects: that they fit their configurations, and where regions are."""

from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported
from tests.judging import judge, said
from tests.making import store_of
from tests.test_export_matrix import on_image

SDK = """
import copy, json, sys
from pathlib import Path
from label_studio_sdk.converter.brush import decode_rle
from label_studio_sdk.label_interface import LabelInterface

found = {}
for folder in sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir()):
    config = LabelInterface((folder / "config.xml").read_text(encoding="utf-8"))
    config.validate()
    of = found[folder.name] = {"counts": {}, "errors": []}
    of |= dict.fromkeys(("tasks", "wrong", "refused", "pixels", "frames", "xs", "spans"), 0)
    for task in json.loads((folder / "tasks.json").read_text(encoding="utf-8")):
        (annotation,) = task["annotations"]
        if not config.validate_task({"data": task["data"]}):
            of["errors"].append(task["data"])
        of["errors"] += config._validate_object(annotation, return_errors=True)
        of["tasks"] += 1
        for one in annotation["result"]:
            of["counts"][one["type"]] = of["counts"].get(one["type"], 0) + 1
            if one["type"] == "brushlabels":
                of["pixels"] += int((decode_rle(bytes(one["value"]["rle"])).reshape(-1, 4)[:, 3] == 255).sum())
            if one["type"] == "videorectangle":
                of["frames"] += len(one["value"]["sequence"])
            if one["type"] == "labels":
                of["spans"] += one["value"]["end"] - one["value"]["start"]
            if one["type"] == "rectanglelabels":
                of["xs"] += one["value"]["x"] * one["original_width"] / 100
        wrong = copy.deepcopy(annotation)
        labels = [one["value"] for one in wrong["result"] if one["type"].endswith("labels")]
        if labels:
            labels[0][next(name for name in labels[0] if name.endswith("labels"))] = ["no such class"]
            of["refused"] += not config.validate_annotation(wrong)
            of["wrong"] += 1
print(json.dumps(found))
"""

CHOSEN = """
join labels as l on l.label_id = o.label_id and not coalesce(l.skipped, false) and l.model_run_id is null
join records as r on r.record_id = l.record_id
join data_rows as d on d.data_row_id = l.data_row_id
"""
BOXES = f"""
select count(*), sum(b."left")
from bounding_boxes as b
join objects as o on o.object_id = b.object_id and o.frame_id is null
{CHOSEN}
where r.asset_type in ('image', 'unknown') and d.width is not null and b."left" >= 0
"""
SPANS = f"""
select count(*), sum(e."end" + 1 - e.start)
from text_entities as e
join objects as o on o.object_id = e.object_id
{CHOSEN}
where r.asset_type in ('text', 'html')
"""


@judge
def test_every_project_fits_its_configuration(tmp_path: Path) -> None:
    files = write(tmp_path / "samples", labels=25)
    load(tmp_path / "labels.db", [file.path for file in files], frames=tmp_path / "samples" / "frames")
    out, done = exported(tmp_path / "labels.db", "label-studio", "studio", labels="all", missing_size="skip")
    found = said("label-studio", SDK, out)
    assert [error for project in found.values() for error in project["errors"]][:3] == []
    assert all(project["refused"] == project["wrong"] for name, project in found.items() if name != "video")
    assert found["image"]["refused"] > 20 < found["text"]["refused"]
    assert sum(project["tasks"] for project in found.values()) == done.written["label"]
    counts: Counter[str] = Counter()
    for project in found.values():
        counts += project["counts"]
    boxes, tracks = counts["rectanglelabels"], counts["videorectangle"]
    assert tracks == done.written["track"] > 5
    assert counts["relation"] == done.written["relationship"]
    assert counts["labels"] == done.written["text_entity"]
    assert counts["keypointlabels"] == done.written["point"]
    with open_database(tmp_path / "labels.db", read_only=True) as database:
        assert (boxes, pytest.approx(found["image"]["xs"])) == next(database.query(BOXES).rows)
        lines = next(database.query(SPANS).rows)
    assert (counts["labels"], sum(project["spans"] for project in found.values())) == lines


@judge
def test_the_sdk_sees_the_pixels_of_a_mask(tmp_path: Path) -> None:
    mask = Image.new("RGB", (200, 200))
    mask.paste((255, 0, 0), (50, 50, 90, 90))
    mask.save(tmp_path / "mask.png")
    out, _ = exported(store_of(tmp_path, "sqlite", [on_image()]), "label-studio", "studio", assets=str(tmp_path))
    found = said("label-studio", SDK, out)["image"]
    assert (found["errors"], found["counts"]["brushlabels"], found["pixels"]) == ([], 1, 1600)
