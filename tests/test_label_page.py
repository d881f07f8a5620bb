"""The page of a label: what its address says, and what its script adds, in a browser with and without JavaScript."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

pytest.importorskip("datasette")

from datasette.utils import MultiParams

from labelstore.browsing.view import View, entry_of, hiding, mark_of, view_of
from labelstore.drawing.legend import class_mark, kind_mark
from labelstore.drawing.options import Zoom
from tests.browser import Watched, becomes, follow
from tests.making import box, feature, store_of, v1
from tests.test_browsing_pages import Served, browsing
from tests.test_scenes_words import entity_v1

EVIL = [
    "\"'><img src=x onerror=\"document.title='gone'\">",
    "</script></style><script>document.title='gone'</script>",
    "a\x00b]*{}/*",
    "\u202eevil\u2066 \u05d0",
    "class:Car",
]
_FILL = "getComputedStyle(document.querySelector('#{id} .line')).fillOpacity"


def _view(query: dict[str, list[str]]) -> View:
    return view_of(MultiParams(query))


class TestView:
    def test_an_address_is_read_and_written(self) -> None:
        query = {"hide": ["class:Car", "kind:point"], "zoom": ["1,2,3,4@5"], "opacity": ["50"], "names": ["no"]}
        view = _view(query)
        assert view == View(("class:Car", "kind:point"), Zoom(1, 2, 3, 4, "5"), 50, names=False)
        pairs = view.arguments()
        assert {name: [value for one, value in pairs if one == name] for name, _ in pairs} == query
        assert "zoom" not in dict(view.arguments(zoom=False))
        assert _view({}).arguments() == []

    @pytest.mark.parametrize("opacity", ["", "-1", "101", "1e1", "\u0665", "50%", "0x10", "05 "])
    def test_what_is_no_opacity(self, opacity: str) -> None:
        assert _view({"opacity": [opacity]}).opacity is None

    def test_what_is_hidden_is_bounded(self) -> None:
        entries = ["Car", "shape:Car", "mark:x", "mark:c12;}", "class:" + "x" * 201, *(f"class:{n}" for n in range(99))]
        hidden = _view({"hide": entries}).hidden
        assert hidden[0] == "class:0"
        assert len(hidden) == 55

    @pytest.mark.parametrize("name", ["Car", "kind:x", "", "\udc80", "x" * 201, *EVIL])
    def test_an_entry_stands_for_its_class(self, name: str) -> None:
        entry = entry_of("class", name)
        assert _view({"hide": [entry]}).marks() == {class_mark(name)}
        assert len(entry) < 210
        assert mark_of(entry_of("kind", name)) == kind_mark(name)
        assert re.fullmatch(r"[^<>\"]*", hiding(class_mark(name)).replace('"' + class_mark(name) + '"', ""))

    def test_a_switch_turns_one_thing(self) -> None:
        view = View(("class:Car",)).toggled("kind:point")
        assert view.hidden == ("class:Car", "kind:point")
        assert view.toggled("class:Car").hidden == ("kind:point",)


def related(label_id: str, *objects: dict[str, Any]) -> dict[str, Any]:
    """A record in which the first object has a relationship to the third."""
    record = v1(label_id, *objects)
    ends = {"source": objects[0]["featureId"], "target": objects[2]["featureId"]}
    record["Label"]["relationships"] = [
        {"featureId": "r1", "schemaId": "s1", "data": {**ends, "label": "near"}, "relationshipType": "unidirectional"}
    ]
    return record


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two labels of boxes and points, one of hostile classes."""
    objects = [
        box("Car", "f1", 100, 100, 300, 200),
        box("Car", "f2", 500, 100, 300, 200),
        box("Tree", "f3", 100, 500, 200, 300),
        feature("Tree", "f4", point={"x": 800, "y": 600}),
    ]
    evil = [box(name, f"e{n}", 10 + 150 * n, 100, 90, 90) for n, name in enumerate(EVIL)]
    size = {"Media Attributes": {"width": 1000, "height": 1000}, "media_attributes": {"width": 1000, "height": 1000}}
    records = [
        related("one", *objects) | size | {"External ID": "street 1.jpg"},
        v1("two", *objects) | size | {"External ID": EVIL[0], "DataRow ID": "d2"},
        v1("words", entity_v1("t1", 0, 2), entity_v1("t2", 8, 10))
        | {"Labeled Data": "Rom und Ulm", "DataRow ID": "d3"},
        v1(EVIL[1], *evil) | size | {"DataRow ID": EVIL[2], "External ID": EVIL[3]},
    ]
    store = store_of(tmp_path_factory.mktemp("label"), "sqlite", records)
    with browsing(store) as url:
        yield Served(store, url)


