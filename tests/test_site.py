"""The site of docs/: built strictly, each page near and found, and nothing asked of other servers."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from playwright.sync_api import BrowserContext

from tests.browser import follow
from tools.site.__main__ import CONFIG
from tools.site.hooks import BESIDE, nav_of

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `python -m tools.site` builds it: a dead link, a missing anchor or a page in no list would end it."""
    folder = tmp_path_factory.mktemp("site")
    build(load_config(str(CONFIG), strict=True, site_dir=str(folder)))
    (folder / "404.html").unlink()  # of servers: its links begin at their root
    return folder


class Links(HTMLParser):
    """The addresses in a page: those that a reader may follow, and those that the browser loads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.followed: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        address = named.get("href") or named.get("src") or named.get("srcset")
        if address:
            (self.followed if tag == "a" else self.loaded).append(address)


@cache
def links(page: Path) -> Links:
    return Links(page.read_text(encoding="utf-8"))


def test_every_page_is_built(site: Path) -> None:
    built = {str(page.relative_to(site)) for page in site.rglob("*.html")}
    assert built == {str(page.with_suffix(".html")) for page in [*PAGES, *map(Path, BESIDE.values())]}


def test_a_dead_link_ends_the_build(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# Home\n\n[gone](gone.md) [no part](page.md#lost) ![no picture](gone.png)\n")
    (docs / "page.md").write_text("# A page\n")
    one_page: dict[str, Any] = {"hooks": [], "plugins": [], "nav": ["index.md"]}
    with pytest.raises(Abort):
        build(load_config(str(CONFIG), strict=True, docs_dir=str(docs), site_dir=str(tmp_path / "site"), **one_page))
    warned = sorted(record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    dead = ("'gone.md'", "'gone.png'", "'#lost'", "- page.md")
    assert [next(word for word in dead if word in text) for text in warned] == list(dead)


def test_the_lists_of_the_home_page_are_the_nav() -> None:
    index = "# Home\n\n## One\n\n- [A](a.md): first\n\n## Two\n\n### Of b\n\n- [B](b.md)\n\n"
    index += "### Of c\n\n- [C](../CONTRIBUTING.md): last\n"
    assert nav_of(index) == [
        {"Home": "index.md"},
        {"One": [{"A": "a.md"}]},
        {"Two": [{"Of b": [{"B": "b.md"}]}, {"Of c": [{"C": "contributing.md"}]}]},
    ]


def test_every_page_is_two_clicks_away(site: Path) -> None:
    """By the tabs and the list beside the text, not by links in the text."""

    def reached(page: Path) -> Iterator[Path]:
        text = page.read_text(encoding="utf-8").partition('<div class="md-content"')[0]
        yield from (
            (page.parent / address.partition("#")[0]).resolve()
            for address in Links(text).followed
            if ".html" in address
        )

    home = (site / "index.html").resolve()
    near = set(reached(home))
    near |= {page for first in near for page in reached(first)}
    assert near >= {page.resolve() for page in site.rglob("*.html")}


def test_the_search_knows_every_page(site: Path) -> None:
    entries = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    titles = {entry["location"]: entry["title"] for entry in entries}
    for page in PAGES:
        title = re.match(r"# (.*)", (ROOT / "docs" / page).read_text(encoding="utf-8"))
        assert title
        assert titles[str(page.with_suffix(".html"))] == title[1]


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert [address for address in links(page).loaded if re.match(r"(https?:)?//", address)] == []
        assert 'class="mermaid"' not in page.read_text(encoding="utf-8"), "Material fetches what draws it"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//|@import", style.read_text(encoding="utf-8"))


def test_links_to_files_beside_docs_stay_in_the_site(site: Path) -> None:
    for page in site.rglob("*.html"):
        for address in links(page).followed:
            path = address.partition("#")[0]
            if path and not re.match(r"\w+:", path):
                assert (page.parent / path).resolve().is_relative_to(site.resolve()), (page, address)
                assert (page.parent / path).exists(), (page, address)


def test_a_page_opened_as_a_file_is_found_by_its_search(site: Path, chromium: BrowserContext) -> None:
    asked: list[str] = []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "reference" / "schema.html").as_uri())
    page.fill("input.md-search__input", "tables and views")
    follow(page.locator("a.md-search-result__link >> text=Tables and views >> nth=0"))
    assert "/schema.html" in page.url
    page.close()
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
