"""The gallery and what it keeps: its filters against SQL, asked without a port and in a browser."""

import asyncio
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

pytest.importorskip("datasette")

from playwright.sync_api import Page, expect

from labelstore import samples
from labelstore.browsing.gallery import sidebar
from labelstore.browsing.gallery.matches import Memory
from labelstore.browsing.gallery.view import PAGE, View, from_forms, view_of
from labelstore.loading import load
from labelstore.query.filters import FILTERS, choose
from tests.browser import Watched, follow
from tests.making import asked, box, store_of, v1
from tests.test_browsing import HOSTILE, Site, awaited
from tests.test_browsing_pages import Served, browsing

CARD = re.compile(r'<a class="tile" href="([^"]+)"')


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    files = samples.write(folder / "samples", labels=6)
    load(folder / "labels.db", [file.path for file in files], frames=folder / "samples" / "frames")
    return folder / "labels.db"


@pytest.fixture(scope="module")
def site(store: Path) -> Site:
    return Site(store)


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[Served]:
    with browsing(store) as url:
        yield Served(store, url)


def cards(text: str) -> list[str]:
    """The paths of the pages that the cards of a gallery lead to."""
    return [urlsplit(html.unescape(href)).path for href in CARD.findall(text)]


def of_labels(site: Site, sql: str) -> list[str]:
    return [urlsplit(site.paths.label(row["label_id"])).path for row in site.rows(sql)]


def test_the_pages_of_the_gallery_are_all_labels_once(site: Site) -> None:
    found: list[str] = []
    address: str | None = site.paths.gallery()
    while address:
        text = site.get(address).text
        assert len(cards(text)) <= PAGE
        found += cards(text)
        after = re.search(r'<a rel="next" href="([^"]+)"', text)
        address = html.unescape(after[1]) if after else None
    assert found == of_labels(site, "select label_id from labels where model_run_id is null order by node_id")


@pytest.mark.parametrize(
    ("filters", "condition"),
    [
        ({"class": "Car"}, "l.label_id in (select label_id from objects where name = 'Car')"),
        ({"without": "Car", "kind": "polygon"}, "l.label_id in (select label_id from objects where kind = 'polygon')"
         " and l.label_id not in (select label_id from objects where name = 'Car')"),
        ({"labeler": ["labeler-01@example.com", "labeler-02@example.com"]},
         "l.created_by in ('labeler-01@example.com', 'labeler-02@example.com')"),
        ({"objects": "3..5"}, "l.objects_total between 3 and 5"),
        ({"skipped": "yes"}, "l.skipped"),
        ({"since": "2023-01-01", "until": "2024-01-01"}, "coalesce(l.created_at, l.updated_at) like '2023-%'"),
    ],
)  # fmt: skip
def test_a_filter_in_the_address_shows_the_labels_that_sql_finds(site: Site, filters: Any, condition: str) -> None:
    text = site.get(site.paths.gallery(**filters)).text
    sql = f"select label_id from labels as l where model_run_id is null and {condition} order by node_id"
    expected = of_labels(site, sql)
    assert expected
    assert cards(text) == expected[:PAGE]
    assert f"<h1>{len(expected)} label{'s' if len(expected) > 1 else ''}</h1>" in text


def test_data_rows_are_shown_with_their_labels(site: Site) -> None:
    text = site.get(site.paths.gallery(show="data-rows", **{"class": "Car"})).text
    rows = site.rows(
        "select data_row_id from labels as l where model_run_id is null"
        " and label_id in (select label_id from objects where name = 'Car') group by 1 order by min(node_id)"
    )
    assert cards(text) == [urlsplit(site.paths.data_row(row["data_row_id"])).path for row in rows][:PAGE]
    assert f"<h1>{len(rows)} data rows</h1>" in text


def test_cards_keep_the_filter(site: Site) -> None:
    text = site.get(site.paths.gallery(sort="-objects", **{"class": "Car"})).text
    kept = parse_qsl(urlsplit(html.unescape(CARD.findall(text)[0])).query)
    assert kept == [("class", "Car"), ("sort", "-objects")]


def test_an_empty_result_says_what_to_remove(site: Site) -> None:
    text = site.get(site.paths.gallery(skipped="yes", objects="5..")).text
    assert "<h1>0 labels</h1>" in text
    assert "No label matches all of these. Remove" in text
    assert html.escape(site.paths.gallery(skipped="yes")) in text
    assert "no label has 'Caar'; did you mean Car" in html.unescape(
        site.get(site.paths.gallery(**{"class": "Caar"})).text
    )


