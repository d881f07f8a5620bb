"""Datasette's own pages of a store, on whichever Datasette is installed: header, titles, what matters first."""

import html
import re
import sqlite3
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasette")

from datasette.app import Datasette
from playwright.sync_api import expect

from labelstore import samples
from labelstore.browsing import cells, serving
from labelstore.browsing import paths as browsing_paths
from labelstore.browsing.settings import Settings
from labelstore.browsing.store_page import TABLE_GROUPS
from labelstore.browsing.table_page import FOLDED_FACETS, TablePage
from labelstore.figures import figure
from labelstore.loading import load
from labelstore.query.catalogue import views
from labelstore.schema.canned_queries import GROUPS, OTHERS, grouped, queries
from labelstore.schema.catalogue import tables
from tests.browser import Watched, follow
from tests.making import box, feature, store_of, v1
from tests.soaking import amount
from tests.test_browsing import Site, awaited
from tests.test_browsing_pages import Served, browsing
from tests.test_pages_accessible import MODES, check

_SQL = "select label_id, 'a text' as words, 12 as number from labels limit 3"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("datasette")
    files = samples.write(folder / "samples", labels=3)
    load(folder / "street.db", [file.path for file in files], frames=folder / "samples" / "frames")
    return Site(folder / "street.db")


@pytest.fixture(scope="module")
def served(site: Site) -> Iterator[Served]:
    with browsing(site.file) as url:
        yield Served(site.file, url)


def _titles(site: Site) -> dict[str, str]:
    """Address → title of a page of each kind."""
    paths = site.paths
    return {
        paths.database_page(): "street: tables and SQL · labelstore",
        paths.table("labels"): "labels · labelstore",
        paths.table("objects", kind="polygon", _sort="name"): "objects · labelstore",
        paths.table("image_labels"): "image_labels · labelstore",
        paths.table("labels")
        + f"/{site.rows('select min(node_id) as id from labels')[0]['id']}": "labels · labelstore",
        paths.query("class-counts"): "Class counts · labelstore",
        paths.sql(sql=_SQL): "SQL · labelstore",
    }


def _head(text: str) -> str:
    return html.unescape(re.search(r"<title>(.*?)</title>", text, re.S)[1])  # type: ignore[index]


def test_titles_are_short(site: Site) -> None:
    for address, title in _titles(site).items():
        assert _head(site.get(address).text) == title


def _errors(site: Site) -> dict[str, int]:
    return {
        f"{site.paths.database_page()}/nothing": 404,
        site.paths.table("labels", _sort="nothing"): 400,
        "/-/nothing": 404,
    }


def test_every_page_has_our_header_and_style(site: Site) -> None:
    wanted = dict.fromkeys((*_titles(site), "/"), 200) | _errors(site)
    for address, status in wanted.items():
        page = site.get(address, status).text
        assert page.count('<header class="bar">') == 1, address
        assert f'href="{site.paths.overview()}"' in page, address
        assert page.count('<main id="main"') == 1, address
        assert page.count(f'href="{site.paths.style()}"') == 1, address
        assert re.search(r'<html lang="en">', page), address
        assert " onclick=" not in page, address


def test_the_scripts_of_error_pages_may_run(site: Site) -> None:
    for address, status in _errors(site).items():
        page = site.get(address, status)
        (nonce,) = re.findall(r"script-src 'self' 'nonce-([\w-]+)'", page.headers["content-security-policy"])
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{nonce}"' in script for script in scripts)


