"""Every cell of the matrix in docs/reference/formats.md: a store that holds every construct is written in every
format."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from labelstore.export.constructs import CONSTRUCTS, HOLE
from labelstore.export.exporter import Written
from tests.exporting import exported
from tests.lines import label, square, thing, v2
from tests.making import store_of, v1
from tools.exporters_page import Column, columns

IMAGE: Final = {"asset_type": "image", "width": 200, "height": 200}
VIDEO: Final = {"asset_type": "video", "width": 200, "height": 200, "frame_rate": 1, "frame_count": 9}
DONUT: Final = "POLYGON ((20 20, 180 20, 180 180, 20 180, 20 20), (60 60, 140 60, 140 140, 60 140, 60 60))"
RING: Final = [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[2, 2], [4, 2], [4, 4], [2, 2]]]
AS_EXPORTED: Final = ("labelbox-csv", "labelbox-v1", "labelbox-v2")
NO_GEOMETRY: Final = ("delta", "jsonl", "parquet")
"""Formats that pass coordinates on without reading them, so that they do not count holes."""


def asked(name: str, answer: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": name.lower(),
        "radio_answer": {"name": answer, "value": answer.lower(), "classifications": []},
    }


def on_image() -> dict[str, Any]:
    """Every kind of objects that can stand on a picture, a relationship, a review and questions."""
    points = [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 9, "y": 9}]
    mask = {"url": "https://example.com/mask.png", "color_rgb": [255, 0, 0]}
    objects = [
        square("Car", "b1", 10, 20, 30, 40) | {"classifications": [asked("Color", "Red")]},
        square("Wheel", "b2", 12, 22, 5, 5),
        thing("Roof", "p1", "ImagePolygon", polygon=points, classifications=[asked("Color", "Red")]),
        thing("Lane", "l1", "ImagePolyline", line=points),
        thing("Tip", "t1", "ImagePoint", point={"x": 5, "y": 6}),
        thing("Sky", "m1", "ImageSegmentationMask", composite_mask=mask),
        thing("Crate", "k1", "ImageCuboid", cuboid={"center": 1}),
        thing("Ghost", "h1", "ImageHologram", hologram={"x": 1}),
    ]
    relation = {
        "feature_id": "r1",
        "name": "part of",
        "value": "part_of",
        "annotation_kind": "UnidirectionalRelationship",
        "unidirectional_relationship": {"source": "b2", "target": "b1"},
        "classifications": [],
    }
    review = {"score": 1, "id": "v1", "created_at": "2024-01-03T10:00:00.000+00:00", "created_by": "cy@example.com"}
    found = label("image", *objects, classifications=[asked("Weather", "Rain")], reviews=[review])
    found["annotations"]["relationships"] = [relation]
    return v2("row-image", found, media=IMAGE)


def on_video() -> dict[str, Any]:
    """Every kind of objects that can stand in a frame, one of them in two key frames of a segment."""
    rings = [[{"x": x, "y": y} for x, y in ring] for ring in RING]

    def frame(left: int, *more: dict[str, Any]) -> dict[str, Any]:
        car = square("Car", "o1", left, 1, 20, 20) | {"classifications": [asked("Color", "Red")]}
        objects = {one["feature_id"]: one for one in (car, *more)}
        return {"objects": objects, "classifications": [asked("Light", "Green")]}

    others = (
        thing("Roof", "o2", "VideoPolygon", polygon=rings),
        thing("Lane", "o3", "VideoPolyline", line=rings[0]),
        thing("Tip", "o4", "VideoPoint", point=rings[0][1]),
    )
    annotations = {
        "frames": {"1": frame(1), "3": frame(5, *others)},
        "segments": {"o1": [[1, 3]]},
        "key_frame_feature_map": {"o1": {"1": True, "3": True}},
        "classifications": [],
    }
    return v2("row-video", label("video") | {"annotations": annotations}, media=VIDEO)


def on_text() -> dict[str, Any]:
    entity = thing("Name", "e1", "TextEntity", location={"start": 0, "end": 3})
    line = v2("row-text", label("text", entity, classifications=[asked("Tone", "Warm")]), media={"asset_type": "text"})
    return line | {"data_row": {"id": "row-text", "row_data": "Anna meets Otto.", "external_id": "text.txt"}}


def on_map() -> dict[str, Any]:
    """Every kind of objects that can stand on a map."""
    shapes = {"Polygon": RING, "LineString": [[1, 1], [2, 2]], "Point": [1, 2]}
    kinds = {"Polygon": "GeoPolygon", "LineString": "GeoPolyline", "Point": "GeoPoint"}
    objects = [
        thing(
            "Field",
            f"g-{kind}",
            kinds[kind],
            geojson={"type": kind, "coordinates": coordinates},
            classifications=[asked("Crop", "Rye")],
        )
        for kind, coordinates in shapes.items()
    ]
    box = {"geojson": {"type": "Polygon", "coordinates": RING[:1]}}
    found = label("map", *objects, thing("House", "g-box", "GeoBoundingBox", **box))
    return v2("row-map", found, media={"asset_type": "geospatial"})


def on_chat() -> dict[str, Any]:
    def pick(kind: str, name: str, **block: Any) -> dict[str, Any]:
        return thing(kind, name, f"Message{kind}", **block)

    chosen = [{"message_id": "m1", "model_config_name": "A"}, {"message_id": "m2", "model_config_name": "B"}]
    ranked = [one | {"order": rank} for rank, one in enumerate(chosen, 1)]
    objects = [
        pick(
            "SingleSelection",
            "c1",
            selected_message={"message_id": "m1", "model_config_name": "A", "parent_message_id": "m0"},
        ),
        pick("MultiSelection", "c2", selected_messages={"messages": chosen, "parent_message_id": "m0"}),
        pick("Ranking", "c3", ranked_messages={"ranked_messages": ranked, "parent_message_id": "m0"}),
    ]
    line = v2("row-chat", label("chat", *objects), media={"asset_type": "llm-prompt-response-creation"})
    texts = {"m0": {"content": "Why?", "childMessageIds": ["m1", "m2", "m3"]}} | {
        name: {"content": "So."} for name in ("m1", "m2", "m3")
    }
    line["data_row"]["row_data"] = json.dumps({"rootMessageIds": ["m0"], "messages": texts})
    return line


def on_audio() -> dict[str, Any]:
    moments = {str(time): {"classifications": [asked("Wind", "Strong") | {"feature_id": "w"}]} for time in (100, 900)}
    annotations = {"classifications": [], "timestamp": moments, "segments": {"w": [[100, 900]]}}
    return v2("row-audio", label("audio") | {"annotations": annotations}, media={"asset_type": "audio"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds every construct, and the files of its assets."""
    folder = tmp_path_factory.mktemp("matrix")
    assets = folder / "assets"
    assets.mkdir()
    Image.new("RGB", (200, 200)).save(assets / "donut.png")
    mask = Image.new("RGB", (200, 200))
    mask.paste((255, 0, 0), (50, 50, 90, 90))
    mask.save(assets / "mask.png")
    donut = v1("donut") | {"Label": {"Ring": [{"geometry": DONUT}]}, "External ID": "donut.png"}
    store_of(folder, "sqlite", [on_image(), on_video(), on_text(), on_map(), on_chat(), on_audio(), donut])
    return folder


