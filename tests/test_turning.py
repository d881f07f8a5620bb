"""v1 as v2 and v2 as v1: what both have comes back as it was, and what one of them lacks is in the report."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelstore.engines import open_database
from labelstore.errors import NothingToWriteError
from labelstore.export.choices import Choices
from labelstore.export.exporter import Export, Written
from labelstore.export.registry import exporter_of
from labelstore.inputs.detection import detect
from labelstore.loading import load
from labelstore.samples import SampleFile, write
from labelstore.verifying import verify
from tests import strategies
from tests.exporting import exported, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, box, feature, store_of, v1
from tests.soaking import amount

Json = Any
OTHER = {"v1": "v2", "v2": "v1"}
SUFFIXES = {"v1": ".json", "v2": ".ndjson"}


class Turned(NamedTuple):
    """A file that was converted, what was lost, and what the labels held as other formats count it."""

    path: Path
    done: Written
    held: dict[str, int]

    @property
    def records(self) -> list[Json]:
        content = self.path.read_bytes()
        return json.loads(content) if content.startswith(b"[") else [json.loads(one) for one in content.splitlines()]

    @property
    def reasons(self) -> set[str]:
        return {loss.reason for loss in self.done.losses}


def turned(source: Path, generation: str, name: str, frames: Path | None = None, suffix: str = "db") -> Turned:
    """The file as the other generation, by way of a store."""
    store = source.parent.parent / f"{name}.{suffix}" if frames else source.with_name(f"{name}.{suffix}")
    load(store, [source], frames=frames)
    out, done = exported(store, f"labelbox-{OTHER[generation]}", f"{name}{SUFFIXES[OTHER[generation]]}")
    return Turned(out, done, held(store))


def held(store: Path) -> dict[str, int]:
    """What the labels of a store hold, as the reader of all other formats counts it."""
    with open_database(store, read_only=True) as database:
        job = Export(exporter_of("jsonl"), database, "-", Choices(labels="all", class_key="name"))
        for _ in job.exporter.write(job):
            pass
    return {construct: count for construct, count in job.account.selected.items() if count}


def same_counts(one: Turned) -> None:
    """What was selected is what the labels hold; holes are only seen, and data rows only counted, here."""
    assert {name: count for name, count in one.done.selected.items() if name not in ("data_row", "hole")} == one.held


# -- there and back ---------------------------------------------------------------------------------------------------


NOTHING = (["Agreement", -1], ["Benchmark Agreement", -1], ["Is Benchmark", 0], ["Has Open Issues", 0])
"""Keys of v1 with the values that say nothing."""
CONTAINERS = ("Label", "annotations")


def plain(value: Json) -> Json:
    """Without what says nothing: null, empty lists and objects, the values of `NOTHING`; "Skip" is a flag."""
    if isinstance(value, dict):
        if value.get("Label") == "Skip":
            value = {**value, "Label": {}, "Skipped": True}
        members = {key: plain(item) for key, item in value.items()}
        told = {key: item for key, item in members.items() if item not in (None, [], {}) or key in CONTAINERS}
        return {key: item for key, item in told.items() if [key, item] not in NOTHING}
    if isinstance(value, list):
        flat = [one for item in value for one in (item if _is_bracketed(item) else [item])]
        return [plain(item) for item in flat]
    return value


def _is_bracketed(item: Json) -> bool:
    """Whether it is a list of questions in brackets of its own."""
    return isinstance(item, list) and all(isinstance(one, dict) and "featureId" in one for one in item)


def differences(old: Json, new: Json, *path: str) -> Iterator[tuple[tuple[str, ...], Json, Json]]:
    """The places where two values differ; elements of lists are told by their ids."""
    if isinstance(old, list) and isinstance(new, list | None):
        old, new = _by_id(old), _by_id(new or [])
    if old is None and isinstance(new, dict):
        old = {}
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from differences(old.get(key), new.get(key), *path, key)
    elif old != new:
        yield path, old, new


def _by_id(items: list[Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for place, item in enumerate(items):
        keys = ("featureId", "feature_id", "frameNumber", "ID", "id")
        name = next((item[key] for key in keys if key in item), place) if isinstance(item, dict) else place
        found[f"#{name}" if f"#{name}" not in found else f"#{name}-{place}"] = item
    return found


Rule = Callable[[tuple[str, ...], Json, Json], bool]
"""Whether a difference at a path, between an old and a new value, is one of those that a reason names."""

RULES: dict[str, Rule] = {
    "a dropdown as a checklist": lambda path, *_: bool({"answer", "answers"} & set(path)),
    "in the newer of two shapes": lambda path, *_: "relationships" in path,
    "with its frames in place of a link to them": lambda path, *_: path[0] == "Label",
    "in the shape of 2020 and later": lambda path, *_: path[0] in ("Label", "Masks"),
    "v1 has nothing beside the frames of a label": lambda path, *_: "annotations" in path and len(path) <= 7,
    "of an object that is left out": lambda path, *_: bool({"key_frame_feature_map", "segments"} & set(path)),
    "without the axis of its frame": lambda path, *_: "annotations" in path,
    'without "segments" that are not those of its frames': lambda path, *_: "segments" in path,
    "without key frames that are not among its frames": lambda path, *_: "key_frame_feature_map" in path,
    'without "projects" that have no label of it': lambda path, *_: path[0] == "projects" and len(path) == 2,
    "of a model run, which v1 does not tell": lambda path, *_: path[0] == "experiments",
    "without members that labelstore does not know": lambda _, old, new: new is None,
}
"""Reason → the differences that it names beside the key in quotes."""
ADDED = ("value", "version", "labelId", "assetType", "asset_type", "annotation_kind", "unit")
"""Keys that a conversion adds: of machine names and what one generation takes for granted."""


def is_named(path: tuple[str, ...], old: Json, new: Json, told: set[str]) -> bool:
    """Whether a reason names the difference."""
    if not path:
        return new is None and "v1 has no data rows without labels" in told
    keys = [key for key in path if not key.startswith("#")]
    if any(f'"{key}"' in reason for reason in told for key in keys[-1:] + keys[:1]):
        return True
    if old is None and keys and keys[-1] in ADDED:
        return True
    if (
        path
        and path[-1].startswith("#")
        and new is None
        and keys[-1] in ("objects", "relationships", "classifications")
    ):
        return any("left out" in reason for reason in told)
    return any(reason in told and rule(path, old, new) for reason, rule in RULES.items())


@pytest.mark.sampled(4)
@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_what_both_generations_have_comes_back(tmp_path: Path, generation: str) -> None:
    """Every difference of every sample has its reason in the report; and what came back stays as it is."""
    for file in write(tmp_path / "samples", generations=(generation,), labels=amount(25, 3)):
        name = f"{file.path.stem}{file.path.suffix[1:]}"
        there = turned(file.path, generation, f"{name}-there", file.frames)
        same_counts(there)
        nothing_unknown(there, OTHER[generation])
        back = turned(there.path, OTHER[generation], f"{name}-back")
        same_counts(back)
        nothing_unknown(back, generation)
        again = turned(back.path, generation, f"{name}-again")
        last = turned(again.path, OTHER[generation], f"{name}-last")
        assert last.path.read_bytes() == back.path.read_bytes()
        if file.path.suffix == ".csv":
            continue
        told = there.reasons | back.reasons
        if any(one.done.left_out for one in (there, back)):
            told.add("left out")
        key = _identity(generation)
        came = {key(record): plain(record) for record in back.records}
        unnamed = []
        for record in Turned(file.path, there.done, {}).records:
            before = plain(record)
            for path, old, new in differences(_key_frames(before), _key_frames(came.get(key(record)))):
                if not is_named(path, old, new, told):
                    unnamed.append((name, path, old, new))
        assert not unnamed, unnamed[:5]


def _identity(generation: str) -> Callable[[Json], str]:
    return (lambda record: record["ID"]) if generation == "v1" else (lambda record: record["data_row"]["id"])


def _key_frames(value: Json) -> Json:
    """The key frames of a label as a list of their numbers, however they are told."""
    if isinstance(value, dict):
        return {
            key: {
                name: [int(number) for number, is_key in told.items() if is_key is True]
                if isinstance(told, dict)
                else told
                for name, told in item.items()
            }
            if key == "key_frame_feature_map"
            else _key_frames(item)
            for key, item in value.items()
        }
    return [_key_frames(item) for item in value] if isinstance(value, list) else value


def nothing_unknown(one: Turned, generation: str) -> None:
    """The file is an export of that generation without a key that it does not know, and a store returns all of it."""
    as_detected(one, generation)
    store = one.path.with_suffix(".again.db")
    assert load(store, [one.path]).total("rejected") == 0
    assert verify(store, [one.path]).ok


def as_detected(one: Turned, generation: str) -> None:
    """What is in a cuboid nobody has documented."""
    (found,) = detect([str(one.path)], whole=True)
    unknown = [place for place in found.unknown_keys if "/cuboid/" not in place]
    assert (found.generation, found.rejected, unknown, found.unexpected_values) == (generation, 0, [], {})


@pytest.mark.soak
@settings(max_examples=amount(400, 6))
@given(st.one_of(st.tuples(st.just("v1"), strategies.v1_files()), st.tuples(st.just("v2"), strategies.v2_files())))
def test_whatever_a_record_holds(tmp_path_factory: pytest.TempPathFactory, drawn: tuple[str, list[Json]]) -> None:
    """It is converted, counted as it is read by others, and stays as it is once it came back."""
    generation, values = drawn
    source = tmp_path_factory.mktemp("drawn") / f"drawn{SUFFIXES[generation]}"
    source.write_bytes(b"\n".join(map(strategies.to_json, values)))
    try:
        there = turned(source, generation, "there")
    except NothingToWriteError:
        return
    same_counts(there)
    as_detected(there, OTHER[generation])
    back = turned(there.path, OTHER[generation], "back")
    again = turned(turned(back.path, generation, "again").path, OTHER[generation], "last")
    assert again.records == back.records


@pytest.mark.sampled(0)
@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_both_engines_write_the_same(tmp_path: Path, generation: str) -> None:
    files = write(tmp_path / "samples", generations=(generation,), labels=amount(12, 3))
    written = [_all(tmp_path, files, generation, suffix) for suffix in ("db", "duckdb")]
    assert written[0] == written[1]


def _all(folder: Path, files: Sequence[SampleFile], generation: str, suffix: str) -> tuple[bytes, Any]:
    store = folder / f"all.{suffix}"
    for file in files:
        load(store, [file.path], frames=file.frames)
    out, done = exported(store, f"labelbox-{OTHER[generation]}", "all.out")
    return out.read_bytes(), done


# -- by hand ----------------------------------------------------------------------------------------------------------


def as_v2(folder: Path, engine: str, *elements: Json) -> tuple[list[Json], Written]:
    out, done = exported(store_of(folder, engine, elements, name="of-v1"), "labelbox-v2", "out.ndjson")
    return [json.loads(line) for line in out.read_bytes().splitlines()], done


def as_v1(folder: Path, engine: str, *lines: Json) -> tuple[list[Json], Written]:
    out, done = exported(store_of(folder, engine, lines, name="of-v2"), "labelbox-v1", "out.json")
    return json.loads(out.read_bytes()), done


@ENGINES
def test_a_v1_label_as_v2(tmp_path: Path, engine: str) -> None:
    answer = feature("Red", "a1")
    question = feature("Color", "q1", answer=answer)
    car = box("Car", "c1", 1, 2, 3, 4, classifications=[[question]])
    seen = feature("Seen", "q2", answer=[feature("Cat", "a2")])
    related = {"featureId": "r1", "data": {"source": "c1", "target": "c1"}, "relationshipType": "unidirectional"}
    element = v1("a", car, classifications=[seen, feature("Notes", "q3", answer="wet")]) | {
        "Benchmark Agreement": 0.5,
        "Benchmark ID": "b",
        "Seconds to Review": 10,
        "Reviews": [{"id": "v1", "score": 1, "createdAt": "2024-01-02T00:00:00.000Z", "createdBy": "bo@example.com"}],
        "View Label": "https://editor.labelbox.com?project=p1&label=a",
        "Data Split": "training",
    }
    element["Label"]["relationships"] = [related]
    (line,), done = as_v2(tmp_path, engine, element)
    assert line["data_row"] == {
        "id": "row-a",
        "external_id": "a.jpg",
        "row_data": "https://storage.example.com/a.jpg",
        "details": {"dataset_name": "Streets"},
    }
    assert line["media_attributes"] == {"asset_type": "image"}
    (label_,) = line["projects"]["p1"]["labels"]
    assert line["projects"]["p1"]["name"] == "Roads"
    assert label_["label_details"] == {
        "created_at": "2024-01-01T10:00:00.000+00:00",
        "updated_at": "2024-01-01T10:05:00.000+00:00",
        "created_by": "ada@example.com",
        "reviews": [
            {"id": "v1", "score": 1, "reviewed_at": "2024-01-02T00:00:00.000+00:00", "reviewed_by": "bo@example.com"}
        ],
    }
    assert label_["performance_details"] == {
        "seconds_to_create": 30,
        "seconds_to_review": 10,
        "skipped": False,
        "benchmark_score": 0.5,
        "benchmark_reference_label": "b",
    }
    (one,) = label_["annotations"]["objects"]
    assert one | {"classifications": None} == {
        "feature_id": "c1",
        "feature_schema_id": "s-Car",
        "name": "Car",
        "value": "car",
        "annotation_kind": "ImageBoundingBox",
        "classifications": None,
        "bounding_box": {"top": 2, "left": 1, "height": 4, "width": 3},
    }
    assert one["classifications"][0]["radio_answer"]["name"] == "Red"
    (checklist, text) = label_["annotations"]["classifications"]
    assert [one["name"] for one in checklist["checklist_answers"]] == ["Cat"]
    assert text["text_answer"] == {"content": "wet"}
    (relationship,) = label_["annotations"]["relationships"]
    assert relationship["unidirectional_relationship"] == {"source": "c1", "target": "c1"}
    assert relationship["annotation_kind"] == "ImageUnidirectionalRelationship"
    assert str(done) == "1 records of 1 labels written, 3 changed"
    assert reasons(done) == {
        ("label", "changed", 'without "Data Split"'): 1,
        ("bounding_box", "changed", 'without "color"'): 1,
        ("label_question", "changed", "a dropdown as a checklist"): 1,
    }


@ENGINES
def test_a_v2_label_as_v1(tmp_path: Path, engine: str) -> None:
    nested = {"name": "Why", "value": "why", "text_answer": {"content": "far away"}}
    asked = {"name": "Hidden", "value": "hidden", "radio_answer": {"name": "Yes", "classifications": [nested]}}
    car = square("Red Car", "c1", 10.5, 20, 30, 40) | {"classifications": [asked]}
    del car["value"]
    line = v2("r1", label("a", car), details={"task_name": "Done", "priority": 5})
    (element, second), done = as_v1(tmp_path, engine, line, v2("r2"), v2("r3", label("b", skipped=True)))
    assert element == {
        "DataRow ID": "r1",
        "Labeled Data": "https://storage.example.com/r1",
        "External ID": "r1.jpg",
        "Media Attributes": {"assetType": "image"},
        "ID": "a",
        "Label": {
            "classifications": [],
            "relationships": [],
            "objects": [
                {
                    "featureId": "c1",
                    "title": "Red Car",
                    "value": "red_car",
                    "bbox": {"top": 20, "left": 10.5, "height": 40, "width": 30},
                    "classifications": [
                        {
                            "title": "Hidden",
                            "value": "hidden",
                            "answer": {
                                "title": "Yes",
                                "value": "yes",
                                "classifications": [{"title": "Why", "value": "why", "answer": "far away"}],
                            },
                        }
                    ],
                }
            ],
        },
        "Project Name": "Signs",
        "Created By": "bo@example.com",
        "Created At": "2024-01-02T10:00:00.000Z",
        "Updated At": "2024-01-02T10:00:00.000Z",
        "View Label": "https://editor.labelbox.com?project=p2&label=a",
        "Seconds to Label": 20,
        "Seconds to Review": 0,
        "Skipped": False,
        "Reviews": [],
        "DataRow Workflow Info": {"taskName": "Done"},
    }
    assert second["Skipped"] is True
    assert reasons(done) == {
        ("data_row", "left out", "v1 has no data rows without labels"): 1,
        ("data_row", "changed", 'without "priority"'): 1,
    }


@ENGINES
def test_frames_stand_in_place(tmp_path: Path, engine: str) -> None:
    def frame(number: int, left: int, *, key: bool) -> Json:
        return {
            "frameNumber": number,
            "classifications": [],
            "objects": [box("Car", "o1", left, 1, 2, 2, keyframe=key)],
        }

    lines = [frame(1, 1, key=True), frame(2, 2, key=False), frame(7, 3, key=True)]
    element = v1("a") | {"Label": lines, "Labeled Data": "https://storage.example.com/a.mp4"}
    (line,), done = as_v2(tmp_path, engine, element)
    annotations = line["projects"]["p1"]["labels"][0]["annotations"]
    assert [*annotations["frames"]] == ["1", "2", "7"]
    assert annotations["frames"]["2"]["objects"]["o1"]["annotation_kind"] == "VideoBoundingBox"
    assert annotations["segments"] == {"o1": [[1, 2], [7, 7]]}
    assert annotations["key_frame_feature_map"] == {"o1": [1, 7]}
    assert (done.written["track"], done.written["key_frame"]) == (1, 2)
    (back,), _ = as_v1(tmp_path, engine, line)
    without = [one | {"objects": [{**item, "color": None} for item in one["objects"]]} for one in lines]
    assert plain(back["Label"]) == plain(without)


def test_frames_of_a_file_stand_in_place(tmp_path: Path) -> None:
    (frames := tmp_path / "frames").mkdir()
    line = {"frameNumber": 3, "objects": [box("Car", "o1", 1, 1, 2, 2)], "classifications": []}
    (frames / "a.ndjson").write_text(json.dumps(line))
    source = tmp_path / "export.json"
    source.write_text(json.dumps([v1("a") | {"Label": {"frames": "https://api.example.com/a"}}]))
    load(store := tmp_path / "a.db", [source])
    _, done = exported(store, "labelbox-v2", "out.ndjson")
    assert ("label", "changed", "without its frames, whose file is not in the store") in reasons(done)
    load(store, [source], frames=frames)
    out, done = exported(store, "labelbox-v2", "out.ndjson")
    assert [*_annotations(out)["frames"]] == ["3"]
    assert done.written["bounding_box"] == 1


def _annotations(out: Path) -> Json:
    (line,) = (json.loads(text) for text in out.read_bytes().splitlines())
    return line["projects"]["p1"]["labels"][0]["annotations"]


@ENGINES
def test_labels_of_one_data_row_are_one_line(tmp_path: Path, engine: str) -> None:
    """What they say of it is what the first of them says."""
    same = {"DataRow ID": "row"}
    elements = [v1("a") | same, v1("c"), v1("b") | same | {"Dataset Name": "Lanes"}, v1("d") | same]
    elements[3]["View Label"] = "https://editor.labelbox.com?project=p9&label=d"
    lines, done = as_v2(tmp_path, engine, *elements)
    ids = [
        {name: [one["id"] for one in project["labels"]] for name, project in line["projects"].items()} for line in lines
    ]
    assert ids == [{"p1": ["a", "b"], "p9": ["d"]}, {"p1": ["c"]}]
    assert lines[0]["data_row"]["details"] == {"dataset_name": "Streets"}
    assert reasons(done)["label", "changed", 'with the "Dataset Name" of another label of its data row'] == 1
    assert (done.selected["label"], done.selected["data_row"]) == (4, 2)


@ENGINES
def test_what_came_in_a_generation_comes_first_and_as_it_was(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v2("r1", label("a")), v1("b"), v2("r2"), v1("c") | {"new key": [None]}])
    out, done = exported(store, "labelbox-v1", "out.json")
    content = json.loads(out.read_bytes())
    assert [one["ID"] for one in content] == ["b", "c", "a"]
    assert content[1] == v1("c") | {"new key": [None]}
    assert done.count == 3
    lines = [json.loads(one) for one in exported(store, "labelbox-v2", "out.ndjson")[0].read_bytes().splitlines()]
    assert lines[:2] == [v2("r1", label("a")), v2("r2")]
    assert [one["data_row"]["id"] for one in lines[2:]] == ["row-b", "row-c"]


@ENGINES
def test_shapes_of_2018_become_later_ones(tmp_path: Path, engine: str) -> None:
    donut = "POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))"
    body = {
        "Ring": [{"geometry": donut, "color": "blue"}],
        "Two": "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "Dot": [{"geometry": {"x": 1, "y": 2}}],
        "weather": ["rain", "fog"],
    }
    element = v1("a") | {"Label": body, "Masks": {"Road": "https://storage.example.com/road.png"}}
    (line,), done = as_v2(tmp_path, engine, element)
    annotations = line["projects"]["p1"]["labels"][0]["annotations"]
    kinds = [(one["name"], one["annotation_kind"]) for one in annotations["objects"]]
    assert sorted(kinds) == [
        ("Dot", "ImagePoint"),
        ("Ring", "ImagePolygon"),
        ("Road", "ImageSegmentationMask"),
        ("Two", "ImagePolygon"),
        ("Two", "ImagePolygon"),
    ]
    (weather,) = annotations["classifications"]
    assert [one["value"] for one in weather["checklist_answers"]] == ["rain", "fog"]
    found = reasons(done)
    assert found["hole", "left out", "v2 has no holes"] == 1
    assert found["polygon", "changed", "as an object for each of its parts"] == 1
    assert found["label", "changed", "in the shape of 2020 and later"] == 1


@ENGINES
def test_labels_that_v1_cannot_tell_are_left_out_with_all_they_hold(tmp_path: Path, engine: str) -> None:
    chosen = {"message_id": "m2", "model_config_name": "A", "parent_message_id": "m1"}
    pick = thing("pick", "s1", "MessageSingleSelection", classifications=[], selected_message=chosen)
    composite = {"url": "https://storage.example.com/c.png", "color_rgb": [1, 2, 3]}
    mask = thing("Sky", "m1", "ImageSegmentationMask", classifications=[], composite_mask=composite)
    run = {"runs": {"run1": {"labels": [label("x", square("Car", "c1", 1, 1, 2, 2))], "predictions": [label("y")]}}}
    line = v2("r1", label("a", pick, mask)) | {"experiments": {"model": run}}
    (element,), done = as_v1(tmp_path, engine, line)
    assert element["Label"]["objects"] == []
    found = reasons(done)
    assert found["label", "left out", "of a model run, which v1 does not tell"] == 2
    assert found["bounding_box", "left out", "of a model run, which v1 does not tell"] == 1
    assert found["message_single_selection", "left out", "v1 is older than chats with models"] == 1
    assert found["mask", "left out", "v1 has no composite masks"] == 1
    assert found["data_row", "changed", 'without "experiments"'] == 1


@ENGINES
def test_a_kind_that_v1_does_not_know_is_what_its_geometry_is(tmp_path: Path, engine: str) -> None:
    ring = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    objects = [
        thing("A", "a", "GeoBlob", geojson=ring),
        thing("B", "b", "ImageBlob", bounding_box={"top": 1, "left": 2, "height": 3, "width": 4}),
        thing("C", "c", "ImageHologram", hologram={"x": 1}),
    ]
    (element,), done = as_v1(tmp_path, engine, v2("r1", label("a", *objects)))
    first, second = element["Label"]["objects"]
    assert (first["type"], first["geometry"]) == ("polygon", {"coordinates": ring["coordinates"]})
    assert second["bbox"] == {"top": 1, "left": 2, "height": 3, "width": 4}
    assert (done.selected["other_kind"], done.written["other_kind"]) == (3, 2)
    assert reasons(done)["other_kind", "changed", "as the kind of its geometry, where v1 knows it"] == 2
    assert reasons(done)["other_kind", "left out", "of a kind that v1 does not know"] == 1


@ENGINES
def test_frames_of_all_axes_stand_in_one_list(tmp_path: Path, engine: str) -> None:
    def axis(*numbers: int, name: str) -> Json:
        line = thing("Vein", name, "DICOMPolyline", classifications=[], line=[{"x": 1, "y": 2}, {"x": 3, "y": 4}])
        return {
            "name": name,
            "classifications": [],
            "frames": {str(number): {"objects": {name: line}, "classifications": []} for number in numbers},
        }

    annotations = {
        "groups": {"Axial": axis(1, 2, name="o1"), "Coronal": axis(2, 3, name="o2")},
        "segments": {"Axial": {"o1": [[1, 2]]}, "Coronal": {"o2": [[2, 3]]}},
        "key_frame_feature_map": {"o1": {"Axial": {"1": True, "2": False}}, "o2": {"x": True}},
        "classifications": [],
    }
    media = {"asset_type": "dicom"}
    (element,), done = as_v1(tmp_path, engine, v2("r1", label("a") | {"annotations": annotations}, media=media))
    told = [
        (frame["frameNumber"], [(one["featureId"], one.get("keyframe")) for one in frame["objects"]])
        for frame in element["Label"]
    ]
    assert told == [(1, [("o1", True)]), (2, [("o1", False), ("o2", None)]), (3, [("o2", None)])]
    assert reasons(done)["polyline", "changed", "without the axis of its frame"] == 4
    assert (done.written["track"], done.written["key_frame"]) == (2, 1)
    (back,), _ = as_v2(tmp_path, engine, element)
    frames = back["projects"]["p2"]["labels"][0]["annotations"]["frames"]
    assert frames["2"]["objects"]["o2"]["annotation_kind"] == "DICOMPolyline"
