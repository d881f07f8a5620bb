"""Positions between listed frames, as exports of frames have them: the same that SQL tells."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.export.annotations import Object
from labelstore.export.choices import Choices
from labelstore.export.constructs import ALL_KEPT
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, asked, store_of

MEDIA = {"asset_type": "video", "width": 200, "height": 100, "frame_rate": 1, "frame_count": 20}


def nothing(_: Export) -> Chunks:
    yield b""


EXPORTER = Exporter("none", ".txt", "", nothing, lambda _: ALL_KEPT, takes=("labels", "frames"))


def positions(store: Path, **choices: Any) -> Iterator[tuple[str, str | None, int, Object]]:
    """(label, group, frame, object) of every frame, in their order."""
    with open_database(store, read_only=True) as database:
        export = Export(EXPORTER, database, "-", Choices(labels="all", class_key="name", **choices))
        for row in Reader(export, together=False).data_rows(interpolated=True):
            for part in row.parts:
                if part.frame_number is not None:
                    for one in part.objects:
                        yield part.label.label_id, part.group_name, part.frame_number, one


def video(frames: dict[int, list[Any]], segments: Any, keys: Any = None) -> dict[str, Any]:
    """A v2 line of a video with these objects in its frames."""
    annotations = {
        "frames": {
            str(number): {"objects": {one["feature_id"]: one for one in objects}, "classifications": []}
            for number, objects in frames.items()
        },
        "segments": segments,
        "key_frame_feature_map": keys or {},
        "classifications": [],
    }
    return v2("r1", label("a") | {"annotations": annotations}, media=MEDIA, external_id="clip.mp4")


@pytest.mark.parametrize("suffix", ["db", "duckdb"])
def test_positions_are_those_of_sql(tmp_path: Path, suffix: str) -> None:
    files = write(tmp_path / "samples", generations=("v2",), asset_types=("video", "dicom"), labels=30)
    store = tmp_path / f"labels.{suffix}"
    load(store, [file.path for file in files])
    told = {
        (row["label_id"], row["group_name"], row["frame_number"], row["feature_id"]): tuple(
            row[name] for name in ("x", "y", "width", "height")
        )
        for row in asked(store, "positions-between-key-frames", limit=1_000_000)
    }
    found, interpolated = {}, 0
    for label_id, group, number, one in positions(store):
        if one.kind in ("bounding_box", "point"):
            place = (one.x, one.y, None, None) if one.kind == "point" else (one.left, one.top, one.width, one.height)
            found[label_id, group, number, one.feature_id] = place
            interpolated += one.interpolated
    assert interpolated > 20
    assert found == told


@ENGINES
def test_frames_come_in_order_and_objects_stay_in_their_segments(tmp_path: Path, engine: str) -> None:
    frames = {
        10: [square("Car", "o1", 90, 0, 10, 10), square("Car", "o2", 0, 0, 5, 5)],
        4: [square("Car", "o1", 30, 0, 10, 10)],
        1: [square("Car", "o1", 0, 0, 10, 40)],
        12: [square("Car", "o2", 0, 4, 5, 5)],
    }
    store = store_of(tmp_path, engine, [video(frames, {"o1": [[1, 4], [10, 20]], "o2": [[10, 12]]})])
    found = [(number, one.feature_id, one.left, one.height) for _, _, number, one in positions(store)]
    assert found == [
        (1, "o1", 0, 40),
        (2, "o1", 10, 30),
        (3, "o1", 20, 20),
        (4, "o1", 30, 10),
        (10, "o1", 90, 10),
        (10, "o2", 0, 5),
        (11, "o2", 0, 5),
        (12, "o2", 0, 5),
    ]
    assert {number for _, _, number, _ in positions(store, frames="5")} == {1, 11}
    assert {number for _, _, number, _ in positions(store, frames="key")} == set()


def test_shapes_move_point_by_point_or_not_at_all(tmp_path: Path) -> None:
    def roof(feature_id: str, *points: tuple[float, float]) -> dict[str, Any]:
        polygon = [{"x": x, "y": y} for x, y in points]
        return thing("Roof", feature_id, "VideoPolygon", polygon=polygon, classifications=[])

    frames = {
        1: [roof("p1", (0, 0), (10, 0), (10, 10)), roof("p2", (0, 0), (10, 0), (10, 10))],
        3: [roof("p1", (4, 0), (14, 0), (14, 20)), roof("p2", (0, 0), (10, 0), (10, 10), (0, 10))],
    }
    record = video(frames, {"p1": [[1, 3]], "p2": [[1, 3]]}, {"p1": [1, 3], "p2": [1, 3]})
    store = store_of(tmp_path, "sqlite", [record])
    out, done = exported(store, "coco", "out.json")
    assert str(done) == "5 objects of 1 labels written, 1 of them interpolated, 3 changed, 4 left out"
    assert (done.selected["polygon"], done.written["polygon"], done.interpolated) == (4, 4, 1)
    assert reasons(done)["polygon", "changed", "in the frames that the export lists only"] == 1
    assert b'"segmentation":[[2,0,12,0,12,15]]' in out.read_bytes()