def written(folder: Path, column: Column) -> Written:
    wanted = {"assets": str(folder / "assets"), "missing_size": "skip", "question": "Weather", "labels": "all"}
    exporter = column.exporter
    chosen = {name: value for name, value in wanted.items() if name in exporter.takes} | dict(column.choices)
    name = f"{column.name.replace(' ', '')}{exporter.suffix}"
    return exported(folder / "export.db", exporter.name, name, **chosen)[1]


@pytest.mark.parametrize("column", columns(), ids=lambda column: column.name)
def test_what_a_format_declares_is_what_it_does(folder: Path, column: Column) -> None:
    if column.name in AS_EXPORTED:
        pytest.skip("gives back what came, by records")
    done = written(folder, column)
    for construct in CONSTRUCTS:
        fate = column.fates[construct]
        selected, kept, lost = (of.get(construct, 0) for of in (done.selected, done.written, done.left_out))
        reads_none = column.exporter.name in NO_GEOMETRY or column.fates["polygon"].action == "left out"
        if construct == HOLE and reads_none:
            continue
        assert selected, f"{construct}: the store holds none that {column.name} sees"
        if fate.action == "left out":
            assert (kept, lost) == (0, selected), construct
            assert fate.how in {loss.reason for loss in done.losses if loss.construct == construct}, construct
            continue
        assert kept, construct
        changes = {
            loss.reason: loss.count for loss in done.losses if (loss.construct, loss.action) == (construct, "changed")
        }
        assert fate.action != "changed" or changes.get(fate.how) == kept, construct