def test_wrong_values_are_said_on_the_page(site: Site) -> None:
    text = site.get(
        site.paths.gallery(since="yesterday", objects="5..1", review="fine", sort="size", show="all", page="0")
    ).text
    for said in ("yesterday", "did you mean 1..5?", "review", "sort", "show", "page"):
        assert said in html.unescape(text)
    assert len(cards(text)) == PAGE


def test_what_takes_long_is_counted_after_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(store_of(tmp_path, "sqlite", [v1("a"), v1("b")]))
    monkeypatch.setattr(sidebar, "SECONDS", -1)

    async def ask() -> list[str]:
        await site.datasette.invoke_startup()
        texts = [(await site.datasette.client.get(site.paths.gallery())).text]
        await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
        monkeypatch.setattr(sidebar, "SECONDS", 10)
        monkeypatch.setattr(sidebar, "values_of", lambda *_: pytest.fail("counted again"))
        return [*texts, (await site.datasette.client.get(site.paths.gallery())).text]

    before, after = awaited(ask)
    assert "not counted yet" in before
    assert "labeler=ada" not in before
    assert "not counted yet" not in after
    assert "labeler=ada" in after


def test_a_page_past_the_end_is_the_last(site: Site) -> None:
    assert cards(site.get(site.paths.gallery(page=10**8)).text)


def test_the_gallery_of_the_only_store_keeps_its_arguments(site: Site) -> None:
    answer = site.get("/-/labelstore/gallery?class=Car&class=Person", 302)
    assert answer.headers["location"] == site.paths.gallery([("class", "Car"), ("class", "Person")])


def test_a_store_named_gallery_has_its_home_page(tmp_path: Path) -> None:
    site = Site(store_of(tmp_path, "sqlite", [v1("a")], "gallery"))
    assert "overview-page" in site.get(site.paths.overview()).text
    assert len(cards(site.get(site.paths.gallery()).text)) == 1


def test_hostile_names_are_harmless(tmp_path: Path) -> None:
    bad = [v1(f"{HOSTILE}{n}", box(HOSTILE, f"f{n}", 1, 1, 5, 5), **{"Created By": HOSTILE, "External ID": HOSTILE,
              "Project Name": HOSTILE, "DataRow ID": f"{HOSTILE}{n}"}) for n in range(3)]  # fmt: skip
    site = Site(store_of(tmp_path, "sqlite", bad))
    for show in ("labels", "data-rows"):
        text = site.get(site.paths.gallery(show=show, labeler=HOSTILE, words="script", **{"class": HOSTILE})).text
        assert "<script>alert" not in text
        assert len(cards(text)) == 3
        for link in re.findall(r'href="([^"]+)"', text):
            if "/label/" in link or "/data-row/" in link:
                site.get(html.unescape(link))


@pytest.mark.parametrize("value", [HOSTILE, "'", "\x00", "9" * 500, "{}", "%", "..", "-1..1e999", "\ud800"])
def test_no_value_is_an_error_of_the_server(site: Site, value: str) -> None:
    site.get(site.paths.gallery(**dict.fromkeys(FILTERS, value)))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", FILTERS)
def test_no_filter_takes_a_value_for_sql(site: Site, name: str) -> None:
    site.get(site.paths.gallery(**{name: ["')) or 1 = 1 --", "$x {these}"]}))


def walked(site: Site, address: str, rel: str = "next") -> list[str]:
    """The paths of the labels that Next (or Previous) leads through."""
    found = []
    while True:
        text = site.get(address).text
        found.append(urlsplit(address).path)
        link = re.search(rf'<a rel="{rel}" href="([^"]+)"', text)
        if link is None:
            return found
        address = html.unescape(link[1])


def test_next_and_previous_keep_the_filter_and_its_order(site: Site) -> None:
    address = html.unescape(CARD.findall(site.get(site.paths.gallery(sort="-objects", objects="8..")).text)[0])
    expected = of_labels(
        site,
        "select label_id from labels where model_run_id is null and objects_total >= 8"
        " order by objects_total desc, node_id desc",
    )
    assert len(expected) > 3
    assert walked(site, address) == expected
    last = expected[-1] + "?" + urlsplit(address).query
    assert walked(site, last, "prev") == expected[::-1]
    assert f">{len(expected)} of {len(expected)}</a>" in site.get(last).text


def test_a_label_leads_back_to_its_page_of_the_gallery(site: Site) -> None:
    (row,) = site.rows(f"select label_id from labels where model_run_id is null order by node_id limit 1 offset {PAGE}")
    text = site.get(site.paths.label(row["label_id"])).text
    (total,) = site.rows("select count(*) as n from labels where model_run_id is null")
    assert f">{PAGE + 1} of {total['n']}</a>" in text
    back = html.unescape(re.search(r'<a rel="up" href="([^"]+)"', text)[1])  # type: ignore[index]
    assert cards(site.get(back).text)[0] == urlsplit(site.paths.label(row["label_id"])).path