@pytest.fixture
def plain(chromium: BrowserContext, served: Served) -> Iterator[Page]:
    """A page without JavaScript."""
    page = chromium.new_page()
    session = chromium.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    yield page
    page.close()


def _view_box(page: Page) -> list[float]:
    return [float(part) for part in (page.locator(".picture .view").get_attribute("viewBox") or "").split()]


def _visible(page: Page, selector: str) -> int:
    """How many are displayed; a point has no extent, and so is never visible to the browser's driver."""
    script = """all => {
        const isShown = one => !one || (getComputedStyle(one).display !== 'none' && isShown(one.parentElement));
        return all.filter(isShown).length;
    }"""
    found: int = page.locator(selector).evaluate_all(script)
    return found


def _switch(page: Page, name: str) -> Locator:
    return page.locator(".legend .switch", has_text=name)


def test_the_title_is_the_external_id(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    assert page.title() == "street 1.jpg · labelstore"
    assert page.locator("h1 bdi").inner_text() == "street 1.jpg"
    assert page.locator("code.copy").first.inner_text() == "one"
    assert "--assets" in page.locator(".hint").inner_text()


def test_without_script_links_zoom(served: Served, plain: Page) -> None:
    plain.goto(served.address("label", "one"))
    whole = _view_box(plain)
    assert whole == [0, 0, 1000, 1000]
    assert _visible(plain, "a[data-zoom]") == 1
    follow(plain.get_by_role("link", name="Zoom in", exact=True))
    assert _view_box(plain) == [250, 250, 500, 500]
    follow(plain.get_by_role("link", name="Move right"))
    assert _view_box(plain) == [400, 250, 500, 500]
    follow(plain.get_by_role("link", name="Show the whole"))
    assert _view_box(plain) == whole
    follow(plain.locator(".objects .fit").nth(1))
    assert _view_box(plain)[2] == pytest.approx(510)
    assert plain.url.endswith(plain.locator(".objects li").nth(1).locator("a").first.get_attribute("href") or "?")


def test_without_script_links_hide(served: Served, plain: Page) -> None:
    plain.goto(served.address("label", "one"))
    assert _visible(plain, ".picture .shape") == 4
    follow(_switch(plain, "Car"))
    assert _visible(plain, ".picture .shape") == 2
    assert _visible(plain, ".objects li") == 2
    assert _visible(plain, ".names .name") == 2
    follow(_switch(plain, "point"))
    assert _visible(plain, ".picture .shape") == 1
    follow(plain.get_by_role("link", name="Next label"))
    assert "zoom=" not in plain.url
    assert _visible(plain, ".picture .shape") == 1
    follow(plain.get_by_role("link", name="Show all"))
    assert _visible(plain, ".picture .shape") == 4


def test_without_script_links_set_names_and_opacity(served: Served, plain: Page) -> None:
    plain.goto(served.address("label", "one"))
    assert _visible(plain, ".names .name") == 4
    follow(plain.locator('.switch[data-switch="names"]'))
    assert _visible(plain, ".names .name") == 0
    assert plain.locator(".keys").is_hidden()
    follow(plain.locator(".opacities a", has_text="50"))
    assert "names=no" in plain.url
    assert "opacity=50" in plain.url


def test_a_switch_needs_no_request(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _switch(page, "Car").click()
    becomes(2, lambda: _visible(page, ".picture .shape"))
    becomes(2, lambda: _visible(page, ".objects li"))
    becomes(2, lambda: _visible(page, ".names .name"))
    page.wait_for_url("**hide=class%3ACar**")
    page.keyboard.press("l")
    becomes(0, lambda: _visible(page, ".names .name"))
    page.wait_for_url("**names=no**")
    assert asked == []
    page.reload()
    becomes(2, lambda: _visible(page, ".picture .shape"))
    _switch(page, "Car").click()
    becomes(4, lambda: _visible(page, ".picture .shape"))
    page.keyboard.press("j")
    page.wait_for_url("**/two?*")
    assert "hide=" not in page.url
    assert "names=no" in page.url


def test_the_wheel_keys_and_dragging_zoom_and_move(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    sides = page.locator(".picture .drawing").bounding_box()
    assert sides is not None
    page.mouse.move(sides["x"] + sides["width"] / 4, sides["y"] + sides["height"] / 4)
    page.mouse.wheel(0, -150)
    page.wait_for_function("document.querySelector('.picture .view').viewBox.baseVal.width < 999")
    left, top, width, _ = _view_box(page)
    assert left + width / 4 == pytest.approx(250, abs=2)
    assert top + width / 4 == pytest.approx(250, abs=2)
    page.mouse.down()
    page.mouse.move(sides["x"] + sides["width"] / 2, sides["y"] + sides["height"] / 4, steps=4)
    page.mouse.up()
    assert _view_box(page)[0] == pytest.approx(max(left - width / 4, 0), abs=width / 30)
    page.keyboard.press("0")
    becomes([0, 0, 1000, 1000], lambda: _view_box(page))
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    becomes(pytest.approx([400, 250, 500, 500]), lambda: _view_box(page))
    page.wait_for_url("**zoom=400%2C250%2C500%2C500**")
    page.reload()
    becomes([400, 250, 500, 500], lambda: _view_box(page))
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.shape .line')).vectorEffect") == "non-scaling-stroke"
    )
    page.keyboard.press("-")
    becomes([0, 0, 1000, 1000], lambda: _view_box(page))


def test_names_are_as_large_at_any_zoom_and_do_not_overlap(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    boxes = "[...document.querySelectorAll('.name:not(.spare)')].map(n => n.getBoundingClientRect().toJSON())"
    before = page.evaluate(boxes)
    page.locator(".objects .fit").first.click()
    becomes(pytest.approx(510), lambda: _view_box(page)[2])
    after = page.evaluate(boxes)
    assert after[0]["height"] == pytest.approx(before[0]["height"], abs=0.1)
    assert all(one["right"] <= other["left"] or other["right"] <= one["left"] or one["bottom"] <= other["top"]
               or other["bottom"] <= one["top"] for n, one in enumerate(after) for other in after[:n])  # fmt: skip


def test_keys_walk_through_labels_and_objects(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    page.keyboard.press("o")
    page.keyboard.press("o")
    assert page.evaluate("document.activeElement.hash") == page.locator(".objects a").nth(2).get_attribute("href")
    lit = "getComputedStyle(document.querySelector(document.activeElement.hash)).getPropertyValue('--lit').trim()"
    assert page.evaluate(lit) == "1"
    page.keyboard.press("f")
    becomes(True, lambda: _view_box(page)[2] < 1000)
    page.keyboard.press("0")
    page.keyboard.press("?")
    expect(page.locator(".keys dl")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/two")
    page.keyboard.press("k")
    page.wait_for_url("**/one")


def test_what_is_pointed_at_is_lit_in_the_list(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    shape = page.locator(".picture .shape").first
    entry = page.locator(f".objects .for-{shape.get_attribute('id')}")
    lit = "entry => getComputedStyle(entry).getPropertyValue('--lit').trim()"
    assert entry.evaluate(lit) == "0"
    shape.hover()
    assert entry.evaluate(lit) == "1"
    page.mouse.down()
    page.mouse.up()
    assert entry.locator("a").first.evaluate("link => link === document.activeElement")


def test_the_slider_sets_the_opacity(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    first = page.locator(".picture .shape").first.get_attribute("id") or ""
    filled = _FILL.format(id=first)
    page.locator(".opacities a", has_text="100").click()
    becomes("1", lambda: page.evaluate(filled))
    page.locator(".opacities input").fill("30")
    becomes("0.3", lambda: page.evaluate(filled))
    page.wait_for_url("**opacity=30**")
    page.reload()
    becomes("0.3", lambda: page.evaluate(filled))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("query", ["", "?hide=class%3AX&hide=mark%3Ax%7D&zoom=1,2,3&opacity=%22%3E&names=%3Cb%3E"])
def test_hostile_names_are_harmless(served: Served, watched: Watched, width: int, query: str) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(served.address("label", EVIL[1]) + query)
    assert page.locator("main img, main script").count() == 0
    becomes(len(EVIL), lambda: _visible(page, ".picture .shape"))
    for index in range(len(EVIL)):
        switch = page.locator('[aria-label="Classes"] .switch').nth(index)
        switch.click()
        becomes(len(EVIL) - index - 1, lambda: _visible(page, ".picture .shape"))
    page.wait_for_timeout(400)
    page.reload()
    becomes(0, lambda: _visible(page, ".picture .shape"))
    assert page.title() != "gone"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_are_readable(served: Served, watched: Watched, scheme: Any) -> None:
    from tests.test_browsing_pages import _CONTRAST

    page = watched.page
    page.emulate_media(color_scheme=scheme)
    page.goto(served.address("label", "one") + "?hide=class:Car&opacity=50&zoom=0,0,500,500")
    assert page.evaluate(_CONTRAST) == []
    page.emulate_media(color_scheme="light")


def test_words_of_a_hidden_class_stay(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "words"))
    background = "getComputedStyle(document.querySelector('mark')).backgroundColor"
    assert page.evaluate(background) != "rgba(0, 0, 0, 0)"
    _switch(page, "City").click()
    page.wait_for_function(f"{background} === 'rgba(0, 0, 0, 0)'")
    assert page.locator(".words .text").inner_text() == "Rom und Ulm"
    becomes(0, lambda: _visible(page, ".objects li"))
    page.locator(".show-all").click()
    becomes(2, lambda: _visible(page, ".objects li"))
    expect(page.locator(".show-all")).to_be_hidden()


def test_arrows_stay_at_their_objects(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "one"))
    gap = """() => {
        const line = document.querySelector('.arrow line').getBoundingClientRect();
        const [from, to] = ['#' + document.querySelector('.objects a').hash.slice(1)].concat(
            '#' + document.querySelectorAll('.objects li a:first-child')[2].hash.slice(1)
        ).map(id => document.querySelector(id + ' .line').getBoundingClientRect());
        return [line.top - from.bottom, line.bottom - to.top];
    }"""
    assert page.evaluate(gap) == pytest.approx([0, 0], abs=3)
    page.mouse.move(*_middle(page))
    page.mouse.wheel(0, -150)
    page.wait_for_function("document.querySelector('.picture .view').viewBox.baseVal.width < 999")
    assert page.evaluate(gap) == pytest.approx([0, 0], abs=4)
    _switch(page, "Tree").click()
    becomes(0, lambda: _visible(page, ".arrow"))


def _middle(page: Page) -> tuple[float, float]:
    sides = page.locator(".picture .drawing").bounding_box()
    assert sides is not None
    return sides["x"] + sides["width"] / 2, sides["y"] + sides["height"] / 2
