"""Canned queries of labels, objects and seconds, against answers worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from labelstore.loading import load
from tests.lines import label, square, v2
from tests.making import asked, box, store_of, v1


def done(label_id: str, at: str, seconds: float | None, boxes: int, **more: Any) -> dict[str, Any]:
    cars = [box("Car", f"{label_id}{number}", number, 0, 1, 1) for number in range(boxes)]
    return v1(label_id, *cars, **{"Created At": at, "Seconds to Label": seconds}, **more)


CY = {"Created By": "cy@example.com"}
ROADS = [
    done("a", "2024-01-07T23:59:59.000Z", 10, 1),  # Sunday
    done("b", "2024-01-08T00:00:00.000Z", 20, 4),  # Monday
    done("c", "2024-01-08T12:00:00.000Z", 60, 0),
    done("d", "2024-01-14T12:00:00.000Z", 40, 2),  # Sunday of the same week
    done("e", "2024-01-08T13:00:00.000Z", 30, 1, Skipped=True),
    done("f", "soon", 1000, 3, **CY),
    done("g", "2024-01-08T13:00:00.000Z", None, 5, **CY),
    done("h", "2024-01-08T14:00:00.000Z", 5, 0, Skipped=True, **CY),
    done("i", "2024-01-08T15:00:00.000Z", None, 0, Skipped=True, **CY),
]
SIGNS = [
    v2(
        "r1",
        label("s1", square("Sign", "o1", 0, 0, 1, 1), at="2024-01-09T01:00:00.000+02:00", create=30, review=6),
        label("s2", at="2024-01-09T10:00:00.000+00:00", create=8, skipped=True),
        experiments={
            "e1": {"runs": {"run1": {"labels": [], "predictions": [label("m1", square("Sign", "x", 0, 0, 1, 1))]}}}
        },
    )
]


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("productivity")
    store = store_of(folder, request.param, ROADS)
    store_of(folder, request.param, SIGNS, "more").unlink()
    load(store, [folder / "more.ndjson"])
    return store


def rows(store: Path, name: str, **values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in asked(store, name, **values)]


def test_labels_per_day(stored: Path) -> None:
    # ada on the 8th: b, c and the skipped e, 20 + 60 + 30 s = 0.0306 h; s1 was made at 23:00 UTC on the 8th
    assert rows(stored, "labels-per-day") == [
        ("2024-01-07", "ada@example.com", 1, 0, 1, 0.0),
        ("2024-01-08", "ada@example.com", 2, 1, 4, 0.03),
        ("2024-01-08", "bo@example.com", 1, 0, 1, 0.01),
        ("2024-01-08", "cy@example.com", 1, 2, 5, 0.0),
        ("2024-01-09", "bo@example.com", 0, 1, 0, 0.0),
        ("2024-01-14", "ada@example.com", 1, 0, 2, 0.01),
    ]
    assert rows(stored, "labels-per-day", project="Signs") == [
        ("2024-01-08", "bo@example.com", 1, 0, 1, 0.01),
        ("2024-01-09", "bo@example.com", 0, 1, 0, 0.0),
    ]


def test_labels_per_week(stored: Path) -> None:
    # ada in the second week: b, c, d and e, 150 s = 0.0417 h
    assert rows(stored, "labels-per-week") == [
        ("2024-01-01", "ada@example.com", 1, 0, 1, 0.0),
        ("2024-01-08", "ada@example.com", 3, 1, 6, 0.04),
        ("2024-01-08", "bo@example.com", 1, 1, 1, 0.01),
        ("2024-01-08", "cy@example.com", 1, 2, 5, 0.0),
    ]


def test_seconds_per_label(stored: Path) -> None:
    # ada: 10 20 40 60, places 0.75, 1.5, 2.25: 17.5, 30, 45; per object 10 / 1, 20 / 4, 40 / 2: of 5 10 20, 7.5, 10, 15
    # cy: 1000 s for 3 objects, g tells no seconds; bo: 30 + 6
    assert rows(stored, "seconds-per-label") == [
        ("Roads", "ada@example.com", 4, 17.5, 30.0, 45.0, 0.04, 7, 7.5, 10.0, 15.0),
        ("Roads", "cy@example.com", 1, 1000.0, 1000.0, 1000.0, 0.28, 3, 333.33, 333.33, 333.33),
        ("Signs", "bo@example.com", 1, 30.0, 30.0, 30.0, 0.01, 1, 30.0, 30.0, 30.0),
    ]
    assert [row[1] for row in rows(stored, "seconds-per-label", project="p2")] == ["bo@example.com"]


def test_skipped_time(stored: Path) -> None:
    # ada: 1 of 5 labels, 30 of 160 s; cy: 2 of 4 labels, one without seconds, 5 of 1005 s; bo: 8 of 44 s
    assert rows(stored, "skipped-time") == [
        ("Roads", "ada@example.com", 5, 1, 0.2, 0, 30.0, 0.1875),
        ("Roads", "cy@example.com", 4, 2, 0.5, 1, 5.0, 0.005),
        ("Signs", "bo@example.com", 2, 1, 0.5, 0, 8.0, 0.2105),
    ]


def test_seconds_per_object(stored: Path) -> None:
    # cars: a 10 s for 1, b 20 s for 4, d 40 s for 2, f 1000 s for 3; e is skipped, g tells no seconds
    assert rows(stored, "seconds-per-object") == [
        ("Car", "bounding_box", 4, 10, 0.3, 107.0),
        ("Sign", "bounding_box", 1, 1, 0.01, 30.0),
    ]
    assert rows(stored, "seconds-per-object", labeler="ada@example.com") == [("Car", "bounding_box", 3, 7, 0.02, 10.0)]
    assert rows(stored, "seconds-per-object", project="p1", since="2024-01-08", until="2024-01-09") == [
        ("Car", "bounding_box", 1, 4, 0.01, 5.0)
    ]


def test_seconds_are_divided_among_classes(tmp_path: Path) -> None:
    one = v1("a", box("Car", "1", 0, 0, 1, 1), box("Car", "2", 0, 0, 1, 1), box("Bus", "3", 0, 0, 1, 1))
    for engine in ("sqlite", "duckdb"):
        found = rows(store_of(tmp_path, engine, [one], engine), "seconds-per-object")
        assert [row[0::5] for row in found] == [("Car", 10.0), ("Bus", 10.0)]
