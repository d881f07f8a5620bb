"""Canned queries about places: boxes, distances, overlaps and maps; and the GeoJSON that is made of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelstore.loading import load
from tests.lines import label, square, v2
from tests.making import ENGINES, asked, box, feature, store_of, v1

Json = dict[str, Any]
FIELD = [[[10.0, 50.0], [12.0, 50.0], [12.0, 51.5], [10.0, 50.0]]]


def geo(name: str, feature_id: str, type: str, coordinates: Any) -> Json:
    """A v1 geospatial object."""
    return feature(name, feature_id, color="#00ff00", type=type, geometry={"coordinates": coordinates})


def point(name: str, feature_id: str, x: float, y: float) -> Json:
    return feature(name, feature_id, point={"x": x, "y": y})


def polygon(name: str, feature_id: str, *corners: tuple[float, float]) -> Json:
    return feature(name, feature_id, polygon=[{"x": x, "y": y} for x, y in corners])


def v2_map(label_id: str) -> Json:
    """A v2 line with a box on a map, also predicted."""
    ring = [[[-58.6, -34.5], [-58.6, -34.4], [-58.5, -34.4], [-58.5, -34.5], [-58.6, -34.5]]]
    shape = {"type": "Polygon", "coordinates": ring}
    place = {"feature_id": "o1", "name": "Plaza", "annotation_kind": "GeoBoundingBox", "classifications": []}
    annotations = {"objects": [place | {"geojson": shape}], "classifications": [], "relationships": []}
    label = {"label_kind": "Default", "version": "1.0.0", "id": label_id, "annotations": annotations}
    run = {"name": "run", "labels": [], "predictions": [label | {"id": "guess"}]}
    return {
        "data_row": {"id": f"row-{label_id}", "row_data": "https://tiles.example.com/1"},
        "media_attributes": {"asset_type": "geospatial"},
        "projects": {"p2": {"name": "Maps", "labels": [label]}},
        "experiments": {"e1": {"name": "model", "runs": {"r1": run}}},
    }


def v1_map(label_id: str) -> Json:
    return v1(
        label_id,
        geo("Field", "f1", "polygon", FIELD),
        geo("Road", "r1", "polyline", [[179.0, 1.0], [179.5, 2.0]]),
        geo("Well", "w1", "point", [-179.25, 1.5]),
        geo('"Big" \\ house\n', "b1", "rectangle", [[[1, 2], [1, 4], [5, 4], [5, 2], [1, 2]]]),
    )


@pytest.fixture(name="street")
def fixture_street(tmp_path: Path, engine: str) -> Path:
    """Label a: two cars and a tree in pixels; b: a car as polygon, a point; c: a truck far away."""
    return store_of(
        tmp_path,
        engine,
        [
            v1(
                "a",
                box("Car", "c1", 10, 10, 20, 20),
                box("Car", "c2", 100, 100, 10, 10),
                box("Tree", "t1", 20, 20, 20, 20),
            ),
            v1("b", polygon("Car", "c3", (5, 5), (25, 5), (15, 30)), point("Nose", "n1", 40, 33)),
            v1("c", box("Truck", "k1", 1000, 1000, 50, 50)),
        ],
    )


@ENGINES
def test_labels_with_a_class_inside_a_box(street: Path, engine: str) -> None:
    def found(kind: str, *rectangle: float) -> list[tuple[Any, ...]]:
        sides = dict(zip(("min_x", "min_y", "max_x", "max_y"), rectangle, strict=True))
        rows = asked(street, "labels-with-class-inside-box", **{"class": kind}, **sides)
        return [(row["label_id"], row["objects"]) for row in rows]

    assert found("Car", 0, 0, 200, 200) == [("a", 2), ("b", 1)]
    assert found("Car", 10, 10, 30, 30) == [("a", 1)]  # its sides count as inside; the polygon begins at 5
    assert found("Car", 5, 5, 25, 30) == [("b", 1)]
    assert found("Car", 5, 5, 25, 29) == []
    assert found("Nose", 40, 33, 40, 33) == [("b", 1)]
    assert found("Bus", 0, 0, 2000, 2000) == []


@ENGINES
def test_nearest_objects(street: Path, engine: str) -> None:
    rows = asked(street, "nearest-objects", x=40, y=40)
    assert [(row["label_id"], row["name"], row["distance"]) for row in rows] == [
        ("a", "Tree", 0.0),  # its corner: bounds 20–40
        ("b", "Nose", 7.0),
        ("a", "Car", 14.142136),  # bounds 10–30: 10 and 10 away, √200
        ("b", "Car", 18.027756),  # bounds 5–25, 5–30: 15 and 10 away, √325
        ("a", "Car", 84.852814),  # bounds 100–110: 60 and 60 away, √7200
        ("c", "Truck", 1357.64502),  # 960 and 960 away: 960 · √2 = 1357.6450199
    ]
    assert [row["name"] for row in asked(street, "nearest-objects", x=40, y=40, limit=2)] == ["Tree", "Nose"]
    only = asked(street, "nearest-objects", x=40, y=40, data_row="row-b", **{"class": "Car"})
    assert [(row["label_id"], row["distance"]) for row in only] == [("b", 18.027756)]
    near = asked(street, "nearest-objects", x=40.0005, y=33, limit=1)
    assert [(row["name"], row["distance"]) for row in near] == [("Nose", 0.0005)]


@ENGINES
def test_nearest_of_class(street: Path, engine: str) -> None:
    rows = asked(street, "nearest-of-class", a="Tree", b="Car")
    # centers: tree (30, 30), cars (20, 20) and (105, 105); label b has no tree
    assert [(row["label_id"], row["dx"], row["dy"], row["squared_distance"]) for row in rows] == [("a", -10, -10, 200)]
    both = asked(street, "nearest-of-class", a="Car", b="Car")
    assert [(row["label_id"], row["dx"]) for row in both] == [("a", 85.0), ("a", -85.0)]
    assert asked(street, "nearest-of-class", a="Car", b="Car", label="b") == []


@ENGINES
def test_class_overlap(street: Path, engine: str) -> None:
    rows = asked(street, "class-overlap", a="Car", b="Tree")
    # 10–30 and 20–40 share 10 × 10 = 100; together 400 + 400 - 100 = 700
    assert [(row["label_id"], row["iou"], row["share_of_a"]) for row in rows] == [("a", 0.1429, 0.25)]
    assert asked(street, "class-overlap", a="Car", b="Tree", min_iou=0.15) == []
    assert asked(street, "class-overlap", a="Car", b="Car") == []


@ENGINES
def test_overlap_within_a_class_a_page_and_a_frame(tmp_path: Path, engine: str) -> None:
    same = [box("Car", f"c{number}", 0, 0, 10, 10) for number in range(3)]
    pages = [box("Sign", f"s{number}", 0, 0, 10, 10, page=number, unit="POINTS") for number in range(2)]
    frames = [{"frameNumber": n, "objects": [box("Van", "v1", 0, 0, 10, 10)], "classifications": []} for n in (1, 2)]
    video = v1("v", **{"Labeled Data": "https://storage.example.com/v.mp4", "Label": frames})
    touching = v1("t", box("Car", "a", 0, 0, 10, 10), box("Car", "b", 10, 0, 10, 10))
    store = store_of(tmp_path, engine, [v1("a", *same), v1("d", *pages), video, touching])
    pairs = asked(store, "class-overlap", a="Car", b="Car")
    assert [(row["label_id"], row["iou"]) for row in pairs] == [("a", 1.0)] * 3  # 1-2, 1-3, 2-3
    assert asked(store, "class-overlap", a="Sign", b="Sign") == []
    assert asked(store, "class-overlap", a="Van", b="Van") == []


@ENGINES
def test_geo_box(tmp_path: Path, engine: str) -> None:
    pixels = v1("x", box("Car", "c1", 10, 50, 1, 1))
    store = store_of(tmp_path, engine, [v1_map("a"), v2_map("b"), pixels])

    def found(**sides: float) -> list[tuple[str, str]]:
        return [(row["label_id"], row["kind"]) for row in asked(store, "geo-box", **sides)]

    assert found(west=0, south=0, east=20, north=60) == [("a", "polygon"), ("a", "bounding_box")]
    assert found(west=11, south=51, east=20, north=60) == [("a", "polygon")]
    assert found(west=12.1, south=51, east=20, north=60) == []
    assert found(west=-60, south=-35, east=-58.55, north=-34) == [("b", "bounding_box")]
    assert found(west=179.2, south=0, east=-179, north=10) == [("a", "polyline"), ("a", "point")]  # over the 180th
    (plaza,) = asked(store, "geo-box", **{"class": "Plaza"})
    bounds = [plaza[side] for side in ("west", "south", "east", "north")]
    assert bounds == pytest.approx([-58.6, -34.5, -58.5, -34.4])


@ENGINES
def test_geo_features(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1_map("a"), v2_map("b"), v1("x", box("Car", "c1", 10, 50, 1, 1))])
    rows = asked(store, "geo-features")
    features = [json.loads(row["feature"]) for row in rows]
    assert [item["type"] for item in features] == ["Feature"] * 5
    assert [item["geometry"] for item in features] == [
        {"type": "Polygon", "coordinates": FIELD},
        {"type": "LineString", "coordinates": [[179.0, 1.0], [179.5, 2.0]]},
        {"type": "Point", "coordinates": [-179.25, 1.5]},
        {"type": "Polygon", "coordinates": [[[1, 2], [1, 4], [5, 4], [5, 2], [1, 2]]]},
        {
            "type": "Polygon",
            "coordinates": [[[-58.6, -34.5], [-58.6, -34.4], [-58.5, -34.4], [-58.5, -34.5], [-58.6, -34.5]]],
        },
    ]
    assert features[3]["properties"] == {
        "label_id": "a",
        "object_id": rows[3]["object_id"],
        "name": '"Big" \\ house\n',
        "data_row_id": "row-a",
    }
    assert [row["label_id"] for row in asked(store, "geo-features", project="p2")] == ["b"]
    assert len(asked(store, "geo-features", **{"class": "Well"})) == 1


@ENGINES
def test_boxes_with_the_size_of_their_picture(tmp_path: Path, engine: str) -> None:
    media = {"asset_type": "image", "width": 100, "height": 50}
    cars = label("b", square("Car", "f1", 1, 2, 30, 20), square("Bus", "f2", 0, 0, 10, 10), at="2024-02-01T00:00:00Z")
    hidden = {"e": {"runs": {"m": {"labels": [], "predictions": [label("p", square("Car", "f3", 0, 0, 9, 9))]}}}}
    records = [v1("a", box("Car", "f4", 1, 2, 4, 5), point("Car", "f5", 1, 1)), v1_map("m"), v2("r", cars, media=media)]
    records[-1] |= {"experiments": hidden}
    store = store_of(tmp_path, engine, records[:2])
    store_of(tmp_path, engine, records[2:], "more").unlink()
    load(store, [tmp_path / "more.ndjson"])
    found = [tuple(row.values())[1:] for row in asked(store, "boxes")]
    of_b = ("b", "r", "r.jpg", "Signs", "bo@example.com", None)
    assert found == [
        ("a", "row-a", "a.jpg", "Roads", "ada@example.com", None, "Car", 1, 2, 4, 5, 20, None, None, None),
        (*of_b, "Car", 1, 2, 30, 20, 600, 100, 50, 0.12),
        (*of_b, "Bus", 0, 0, 10, 10, 100, 100, 50, 0.02),
    ]
    for given, names in (
        ({"class": "Car"}, ["a", "b"]),
        ({"min_area": 100}, ["b", "b"]),
        ({"project": "Roads"}, ["a"]),
        ({"since": "2024-01-31"}, ["b", "b"]),
        ({"until": "2024-01-31"}, ["a"]),
    ):
        assert [row["label_id"] for row in asked(store, "boxes", **given)] == names


@ENGINES
def test_where_a_class_is_larger_than_another(tmp_path: Path, engine: str) -> None:
    frames = {
        "1": {"objects": {"c": square("Car", "c", 0, 0, 10, 10), "p": square("Person", "p", 0, 0, 5, 4)}},
        "2": {"objects": {"c": square("Car", "c", 0, 0, 1, 1), "p": square("Person", "p", 0, 0, 5, 4)}},
        "3": {"objects": {"c": square("Car", "c", 0, 0, 10, 10)}},
    }
    video = label("v") | {"annotations": {"frames": frames}}
    small = square("Car", "f3", 0, 0, 1, 1)
    records = [
        v2("r1", label("a", small, square("Car", "f1", 0, 0, 8, 5), square("Person", "f2", 0, 0, 5, 4))),
        v2("r2", label("b", small, square("Person", "f5", 0, 0, 5, 4)), label("c", square("Car", "f6", 0, 0, 9, 9))),
        v2("r3", video, media={"asset_type": "video"}),
    ]
    store = store_of(tmp_path, engine, records)

    def found(**given: Any) -> list[Any]:
        return [tuple(row.values()) for row in asked(store, "larger-than-class", **given)]

    assert found(a="Car", b="Person") == [
        ("v", "r3.jpg", 1, None, 100, 20, 5),
        ("a", "r1.jpg", None, None, 40, 20, 2),
    ]
    assert found(a="Person", b="Car") == [("b", "r2.jpg", None, None, 20, 1, 20), ("v", "r3.jpg", 2, None, 20, 1, 20)]
    assert [row[0] for row in found(a="Car", b="Person", min_area=50)] == ["v"]
    assert found(a="Car", b="Tree") == []