def test_a_label_that_the_filter_leaves_out_leads_back_to_it(site: Site) -> None:
    (row,) = site.rows("select label_id from labels where model_run_id is null and objects_total = 0 limit 1")
    text = site.get(site.paths.label(row["label_id"], objects="5..")).text
    assert "Not in this filter" in text
    assert html.escape(site.paths.gallery(objects="5..")) in text


def test_labels_of_a_model_run_are_among_those_of_the_run(site: Site) -> None:
    rows = site.rows(
        "select label_id, model_run_id from labels where model_run_id is not null order by model_run_id, node_id"
    )
    run = [row["label_id"] for row in rows if row["model_run_id"] == rows[0]["model_run_id"]]
    assert walked(site, site.paths.label(run[0])) == [urlsplit(site.paths.label(one)).path for one in run]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("column", ["label_id", "object_id", "data_row_id"])
def test_the_result_of_sql_is_a_gallery(site: Site, column: str) -> None:
    sql = f"select name, {column} from objects join labels using (label_id) where name = :name order by object_id desc"
    text = site.get(site.paths.gallery(sql=sql, name="Car")).text
    rows = site.rows(
        "select label_id, data_row_id from objects join labels using (label_id) where name = 'Car'"
        " order by object_id desc"
    )
    if column == "data_row_id":
        expected = [urlsplit(site.paths.data_row(row["data_row_id"])).path for row in rows]
    else:
        expected = [urlsplit(site.paths.label(row["label_id"])).path for row in rows]
    assert cards(text) == list(dict.fromkeys(expected))[:PAGE]
    if column != "data_row_id":
        first = html.unescape(CARD.findall(text)[0])
        assert walked(site, first) == list(dict.fromkeys(expected))


def test_a_canned_query_is_a_gallery_with_its_parameters(site: Site) -> None:
    for project in ("", "Street scenes"):
        text = site.get(site.paths.gallery(query="open-issues", project=project or None)).text
        rows = asked(site.file, "open-issues", project=project or None)
        assert rows
        assert cards(text) == [urlsplit(site.paths.label(row["label_id"])).path for row in rows][:PAGE]


def test_the_answers_to_a_chosen_question_are_links(site: Site) -> None:
    rows = site.rows("""
        select c.name as question, a.name as answer, count(distinct l.label_id) as labels
        from answers as a
        join classifications as c on c.classification_id = a.classification_id
        join labels as l on l.label_id = c.label_id
        where l.model_run_id is null and a.name is not null and c.name is not null
        group by 1, 2
    """)
    assert len({row["question"] for row in rows}) > 3
    numbered = 0
    for question in {row["question"] for row in rows}:
        text = site.get(site.paths.gallery(question=question)).text
        group = text.partition("<summary>Answer</summary>")[2].partition("</details>")[0]
        shown = re.findall(r'<li><a href="([^"]+)">.*?</a>(?: <span class="count">([\d,]+)</span>)?</li>', group)
        answers = {row["answer"]: row["labels"] for row in rows if row["question"] == question}
        assert len(shown) == min(len(answers), sidebar.MOST_LINKS)
        for href, number in shown:
            answer = dict(parse_qsl(urlsplit(html.unescape(href)).query))["answer"]
            assert not number or int(number.replace(",", "")) == answers[answer]
        numbered += sum(bool(number) for _, number in shown)
    assert numbered > 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sql": "select 1 as n"}, "no column label_id"),
        ({"sql": "select label_id from nowhere"}, "no such table"),
        ({"sql": "delete from labels"}, "SELECT"),
        ({"sql": "select label_id from labels; select 1"}, "SQLite"),
        ({"sql": "select zeroblob(100000000) as label_id"}, "longer than"),
        ({"query": "open-isues"}, "open-issues"),
    ],
)
def test_a_question_without_an_answer_says_why(site: Site, arguments: dict[str, str], said: str) -> None:
    text = html.unescape(site.get(site.paths.gallery(**arguments), 400).text)
    assert said in text
    assert not cards(text)
    (row,) = site.rows("select label_id from labels limit 1")
    site.get(site.paths.label(row["label_id"], **arguments))


def test_sql_of_a_gallery_is_stopped_in_time(site: Site) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i as object_id from n where i < 0"
    site.datasette._settings["sql_time_limit_ms"] = 50
    try:
        assert "stopped after 0.05 seconds" in site.get(site.paths.gallery(sql=endless), 400).text
    finally:
        site.datasette._settings["sql_time_limit_ms"] = 10_000


