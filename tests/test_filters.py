"""The filters of labels, against what plain Python makes of the tables; on both engines."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from labelstore import samples
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import UsageError
from labelstore.loading import load
from labelstore.query.filters import FILTERS, SORTS, choose, data_rows, labels, values_of
from labelstore.query.search import search

Row = dict[str, Any]


class Tables:
    """The rows of a store, joined by Python."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.labels = self._rows("labels", "node_id")
        self.objects = self._by_label("objects", "object_id")
        self.classifications = self._by_label("classifications", "classification_id")
        self.reviews = self._by_label("reviews", "node_id")
        self.answers: dict[Any, list[Row]] = {}
        for row in self._rows("answers", "answer_id"):
            self.answers.setdefault(row["classification_id"], []).append(row)
        self.projects = {row["project_id"]: row["name"] for row in self._rows("projects", "project_id")}
        self.records = {row["record_id"]: row for row in self._rows("records", "record_id")}
        self.steps: dict[Any, list[Row]] = {}
        for row in self._rows("data_row_projects", "node_id"):
            self.steps.setdefault((row["data_row_id"], row["project_id"]), []).append(row)
        self.benchmarks = {row["benchmark_id"] for row in self.labels} - {None}

    def _rows(self, table: str, key: str) -> list[Row]:
        return list(self.database.query(f"select * from {table} order by {key}"))

    def _by_label(self, table: str, key: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self._rows(table, key):
            found.setdefault(row["label_id"], []).append(row)
        return found

    def last_score(self, label: Row) -> float | None:
        reviews = sorted(self.reviews.get(label["label_id"], []), key=lambda r: (r["created_at"] or "", r["node_id"]))
        return reviews[-1]["score"] if reviews else None

    def names(self, label: Row, column: str = "name") -> set[Any]:
        return {row[column] for row in self.objects.get(label["label_id"], [])}

    def asked(self, label: Row) -> list[Row]:
        return self.classifications.get(label["label_id"], [])

    def said(self, label: Row, *questions: str) -> set[Any]:
        rows = [row for row in self.asked(label) if not questions or row["name"] in questions]
        return {
            answer[column]
            for row in rows
            for answer in self.answers.get(row["classification_id"], [])
            for column in ("name", "text")
        }

    def step(self, label: Row) -> set[Any]:
        rows = self.steps.get((label["data_row_id"], label["project_id"]), [])
        return {label["workflow_task_name"]} | {row[name] for row in rows for name in ("task_name", "workflow_status")}

    def nodes(self, holds: Callable[[Row], Any], *, model_runs: bool = False) -> list[int]:
        return [row["node_id"] for row in self.labels if (model_runs or row["model_run_id"] is None) and holds(row)]


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    folder = tmp_path_factory.mktemp("filters")
    files = samples.write(folder / "samples", labels=12)
    store = folder / ("s.db" if request.param == "sqlite" else "s.duckdb")
    load(store, [file.path for file in files], frames=folder / "samples" / "frames")
    with open_database(store, read_only=True) as database:
        yield Tables(database)


def found(tables: Tables, *pairs: tuple[str, str], sort: str = "") -> list[int]:
    return list(labels(tables.database, choose(pairs), sort))


def score(value: float | None) -> float | None:
    return None if value == -1 else value


def made(label: Row) -> datetime | None:
    text = label["updated_at"] if label["created_at"] is None else label["created_at"]
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


HOLDS: dict[str, Callable[[Tables, Row, str], Any]] = {
    "project": lambda t, row, value: value in (row["project_id"], t.projects.get(row["project_id"])),
    "asset_type": lambda t, row, value: t.records[row["record_id"]]["asset_type"] == value,
    "class": lambda t, row, value: value in t.names(row),
    "without": lambda t, row, value: value not in t.names(row),
    "kind": lambda t, row, value: value in t.names(row, "kind"),
    "labeler": lambda t, row, value: row["created_by"] == value,
    "review": lambda t, row, value: {"approved": (t.last_score(row) or 0) > 0, "rejected": (t.last_score(row) or 0) < 0,
                                     "none": row["label_id"] not in t.reviews}[value],
    "reviewer": lambda t, row, value: value in {r["created_by"] for r in t.reviews.get(row["label_id"], [])},
    "step": lambda t, row, value: value in t.step(row),
    "question": lambda t, row, value: value in {c["name"] for c in t.asked(row)},
    "issues": lambda t, row, value: ((row["has_open_issues"] or 0) > 0) == (value == "yes"),
    "benchmark": lambda t, row, value: (row["is_benchmark"] == 1 or row["label_id"] in t.benchmarks)
                                       == (value == "yes"),
    "skipped": lambda t, row, value: bool(row["skipped"]) == (value == "yes"),
    "model_run": lambda t, row, value: row["model_run_id"] == value,
}  # fmt: skip


def test_every_filter_with_values_is_tested_here() -> None:
    assert set(HOLDS) == {name for name, one in FILTERS.items() if one.counts is not None}


def expected_of(tables: Tables, name: str, value: str) -> list[int]:
    return tables.nodes(lambda row: HOLDS[name](tables, row, value), model_runs=name == "model_run")


@pytest.mark.parametrize("name", HOLDS)
def test_each_value_finds_its_labels_and_counts_them(tables: Tables, name: str) -> None:
    values = values_of(tables.database, FILTERS[name])
    assert values
    for value in values[:12]:
        expected = expected_of(tables, name, value.value)
        assert found(tables, (name, value.value)) == expected
        if name not in ("project", "without"):  # which count the labels of the id, and those with the class
            assert value.labels in (None, len(expected)), value


@pytest.mark.parametrize("name", HOLDS)
def test_several_values_of_a_filter_mean_either(tables: Tables, name: str) -> None:
    values = [value.value for value in values_of(tables.database, FILTERS[name])[:2]]
    if name == "without":
        expected = tables.nodes(lambda row: all(HOLDS[name](tables, row, value) for value in values))
    else:
        expected = tables.nodes(
            lambda row: any(HOLDS[name](tables, row, value) for value in values), model_runs=name == "model_run"
        )
    assert found(tables, *((name, value) for value in values)) == expected


def test_a_project_goes_by_its_name(tables: Tables) -> None:
    for name in {name for name in tables.projects.values() if name}:
        expected = tables.nodes(lambda row: tables.projects.get(row["project_id"]) == name)  # noqa: B023
        assert found(tables, ("project", name)) == expected


def test_answers_with_and_without_their_question(tables: Tables) -> None:
    asked = [(row, question) for row in tables.labels for question in tables.asked(row)]
    pairs = {(question["name"], said) for row, question in asked[::5] for said in tables.said(row, question["name"])}
    for question, answer in sorted((pair for pair in pairs if None not in pair), key=str)[:25]:
        if len(answer) > 300 or not answer.strip():
            continue
        assert found(tables, ("answer", answer)) == tables.nodes(lambda row: answer in tables.said(row))  # noqa: B023
        both = tables.nodes(lambda row: answer in tables.said(row, question))  # noqa: B023
        assert found(tables, ("question", question), ("answer", answer)) == both


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("agreement", lambda t, row: score(row["agreement"])),
        ("benchmark_agreement", lambda t, row: score(row["benchmark_agreement"])),
        ("score", lambda t, row: t.last_score(row)),
        ("seconds", lambda t, row: row["seconds_to_label"]),
        ("objects", lambda t, row: row["objects_total"] or 0),
    ],
)
def test_ranges_hold_both_their_ends(tables: Tables, name: str, of: Callable[[Tables, Row], float | None]) -> None:
    numbers = sorted({number for row in tables.labels if (number := of(tables, row)) is not None})
    assert numbers
    low, high = numbers[len(numbers) // 4], numbers[3 * len(numbers) // 4]
    for text, smallest, largest in (
        (f"{low!r}..{high!r}", low, high), (f"{low!r}..", low, numbers[-1]), (f"..{high!r}", numbers[0], high),
        (f"{low!r}", low, low), ("-2..1e9", numbers[0], numbers[-1]),
    ):  # fmt: skip
        expected = tables.nodes(
            lambda row: (number := of(tables, row)) is not None and smallest <= number <= largest  # noqa: B023
        )
        assert found(tables, (name, text)) == expected, text


def test_since_is_included_and_until_is_not(tables: Tables) -> None:
    times = sorted({time.replace(microsecond=0) for row in tables.labels if (time := made(row))})
    for moment in times[:: len(times) // 6]:
        for text in (f"{moment:%Y-%m-%dT%H:%M:%S}", moment.isoformat(), f"{moment:%Y-%m-%d}"):
            instant = datetime.fromisoformat(text).replace(tzinfo=UTC)
            assert found(tables, ("since", text)) == tables.nodes(lambda row: (t := made(row)) and t >= instant)  # noqa: B023
            assert found(tables, ("until", text)) == tables.nodes(lambda row: (t := made(row)) and t < instant)  # noqa: B023


@pytest.mark.parametrize("words", ["car", "tree", "dirt road", "notes", "IMG", "é", "?", "no such words"])
def test_words_find_the_labels_that_a_search_finds(tables: Tables, words: str) -> None:
    hits = {hit.label_id for hit in search(tables.database, words.split()).hits}
    assert found(tables, ("words", words)) == tables.nodes(lambda row: row["label_id"] in hits)


def test_filters_together_mean_all_of_them(tables: Tables) -> None:
    chosen = (("class", "Car"), ("review", "approved"), ("words", "car"), ("objects", "2.."))
    expected = [set(found(tables, pair)) for pair in chosen]
    assert set(found(tables, *chosen)) == set.intersection(*expected) != set()


@pytest.mark.parametrize("sort", SORTS)
def test_orders_put_labels_without_a_value_last(tables: Tables, sort: str) -> None:
    key: dict[str, Callable[[Row], Any]] = {
        "created": lambda row: row["updated_at"] if row["created_at"] is None else row["created_at"],
        "objects": lambda row: row["objects_total"] or 0,
        "agreement": lambda row: score(row["agreement"]),
        "seconds": lambda row: row["seconds_to_label"],
    }
    of, down = key[sort.removeprefix("-")], sort.startswith("-")
    rows = [row for row in tables.labels if row["model_run_id"] is None]
    known = sorted(
        (row for row in rows if of(row) is not None), key=lambda row: (of(row), row["node_id"]), reverse=down
    )
    others = sorted((row["node_id"] for row in rows if of(row) is None), reverse=down)
    assert found(tables, sort=sort) == [row["node_id"] for row in known] + others


def test_data_rows_come_in_the_order_of_their_first_labels(tables: Tables) -> None:
    by_node = {row["node_id"]: row["data_row_id"] for row in tables.labels}
    chosen = choose([("class", "Car")])
    for sort in ("", *SORTS):
        nodes = labels(tables.database, chosen, sort)
        assert data_rows(tables.database, chosen, sort) == list(dict.fromkeys(by_node[node] for node in nodes))
    ids = {row["data_row_id"] for row in tables.database.query("select data_row_id from data_rows")}
    assert set(data_rows(tables.database, choose([]))) == set(data_rows(tables.database, choose([]), "objects")) == ids


@pytest.mark.parametrize(
    "pair",
    [
        ("since", "yesterday"), ("until", "2024-13-01"), ("until", "0001-01-01T00:00:00+10:00"), ("agreement", "high"),
        ("agreement", ".."), ("objects", "5..1"), ("seconds", "nan..inf"), ("review", "fine"), ("skipped", "perhaps"),
        ("nothing", "1"), ("class", "x" * 301), ("class", "\ud800"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_with_a_reason(pair: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match=pair[0]):
        choose([pair])
    said: list[str] = []
    assert choose([pair, ("kind", "polygon")], lambda error: said.append(str(error))).arguments() == [
        ("kind", "polygon")
    ]
    assert len(said) == 1


def test_a_choice_is_the_same_however_it_is_written() -> None:
    one = choose([("kind", "polygon"), ("class", "Car"), ("class", "Car"), ("labeler", "  ")])
    assert one == choose([("class", "Car"), ("kind", "polygon")])
    assert one.adding("class", "Dog").removing("class", "Car").arguments() == [("class", "Dog"), ("kind", "polygon")]
    assert len(choose([("class", str(number)) for number in range(50)], lambda _: None).of("class")) == 20
