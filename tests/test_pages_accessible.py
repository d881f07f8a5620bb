"""Every kind of page in a browser: axe-core finds nothing, nothing scrolls sideways, nothing is asked of elsewhere.

The pages are those of `pages.ROUTES`, so a new one is tested by being registered; the forms that some have are listed
here. Ordinary runs look at each by night on a narrow screen, and at one form of it by day; `-m soak` at all of them in
all combinations.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

pytest.importorskip("datasette")

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from labelstore import samples
from labelstore.browsing.pages import ROUTES
from labelstore.browsing.paths import encode
from labelstore.loading import load
from tests.browser import Watched
from tests.making import box, feature, store_of, v1
from tests.soaking import amount
from tests.test_browsing_pages import Served, browsing

EVIL = "<img src=x onerror=\"document.title='gone'\">'\";--/../%2e~ \u202e{{ 7 * 7 }} " + "W" * 120
WIDE, NARROW = 1200, 390
MODES = [("light", WIDE), ("dark", NARROW), *amount([("light", NARROW), ("dark", WIDE)], [])]
LONGEST_TITLE = 60

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
_ONLY = f"runOnly: {{type: 'tag', values: {list(_RULES)}}}, resultTypes: ['violations']"
_AXE = f"axe.run({{{_ONLY}, selectors: false}})"  # of elements of Datasette 1.0 it cannot make a selector
_GROUP = re.compile(r"\(\?P<(\w+)>((?:[^()\\]|\\.|\[[^\]]*\])*)\)")
_FULLEST = """
select l.label_id, l.data_row_id, d.external_id
from labels as l
join data_rows as d on d.data_row_id = l.data_row_id
where d.asset_type = :asset_type and l.model_run_id is null
order by (select count(*) from objects as o where o.label_id = l.label_id) desc, l.label_id
limit 1
"""

_OF_ONE_DATA_ROW = """
select label_id
from labels
where model_run_id is null
    and data_row_id = (select data_row_id from labels where model_run_id is null group by 1 having count(*) > 1 limit 1)
limit 2
"""


class Store(NamedTuple):
    """A store that is served, and the values that stand for the groups of the patterns of addresses."""

    served: Served
    values: Mapping[str, str]

    def filled(self, pattern: str) -> str:
        """An address that a pattern of `ROUTES` takes."""

        def value(match: re.Match[str]) -> str:
            return match[2] if match[2].isalpha() else encode(self.values[match[1]])

        path = _GROUP.sub(value, pattern.removeprefix("^").removesuffix("$"))
        return self.served.url + path.replace("\\.", ".").replace("?", "")

    def page(self, *parts: str, **arguments: str) -> str:
        """The address of one of our pages."""
        return self.served.address(*parts) + (f"?{urlencode(arguments)}" if arguments else "")


def _of_route(pattern: str) -> Callable[[Store], str]:
    return lambda store: store.filled(pattern)


def _of_type(asset_type: str, kind: str, column: str) -> Callable[[Store], str]:
    return lambda store: store.page(kind, store.served.rows(_FULLEST, asset_type=asset_type)[0][column])


ASSET_TYPES = ("image", "video", "text", "geospatial", "audio", "document", "conversation", "dicom", "html", "llm")
FORMS: dict[str, Callable[[Store], str]] = {
    **{f"{name} label": _of_type(name, "label", "label_id") for name in ASSET_TYPES[1:]},
    **{f"{name} data row": _of_type(name, "data-row", "data_row_id") for name in amount(ASSET_TYPES[1:], ("text",))},
    "gallery of a filter": lambda store: store.page(
        "gallery", objects="1..", since="never", words=EVIL, sort="-created"
    ),
    "gallery of data rows": lambda store: store.page("gallery", show="data-rows"),
    "gallery of a query": lambda store: store.page("gallery", query="open-issues"),
    "gallery without an answer": lambda store: store.page("gallery", sql="select 1"),
    "search": lambda store: store.page("search", q="a"),
    "comparison": lambda store: (
        store.page("compare")
        + "?"
        + urlencode([("label", row["label_id"]) for row in store.served.rows(_OF_ONE_DATA_ROW)])
    ),
    "frame": lambda store: store.page(
        "label", store.served.rows(_FULLEST, asset_type="video")[0]["label_id"], frame="1"
    ),
    "scorecard of a period": lambda store: store.page("labelers", since="2023-01-01", until="2024-01-01"),
    "no such label": lambda store: store.page("label", "none"),
    "no such data row": lambda store: store.page("data-row", EVIL),
}
"""The pages that come in several forms: name → address."""
NO_PAGES = re.compile(r"/(asset|document-page|mask|json|frame)/|/views\$")
"""Addresses of files and of parts of pages, and those that take what a form sends."""
PAGES: dict[str, Callable[[Store], str]] = {
    **{pattern: _of_route(pattern) for pattern, _ in ROUTES if not NO_PAGES.search(pattern)},
    **FORMS,
}
OF_ANY_STORE = [
    name for name in PAGES if name not in FORMS or name.startswith("no such") or name in ("tables", "table")
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("accessible")
    files = samples.write(folder / "samples", labels=3)
    load(folder / "labels.db", [file.path for file in files], frames=folder / "samples" / "frames")
    with browsing(folder / "labels.db") as url:
        served = Served(folder / "labels.db", url)
        yield Store(served, _values(served, **served.rows(_FULLEST, asset_type="image")[0]))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store in which each name is an attack and a hundred letters without a gap."""
    record = v1(EVIL, box(EVIL, "f1", 1, 1, 20, 20), classifications=[feature(EVIL, "f2", answer=EVIL)]) | {
        "External ID": EVIL,
        "Labeled Data": f"javascript:{EVIL}",
        "Project Name": EVIL,
        "DataRow ID": EVIL,
        "Created By": EVIL,
    }
    store = store_of(tmp_path_factory.mktemp("hostile"), "sqlite", [record])
    with browsing(store) as url:
        served = Served(store, url)
        yield Store(served, _values(served, label_id=EVIL, data_row_id=EVIL))


