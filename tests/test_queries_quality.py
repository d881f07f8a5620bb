"""Canned queries of reviews, scores and the workflow, against answers worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.loading import load
from tests.lines import label, v2
from tests.making import asked, store_of, v1


def review(number: int, score: float, at: str, by: str = "rev@example.com") -> dict[str, Any]:
    return {"id": f"r{number}", "score": score, "createdAt": at, "createdBy": by}


def reviewed(score: float, at: str, by: str = "rev@example.com") -> dict[str, Any]:
    return {"score": score, "reviewed_at": at, "reviewed_by": by}


def event(action: str, at: str, before: str | None, after: str | None) -> dict[str, Any]:
    told = {"action": action, "created_at": at, "created_by": "ada@example.com"}
    return told | {
        key: task for key, task in (("previous_task_name", before), ("next_task_name", after)) if task is not None
    }


LABELING, REVIEW, REWORK = "Initial labeling task", "Initial review task", "Rework (all rejected)"
DAY = "2024-01-01T"
HISTORY = [  # labelled at 8, rejected at 10, labelled again at 14, approved at 15: the newest comes first
    event("Approve", f"{DAY}15:00:00.000+00:00", REVIEW, None),
    event("Move", f"{DAY}14:00:00.000+00:00", REWORK, REVIEW),
    event("Reject", f"{DAY}10:00:00.000+00:00", REVIEW, REWORK),
    event("Move", f"{DAY}08:00:00.000+00:00", None, REVIEW),
    event("Move", "the day before", None, REVIEW),
]
MOVED_BACK = [  # labelled at 1, back to labeling at 3, labelled again at 7, not approved since
    event("Move", f"{DAY}07:00:00.000+00:00", LABELING, REVIEW),
    event("Move", f"{DAY}03:00:00.000+00:00", REVIEW, LABELING),
    event("Move", f"{DAY}01:00:00.000+00:00", LABELING, REVIEW),
]
STRAIGHT = [
    event("Approve", f"{DAY}09:30:00.000+00:00", REVIEW, None),
    event("Move", f"{DAY}09:00:00.000+00:00", None, REVIEW),
]
INFO = {
    "taskName": "Done",
    "Workflow History": [
        {"actorId": "u1", "action": "Approve", "createdAt": f"{DAY}12:00:00.000Z", "previousTaskName": REVIEW},
        {"actorId": "u1", "action": "Move", "createdAt": f"{DAY}11:00:00.000Z", "nextTaskName": REVIEW},
    ],
}
ROADS = [
    v1(
        "a",
        Reviews=[
            review(1, -1, "2024-01-07T23:59:59.000Z"),  # a Sunday: the week of 1 January
            review(2, 1, "2024-01-08T00:00:00.000Z", "boss@example.com"),  # a Monday
        ],
        **{"Agreement": 0.5, "Benchmark Agreement": 0.25, "Has Open Issues": 1, "DataRow Workflow Info": INFO},
    ),
    v1(
        "b",
        Reviews=[review(3, 1, "2024-01-08T09:00:00.000Z"), review(4, 0, "2024-01-09T09:00:00.000Z")],
        **{"Agreement": 1, "Benchmark Agreement": 0, "DataRow ID": "row-a", "DataRow Workflow Info": INFO},
    ),
    v1("c", **{"Created By": "cy@example.com", "Has Open Issues": 3}),
    v1("d", Agreement=None),
    v1("e", Skipped=True, Agreement=0.1),
]
PREDICTION = label("m1", reviews=[reviewed(1, DAY + "10:00:00Z")], consensus_score=0.9, benchmark_score=0.9)
SIGNS = [
    v2(
        "r1",
        label("s1", reviews=[reviewed(-1, "2024-01-03T10:00:00.000+00:00")], consensus_score=0.8)
        | {"benchmark_score": 0.75},
        label("s2", reviews=[reviewed(1, "not a time")]) | {"benchmark_score": -1, "consensus_score": 0.6},
        details={"workflow_history": HISTORY},
        experiments={"e1": {"runs": {"run1": {"labels": [PREDICTION], "predictions": [PREDICTION]}}}},
    ),
    v2("r2", label("s3"), details={"workflow_history": MOVED_BACK}),
    v2("r3", label("s4", by="cy@example.com", consensus_score="high"), details={"workflow_history": STRAIGHT}),
]


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    store = store_of(folder, request.param, ROADS)
    store_of(folder, request.param, SIGNS, "more").unlink()
    load(store, [folder / "more.ndjson"])
    return store


def rows(store: Path, name: str, **values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in asked(store, name, **values)]


def test_reviews_by_labeler(stored: Path) -> None:
    # ada: a rejected and approved, b approved and a score of 0; bo: s1 rejected, s2 approved
    assert rows(stored, "reviews-by-labeler") == [
        ("Roads", "ada@example.com", 2, 4, 2, 1, 0.6667, 0.3333),
        ("Signs", "bo@example.com", 2, 2, 1, 1, 0.5, 0.5),
    ]
    assert rows(stored, "reviews-by-labeler", project="p2")[0][0] == "Signs"


def test_reviews_by_reviewer(stored: Path) -> None:
    assert rows(stored, "reviews-by-reviewer") == [
        ("Roads", "boss@example.com", 1, 1, 1, 0, 1.0, 0.0),
        ("Roads", "rev@example.com", 2, 3, 1, 1, 0.5, 0.5),
        ("Signs", "rev@example.com", 2, 2, 1, 1, 0.5, 0.5),
    ]


def test_reviews_by_project(stored: Path) -> None:
    assert rows(stored, "reviews-by-project") == [
        ("Roads", 5, 3, 4, 2, 1, 0.6667, 0.3333),
        ("Signs", 4, 2, 2, 1, 1, 0.5, 0.5),
    ]


def test_reviews_by_week(stored: Path) -> None:
    assert rows(stored, "reviews-by-week") == [
        ("Roads", "2024-01-01", 1, 1, 0, 1, 0.0, 1.0),
        ("Roads", "2024-01-08", 2, 3, 2, 0, 1.0, 0.0),
        ("Signs", "2024-01-01", 1, 1, 0, 1, 0.0, 1.0),
    ]


def test_workflow_steps(stored: Path) -> None:
    with open_database(stored, read_only=True) as database:
        sql = "select step, action, task_name, seconds_in_task from workflow_steps where data_row_id = ? order by step"
        assert list(database.query(sql, ("r1",)).rows) == [
            (1, "Move", None, None),
            (2, "Reject", REVIEW, 7200.0),
            (3, "Move", REWORK, 14400.0),
            (4, "Approve", REVIEW, 3600.0),
        ]
        # told by both labels of the data row, counted once
        assert list(database.query(sql, ("row-a",)).rows) == [
            (1, "Move", None, None),
            (2, "Approve", REVIEW, 3600.0),
        ]


def test_rework(stored: Path) -> None:
    # r1: sent back at 10, approved at 15; its way from rework to review is no move back
    # r2: its second way from labeling to review is none either
    assert rows(stored, "rework") == [
        ("Signs", "r1", "r1.jpg", 1, 0, f"{DAY}10:00:00.000+00:00", f"{DAY}15:00:00.000+00:00", 5.0),
        ("Signs", "r2", "r2.jpg", 0, 1, f"{DAY}03:00:00.000+00:00", None, None),
    ]
    assert rows(stored, "rework", project="Roads") == []


def test_time_in_workflow_steps(stored: Path) -> None:
    # review in Signs: r1 2 h and 1 h, r2 2 h, r3 0.5 h; of 0.5 1 2 2 the places 0.75, 1.5, 2.25 give 0.875, 1.5, 2
    assert rows(stored, "time-in-workflow-steps") == [
        ("Roads", REVIEW, 1, 1, 1.0, 1.0, 1.0, 1.0, 1.0),
        ("Signs", LABELING, 1, 1, 4.0, 4.0, 4.0, 4.0, 4.0),
        ("Signs", REVIEW, 4, 3, 0.88, 1.5, 2.0, 2.0, 5.5),
        ("Signs", REWORK, 1, 1, 4.0, 4.0, 4.0, 4.0, 4.0),
    ]


def test_open_issues(stored: Path) -> None:
    assert [(row["label_id"], row["open_issues"]) for row in asked(stored, "open-issues")] == [("c", 3), ("a", 1)]


def test_benchmark_scores(stored: Path) -> None:
    # ada: 0.25 and 0, d has -1; cy has none; a score of 0 is a score
    assert rows(stored, "benchmark-scores") == [
        ("Roads", "ada@example.com", 3, 2, 1, 0.125, 0.0, 0.0625, 0.125, 0.1875, 0.25),
        ("Roads", "cy@example.com", 1, 0, 1, None, None, None, None, None, None),
        ("Signs", "bo@example.com", 3, 1, 2, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75),
        ("Signs", "cy@example.com", 1, 0, 1, None, None, None, None, None, None),
    ]


def test_consensus_scores(stored: Path) -> None:
    # ada: 0.5 and 1, d has null, the skipped e does not count
    # bo: 0.8 among the performance details and 0.6 beside them
    assert rows(stored, "consensus-scores") == [
        ("Roads", "ada@example.com", 3, 2, 1, 0.75, 0.5, 0.625, 0.75, 0.875, 1.0),
        ("Roads", "cy@example.com", 1, 0, 1, None, None, None, None, None, None),
        ("Signs", "bo@example.com", 3, 2, 1, 0.7, 0.6, 0.65, 0.7, 0.75, 0.8),
        ("Signs", "cy@example.com", 1, 0, 1, None, None, None, None, None, None),
    ]
