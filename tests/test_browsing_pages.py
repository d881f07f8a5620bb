"""The pages of `labelstore browse` in a browser, from a server on loopback."""

import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from labelstore import samples
from labelstore.browsing.paths import encode
from labelstore.loading import load
from tests.browser import Watched, follow
from tests.making import box, feature, store_of, v1

pytest.importorskip("datasette")
ROOT = Path(__file__).resolve().parent.parent
KINDS = [
    (asset_type, generation)
    for asset_type in ("image", "video", "text", "geospatial", "audio", "document", "conversation", "dicom", "html")
    for generation in ("v1", "v2")
] + [("llm", "v2")]


@contextmanager
def browsing(store: Path, *options: str) -> Iterator[str]:
    """The command as a process of its own; its URL without the slash at the end."""
    command = [sys.executable, str(ROOT / "cli.py"), "browse", str(store), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://"), process.communicate()
        yield url.rstrip("/")
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said


class Served:
    """A store that is served."""

    def __init__(self, store: Path, url: str) -> None:
        self.store, self.url = store, url

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.store)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def address(self, *parts: str) -> str:
        return "/".join((f"{self.url}/-/labelstore", encode(self.store.stem), *map(encode, parts)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pages")
    files = samples.write(folder / "samples", labels=8)
    load(folder / "labels.db", [file.path for file in files], frames=folder / "samples" / "frames")
    with browsing(folder / "labels.db") as url:
        yield Served(folder / "labels.db", url)


_FULLEST = """
select l.label_id, d.data_row_id
from labels as l
join data_rows as d on d.data_row_id = l.data_row_id
where d.asset_type = :asset_type and l.generation = :generation and l.model_run_id is null
order by (select count(*) from objects as o where o.label_id = l.label_id) desc, l.label_id
limit 1
"""
_DRAWABLE = """
select count(*) as number
from objects as o
where o.label_id = :label_id and o.frame_id is null
    and o.object_id in (
        select object_id from bounding_boxes union all select object_id from polygons where coordinates is not null
        union all select object_id from polylines where coordinates is not null
        union all select object_id from points where x is not null
    )
"""


def _fullest(served: Served, asset_type: str, generation: str) -> dict[str, Any]:
    found = served.rows(_FULLEST, asset_type=asset_type, generation=generation)
    assert found, (asset_type, generation)
    return found[0]


def test_the_root_leads_to_the_gallery(served: Served, watched: Watched) -> None:
    watched.page.goto(f"{served.url}/")
    assert watched.page.url == served.address("gallery") + "?sort=-created"
    follow(watched.page.locator("header >> text=Home"))
    assert watched.page.url == served.address()
    assert "data rows" in watched.page.inner_text("main")


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("asset_type", "generation"), KINDS)
def test_the_pages_of_every_asset_type(served: Served, watched: Watched, asset_type: str, generation: str) -> None:
    label = _fullest(served, asset_type, generation)
    page = watched.page
    page.goto(served.address("label", label["label_id"]))
    assert page.locator("h1").count() == 1
    assert page.locator(".picture > *").count() >= 1
    if asset_type == "image":
        (drawable,) = served.rows(_DRAWABLE, label_id=label["label_id"])
        assert drawable["number"] > 0
        assert page.locator(".picture .shape").count() == drawable["number"]
    listed = page.locator(".objects a").evaluate_all("links => links.map(link => link.getAttribute('href').slice(1))")
    drawn = page.locator(".picture .shape").evaluate_all("shapes => shapes.map(shape => shape.id)")
    assert {name for name in drawn if re.fullmatch(r"o\d+", name)} <= set(listed)
    _fits(page)
    page.goto(served.address("data-row", label["data_row_id"]))
    assert page.locator(".card").count() >= 1
    _fits(page)


@pytest.mark.parametrize("asset_type", ["video", "dicom"])
def test_every_frame_can_be_picked(served: Served, watched: Watched, asset_type: str) -> None:
    label = _fullest(served, asset_type, "v2")
    page = watched.page
    page.goto(served.address("label", label["label_id"]))
    follow(page.locator(".picker a", has_text=re.compile(r"^\d")).first)
    assert "frame=" in page.url
    assert page.locator("h1").count() == 1


def test_an_object_lights_up_when_its_link_is_pointed_at(served: Served, watched: Watched) -> None:
    label = _fullest(served, "image", "v2")
    page = watched.page
    page.goto(served.address("label", label["label_id"]))
    first = page.locator(".picture .shape").first.get_attribute("id")
    lit = f"getComputedStyle(document.getElementById('{first}')).getPropertyValue('--lit').trim()"
    assert page.evaluate(lit) == "0"
    link = page.locator(f'.objects a[href="#{first}"]')
    link.hover()
    assert page.evaluate(lit) == "1"
    page.locator("h1").hover()
    assert page.evaluate(lit) == "0"
    follow(link)
    assert page.url.endswith(f"#{first}")
    assert page.evaluate(lit) == "1"


def test_paging_goes_to_the_next_label_and_back(served: Served, watched: Watched) -> None:
    first, second = served.rows("select label_id from labels order by node_id limit 2")
    page = watched.page
    page.goto(served.address("label", first["label_id"]))
    follow(page.get_by_role("link", name="Next label"))
    assert page.url == served.address("label", second["label_id"])
    follow(page.get_by_role("link", name="Previous label"))
    assert page.url == served.address("label", first["label_id"])


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    "path", ["", "/labels", "/objects", "/data_rows", "/image_labels", "/class-counts", "/labels/0"]
)
def test_the_pages_of_datasette_work(served: Served, watched: Watched, path: str) -> None:
    page = watched.page
    page.goto(f"{served.url}/labels{path}")
    assert page.locator("h1").count() == 1
    if path == "/labels":
        follow(page.locator(".labelstore-thumbnail").first)
        assert "/-/labelstore/labels/label/" in page.url


