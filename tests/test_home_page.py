"""The home page: it leads to labels worth a look, and its numbers are those of the pages to which it leads."""

import html
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("datasette")

from labelstore import samples
from labelstore.browsing import overview
from labelstore.browsing.cells import Budget
from labelstore.browsing.settings import Settings
from labelstore.loading import load
from tests.making import box, store_of, v1
from tests.test_browsing import Site


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine as on an idle one."""
    monkeypatch.setattr(overview, "SECONDS", 60)
    monkeypatch.setattr("labelstore.browsing.pages.home.SECONDS", 60)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("home")
    files = samples.write(folder / "samples", labels=6)
    load(folder / "labels.db", [file.path for file in files], frames=folder / "samples" / "frames")
    return Site(folder / "labels.db")


def home(site: Site) -> str:
    return str(site.get(site.paths.overview()).text)


def section(page: str, name: str) -> str:
    """The part of the page with this heading."""
    (found,) = re.findall(rf'<section aria-labelledby="{name}">.*?</section>', page, re.S)
    return str(found)


def number_at(site: Site, href: str) -> int:
    """How many labels the gallery shows at this address."""
    (number,) = re.findall(r"<h1>([\d,]+) labels?</h1>", site.get(html.unescape(href)).text)
    return int(number.replace(",", ""))


def test_each_number_is_that_of_the_gallery_to_which_it_leads(site: Site) -> None:
    page = home(site)
    links = re.findall(r'<a href="([^"]*)"><strong>([\d,]+)</strong> ([^<]*)</a>', section(page, "h-next"))
    found = {text: (href, int(number.replace(",", ""))) for href, number, text in links}
    href, unlabeled = found.pop("data rows without labels")
    assert href == site.paths.query("unlabeled-data-rows")
    sql = "select count(*) as n from data_rows where data_row_id not in (select data_row_id from labels"
    assert [{"n": unlabeled}] == site.rows(f"{sql} where model_run_id is null)")
    assert {"labels, newest first", "rejected", "skipped", "with open issues"} <= set(found)
    found.pop("data rows with several labels, most different first", None)  # has a test of its own
    for href, number in found.values():
        assert number_at(site, href) == number, href
    rows = re.findall(
        r'<a href="([^"]*)">[^<]*</a></td>.*?<td class="number">([\d,]+)</td></tr>', section(page, "h-classes")
    )
    people = re.findall(r'<a href="([^"]*)">[^<]*</a> <span class="count">([\d,]+) label', section(page, "h-labelers"))
    projects = re.findall(
        r'<a href="([^"]*)">[^<]*</a></td><td class="number">([\d,]+)</td>', section(page, "h-projects")
    )
    types = re.findall(r'<p><a href="([^"]*)">([\d,]+) \w+ label', section(page, "h-types"))
    for some in (rows[:5], people[:3], projects[:3], types):
        assert some
        for href, number in some:
            assert number_at(site, href) == int(number.replace(",", "")), href


def test_one_label_of_each_asset_type_is_drawn_and_none_is_skipped(site: Site) -> None:
    part = section(home(site), "h-types")
    names = {
        row["asset_type"] for row in site.rows("select distinct asset_type from records where asset_type is not null")
    }
    assert {name for name in names if f" {name} label" in part} == names
    shown = {html.unescape(href) for href in re.findall(r'<a class="tile" href="([^"]*)"', part)}
    skipped = {site.paths.label(row["label_id"]) for row in site.rows("select label_id from labels where skipped")}
    assert len(shown) == len(names)
    assert skipped
    assert not shown & skipped
    assert part.count("<svg") >= len(names) - 2  # of recordings and pages without marks there may be nothing to draw


def test_a_skipped_label_is_no_example_though_it_is_the_first(tmp_path: Path) -> None:
    marks = [box("Car", f"f{number}", number, 1, 9, 9) for number in range(4)]
    records = [v1("skipped", *marks, Skipped=True), v1("bare"), v1("good", *marks)]
    site = Site(store_of(tmp_path, "sqlite", records))
    page = home(site)
    for name in ("h-types", "h-newest"):
        assert site.paths.label("good") in section(page, name)
        assert site.paths.label("skipped") not in section(page, name)
        assert site.paths.label("bare") not in section(page, name)


def test_the_newest_labels_come_first_and_next_leads_to_the_next_newest(tmp_path: Path) -> None:
    days = ("2024-01-02", "2024-03-01", "2023-12-31")
    records = [
        v1(f"l{number}", box("Car", "f", 1, 1, 9, 9)) | {"Created At": f"{day}T10:00:00.000Z"}
        for number, day in enumerate(days)
    ]
    site = Site(store_of(tmp_path, "sqlite", records))
    tiles = re.findall(r'<a class="tile" href="([^"]*)"', section(home(site), "h-newest"))
    assert [re.findall(r"/label/(\w+)", href)[0] for href in tiles] == ["l1", "l0", "l2"]
    assert "sort=-created" in tiles[0]


def test_data_rows_with_several_labels_lead_to_their_disagreement(tmp_path: Path) -> None:
    same = {"DataRow ID": "d1"}
    others = {"DataRow ID": "d2"}
    records = [v1("l1", **same), v1("l2", **same), v1("l3", **others), v1("l4", Skipped=True, **others)]
    site = Site(store_of(tmp_path, "sqlite", records))
    link = f'<a href="{site.paths.disagreement()}"><strong>1</strong> data rows with several labels'
    assert link in section(home(site), "h-next")
    assert "<h1>1 data row with several labels</h1>" in site.get(site.paths.disagreement()).text


def test_bars_lead_to_the_gallery_with_their_class(site: Site) -> None:
    (row,) = site.rows("select name, count(*) as n from objects group by name order by n desc limit 1")
    assert f'href="{site.paths.gallery()}?class={row["name"]}"' in home(site)


def test_columns_lead_to_the_labels_of_their_month(site: Site) -> None:
    sql = "select substr(created_at, 1, 7) as month, count(*) as n from labels where model_run_id is null"
    months = site.rows(f"{sql} and created_at is not null group by 1")
    page = home(site)
    for row in (months[0], months[-1], next(row for row in months if row["month"].endswith("-12"))):
        (href,) = re.findall(rf'href="([^"]*since={row["month"]}-01[^"]*)"', page)
        assert number_at(site, href) == row["n"]


def test_frames_files_are_no_loads_of_exports(site: Site) -> None:
    (row,) = site.rows("select sum(generation = 'frames') as f, sum(generation <> 'frames') as e from loads")
    assert row["f"] > 0
    assert f"{row['e']} loads of exports and {row['f']} of frames files" in home(site)


def test_how_to_see_pictures_is_told_where_there_are_none(site: Site, tmp_path: Path) -> None:
    assert f"labelstore browse {site.file.name} --assets DIR" in home(site)
    for settings in (Settings(assets=str(tmp_path)), Settings(remote_assets=True)):
        assert "--assets DIR" not in home(Site(site.file, settings))


def test_what_takes_long_is_on_the_next_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(store_of(tmp_path, "sqlite", [v1("l1", box("Car", "f", 1, 1, 9, 9), **{"Has Open Issues": 1})]))
    monkeypatch.setattr(overview, "SECONDS", -1)
    first = home(site)
    assert "when it is loaded again" in first
    assert "with open issues" not in first
    monkeypatch.setattr(overview, "SECONDS", 60)
    second = home(site)
    assert "when it is loaded again" not in second
    assert "<strong>1</strong> with open issues" in second
    more = tmp_path / "more.ndjson"
    more.write_text(json.dumps(v1("l2", **{"Has Open Issues": 1})) + "\n")
    load(site.file, [more])
    assert "<strong>2</strong> with open issues" in home(site)


def test_an_empty_store_has_a_home_page(tmp_path: Path) -> None:
    site = Site(store_of(tmp_path, "sqlite", []))
    assert "<strong>0</strong> labels" in home(site)


def test_the_budget_of_thumbnails_is_that_of_the_page() -> None:
    assert Budget().left >= overview.NEWEST
