"""Scenes read from real stores of both engines: frames, groups, tracks, questions of a frame, documents."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from labelstore import samples
from labelstore.drawing import DrawOptions, draw, thumbnail
from labelstore.engines import open_database
from labelstore.engines.database import Parameters
from labelstore.formats.kinds import OBJECT_KINDS
from labelstore.loading import load
from labelstore.scenes import ConnectionSource, read_scene
from labelstore.scenes.geometry import GEOMETRIES
from labelstore.scenes.messages import KINDS
from labelstore.scenes.scene import Box, Mask, Scene
from labelstore.scenes.scene import Path as Outline
from labelstore.scenes.tracks import bits_set, runs_of
from tests.making import ENGINES, box, feature, store_of, v1

Json = dict[str, Any]
pytestmark = ENGINES


def scene_of(store: Path, label_id: str, **options: Any) -> Scene:
    with open_database(store, read_only=True) as database:
        scene = read_scene(database, label_id, **options)
    assert scene is not None
    assert draw(scene, DrawOptions(frame_href="?{}"))  # whatever is read can be drawn
    assert thumbnail(scene)
    return scene


def radio(question: str, answer: str, feature_id: str = "q1") -> Json:
    return feature(question, feature_id, answer=feature(answer, f"{feature_id}-a"))


def frame(number: int, *objects: Any, classifications: Sequence[Any] = ()) -> Json:
    """A line of a v1 frames file."""
    return {"frameNumber": number, "objects": list(objects), "classifications": list(classifications)}


def car(number: int, feature_id: str = "c1", keyframe: bool = False, **more: Any) -> Json:
    return box("Car", feature_id, number, 10, 20, 30, keyframe=keyframe, **more)


def v2_line(asset_type: str, label: Json, data_row_id: str = "d2") -> Json:
    media = {"asset_type": asset_type, "height": 100, "width": 200}
    projects = {"p1": {"name": "P", "labels": [{"label_kind": "Video", "version": "1.0.0", **label}]}}
    data_row = {"id": data_row_id, "row_data": f"https://storage.example.com/{data_row_id}"}
    return {"data_row": data_row, "media_attributes": media, "projects": projects}


def v2_box(feature_id: str, left: float, name: str = "Car") -> Json:
    place = {"top": 10.0, "left": left, "height": 30.0, "width": 20.0}
    kind = {"annotation_kind": "VideoBoundingBox", "classifications": []}
    return {"feature_id": feature_id, "name": name, **kind, "bounding_box": place}


def v2_frame(*objects: Json, classifications: Sequence[Json] = ()) -> Json:
    return {"objects": {one["feature_id"]: one for one in objects}, "classifications": list(classifications)}


def v2_radio(question: str, answer: str, feature_id: str) -> Json:
    answered = {"feature_id": f"{feature_id}-a", "name": answer, "value": answer.lower(), "classifications": []}
    return {"feature_id": feature_id, "name": question, "value": question.lower(), "radio_answer": answered}


def lefts(scene: Scene) -> list[float]:
    return [shape.geometry.left for shape in scene.shapes if isinstance(shape.geometry, Box)]


def tracks(scene: Scene) -> dict[str, tuple[Any, Any]]:
    return {track.name: (track.runs, track.key_frames) for track in scene.tracks}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A store of samples for each engine."""
    folder = tmp_path_factory.mktemp("scenes")
    files = [file.path for file in samples.write(folder / "samples", labels=3)]
    found = {"sqlite": folder / "labels.db", "duckdb": folder / "labels.duckdb"}
    for store in found.values():
        load(store, files, frames=folder / "samples" / "frames")
    return found


def test_every_kind_of_object_has_its_geometry(engine: str) -> None:
    assert GEOMETRIES.keys() | KINDS == OBJECT_KINDS


@pytest.mark.sampled(6)
@pytest.mark.parametrize("kind", sorted(OBJECT_KINDS - {"cuboid"}))  # whose JSON is not documented
def test_every_kind_of_object_is_drawn(stores: dict[str, Path], engine: str, kind: str) -> None:
    sql = "select o.*, f.group_name from objects as o left join frames as f using (frame_id) where o.kind = $kind"
    with open_database(stores[engine], read_only=True) as database:
        row = next(iter(database.query(f"{sql} order by o.object_id limit 1", {"kind": kind})))
    scene = scene_of(stores[engine], row["label_id"], frame=row["frame_number"], group=row["group_name"], limit=10_000)
    (shape,) = (shape for shape in scene.shapes if shape.object_id == row["object_id"])
    assert shape.geometry is not None
    options = DrawOptions(mask_hrefs={shape.object_id: "data:,"})
    drawn = draw(scene._replace(shapes=(shape,), shape_count=1), options)
    assert f'id="o{shape.object_id}"' in drawn
    assert "Not shown" not in drawn


