"""Data rows by how much their labels differ: the canned query on both engines, and the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labelstore.analyses.disagreement import Choice, chosen, disputed
from labelstore.engines import open_database
from labelstore.loading import load
from tests.browser import Watched, follow
from tests.disagreeing import HOSTILE, RUN, box, images, label, line, radio
from tests.making import ENGINES, asked, store_of
from tests.test_browsing_pages import Served, browsing

QUESTION = radio("Weather", "w", "Sunny")


def records() -> list[dict[str, Any]]:
    """Those of `images`, a skipped label, and a project that shares a data row with another."""
    skipped = label("s2", "bob@example.com", box("Car", "k", 0, 0, 5, 5))
    skipped["performance_details"]["skipped"] = True
    apart = line("d1", label("other", "ada@example.com", answers=[QUESTION]), project="p3", name="Else")
    return [*images(), line("skips", label("s1", "ada@example.com"), skipped), apart]


EXPECTED = [  # data row, labels, objects that differ, answers that differ, questions, agreement
    # a car, a tree and a bus; the weather, not the road
    ("d1", 2, 3, 1, 2, 0.4),
    # in z: no car, which the others have; in x: one of another class; a question that one answers
    ("d3", 3, 2, 1, 1, None),
    ("d2", 2, 0, 0, 0, None),
]


@ENGINES
def test_the_query_and_the_page_count_alike(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, records())
    for run in (None, RUN):
        rows = asked(store, "disagreement", model_run=run)
        with open_database(store, read_only=True) as database:
            found = chosen(disputed(database, run), Choice())
        names = ("data_row_id", "labels", "objects_differ", "answers_differ", "questions", "agreement")
        told = [tuple(row[name] for name in names) for row in rows]
        assert told == [
            (one.data_row_id, len(one.label_ids), one.objects, one.answers, one.questions, one.agreement)
            for one in found
        ]
        if run is None:
            assert told == EXPECTED
            assert [row["project"] for row in rows] == ["Roads", "Rails", "Roads"]


@ENGINES
def test_labels_against_a_model_run(tmp_path: Path, engine: str) -> None:
    """All labels of the data row count, those of other projects too, and the prediction."""
    store = store_of(tmp_path, engine, records())
    (row,) = asked(store, "disagreement", model_run=RUN)
    # cars 2, 1, 1 and 0 of the other project; trees 1, 0, 1, 0; a bus, a nose in some: 2 + 1 + 1 + 1
    assert (row["data_row_id"], row["labels"], row["objects_differ"]) == ("d1", 4, 5)
    assert asked(store, "disagreement", model_run="none") == []


@ENGINES
def test_one_project(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, records())
    for project in ("p2", "Rails"):
        assert [row["data_row_id"] for row in asked(store, "disagreement", project=project)] == ["d3"]
    assert asked(store, "disagreement", project="Else") == []


def test_choices_and_orders(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", records())
    with open_database(store, read_only=True) as database:
        every = disputed(database)

    def ids(choice: Choice, order: str = "objects") -> list[str]:
        return [one.data_row_id for one in chosen(every, choice, order)]

    assert ids(Choice(project="Roads")) == ids(Choice(project="p1")) == ["d1", "d2"]
    assert ids(Choice(labeler="cyd@example.com")) == ["d3"]
    assert ids(Choice(name="Bus")) == ["d1"]
    (only,) = chosen(every, Choice(name="Bus"))
    assert only.objects == 1
    assert ids(Choice(), "agreement") == ["d1", "d3", "d2"]
    assert ids(Choice(), "answers") == ["d1", "d3", "d2"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    pytest.importorskip("datasette")
    store = store_of(tmp_path_factory.mktemp("disputed"), "sqlite", records(), "labels")
    with browsing(store) as url:
        yield Served(store, url)


def rows(watched: Watched) -> list[list[str]]:
    found = watched.page.locator("table.disputed tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in found]


def test_the_page_leads_to_the_comparison(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address())
    follow(page.get_by_role("link", name="Disagreement").first)
    assert page.locator("h1").inner_text() == "3 data rows with several labels"
    first = rows(watched)[0]
    assert first[0] == "d1.jpg Roads"
    assert first[2] == "ada@example.com, bob@example.com"
    assert first[3].split("\n") == ["3", "Bus 0 to 1, Car 1 to 2, Tree 0 to 1"]
    assert first[4:] == ["1 of 2", "0.4"]
    assert page.locator("table.disputed .thumbnail").count() == 5  # of z, without objects, there is none
    follow(page.get_by_role("link", name="d1.jpg"))
    assert page.locator(".sides li").count() == 2


def test_the_form_filters(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("disagreement"))
    page.get_by_label("Class").select_option("Bus")
    follow(page.get_by_role("button", name="Show"))
    assert [row[0] for row in rows(watched)] == ["d1.jpg Roads"]
    page.goto(served.address("disagreement"))
    page.get_by_label("Against model run").select_option(RUN)
    follow(page.get_by_role("button", name="Show"))
    assert [row[0] for row in rows(watched)] == ["d1.jpg Roads"]
    follow(page.get_by_role("link", name="d1.jpg"))
    assert page.locator(".sides li").count() == 4
    assert "prediction of model run" in page.locator(".sides li").last.inner_text()


@pytest.mark.parametrize("arguments", ["project=none", "sort=x&page=999999999999", "page=-1", "model_run=%00"])
def test_odd_addresses(served: Served, watched: Watched, arguments: str) -> None:
    answer = watched.page.goto(f"{served.address('disagreement')}?{arguments}")
    assert answer is not None
    assert answer.ok
    assert watched.page.locator("h1").count() == 1


def test_hostile_names_and_narrow_screens(served: Served, watched: Watched) -> None:
    from tests.test_pages_accessible import check

    check(watched, served.address("disagreement"), [("light", 390), ("dark", 1200)])
    assert watched.page.locator("main script, main img").count() == 0
    assert HOSTILE[:20] in watched.page.inner_text("table.disputed")


def test_it_is_counted_again_after_a_load(tmp_path: Path, watched: Watched) -> None:
    store = store_of(tmp_path, "sqlite", [line("one", label("p", "ada@example.com"))], "labels")
    more = tmp_path / "more.ndjson"
    more.write_text(json.dumps(line("one", label("p", "ada@example.com"), label("q", "bob@example.com"))))
    with browsing(store) as url:
        served = Served(store, url)
        watched.page.goto(served.address("disagreement"))
        assert "0 data rows" in watched.page.inner_text("h1")
        load(store, [more])
        watched.page.reload()
        assert "1 data row " in watched.page.inner_text("h1")


def test_pages_follow_each_other(tmp_path: Path, watched: Watched) -> None:
    many = [
        line(f"r{n:02}", label(f"p{n}", "ada", box("Car", f"c{n}", 1, 1, 9, 9)), label(f"q{n}", "bob"))
        for n in range(45)
    ]
    store = store_of(tmp_path, "sqlite", many, "labels")
    with browsing(store) as url:
        page = watched.page
        page.goto(f"{Served(store, url).address('disagreement')}?class=Car")
        seen = []
        while True:
            seen += [row[0].split(".")[0] for row in rows(watched)]
            if not page.locator("a[rel=next]").count():
                break
            follow(page.locator("a[rel=next]"))
    assert seen == [f"r{n:02}" for n in range(45)]
    assert "class=Car" in page.url