def test_pages_of_other_databases_beside_a_store_are_untouched(site: Site, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("create table labels (label_id text, node_id integer, words text)")
        connection.execute("insert into labels values ('x', 1, ?)", ("word " * 100,))
    connection.close()
    datasette = Datasette([str(site.file), str(other)])

    async def ask() -> list[Any]:
        await datasette.invoke_startup()
        return [
            await datasette.client.get(path) for path in ("/other", "/other/labels", "/other/none", "/street/labels")
        ]

    *others, ours = awaited(ask)
    for page in others:
        assert 'class="labelstore' not in page.text
        assert "<main" not in page.text
        assert "nonce=" not in page.text
    assert 'data-column="node_id"' in others[1].text
    assert '<header class="bar">' in ours.text


def _columns(page: str) -> list[str]:
    return re.findall(r'<th [^>]*data-column="([^"]*)"', page)


@pytest.mark.sampled(10)
@pytest.mark.parametrize("table", [table.name for table in tables()])
def test_a_table_shows_the_columns_that_matter(site: Site, table: str) -> None:
    columns = next(found.columns for found in tables() if found.name == table)
    wanted = [column.name for column in columns if not column.is_bookkeeping]
    if not site.rows(f"select 1 from {table} limit 1"):
        pytest.skip("no rows")
    shown = [name for name in _columns(site.get(site.paths.table(table)).text) if name not in ("Link", "rowid")]
    assert set(shown) == set(wanted)
    every = _columns(site.get(site.paths.table(table, _bookkeeping=1)).text)
    assert {name for name in every if name not in ("Link", "rowid")} == {column.name for column in columns}


def test_columns_that_an_address_asks_for_are_shown(site: Site) -> None:
    table = site.paths.table
    assert set(_columns(site.get(table("labels", _col="end_id")).text)) == {"node_id", "end_id"}
    assert "end_id" in _columns(site.get(table("labels", _sort="end_id")).text)
    assert "ordinal" in _columns(site.get(table("objects", ordinal__gt=0)).text)
    assert "ordinal" not in _columns(site.get(table("objects")).text)
    (row,) = site.get(table("labels") + ".json?_shape=array&_size=1").json()
    assert {"label_id", "node_id", "end_id", "record_id"} <= set(row)


def test_the_switch_of_columns_leads_there_and_back(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/street/labels?_sort_desc=created_at")
    bookkeeping = page.locator("th[data-column=end_id]")
    expect(bookkeeping).to_have_count(0)
    follow(page.get_by_role("link", name="Show all columns"))
    expect(bookkeeping).to_have_count(1)
    follow(page.get_by_role("link", name="Leave out"))
    expect(bookkeeping).to_have_count(0)
    assert "_sort_desc=created_at" in page.url


def test_a_row_stands_upright_with_its_bookkeeping_folded(site: Site) -> None:
    (row,) = site.rows("select min(node_id) as id from labels")
    before, _, after = site.get(f"{site.paths.table('labels')}/{row['id']}").text.partition("Bookkeeping: ")
    assert '<th scope="row">created_by</th>' in before
    assert '<th scope="row">end_id</th>' not in before
    assert '<th scope="row">end_id</th>' in after
    (row,) = site.rows("select data_row_id as id, count(*) as number from labels group by 1 order by 2 desc limit 1")
    page = site.get(f"{site.paths.table('data_rows')}/{browsing_paths.encode(row['id'])}").text
    assert f">{row['number']} of labels</a>" in page


def test_many_facets_are_folded_until_one_is_chosen(site: Site) -> None:
    page = site.get(site.paths.table("labels")).text
    assert re.search(r'<details class="labelstore-fold labelstore-facets">', page)
    (most,) = site.rows("select count(distinct created_by) as number from labels")
    assert most["number"] > 3
    chosen = site.get(site.paths.table("labels", generation="v1")).text
    assert re.search(r'<details class="labelstore-fold labelstore-facets" open>', chosen)


def test_few_facets_are_open() -> None:
    page = TablePage.of("labels", {})
    few = [{"results": [{"selected": False}] * FOLDED_FACETS}]
    assert page.are_facets_open(few)
    assert not page.are_facets_open([*few, *few])
    assert page.are_facets_open([*few, {"results": [{"selected": True}]}])


def test_column_descriptions_open_on_a_click(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/street/objects")
    said = page.locator(".column-descriptions")
    assert not said.is_visible()
    page.get_by_text("What the columns mean").click()
    expect(said).to_be_visible()
    page.locator("h1").click()
    expect(said).to_be_visible()


def test_every_canned_query_says_what_it_is_about() -> None:
    assert {query.group for query in queries().values()} <= set(GROUPS) - {OTHERS}
    assert sum(map(len, grouped().values())) == len(queries())


@pytest.mark.parametrize("where", ["database_page", "queries"])
def test_queries_are_listed_by_group(site: Site, where: str) -> None:
    page = site.get(getattr(site.paths, where)()).text
    for group, members in grouped().items():
        _, _, after = page.partition(f">{group}</h")
        listed = after.partition("</section>")[0]
        for query in members:
            assert f'href="{site.paths.query(query.name)}"' in listed, (group, query.name)
            assert f">{query.title}</a>" in listed


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", queries())
def test_a_query_asks_for_its_parameters_by_name(site: Site, name: str) -> None:
    query = queries()[name]
    for address in (site.paths.query(name), site.paths.queries()):
        page = site.get(address).text
        assert query.description.replace("`", "") in html.unescape(re.sub("</?code>", "", page))
        for parameter in query.parameters:
            (label,) = re.findall(rf'<label for="((?:p|{name})-{parameter.name})">', page)
            (field,) = re.findall(rf'<input id="{label}"[^>]*>', page)
            assert f'name="{parameter.name}"' in field
            assert (f'placeholder="{parameter.default}"' in field) == (parameter.default is not None)
            assert f'id="{label}-what"' in page


def test_a_form_of_a_query_gives_its_result(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("queries"))
    page.locator("#nearest-objects summary").click()
    page.locator("#nearest-objects").get_by_label("limit").fill("3")
    follow(page.locator("#nearest-objects button"))
    expect(page).to_have_title("Nearest objects · labelstore")
    expect(page.get_by_label("limit")).to_have_value("3")
    expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(3)
    page.get_by_label("class").fill("no such class")
    follow(page.get_by_role("button", name="Run"))
    expect(page.locator(".zero-results")).to_have_count(1)


def test_the_result_of_a_query_has_thumbnails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "SECONDS", 60)  # on a busy machine as on an idle one
    page = site.get(site.paths.query("nearest-objects") + "?limit=3").text
    assert page.count('class="labelstore-thumbnail"') == 3


def test_the_page_of_a_store_lists_everything_once(site: Site) -> None:
    assert {name for names in TABLE_GROUPS.values() for name in names} <= {table.name for table in tables()}
    page = site.get(site.paths.database_page()).text
    content = page.partition('<main id="main"')[2]
    for name in [*(table.name for table in tables()), *(view.name for view in views())]:
        assert content.count(f'href="{site.paths.table(name)}"') == 1, name
    shown, _, internals = content.partition("Internals: ")
    for name in ("labels", "objects", "image_labels", "label_json"):
        assert f'href="{site.paths.table(name)}"' in shown
    for name in ("records", "odd_elements", "v1_pieces", "counts"):
        assert f'href="{site.paths.table(name)}"' in internals
    assert shown.index(">data_rows<") < shown.index(">bounding_boxes<")
    (labels,) = site.rows("select count(*) as number from labels")
    assert f'>labels</a> <span class="count">{figure(labels["number"])}</span>' in shown


def test_sql_can_be_asked_on_the_page_of_a_store(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/street")
    follow(page.get_by_role("button", name="Run SQL"))
    expect(page).to_have_title("SQL · labelstore")
    expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(20)


def _addresses(site: Site) -> list[str]:
    of_table = site.paths.table
    return [*_titles(site), of_table("label_json"), of_table("polygons", _bookkeeping=1), "/-/nothing"]


@pytest.mark.sampled(0)
def test_narrow_screens_scroll_tables_in_their_box(site: Site, served: Served, watched: Watched) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 800})
    for address in _addresses(site):
        page.goto(served.url + address)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert page.evaluate("document.documentElement.scrollHeight") < 16_000, address
        for display in page.locator(".rows-and-columns td").evaluate_all(
            "all => all.map(td => getComputedStyle(td).display)"
        ):
            assert display == "table-cell", address
    watched.errors.clear()  # the browser reports the 404


def test_a_long_text_is_folded(tmp_path: Path) -> None:
    words = "<b>word</b> " * 100
    site = Site(store_of(tmp_path, "sqlite", [v1("l1", classifications=[feature("q", "f", answer=words)])]))
    page = site.get(site.paths.table("answers")).text
    (shown,) = re.findall(r"<summary>(&lt;b.*?)</summary>", page)
    assert len(html.unescape(shown)) <= cells.FOLDED + 1
    assert html.escape(words.strip()) in page
    assert "<b>word" not in page


@pytest.mark.sampled(8)
@pytest.mark.parametrize("at", range(10))
def test_these_pages_are_accessible_and_fit(site: Site, served: Served, watched: Watched, at: int) -> None:
    check(watched, served.url + _addresses(site)[at], amount(MODES, MODES[at % 2 : at % 2 + 1]))


def test_they_have_the_colors_of_the_others(served: Served, watched: Watched) -> None:
    page = watched.page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colors = set()
        for address in (served.address(), f"{served.url}/street", f"{served.url}/street/labels"):
            page.goto(address)
            of = "getComputedStyle(document.querySelector('{}')).{}"
            wanted = [("body", "backgroundColor"), ("body", "color"), (".bar", "backgroundColor"), (".bar a", "color")]
            colors.add(tuple(page.evaluate(of.format(*one)) for one in wanted))
        assert len(colors) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_the_editor_are_legible(site: Site, served: Served, watched: Watched, scheme: Any) -> None:
    from PIL import Image

    page = watched.page
    page.emulate_media(color_scheme=scheme)
    page.goto(served.url + site.paths.sql(sql=_SQL))
    words = page.locator(":is(.CodeMirror-line, .cm-line) span span, .cm-line > span")
    assert words.count() >= 5
    for at in range(words.count()):
        with Image.open(BytesIO(words.nth(at).screenshot())) as picture:
            lights = sorted(_lightness(pixel) for _, pixel in picture.convert("RGB").getcolors(1 << 20) or ())
        assert (lights[-1] + 0.05) / (lights[0] + 0.05) > 4, words.nth(at).inner_text()
    with Image.open(BytesIO(page.locator(".CodeMirror, .cm-editor").screenshot())) as picture:
        background = picture.convert("RGB").getpixel((picture.width - 60, 8))
    assert (_lightness(background) > 0.5) is (scheme == "light")


def _lightness(pixel: Any) -> float:
    """Relative luminance of a color of 0 to 255."""
    parts = [value / 255 for value in pixel]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])