@pytest.mark.sampled(6)
@pytest.mark.parametrize("where", ["file", "in place"])
def test_a_v1_video_is_read_frame_by_frame(tmp_path: Path, engine: str, where: str) -> None:
    lines = [
        frame(2, classifications=[radio("Weather", "Rain")]),
        frame(3, car(30, keyframe=True, classifications=[radio("Lights", "On", "q2")])),
        frame(4, car(40), car(41, "c2"), classifications=[radio("Weather", "Sun")]),
        frame(5, car(50, keyframe=True)),
        frame(9, car(90)),
    ]
    label = v1("a", **{"Labeled Data": "https://storage.example.com/a.mp4", "Label": lines})
    if where == "file":
        label["Label"] = {"objects": [], "classifications": [radio("Camera", "Roof", "q3")], "frames": "https://x/f"}
    file = tmp_path / "export.json"
    file.write_text(json.dumps([label]), encoding="utf-8")
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "a.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    store = tmp_path / f"s.{'db' if engine == 'sqlite' else 'duckdb'}"
    load(store, [file], frames=folder if where == "file" else None)

    scene = scene_of(store, "a")
    assert scene.frames == (2, 3, 4, 5, 9)
    assert (scene.frame_number, scene.groups, scene.group_name) == (3, (), None)
    assert lefts(scene) == [30]
    assert [question.name for question in scene.shapes[0].questions] == ["Lights"]
    weather = "Weather: Rain", "Weather: Sun"
    car_1, car_2, *answers = scene.tracks
    assert (car_1.feature_id, car_1.runs, car_1.key_frames) == ("c1", ((3, 5), (9, 9)), (3, 5))
    assert (car_2.feature_id, car_2.runs, car_2.key_frames) == ("c2", ((4, 4),), ())
    assert (car_1.name, car_1.kind, car_1.color) == ("Car", "bounding_box", "#ff0000")
    assert [(track.name, track.kind, track.runs) for track in answers] == [
        (weather[0], "radio", ((2, 2),)),
        (weather[1], "radio", ((4, 4),)),
    ]
    assert scene.track_count == 4

    later = scene_of(store, "a", frame=4)
    assert lefts(later) == [40, 41]
    assert later.shape_count == 2
    expected = [("Weather", 4)] if where == "in place" else [("Camera", None), ("Weather", 4)]
    assert [(question.name, question.frame_number) for question in later.questions] == expected
    assert lefts(scene_of(store, "a", frame=4, limit=1)) == [40]
    assert scene_of(store, "a", frame=4, limit=1).shape_count == 2


@pytest.mark.sampled(6)
@pytest.mark.parametrize("number", [7, 0, -1, 10**6, 2**62, 2**63, 10**40, -(10**40)])
def test_a_frame_that_nobody_labelled_is_empty(tmp_path: Path, engine: str, number: int) -> None:
    store = store_of(tmp_path, engine, [v1("a", Label=[frame(3, car(30))])])
    scene = scene_of(store, "a", frame=number)
    if abs(number) <= 2**62:
        assert (scene.frame_number, scene.shapes, scene.shape_count) == (number, (), 0)
    else:
        assert scene.frame_number == 3


def test_two_lines_of_one_frame_are_shown_together(tmp_path: Path, engine: str) -> None:
    lines = [frame(3, car(30)), frame(3, car(31), car(32, "c2")), frame(4, car(40))]
    store = store_of(tmp_path, engine, [v1("a", Label=lines)])
    scene = scene_of(store, "a")
    assert sorted(lefts(scene)) == [30, 31, 32]
    assert scene.frames == (3, 4)
    assert {track.feature_id: track.runs for track in scene.tracks} == {"c1": ((3, 4),), "c2": ((3, 3),)}


def test_frames_without_objects_are_frames(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1("a", Label=[frame(8), frame(9)])])
    scene = scene_of(store, "a")
    assert (scene.frames, scene.frame_number, scene.shapes, scene.tracks) == ((8, 9), 8, (), ())


@pytest.mark.parametrize("keys", ["list", "map"])
def test_segments_of_a_v2_video_count_more_than_its_frames(tmp_path: Path, engine: str, keys: str) -> None:
    annotations = {
        "frames": {
            "1": v2_frame(v2_box("c1", 1)),
            "5": v2_frame(v2_box("c1", 5), v2_box("c2", 50, "Bus"), classifications=[v2_radio("Weather", "Sun", "q1")]),
            "9": v2_frame(v2_box("c1", 9)),
        },
        "segments": {"c1": [[1, 6], [9, 9]], "q1-a": [[5, 8]], "gone": [[2, 3]]},
        "key_frame_feature_map": {"c1": [1, 9] if keys == "list" else {"1": True, "5": False, "9": True}},
        "classifications": [v2_radio("Camera", "Roof", "q9")],
    }
    store = store_of(tmp_path, engine, [v2_line("video", {"id": "b", "annotations": annotations})])
    scene = scene_of(store, "b", frame=5)
    assert lefts(scene) == [5, 50]
    assert [question.name for question in scene.questions] == ["Camera", "Weather"]
    assert tracks(scene) == {
        "Car": (((1, 6), (9, 9)), (1, 9)),
        "Bus": (((5, 5),), ()),
        "gone": (((2, 3),), ()),
        "Weather: Sun": (((5, 8),), ()),
    }
    assert scene.frames == (1, 5, 9)


