"""What Datumaro sees in our files of videos: the boxes and tracks that SQL tells."""

from pathlib import Path

import pytest

from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported
from tests.judging import judge, said
from tests.making import asked

DATUMARO = """
import json, sys
from datumaro.components.dataset import Dataset
found = []
for folder in sys.argv[2:]:
    data = Dataset.import_from(folder, sys.argv[1])
    names = [one.name for one in data.categories()[next(iter(data.categories()))]]
    for item in data:
        number = item.attributes.get("frame", int(item.id) - 1 if item.id.isdigit() else None)
        for one in item.annotations:
            told = one.attributes
            place = [float(value) for value in one.get_bbox()] if one.type.name == "bbox" else None
            gone = bool(told.get("outside"))
            found.append([f"{folder} {item.subset} {told['track_id']}", number, names[one.label], gone, place])
print(json.dumps(found))
"""
Box = tuple[int, str, float, float, float, float]
"""Frame from 0, class, left, top, width, height."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labels of videos that list key frames, and of some that list all frames."""
    folder = tmp_path_factory.mktemp("videos")
    files = write(folder / "samples", generations=("v2",), asset_types=("video",), labels=25)
    load(folder / "labels.db", [file.path for file in files])
    return folder / "labels.db"


def boxes_of_sql(store: Path) -> list[Box]:
    return sorted(
        (row["frame_number"] - 1, row["name"], row["x"], row["y"], row["width"], row["height"])
        for row in asked(store, "positions-between-key-frames", limit=1_000_000)
        if row["kind"] == "bounding_box"
    )


def same(found: list[Box], told: list[Box]) -> bool:
    """Whether the boxes are the same; Datumaro rounds their corners to two digits."""
    if [box[:2] for box in found] != [box[:2] for box in told]:
        return False
    rest = list(told)
    for box in found:
        near = next((one for one in rest if one[:2] == box[:2] and one[2:] == pytest.approx(box[2:], abs=0.02)), None)
        if near is None:
            return False
        rest.remove(near)
    return True


@judge
def test_datumaro_reads_every_box_of_mot(store: Path) -> None:
    out, done = exported(store, "mot", "mot", labels="all", class_key="name")
    found = said("datumaro", DATUMARO, "mot_seq", *sorted(out.iterdir()))
    told = boxes_of_sql(store)
    assert same(sorted((number, name, *place) for _, number, name, _, place in found), told)
    assert done.count == len(told) > done.interpolated > 20
    assert len({track for track, *_ in found}) == done.written["track"]


@judge
def test_datumaro_reads_every_shape_of_cvat(store: Path) -> None:
    out, done = exported(store, "cvat-video", "cvat", labels="all", class_key="name")
    found = said("datumaro", DATUMARO, "cvat", *sorted(out.iterdir()))
    there = [one for one in found if not one[3]]
    boxes = sorted((number, name, *place) for _, number, name, _, place in there if place is not None)
    assert same(boxes, boxes_of_sql(store))
    assert len(found) > len(there) == done.count > len(boxes)
    assert len({track for track, *_ in found}) == done.written["track"]