def test_the_keyboard_reaches_the_content(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/street/labels")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_nothing_of_a_hostile_store_runs_on_these_pages(tmp_path: Path, watched: Watched) -> None:
    evil = "<img src=x onerror=\"document.title='gone'\"><script>document.title='gone'</script>"
    record = v1(evil, box(evil, "f1", 1, 1, 20, 20), classifications=[feature(evil, "f2", answer=evil * 9)])
    store = store_of(tmp_path, "sqlite", [record | {"Project Name": evil, "Created By": evil}])
    with browsing(store) as url:
        for path in ("", "/labels", "/labels?created_by=" + evil, "/answers", "/class-counts?project=" + evil):
            watched.page.goto(f"{url}/export{path}")
            assert watched.page.title() != "gone"
            assert watched.page.locator("img[src=x]").count() == 0


def test_a_store_of_several_is_not_taken_for_the_only_one(site: Site, tmp_path: Path) -> None:
    other = store_of(tmp_path, "sqlite", [v1("l1")])
    serving.application(site.file, Settings())  # the plugin is registered
    datasette = Datasette([str(site.file), str(other)])

    async def ask() -> list[Any]:
        await datasette.invoke_startup()
        return [await datasette.client.get(path) for path in ("/", "/export/labels", "/street")]

    home, export, street = awaited(ask)
    assert '<header class="bar">' not in home.text
    assert 'href="/-/labelstore/export"' in export.text
    assert 'href="/-/labelstore/street"' not in export.text
    assert 'href="/-/labelstore/street"' in street.text