def test_a_v2_video_with_segments_and_without_frames(tmp_path: Path, engine: str) -> None:
    annotations = {"frames": {}, "segments": {"f1": [[10, 22]]}, "key_frame_feature_map": {}, "classifications": []}
    store = store_of(tmp_path, engine, [v2_line("video", {"id": "b", "annotations": annotations})])
    scene = scene_of(store, "b")
    assert (scene.frames, scene.frame_number, scene.shapes) == ((), None, ())
    assert tracks(scene) == {"f1": (((10, 22),), ())}


def dicom() -> Json:
    def group(name: str, frames: Mapping[str, Json], *classifications: Json) -> Json:
        return {"name": name, "classifications": list(classifications), "frames": dict(frames)}

    line: Json = {"feature_id": "l1", "name": "Rib", "annotation_kind": "DICOMPolyline", "classifications": []}
    line |= {"line": [{"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 4.0}]}
    mask: Json = {"feature_id": "m1", "name": "Lung", "annotation_kind": "DICOMSegmentationMask", "classifications": []}
    mask |= {"composite_mask": {"url": "https://x.example.com/m", "color_rgb": [1, 2, 3]}}
    annotations = {
        "groups": {
            "Axial": group("Axial", {}),
            "Sagittal": group("Sagittal", {"3": v2_frame(line), "4": v2_frame(line)}, v2_radio("Clear", "Yes", "q1")),
            "Coronal": group("Coronal", {"3": v2_frame(mask)}),
        },
        "segments": {"Axial": {}, "Sagittal": {"l1": [[3, 4]]}, "Coronal": {"m1": [[3, 7]]}},
        "classifications": [],
        "key_frame_feature_map": {"l1": {"Axial": {}, "Sagittal": {"3": True, "4": False}, "Coronal": {}}},
    }
    return v2_line("dicom", {"id": "b", "annotations": annotations})


def test_a_dicom_label_is_read_group_by_group(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [dicom()])
    scene = scene_of(store, "b")  # the first group has no slices
    assert scene.groups == ("Axial", "Sagittal", "Coronal")
    assert (scene.group_name, scene.frames, scene.frame_number) == ("Sagittal", (3, 4), 3)
    (line,) = scene.shapes
    assert (line.geometry, line.group_name) == (Outline((((1, 2), (3, 4)),), closed=False), "Sagittal")
    assert [(question.name, question.group_name) for question in scene.questions] == [("Clear", "Sagittal")]
    (track,) = scene.tracks
    assert (track.runs, track.key_frames, track.group_name) == (((3, 4),), (3,), "Sagittal")

    other = scene_of(store, "b", group="Coronal")
    assert [shape.geometry for shape in other.shapes] == [Mask("https://x.example.com/m", (1, 2, 3))]
    assert [track.runs for track in other.tracks] == [((3, 7),)]
    assert scene_of(store, "b", group="Axial").frames == ()
    assert scene_of(store, "b", group="'; drop table frames; --").group_name == "Sagittal"


def test_objects_of_an_image_are_those_of_the_label(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1("a", box("Car", "c1", 1, 2, 3, 4), box("Car", "c2", 5, 6, 7, 8))])
    scene = scene_of(store, "a", frame=1, group="Axial")
    assert lefts(scene) == [1, 5]
    assert (scene.frames, scene.frame_number, scene.groups, scene.tracks) == ((), None, (), ())
    assert [shape.geo for shape in scene.shapes] == [False, False]


def test_blocks_of_v1_documents(tmp_path: Path, engine: str) -> None:
    place = {"page": 2, "top": 1, "left": 2, "height": 3.5, "width": 4}
    blocks = [{"text-bbox": place}, {"text-bbox": {**place, "page": None}}, {"text-bbox": {"page": 1}}, 5, None]
    entity = feature("Name", "e1", format="text.location", data={"location": blocks, "unit": "INCHES"})
    store = store_of(tmp_path, engine, [v1("a", entity, box("Car", "c1", 1, 2, 3, 4, page=0, unit="POINTS"))])
    (second, first) = scene_of(store, "a").shapes  # in the order of their pages, which count from 1
    assert first.blocks == ((2, Box(2, 1, 4, 3.5)), (None, Box(2, 1, 4, 3.5)))
    assert (first.page, first.unit, first.texts) == (2, "INCHES", ())
    assert (second.page, second.unit, second.blocks) == (1, "POINTS", ())


def test_texts_of_v2_documents(tmp_path: Path, engine: str) -> None:
    groups = [{"id": "g1", "page_number": 3, "tokens": ["t1"], "text": "<b>"}, {"id": "g2", "tokens": []}]
    entity = {"feature_id": "e1", "name": "Name", "annotation_kind": "DocumentEntityToken", "classifications": []}
    annotations = {"objects": [{**entity, "location": {"groups": groups}}], "classifications": [], "relationships": []}
    line = v2_line("document", {"id": "b", "label_kind": "Default", "annotations": annotations})
    (shape,) = scene_of(store_of(tmp_path, engine, [line]), "b").shapes
    assert (shape.texts, shape.blocks) == (((3, "<b>"), (None, "")), ())


def test_geospatial_shapes_say_that_they_are(tmp_path: Path, engine: str) -> None:
    ring = [[8.0, 50.0], [8.0, 51.0], [9.0, 51.0], [9.0, 50.0], [8.0, 50.0]]
    kinds = {"point": [8.5, 50.5], "polyline": ring[:2], "polygon": [ring], "rectangle": [ring]}
    objects = [
        feature(kind, f"f-{kind}", type=kind, geometry={"coordinates": coordinates})
        for kind, coordinates in kinds.items()
    ]
    store = store_of(tmp_path, engine, [v1("a", *objects, box("Simple", "c1", 1, 2, 3, 4))])
    shapes = scene_of(store, "a").shapes
    assert [(shape.name, shape.geo) for shape in shapes] == [*((kind, True) for kind in kinds), ("Simple", False)]
    assert shapes[3].geometry == Outline((tuple((x, y) for x, y in ring),), closed=True)


def test_a_label_of_1000_frames_has_the_tracks_of_its_objects(tmp_path: Path, engine: str) -> None:
    present = {n: [number for number in range(1, 1001) if (number // (n + 3)) % 2] for n in range(5)}
    lines = [
        frame(number, *(car(number, f"c{n}") for n, numbers in present.items() if number in numbers))
        for number in range(1, 1001)
    ]
    scene = scene_of(store_of(tmp_path, engine, [v1("a", Label=lines)]), "a")
    assert {track.feature_id: track.runs for track in scene.tracks} == {
        f"c{n}": runs_of(numbers) for n, numbers in present.items()
    }


class Recording(ConnectionSource):
    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self.plans: list[str] = []

    def query(self, sql: str, parameters: Parameters = (), /) -> Any:
        self.plans += (row[3] for row in self.connection.execute(f"explain query plan {sql}", parameters))
        return super().query(sql, parameters)


def test_no_table_of_a_large_store_is_read_as_a_whole(tmp_path: Path, engine: str) -> None:
    if engine == "duckdb":
        return  # which has no such indexes
    store = store_of(tmp_path, engine, [v1("a", Label=[frame(3, car(30))]), dicom(), v1("c", car(1))])
    with sqlite3.connect(store) as connection:  # a table of one row is rightly read as a whole
        connection.execute("delete from sqlite_stat1")
    connection.close()
    connection = sqlite3.connect(store)
    for label_id in ("a", "b", "c"):
        source = Recording(connection)
        assert read_scene(source, label_id) is not None
        scans = [plan for plan in source.plans if plan.startswith("SCAN")]
        assert scans == ["SCAN features"]  # has a row for each class and answer of the ontology
        assert any("SEARCH" in plan for plan in source.plans)
    connection.close()


def test_bits_and_runs(engine: str) -> None:
    assert list(bits_set([(32, 0b101), (0, 1 << 31)])) == [31, 32, 34]
    assert runs_of([1, 1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 7), (9, 10))


def test_relationships_of_the_frame_that_is_shown(stores: dict[str, Path], engine: str) -> None:
    sql = """
        select r.label_id, f.frame_number as frame, f.group_name as "group", count(*) as number, (
            select count(*) from relationships as other where other.label_id = r.label_id and other.frame_id is null
        ) as others
        from relationships as r join frames as f using (frame_id) group by 1, 2, 3 order by 1, 2 limit 3
    """
    with open_database(stores[engine], read_only=True) as database:
        found = list(database.query(sql))
    assert found
    for row in found:
        scene = scene_of(stores[engine], row["label_id"], frame=row["frame"], group=row["group"])
        assert len(scene.relations) == row["number"] + row["others"]
        assert len(scene_of(stores[engine], row["label_id"], frame=999_999).relations) == row["others"]
