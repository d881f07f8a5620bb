"""The pages of managers in a browser: numbers against SQL, links to a gallery of as many labels, forms, odd stores."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from labelstore.drawing.charts import MAX_COLUMNS
from labelstore.reporting.charted import burn_down, over_time, times_of
from tests.browser import Watched, follow
from tests.lines import label, v2
from tests.making import box, store_of, v1
from tests.soaking import amount
from tests.test_browsing_pages import Served, browsing
from tests.test_scorecards import RECORDS, SINCE, UNTIL, event

pytest.importorskip("datasette")
HOSTILE = "<script>alert(1)</script>\"' onload=x"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("scorecard-pages")
    history = {"workflow_history": [event("Reject", 9, "Rework"), event("Move", 2, "Review")], "task_name": "Rework"}
    more = [
        v2("r1", label("s1"), details=history),
        v1(
            "odd",
            box(HOSTILE, "f", 0, 0, 1, 1),
            **{
                "Created By": HOSTILE,
                "Project Name": HOSTILE,
                "Created At": None,
                "View Label": "https://editor.example.com?project=px&label=odd",
            },
        ),
    ]
    store = store_of(folder, "sqlite", [*RECORDS, *more], "labels")
    with browsing(store) as url:
        yield Served(store, url)


def cells(page: Page, table: int = 0) -> dict[str, dict[str, str]]:
    """The first cell of each row → title of a column → text."""
    found: list[list[str]] = (
        page.locator("table.scorecard")
        .nth(table)
        .evaluate(
            "one => [...one.rows].map(row => [...row.cells].map(cell => cell.innerText.replace(/[↑↓]/, '').trim()))"
        )
    )
    return {row[0]: dict(zip(found[0], row, strict=True)) for row in found[1:]}


def visit(served: Served, page: Page, name: str, **arguments: str) -> None:
    query = "&".join(f"{key}={quote(value)}" for key, value in arguments.items())
    page.goto(f"{served.address(name)}?{query}")


def links(page: Page) -> list[tuple[int, str]]:
    """The numbers that lead to the gallery, and where."""
    found: list[list[str]] = page.locator("table.scorecard td a").evaluate_all(
        "all => all.map(a => [a.innerText, a.href])"
    )
    return [(int(text.replace(",", "")), href) for text, href in found]


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("labelers", {}),
        ("labelers", {"since": SINCE, "until": UNTIL, "project": "p1"}),
        ("labelers", {"labeler": "bo@example.com"}),
        ("projects", {}),
        ("projects", {"since": SINCE, "labeler": "ada@example.com"}),
        ("projects", {"project": "Signs"}),
        ("reviewers", {}),
        ("reviewers", {"project": "p2"}),
    ],
)
def test_numbers_lead_to_as_many_labels(served: Served, watched: Watched, name: str, arguments: dict[str, str]) -> None:
    visit(served, watched.page, name, **arguments)
    found = links(watched.page)
    assert len(found) >= 2
    for number, href in found[:: max(len(found) // amount(8, 3), 1)]:
        watched.page.goto(href)
        assert "/gallery?" in href
        assert int(re.sub(r"\D", "", watched.page.inner_text("h1"))) == number, href


def test_a_column_leads_to_the_labels_of_its_week(served: Served, watched: Watched) -> None:
    page = watched.page
    visit(served, page, "labelers", since="2024-01-15", until="2024-02-20", project="Roads")
    column = page.locator("figure", has_text="Labels by week").locator("svg a").nth(1)
    first, *parts = (column.locator("title").text_content() or "").split("\n")
    href = column.get_attribute("href")
    assert first == "2024-01-22"
    assert href
    page.goto(served.url + href)
    assert int(re.sub(r"\D", "", page.inner_text("h1"))) == sum(int(part.rpartition(": ")[2]) for part in parts)


def test_the_form_keeps_what_is_asked(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("labelers"))
    everything = cells(page)
    page.get_by_label("Since").fill("2024-02-01")
    page.get_by_role("combobox", name="Project").fill("Roads")
    follow(page.get_by_role("button", name="Show"))
    assert "since=2024-02-01" in page.url
    assert page.get_by_label("Since").input_value() == "2024-02-01"
    some = cells(page)
    with closing(sqlite3.connect(served.store)) as connection:
        sql = """
            select created_by, count(*) from labels
            where project_name = 'Roads' and not skipped and created_at >= '2024-02-01' and created_at < '2025'
            group by 1
        """
        expected = {row[0] or "nobody named": str(row[1]) for row in connection.execute(sql)}
    found = {name: row["Labels"] for name, row in some.items() if row["Labels"] != "0"}
    assert found.keys() == expected.keys()
    assert sum(map(int, found.values())) == pytest.approx(sum(map(int, expected.values())), abs=1), (
        "offsets may move one"
    )
    follow(page.get_by_role("link", name="ada@example.com"))
    assert "labeler=ada%40example.com" in page.url
    assert "since=2024-02-01" in page.url
    assert list(cells(page)) == ["ada@example.com"]
    assert list(cells(page, 1)) == ["Roads"]
    follow(page.get_by_role("link", name="All", exact=True))
    assert cells(page) == everything


def test_links_sort(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("labelers"))
    follow(page.get_by_role("link", name="Objects"))
    objects = [int(row["Objects"]) for row in cells(page).values()]
    assert objects == sorted(objects, reverse=True)
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Objects")
    follow(page.get_by_role("link", name="Objects"))
    assert [int(row["Objects"]) for row in cells(page).values()] == sorted(objects)
    follow(page.get_by_role("link", name="Agreement", exact=True))
    shares = [row["Agreement"] for row in cells(page).values()]
    known = [int(text.removesuffix(" %")) for text in shares if text != "–"]
    assert known == sorted(known, reverse=True)
    assert shares[len(known) :] == ["–"] * (len(shares) - len(known))


def test_a_wrong_date_says_how_to_write_one(served: Served, watched: Watched) -> None:
    visit(served, watched.page, "labelers", since="last week")
    assert "since: 'last week' is no time; write it as 2024-01-31" in watched.page.inner_text(".notice")
    assert len(cells(watched.page)) >= 4


def test_steps_of_a_project(served: Served, watched: Watched) -> None:
    visit(served, watched.page, "projects", project="p1")
    steps = cells(watched.page, 1)
    expected = served.rows(
        "select workflow_task_name as step, count(*) as n from labels where project_id = 'p1' group by 1"
    )
    assert {name: row["Labels"] for name, row in steps.items()} == {
        row["step"]: str(row["n"]) for row in expected if row["step"]
    }


def test_hostile_names_are_texts(served: Served, watched: Watched) -> None:
    for name in ("labelers", "projects", "reviewers"):
        visit(served, watched.page, name, labeler=HOSTILE, project=HOSTILE, sort=HOSTILE, since=HOSTILE)
        assert watched.page.get_by_role("combobox", name="Labeler").input_value() == HOSTILE
        assert watched.page.locator("main script").count() == 0
        visit(served, watched.page, name)
        assert watched.page.locator("main script").count() == 0
    visit(served, watched.page, "labelers", labeler=HOSTILE)
    assert list(cells(watched.page)) == [HOSTILE]


def test_narrow_and_dark(served: Served, watched: Watched) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    for name in ("labelers", "projects", "reviewers"):
        visit(served, page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1200, "height": 900})
    page.emulate_media(color_scheme="light")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("records", [[], [v1("a", **{"Created By": None, "Created At": None, "Updated At": None})]])
def test_stores_without_much(tmp_path: Path, watched: Watched, records: list[Any]) -> None:
    with browsing(store_of(tmp_path, "sqlite", records, "labels")) as url:
        served = Served(tmp_path / "labels.db", url)
        for name in ("labelers", "projects", "reviewers"):
            visit(served, watched.page, name)
            assert watched.page.locator("h1").inner_text() == name.capitalize()
            shown = len(cells(watched.page)) if watched.page.locator("table").count() else 0
            assert shown == (len(records) if name != "reviewers" else 0)


def test_answers_are_new_after_a_load(tmp_path: Path, watched: Watched) -> None:
    from labelstore.loading import load

    store = store_of(tmp_path, "sqlite", [v1("a")], "labels")
    store_of(tmp_path, "sqlite", [v1("b"), v1("c")], "more").unlink()
    with browsing(store) as url:
        served = Served(store, url)
        visit(served, watched.page, "labelers")
        assert cells(watched.page)["ada@example.com"]["Labels"] == "1"
        load(store, [tmp_path / "more.ndjson"])
        visit(served, watched.page, "labelers")
        assert cells(watched.page)["ada@example.com"]["Labels"] == "3"


def test_weeks_have_no_gaps_and_become_months() -> None:
    times = times_of(["2024-01-22", "2024-01-01"])
    assert (times.names, times.word) == (["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22"], "week")
    times = times_of(["2020-01-06", "2024-01-01"])
    assert (times.names[0], times.names[-1], len(times.names), times.word) == ("2020-01", "2024-01", 49, "month")
    assert len(times_of(["0001-01-01", "2024-01-01"]).names) == 2
    assert times_of([]).names == []
    assert len(times_of(["1990-01-01", "2024-01-01"]).names) <= MAX_COLUMNS


def test_levels_of_a_burn_down_stay_until_they_change() -> None:
    def row(week: str, step: str, entered: int, left: int) -> dict[str, Any]:
        return {"week": week, "step": step, "entered": entered, "left_it": left}

    rows = [row("2024-01-01", "Review", 3, 0), row("2024-01-22", "Review", 0, 2), row("2024-01-22", "Done", 2, 0)]
    html = burn_down(rows, since="2024-01-10")
    body = re.findall(r"<tr><td>([\d-]+)</td><td>(\d+)</td><td>(\d+)</td></tr>", html)
    assert body == [("2024-01-08", "0", "3"), ("2024-01-15", "0", "3"), ("2024-01-22", "2", "1")]
    assert burn_down([]) == "" == over_time([], {"a": "a"}, "t", "u")