def test_results_of_datasette_link_to_their_gallery(site: Site) -> None:
    database = site.paths.database_page()
    for address, there in (
        (f"{database}?sql=select+label_id+from+labels+where+created_by=:who&who=labeler-01@example.com", True),
        (f"{database}?sql=select+1", False),
        (site.paths.query("open-issues"), True),
        (site.paths.query("class-counts"), False),
        (site.paths.table("labels"), False),
    ):
        links = re.findall(r'href="([^"]*\.gallery[^"]*|[^"]*_format=gallery[^"]*)"', site.get(address).text)
        assert bool(links) == there, address
        for link in links:
            answer = site.get(html.unescape(link), 302)
            assert cards(site.get(answer.headers["location"]).text)


def test_views_of_addresses() -> None:
    pairs = [("class", "Car"), ("page", "3"), ("sort", "-created"), ("frame", "7"), ("show", "data-rows")]
    view, wrong = view_of(pairs)
    assert view == View(choose([("class", "Car")]), "data-rows", "-created", 3)
    assert not wrong
    assert view_of(view.arguments()) == (view, [])
    assert from_forms(pairs) is None
    sent = [("class", "Car"), ("since", ""), ("seconds_from", "1"), ("seconds_to", ""), ("until", " x ")]
    assert from_forms(sent) == [("class", "Car"), ("until", "x"), ("seconds", "1..")]


def test_what_was_found_is_remembered_until_the_store_changes(tmp_path: Path) -> None:
    file, looked = tmp_path / "x.db", []
    memory = Memory()

    def get(key: int) -> int:
        return memory.get(file, key, lambda: looked.append(key) or key, lambda _: 1_500_000)  # type: ignore[func-returns-value]

    file.write_bytes(b"1")
    assert [get(1), get(1), get(2), get(1)] == [1, 1, 2, 1]
    assert looked == [1, 2]
    file.write_bytes(b"12")
    get(1)
    assert looked == [1, 2, 1]
    get(3), get(4)
    get(3)
    assert looked == [1, 2, 1, 3, 4]  # 3 is still there; those before had to leave
    get(2)
    assert looked[-1] == 2


def _shown(page: Page) -> str:
    return page.inner_text("h1")


def _go_on(page: Page, total: str) -> None:
    """From the first card to the next label, and back to the gallery."""
    gallery = page.url
    follow(page.locator(".wall a").first)
    follow(page.get_by_role("link", name="Next label"))
    assert "class=Car" in page.url
    assert "objects=3.." in page.url
    follow(page.locator(f".pager >> text=2 of {total}"))
    assert page.url == gallery


def _walk(page: Page, served: Served) -> None:
    """Choose, type and remove filters as people do, by links and forms alone."""
    page.goto(served.address("gallery"))
    (counted,) = served.rows("select count(distinct label_id) as n from objects where name = 'Car' and label_id in"
                             " (select label_id from labels where model_run_id is null)")  # fmt: skip
    follow(page.locator(".filters a:text-is('Car')").first)
    assert _shown(page) == f"{counted['n']} labels"
    assert page.locator(".chips li").first.inner_text().split() == ["remove", "class", "Car", "×"]
    page.locator("summary:text-is('Objects')").click()
    page.fill("input[name=objects_from]", "3")
    follow(page.locator("form:has(input[name=objects_from]) button"))
    assert "objects=3.." in page.url
    (fewer,) = served.rows("select count(*) as n from labels where objects_total >= 3 and model_run_id is null"
                           " and label_id in (select label_id from objects where name = 'Car')")  # fmt: skip
    assert _shown(page) == f"{fewer['n']} labels"
    _go_on(page, f"{fewer['n']}")
    page.locator("summary:text-is('Made')").click()
    page.fill("input[name=since]", "2023-06-01")
    follow(page.locator("form:has(input[name=since]) button"))
    assert "since=2023-06-01" in page.url
    assert "until" not in page.url
    follow(page.locator(".chips a:has-text('class')"))
    assert "class=" not in page.url
    follow(page.locator(".chips a:text-is('clear all')"))
    assert urlsplit(page.url).query == ""


@pytest.mark.sampled(4)
def test_the_filters_in_a_browser(served: Served, watched: Watched) -> None:
    _walk(watched.page, served)
    watched.page.set_viewport_size({"width": 390, "height": 800})
    watched.page.goto(served.address("gallery") + "?class=Car")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    watched.page.click("text=Filters >> nth=0")
    expect(watched.page.locator("#h-filters")).to_be_visible()


@pytest.mark.sampled(0)
def test_the_filters_without_javascript(served: Served, without_script: Page) -> None:
    _walk(without_script, served)
