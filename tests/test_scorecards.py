"""Scorecards and periods of canned queries, against numbers that Python counts from the exports themselves."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.errors import UsageError
from labelstore.query.run import ask_named
from labelstore.schema.canned_queries import queries
from tests.lines import v2
from tests.making import box, store_of, v1

Record = dict[str, Any]
SINCE, UNTIL = "2024-02-01", "2024-03-01T12:00:00"
PEOPLE = ("ada@example.com", "bo@example.com", "<b>cy</b>", None)
REVIEWERS = ("rev@example.com", "boss@example.com")


def _time(at: datetime, offset: int = 0) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") if offset == 0 else (
        (at + timedelta(hours=offset)).strftime("%Y-%m-%dT%H:%M:%S.000") + f"{offset:+03}:00"
    )  # fmt: skip


def _records() -> list[Record]:
    """60 labels of v1 in two projects, some of them skipped, reviewed several times, without labeler or time."""
    draw = random.Random(17)
    found = []
    for number in range(60):
        made = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(100 * 24 * 60))
        reviews = [
            {
                "id": f"r{number}-{place}",
                "score": draw.choice((1, 1, -1, 0)),
                "createdAt": _time(made + timedelta(minutes=draw.randrange(3000) + 3000 * place)),
                "createdBy": draw.choice(REVIEWERS),
            }
            for place in range(draw.choice((0, 0, 1, 2)))
        ]
        project = draw.choice(("p1", "p2"))
        info = {"taskName": draw.choice(("Done", "Initial review task", "Rework"))} if draw.random() < 0.6 else None
        found.append(
            v1(
                f"l{number}",
                *(box("Car", f"l{number}-{place}", place, 0, 1, 1) for place in range(draw.randrange(4))),
                Reviews=reviews,
                Skipped=draw.random() < 0.2,
                Agreement=draw.choice((-1, None, 0.25, 0.75, 1)),
                **{
                    "Project Name": {"p1": "Roads", "p2": "Signs"}[project],
                    "View Label": f"https://editor.example.com?project={project}&label=l{number}",
                    "Created By": draw.choice(PEOPLE),
                    "Created At": "soon" if number % 19 == 0 else _time(made, draw.choice((0, 2, -7))),
                    "Seconds to Label": draw.choice((None, 10, 20.5, 300)),
                    "Benchmark Agreement": draw.choice((-1, None, 0.5)),
                }
                | ({"DataRow Workflow Info": info} if info else {}),
            )
        )
    return found


RECORDS = _records()


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("scorecards"), request.param, RECORDS)


def rows(store: Path, name: str, **given: Any) -> list[Record]:
    with open_database(store, read_only=True) as database:
        return list(ask_named(database, name, given))


def _moment(text: str | None) -> datetime | None:
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _in_period(text: str | None) -> bool:
    at, since, until = _moment(text), _moment(SINCE), _moment(UNTIL)
    return at is not None and since is not None and until is not None and since <= at < until


def _last_score(record: Record) -> float | None:
    return record["Reviews"][-1]["score"] if record["Reviews"] else None  # they are made in the order of time


def _mean(values: list[float]) -> Any:
    return pytest.approx(mean(values), abs=1e-4) if values else None


def _card(records: list[Record]) -> Record:
    """What both scorecards say of labels."""
    done = [record for record in records if not record["Skipped"]]
    scores = [score for score in map(_last_score, records) if score]
    timed = [record["Seconds to Label"] for record in records if record["Seconds to Label"] is not None]
    return {
        "labels": len(done),
        "skipped": len(records) - len(done),
        "objects": sum(len(record["Label"]["objects"]) for record in done),
        "hours": pytest.approx(sum(timed) / 3600, abs=0.006) if timed else None,
        "approved": sum(score > 0 for score in scores),
        "rejected": sum(score < 0 for score in scores),
        "agreement": _mean([record["Agreement"] for record in done if (record["Agreement"] or -1) >= 0]),
        "benchmark": _mean(
            [record["Benchmark Agreement"] for record in done if (record["Benchmark Agreement"] or -1) >= 0]
        ),
    }


def _groups(records: list[Record], key: Callable[[Record], Any]) -> dict[Any, list[Record]]:
    found = defaultdict(list)
    for record in records:
        found[key(record)].append(record)
    return found


@pytest.mark.parametrize("period", [{}, {"since": SINCE, "until": UNTIL}])
@pytest.mark.parametrize("project", [None, "p2", "Roads"])
def test_labelers(stored: Path, period: dict[str, str], project: str | None) -> None:
    chosen = [
        record
        for record in RECORDS
        if (not period or _in_period(record["Created At"]))
        and (project is None or record["Project Name"] == {"p2": "Signs"}.get(project, project))
    ]
    expected = {name: _card(records) for name, records in _groups(chosen, lambda record: record["Created By"]).items()}
    found = {row["labeler"]: row for row in rows(stored, "labeler-scorecard", project=project, **period)}
    assert len(expected) >= 3
    assert {name: {key: row[key] for key in expected[name]} for name, row in found.items()} == expected
    for name, row in found.items():
        records = [record for record in chosen if record["Created By"] == name and not record["Skipped"]]
        seconds = [record["Seconds to Label"] for record in records if record["Seconds to Label"] is not None]
        assert row["seconds_per_label"] == (pytest.approx(mean(seconds), abs=0.01) if seconds else None)
        assert row["rework"] is None, "there is no workflow history"


def test_one_labeler(stored: Path) -> None:
    for name in ("labeler-scorecard", "labels-per-day", "labels-per-week", "seconds-per-label", "skipped-time"):
        found = rows(stored, name, labeler="bo@example.com")
        assert found
        assert {row["labeler"] for row in found} == {"bo@example.com"}
    assert rows(stored, "labeler-scorecard", labeler="nobody") == []


@pytest.mark.parametrize("period", [{}, {"since": SINCE, "until": UNTIL}])
def test_projects(stored: Path, period: dict[str, str]) -> None:
    chosen = [record for record in RECORDS if not period or _in_period(record["Created At"])]
    expected = {
        name: _card(records) for name, records in _groups(chosen, lambda record: record["Project Name"]).items()
    }
    found = {row["project"]: row for row in rows(stored, "project-scorecard", **period)}
    assert {name: {key: row[key] for key in expected[name]} for name, row in found.items()} == expected
    everything = _groups(RECORDS, lambda record: record["Project Name"])
    for name, row in found.items():
        steps = [
            record["DataRow Workflow Info"]["taskName"]
            for record in everything[name]
            if "DataRow Workflow Info" in record
        ]
        assert (row["data_rows"], row["done"]) == (len(everything[name]), steps.count("Done"))
        assert row["unreviewed"] == sum(not record["Reviews"] for record in chosen if record["Project Name"] == name)
        assert row["labelers"] == len(
            {record["Created By"] for record in chosen if record["Project Name"] == name} - {None}
        )


def test_data_rows_by_step(stored: Path) -> None:
    expected = Counter(
        (record["Project Name"], record["DataRow Workflow Info"]["taskName"])
        for record in RECORDS
        if "DataRow Workflow Info" in record
    )
    found = rows(stored, "data-rows-by-step")
    assert {(row["project"], row["step"]): row["data_rows"] for row in found} == dict(expected)
    assert {(row["project"], row["step"]): row["labels"] for row in found} == dict(expected)


@pytest.mark.parametrize("period", [{}, {"since": SINCE, "until": UNTIL}])
def test_reviewers(stored: Path, period: dict[str, str]) -> None:
    reviews = [
        (record, review)
        for record in RECORDS
        for review in record["Reviews"]
        if not period or _in_period(review["createdAt"])
    ]
    found = {row["reviewer"]: row for row in rows(stored, "reviewer-scorecard", **period)}
    assert set(found) == set(REVIEWERS)
    for name, row in found.items():
        own = [(record, review) for record, review in reviews if review["createdBy"] == name]
        waits = [
            (at - made).total_seconds()
            for record, review in own
            if (made := _moment(record["Created At"])) and (at := _moment(review["createdAt"])) and at >= made
        ]
        scores = [review["score"] for _, review in own]
        assert (row["reviews"], row["approved"], row["rejected"]) == (len(own), scores.count(1), scores.count(-1))
        assert row["labels"] == len({record["ID"] for record, _ in own})
        assert row["median_hours"] == pytest.approx(median(waits) / 3600, abs=0.006)


def event(action: str, day: int, after: str | None) -> Record:
    told = {"action": action, "created_at": f"2024-01-{day:02}T10:00:00.000+00:00", "created_by": "ada@example.com"}
    return told if after is None else told | {"next_task_name": after}


def test_burn_down(tmp_path: Path) -> None:
    # weeks begin on 1, 8 and 15 January; the newest event comes first
    lines = [
        v2("r1", details={"workflow_history": [event("Approve", 9, None), event("Move", 2, "Review")]}),
        v2("r2", details={"workflow_history": [event("Move", 3, "Review")]}),
        v2(
            "r3",
            details={
                "workflow_history": [
                    event("Approve", 17, None),
                    event("Reject", 16, "Rework"),
                    event("Move", 15, "Review"),
                ]
            },
        ),
        v2("r4"),
    ]
    for engine in ("sqlite", "duckdb"):
        store = store_of(tmp_path, engine, lines)
        found = [tuple(row.values())[2:] for row in rows(store, "burn-down", project="Signs")]
        assert found == [
            ("2024-01-01", "Review", 2, 0, 2),
            ("2024-01-08", "Done", 1, 0, 1),
            ("2024-01-08", "Review", 0, 1, 1),
            ("2024-01-15", "Done", 1, 0, 2),
            ("2024-01-15", "Review", 1, 1, 1),
            ("2024-01-15", "Rework", 1, 1, 0),
        ]
        assert [(row["labels"], row["rework"]) for row in rows(store, "labeler-scorecard")] == []


def test_stays_and_rework_of_a_period(tmp_path: Path) -> None:
    history = [
        event("Approve", 20, None),
        event("Move", 17, "Review"),
        event("Reject", 9, "Rework"),
        event("Move", 2, "Review"),
    ]
    for engine in ("sqlite", "duckdb"):
        store = store_of(tmp_path, engine, [v2("r1", details={"workflow_history": history})])
        stays = {(row["task_name"], row["stays"]) for row in rows(store, "time-in-workflow-steps", since="2024-01-10")}
        assert stays == {("Rework", 1), ("Review", 1)}
        assert rows(store, "time-in-workflow-steps", until="2024-01-09") == []
        assert len(rows(store, "rework", since="2024-01-09T10:00:00", until="2024-01-10")) == 1
        assert rows(store, "rework", since="2024-01-09T10:00:01") == []


@pytest.mark.parametrize(
    ("name", "column"),
    [("reviews-by-week", "reviews"), ("reviews-by-labeler", "reviews"), ("reviews-by-reviewer", "reviews")],
)
def test_reviews_count_by_when_they_were_made(stored: Path, name: str, column: str) -> None:
    expected = sum(_in_period(review["createdAt"]) for record in RECORDS for review in record["Reviews"])
    assert expected > 3
    assert sum(row[column] for row in rows(stored, name, since=SINCE, until=UNTIL)) == expected


def test_since_is_included_and_until_is_not(stored: Path) -> None:
    timed = [record["Created At"] for record in RECORDS if record["Created At"] != "soon"]
    at = max(timed, key=lambda text: _moment(text) or datetime.min.replace(tzinfo=UTC))
    whole = sum(row["labels"] + row["skipped"] for row in rows(stored, "labeler-scorecard", since="2023-01-01"))
    assert whole == len(timed)
    last = sum(row["labels"] + row["skipped"] for row in rows(stored, "labeler-scorecard", since=at))
    before = sum(row["labels"] + row["skipped"] for row in rows(stored, "labeler-scorecard", until=at))
    assert (last, before) == (1, whole - 1)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", [name for name, query in queries().items() if "$since" in query.sql["sqlite"]])
def test_a_wrong_date_says_how_to_write_one(stored: Path, name: str) -> None:
    for end in ("since", "until"):
        with pytest.raises(UsageError, match=rf"{end}: 'last week' is no time; write it as 2024-01-31"):
            rows(stored, name, **{end: "last week"})


def test_an_empty_store(tmp_path: Path) -> None:
    for engine in ("sqlite", "duckdb"):
        store = store_of(tmp_path, engine, [])
        for name in ("labeler-scorecard", "project-scorecard", "reviewer-scorecard", "data-rows-by-step", "burn-down"):
            assert rows(store, name) == []