def _values(served: Served, **ids: str) -> dict[str, str]:
    (row,) = served.rows("select min(object_id) as id from objects")
    return {"database": served.store.stem, "object_id": str(row["id"]), "number": "1", **ids}


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(store: Store, watched: Watched, name: str) -> None:
    check(watched, PAGES[name](store), amount(MODES, MODES[1:]) if name in FORMS else MODES)


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", OF_ANY_STORE)
def test_hostile_names_neither_run_nor_stretch_a_page(hostile: Store, watched: Watched, name: str) -> None:
    check(watched, PAGES[name](hostile), amount(MODES, [("light", NARROW)]))
    assert watched.page.title() != "gone"
    assert watched.page.locator("img[src=x]").count() == 0
    assert watched.page.locator('a[href^="javascript"]').count() == 0


def check(watched: Watched, address: str, modes: list[tuple[Any, int]]) -> None:
    """What holds of every page; files are none."""
    page = watched.page
    answer = page.request.get(address)
    if "text/html" not in answer.headers["content-type"]:
        return
    for scheme, width in modes:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        if not answer.ok:  # which the console tells of
            watched.errors = [error for error in watched.errors if "the server responded with a status" not in error]
        problems = [*_violations(page), *_misfits(page)]
        assert not problems, f"{address} ({scheme}, {width} px):\n" + "\n".join(problems)


def _violations(page: Page) -> list[str]:
    """What axe-core finds. It comes by the protocol of the browser, so the policy of the page stays in force."""
    page.evaluate(AXE_SCRIPT)
    return [
        f"{found['id']}: {node['html'][:300]}\n    {node['failureSummary'][:300]}"
        for found in page.evaluate(_AXE)["violations"]
        for node in found["nodes"][:3]
    ]


def _misfits(page: Page) -> Iterator[str]:
    """What is not as on the other pages."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if over > 0:
        yield f"scrolls sideways by {over} px: {page.evaluate(_WIDEST)}"
    if len(title := page.title()) >= LONGEST_TITLE or not title:
        yield f"title of {len(title)} characters: {title}"
    for selector in ("h1", "main, [role=main]"):
        if (count := page.locator(selector).count()) != 1:
            yield f"{count} of {selector}"
    for selector in ("header", "nav"):
        if page.locator(selector).count() == 0:
            yield f"no {selector}"


_WIDEST = """
[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 120)).slice(0, 4).join('\\n    ')
"""


class Header(HTMLParser):
    """Collects the links of the header, and where its forms lead."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = 0
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside += tag == "header"
        given = dict(attrs)
        address = given.get("href") if tag == "a" else given.get("action") if tag == "form" else None
        if self.inside and address and not address.startswith("#"):
            self.addresses.append(address)

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "header"


def test_the_header_leads_to_pages_without_javascript(store: Store, watched: Watched) -> None:
    request = watched.page.request
    found: set[str] = set()
    for page in PAGES.values():
        header = Header()
        header.feed(request.get(page(store)).text())
        found.update(store.served.url + link for link in header.addresses)
    assert len(found) >= 2
    for address in found:
        assert request.get(address).status == 200, address


def test_every_route_has_an_address(store: Store) -> None:
    """A group of a new route that `_values` does not know fails here, by its name."""
    for pattern, _ in ROUTES:
        assert re.match(pattern, urlsplit(store.filled(pattern)).path), pattern
