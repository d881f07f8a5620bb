"""Canned queries of what was labelled, against answers worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from tests.lines import label, square, thing, v2
from tests.making import asked, box, feature, store_of, v1

TRIANGLE = [{"x": 0, "y": 0}, {"x": 4, "y": 0}, {"x": 4, "y": 3}]  # area 6, perimeter 4 + 3 + 5
DONUT = [  # 10 x 10 with a hole of 2 x 2: area 96, perimeter 40 + 8
    [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]],
    [[4, 4], [4, 6], [6, 6], [6, 4], [4, 4]],
]


def radio(name: str, feature_id: str, answer: str) -> dict[str, Any]:
    return feature(name, feature_id, answer=feature(answer, f"{feature_id}-{answer}"))


ROADS = [
    v1(
        "a",
        box("Car", "c1", 10, 10, 20, 10),
        box("Car", "c2", 10, 10, 20, 10),  # c1 again
        box("Car", "c3", 10.1, 10, 20, 10),  # IoU with c1: 19.9 * 10 / (400 - 199) = 0.990
        feature("Tree", "t1", color="#00ff00", polygon=TRIANGLE),
        feature("Lane", "l1", color="#0000ff", line=[{"x": 0, "y": 0}, {"x": 3, "y": 4}, {"x": 3, "y": 10}]),  # 5 + 6
        classifications=[radio("Weather", "q1", "Sunny"), feature("Notes", "q2", answer="a bit dark")],
        **{"Media Attributes": {"width": 100, "height": 50, "mimeType": "image/jpeg"}},
    ),
    v1(
        "b",
        box("Car", "c4", 0, 0, 40, 10),
        box("Van", "v1", 0, 0, 40, 10),  # the geometry of c4, another class
        classifications=[
            radio("Weather", "q3", "Sunny"),
            feature("Seen", "q4", answers=[feature("Cat", "a1"), feature("Dog", "a2")]),
        ],
    ),
    v1("c", classifications=[radio("Weather", "q5", "Rain"), feature("Seen", "q6", answers=[feature("Cat", "a3")])]),
    v1("d"),
    v1("e", Skipped=True, **{"Seconds to Label": 12.5}),
]
PREDICTION = label("m1", square("Sign", "x1", 0, 0, 5, 5), square("Sign", "x2", 0, 0, 5, 5))
SIGNS = [
    v2(
        "r1",
        label(
            "s1",
            square("Sign", "o1", 0, 0, 10, 10),
            square("Sign", "o2", 50, 50, 50, 50),
            thing("Ring", "o3", "GeoPolygon", geojson={"type": "Polygon", "coordinates": DONUT}),
            thing("Word", "o4", "TextEntity", location={"start": 10, "end": 13}),
        ),
        media={"asset_type": "image", "width": 100, "height": 200},
        experiments={"e1": {"runs": {"run1": {"labels": [PREDICTION], "predictions": [PREDICTION]}}}},
    ),
    v2("r2", label("s2", skipped=True, create=7), label("s3", by="cy@example.com")),
    v2("r3", details={"workflow_status": "TO_LABEL", "task_name": "Initial labeling task", "workflow_history": []}),
    v2("r4", projects={}),
    v2("r5", experiments={"e1": {"runs": {"run1": {"labels": [], "predictions": [PREDICTION]}}}}),
]


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content")
    store = store_of(folder, request.param, ROADS)
    from labelstore.loading import load

    more = store_of(folder, request.param, SIGNS, "more")
    more.unlink()
    load(store, [folder / "more.ndjson"])
    return store


def rows(store: Path, name: str, **values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in asked(store, name, **values)]


def test_class_counts_leave_predictions_out(stored: Path) -> None:
    assert rows(stored, "class-counts", project="Signs") == [
        ("Signs", "image", "Sign", "bounding_box", 2, 1, 0.5),
        ("Signs", "image", "Ring", "polygon", 1, 1, 0.25),
        ("Signs", "image", "Word", "text_entity", 1, 1, 0.25),
    ]


def test_class_balance(stored: Path) -> None:
    # 7 objects of 4 classes in 4 labels that were not skipped; weight = 7 / (4 * objects)
    assert rows(stored, "class-balance", project="p1") == [
        ("Roads", "image", "Car", 4, 0.5714, 2, 0.5, 1.0, 0.4375),
        ("Roads", "image", "Lane", 1, 0.1429, 1, 0.25, 4.0, 1.75),
        ("Roads", "image", "Tree", 1, 0.1429, 1, 0.25, 4.0, 1.75),
        ("Roads", "image", "Van", 1, 0.1429, 1, 0.25, 4.0, 1.75),
    ]
    # s1 holds all 4 objects, s3 none, s2 was skipped
    assert rows(stored, "class-balance", project="p2")[0] == ("Signs", "image", "Sign", 2, 0.5, 1, 0.5, 1.0, 0.6667)


def test_objects_per_label(stored: Path) -> None:
    # Roads 0 0 2 5: places 0.75, 1.5 and 2.25 give 0, 1 and 2.75; Signs 0 4
    assert rows(stored, "objects-per-label") == [
        ("Roads", "image", 4, 2, 7, 0, 0.0, 1.0, 2.75, 5, 1.75),
        ("Signs", "image", 2, 1, 4, 0, 1.0, 2.0, 3.0, 4, 2.0),
    ]


def test_object_sizes(stored: Path) -> None:
    # cars 200 200 200 400: places 0.75, 1.5 and 2.25 give 200, 200 and 250; perimeters 60 60 60 100
    # signs 100 2500: 700, 1300, 1900; perimeters 40 200
    assert rows(stored, "object-sizes", perimeters=1) == [
        ("Car", "bounding_box", "area", "pixels", 4, 200.0, 200.0, 200.0, 250.0, 400.0, 60.0),
        ("Sign", "bounding_box", "area", "pixels", 2, 100.0, 700.0, 1300.0, 1900.0, 2500.0, 120.0),
        ("Lane", "polyline", "length", "pixels", 1, 11.0, 11.0, 11.0, 11.0, 11.0, None),
        ("Ring", "polygon", "area", "degrees", 1, 96.0, 96.0, 96.0, 96.0, 96.0, 48.0),
        ("Tree", "polygon", "area", "pixels", 1, 6.0, 6.0, 6.0, 6.0, 6.0, 12.0),
        ("Van", "bounding_box", "area", "pixels", 1, 400.0, 400.0, 400.0, 400.0, 400.0, 100.0),
        ("Word", "text_entity", "length", "characters", 1, 4.0, 4.0, 4.0, 4.0, 4.0, None),
    ]
    assert {row[-1] for row in rows(stored, "object-sizes")} == {None}
    assert [row[0] for row in rows(stored, "object-sizes", project="Roads", **{"class": "Tree"})] == ["Tree"]
    assert rows(stored, "object-sizes", project="Signs", **{"class": "Tree"}) == []


def test_object_positions(stored: Path) -> None:
    # of 100 x 50: c1 and c2 at 20, 15; c3 at 20.1, 15; widths 20, heights 10; b has no size
    # of 100 x 200: signs at 5, 5 and 75, 75, so 0.05 and 0.75 across, 0.025 and 0.375 down
    assert rows(stored, "object-positions") == [
        ("Car", "bounding_box", 3, 0.2003, 0.3, 0.2, 0.2, 1),
        ("Sign", "bounding_box", 2, 0.4, 0.2, 0.3, 0.15, 0),
        ("Lane", "polyline", 1, 0.015, 0.1, 0.03, 0.2, 0),
        ("Tree", "polygon", 1, 0.02, 0.03, 0.04, 0.06, 0),
        ("Ring", "polygon", 0, None, None, None, None, 1),
        ("Van", "bounding_box", 0, None, None, None, None, 1),
    ]


def test_class_cooccurrence(stored: Path) -> None:
    # cars are in a and b, vans in b, lanes and trees in a
    assert rows(stored, "class-cooccurrence", project="Roads") == [
        ("Roads", "Car", "Lane", 1, 2, 1, 0.5, 1.0, 0.5),
        ("Roads", "Car", "Tree", 1, 2, 1, 0.5, 1.0, 0.5),
        ("Roads", "Car", "Van", 1, 2, 1, 0.5, 1.0, 0.5),
        ("Roads", "Lane", "Tree", 1, 1, 1, 1.0, 1.0, 1.0),
    ]


def test_duplicate_objects(stored: Path) -> None:
    found = asked(stored, "duplicate-objects")
    kept = [(row["label_id"], row["kind"], row["name"], row["classes"], row["copies"]) for row in found]
    assert kept == [("a", "bounding_box", "Car", 1, 2), ("b", "bounding_box", "Car", 2, 2)]
    with open_database(stored, read_only=True) as database:
        ids = dict(database.query("select feature_id, object_id from objects where label_id = 'a'").rows)
    assert (found[0]["first_object_id"], found[0]["last_object_id"]) == (ids["c1"], ids["c2"])
    assert asked(stored, "duplicate-objects", project="Signs") == []


def test_overlapping_duplicates(stored: Path) -> None:
    pairs = [
        (row["feature_id"], row["other_feature_id"], row["iou"]) for row in asked(stored, "overlapping-duplicates")
    ]
    assert pairs == [("c1", "c2", 1.0), ("c1", "c3", 0.99), ("c2", "c3", 0.99)]
    same = [(row["feature_id"], row["other_feature_id"]) for row in asked(stored, "overlapping-duplicates", iou=0.995)]
    assert same == [("c1", "c2")]


def test_empty_and_skipped_labels(stored: Path) -> None:
    assert rows(stored, "empty-labels") == [
        ("Roads", "d", "row-d", "d.jpg", "image", "ada@example.com", "2024-01-01T10:00:00.000Z"),
        ("Signs", "s3", "r2", "r2.jpg", "image", "cy@example.com", "2024-01-02T10:00:00.000+00:00"),
    ]
    assert [(row["label_id"], row["seconds_to_label"]) for row in asked(stored, "skipped-labels")] == [
        ("e", 12.5),
        ("s2", 7.0),
    ]


def test_unlabeled_data_rows(stored: Path) -> None:
    # r5 has a prediction only; r4 is in no project
    assert rows(stored, "unlabeled-data-rows") == [
        ("Signs", "r3", "r3.jpg", None, "image", "TO_LABEL", "Initial labeling task"),
        ("Signs", "r5", "r5.jpg", None, "image", None, None),
        (None, "r4", "r4.jpg", None, "image", None, None),
    ]
    assert [row["data_row_id"] for row in asked(stored, "unlabeled-data-rows", project="p2")] == ["r3", "r5"]


def test_answer_counts(stored: Path) -> None:
    assert rows(stored, "answer-counts") == [
        ("Roads", "Notes", "text", None, 1, 1, 1.0),
        ("Roads", "Seen", "checklist", "Cat", 2, 2, 1.0),
        ("Roads", "Seen", "checklist", "Dog", 1, 2, 0.5),
        ("Roads", "Weather", "radio", "Sunny", 2, 3, 0.6667),
        ("Roads", "Weather", "radio", "Rain", 1, 3, 0.3333),
    ]
    assert rows(stored, "answer-counts", texts=1)[0][3] == "a bit dark"


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_shapes_of_all_forms(tmp_path: Path, engine: str) -> None:
    # a ring may be closed or open; two parts of a multipolygon add up; the far corner costs no digits
    far = [{"x": 1e7 + x, "y": 1e7 + y} for x, y in ((0, 0), (0.5, 0), (0.5, 0.5), (0, 0.5))]
    parts = "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((5 5, 8 5, 8 9, 5 5)))"  # 4 + 6; 8 + 12
    odd = [{"x": 1, "y": 2}, {"x": "one", "y": 2}, {"x": 3}]
    shapes = [
        feature("Closed", "f1", polygon=[*TRIANGLE, TRIANGLE[0]]),
        feature("Far", "f2", polygon=far),
        feature("None", "f3", polygon=[]),
        feature("Odd", "f4", polygon=odd),
        feature("Point", "f5", polygon=[{"x": 1, "y": 1}]),
        feature("Still", "f6", line=[{"x": 1, "y": 1}, {"x": 1, "y": 1}]),
        feature("Dot", "f7", line=[{"x": 1, "y": 1}]),
    ]
    road = {"geometry": "LINESTRING (0 0, 30 40)", "color": "blue"}
    records = [v1("new", *shapes), v1("old") | {"Label": {"Lake": parts, "Road": [road]}}]
    store = store_of(tmp_path, engine, records)
    with open_database(store, read_only=True) as database:
        sql = "select name, area, perimeter, length from object_sizes order by name"
        sizes = {name: values for name, *values in database.query(sql).rows}
    assert sizes == {
        "Closed": [6, pytest.approx(12, rel=1e-14), None],
        "Dot": [None, None, 0],
        "Far": [0.25, pytest.approx(2, rel=1e-14), None],
        "Lake": [10, pytest.approx(20, rel=1e-14), None],
        "None": [None, None, None],
        "Odd": [None, None, None],
        "Point": [0, 0, None],
        "Road": [None, None, pytest.approx(50, rel=1e-14)],
        "Still": [None, None, 0],
    }