def test_sql_of_the_user_gets_drawings(served: Served, watched: Watched) -> None:
    sql = "select o.object_id, o.name, d.asset_type from objects as o join labels as l on l.label_id = o.label_id"
    sql += " join data_rows as d on d.data_row_id = l.data_row_id where o.kind = 'bounding_box'"
    sql += " and d.asset_type = 'image' limit 5"
    page = watched.page
    page.goto(f"{served.url}/labels?sql={quote(sql)}")
    assert page.locator(".labelstore-thumbnail svg").count() == 5
    follow(page.locator(".labelstore-thumbnail").first)
    assert "#o" in page.url


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("asset_type", "generation"), KINDS)
def test_a_narrow_screen_does_not_scroll_sideways(
    served: Served,
    watched: Watched,
    asset_type: str,
    generation: str,
) -> None:
    label = _fullest(served, asset_type, generation)
    watched.page.set_viewport_size({"width": 375, "height": 700})
    for address in (
        served.address("label", label["label_id"]),
        served.address("data-row", label["data_row_id"]),
        served.address(),
    ):
        watched.page.goto(address)
        _fits(watched.page)


_CONTRAST = """
() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = color => color.slice(0, 3).map(v => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const texts = document.querySelectorAll('main :is(h1, h2, p, a, dt, dd, td, th, span)');
  for (const element of texts) {
    if (!element.textContent.trim() || element.closest('svg, .words')) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) bad.push(element.outerHTML.slice(0, 200));
  }
  return bad;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_legible_in_light_and_dark(served: Served, watched: Watched, scheme: Any) -> None:
    page = watched.page
    page.emulate_media(color_scheme=scheme)
    for asset_type in ("image", "video", "document"):
        page.goto(served.address("label", _fullest(served, asset_type, "v2")["label_id"]))
        assert page.evaluate(_CONTRAST) == []
    page.goto(served.address())
    assert page.evaluate(_CONTRAST) == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is (scheme == "light")


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("[...document.querySelectorAll('svg[role=img]')].every(svg => svg.querySelector('title'))")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_hostile_exports_are_harmless(tmp_path: Path, watched: Watched) -> None:
    evil = "<img src=x onerror=\"document.title='gone'\"><script>document.title='gone'</script>"
    record = v1(evil, box(evil, "f1", 1, 1, 20, 20), classifications=[feature(evil, "f2", answer=evil)]) | {
        "External ID": evil,
        "Labeled Data": "javascript:document.title='gone'",
        "Project Name": evil,
        "DataRow ID": evil,
    }
    store = store_of(tmp_path, "sqlite", [record])
    with browsing(store) as url:
        served = Served(store, url)
        for address in (
            served.address(),
            served.address("label", evil),
            served.address("data-row", evil),
            f"{url}/export/labels",
            f"{url}/export/objects",
            f"{url}/export/data_rows",
        ):
            watched.page.goto(address)
            assert watched.page.title() != "gone"
            assert watched.page.locator("img[src=x]").count() == 0
            assert watched.page.locator('a[href^="javascript"]').count() == 0


def test_a_duckdb_store_is_shown_too(tmp_path: Path, watched: Watched) -> None:
    store = store_of(tmp_path, "duckdb", [v1("l1", box("Car", "f1", 1, 1, 20, 20))])
    with browsing(store) as url:
        watched.page.goto(f"{url}/-/labelstore/export/label/l1")
        assert watched.page.locator(".picture .shape").count() == 1
