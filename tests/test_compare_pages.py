"""The comparison of labels in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page

from labelstore.loading import load
from tests.browser import Watched, follow
from tests.disagreeing import HOSTILE, box, label, line, write
from tests.making import store_of
from tests.soaking import amount
from tests.test_browsing_pages import Served, browsing
from tests.test_pages_accessible import check

pytest.importorskip("datasette")

PREDICTION = "r1/d1/m"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("comparisons")
    load(folder / "labels.db", write(folder))
    with browsing(folder / "labels.db") as url:
        yield Served(folder / "labels.db", url)


def compare(served: Served, *label_ids: str, **more: object) -> str:
    return f"{served.address('compare')}?{urlencode([*(('label', one) for one in label_ids), *more.items()])}"


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def table(page: Page, caption: str) -> list[list[str]]:
    rows = page.locator(f"table:has(caption:text('{caption}')) tr")
    return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows.all()]


def test_two_labels(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("data-row", "d1"))
    follow(page.get_by_role("link", name="Compare the 2 labels"))
    assert page.title() == "Compare d1.jpg · labelstore"
    assert table(page, "Agreement of every two labels")[1:] == [
        ["Matched objects", "2"],  # a car and the nose
        ["… with another class", "1"],  # a car that is a bus there
        ["Unmatched objects", "3"],  # those two and a tree
        ["Mean IoU", "0.8"],
        ["F1", "0.571"],  # 2 × 2 of 7
        ["Equal answers", "33 %"],  # the road, of road, weather and color
    ]
    told = {row[0]: row[1:] for row in table(page, "Objects and the labels that have them")[1:]}
    assert told["matched, answers differ"] == ["Car bounding box", "Car bounding box", "0.8", "Color: A Red B Blue"]
    assert told["matched with another class"] == ["Car bounding box", "Bus bounding box", "0.96", ""]
    assert told["only A"] == ["Tree bounding box", "none", "–", ""]
    assert told["matched"] == ["Nose point", "Nose point", "5 apart", ""]
    assert table(page, "Answers of each label")[1:] == [
        ["Weather", "Sunny", "Rain", "differs"],
        ["Road", "Wet", "Wet", "equal"],
    ]
    bold = page.locator("table:has(caption:text('Answers of each label')) td strong").all_inner_texts()
    assert bold == ["Sunny", "Rain"]
    assert "agreement 0.4 in the export" in page.inner_text(".sides")
    fits(page)


def test_the_canvas_tells_labels_apart(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(compare(served, "a", "b"))
    canvas = page.locator(".layers")
    assert canvas.locator(".shape").count() == 7
    assert canvas.locator(".alone title").all_text_contents() == ["only A: Tree (bounding box)"]
    names = canvas.locator(".names .name").all_text_contents()
    assert sorted(names) == ["A Car", "A Tree", "B Bus"]
    dashes = [
        page.locator(f".layers .{side} .line:not(.dot)").first.evaluate("e => getComputedStyle(e).strokeDasharray")
        for side in ("side-a", "side-b")
    ]
    assert dashes[0] == "none"
    assert dashes[1] != "none"
    assert canvas.locator(".join").count() >= 1
    shape = page.locator(".layers .alone .shape").get_attribute("id")
    assert shape is not None
    link = page.locator(f"a[href='#{shape.removesuffix('-c')}']")
    before = page.locator(f"[id='{shape}']").evaluate(_LIT)
    link.hover()
    assert page.locator(f"[id='{shape}']").evaluate(_LIT) != before


_LIT = "element => getComputedStyle(element).getPropertyValue('--lit')"


def test_other_thresholds_by_the_form(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(compare(served, "a", "b"))
    page.fill("#iou", "0.9")
    follow(page.get_by_role("button", name="Match"))
    assert "iou=0.9" in page.url
    assert table(page, "Agreement of every two labels")[1] == ["Matched objects", "1"]
    for odd in ("nan", "-1", "7", "x"):
        page.goto(compare(served, "a", "b", iou=odd))
        assert table(page, "Agreement of every two labels")[1] == ["Matched objects", "2"]


def test_labels_against_predictions(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("data-row", "d1"))
    follow(page.get_by_role("link", name="Compare with model run r1"))
    sides = page.locator(".sides li").all_inner_texts()
    assert len(sides) == 3
    assert "prediction of model run" in sides[2]
    assert page.locator(".layers .side-c .shape").count() == 2


def test_labels_ticked_on_the_data_row(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("data-row", "d1"))
    assert page.title() == "d1.jpg · labelstore"
    page.locator("input[name=label]").nth(1).uncheck()
    page.locator("input[name=label]").nth(2).check()
    follow(page.get_by_role("button", name="Compare the labels ticked below"))
    assert [text.split()[1] for text in page.locator(".sides li").all_inner_texts()] == ["ada@example.com", "r1"]


def test_a_label_links_to_its_comparison(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "b"))
    follow(page.get_by_role("link", name="Compare the 2 labels"))
    assert page.locator(".sides li").count() == 2
    page.goto(served.address("label", "l"))
    assert page.locator(".related").count() == 0


_TWICE = """
select d.asset_type, l.label_id from labels as l
join data_rows as d on d.data_row_id = l.data_row_id
where exists (select 1 from labels as z where z.label_id = 'z' || l.label_id)
"""


def test_every_asset_type(served: Served, watched: Watched) -> None:
    found = {row["asset_type"]: row["label_id"] for row in served.rows(_TWICE)}
    assert set(found) == {
        "video", "text", "geospatial", "audio", "document", "conversation", "dicom", "html", "llm",
    }  # fmt: skip
    page = watched.page
    for asset_type, label_id in found.items():
        page.goto(compare(served, label_id, f"z{label_id}"))
        ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
        assert len(ids) == len(set(ids)), asset_type
        assert page.locator(".cards .card").count() == 2
        fits(page)
        if asset_type in ("text", "geospatial", "document", "video"):
            assert "only A" in page.inner_text("table:has(caption:text('Objects'))"), asset_type
            assert page.locator(".words .text, .layers").count() >= 1
        if asset_type == "text":
            drawn = page.locator(".overlaid mark[data-object]").evaluate_all(
                "all => all.map(one => one.dataset.object)"
            )
            assert {f"o{number}" for number in drawn} <= set(ids)
            assert drawn


def test_frames_that_differ_are_linked(served: Served, watched: Watched) -> None:
    found = {row["asset_type"]: row["label_id"] for row in served.rows(_TWICE)}
    page, label_id = watched.page, found["video"]
    page.goto(compare(served, label_id, f"z{label_id}"))
    section = page.locator("section:has(#h-frames)")
    assert section.locator(".count").inner_text() == "1"
    at = section.locator("[aria-current]").inner_text()
    follow(page.locator(".columns .picker a[rel=next]"))
    assert "frame=" in page.url
    assert table(page, "Agreement of every two labels")[3] == ["Unmatched objects", "0"]
    follow(page.locator("section:has(#h-frames) a").first)
    assert page.url.endswith(f"frame={at}")


def test_hostile_names(served: Served, watched: Watched) -> None:
    page = watched.page
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(compare(served, "x", "y", "z"))
    assert page.locator("main script, main img").count() == 0
    assert HOSTILE in page.inner_text("table:has(caption:text('Answers of each label'))")
    page.goto(compare(served, HOSTILE, "x"))
    assert page.locator("main script, main img").count() == 0
    assert HOSTILE in page.inner_text("main")
    watched.errors.clear()  # the answer 404


@pytest.mark.parametrize("ids", [(), ("a",), ("a", "a"), ("a", "x"), ("a", "nothing")])
def test_what_cannot_be_compared(served: Served, watched: Watched, ids: tuple[str, ...]) -> None:
    response = watched.page.goto(compare(served, *ids))
    assert response is not None
    assert response.status == 404
    assert "cannot be compared" in watched.page.inner_text("h1")
    watched.errors.clear()


@pytest.mark.sampled(0)
@pytest.mark.soak
def test_accessible_by_day_and_night_and_on_narrow_screens(served: Served, watched: Watched) -> None:
    modes = amount([("light", 1200), ("dark", 1200), ("light", 390), ("dark", 390)], [("light", 1200), ("dark", 390)])
    check(watched, compare(served, "a", "b", PREDICTION), modes)
    check(watched, served.address("data-row", "d1"), modes[1:])
    found = {row["asset_type"]: row["label_id"] for row in served.rows(_TWICE)}
    for asset_type in ("video", "text", "conversation"):
        check(watched, compare(served, found[asset_type], f"z{found[asset_type]}"), modes[1:])


def test_without_javascript(served: Served, chromium: BrowserContext) -> None:
    """The policy allows one script, which this page has no use for: a browser without any shows the same."""
    browser = chromium.browser
    context = browser.new_context(java_script_enabled=False) if browser else None
    if context is None:  # a persistent context has no browser: ask the server instead
        answer = chromium.request.get(compare(served, "a", "b"))
        assert answer.ok
        assert "onclick" not in answer.text()
        return
    page = context.new_page()
    page.goto(compare(served, "a", "b"))
    assert page.locator(".layers .shape").count() == 7
    context.close()


@pytest.mark.sampled(0)
def test_large_labels_are_bounded(tmp_path: Path, watched: Watched) -> None:
    def boxes(who: str) -> list[Any]:
        return [box("Car", f"{who}{n}", n % 60 * 6, n // 60 * 5, 5, 4) for n in range(3000)]

    record = line("d", label("p", "ada@example.com", *boxes("p")), label("q", "bob@example.com", *boxes("q")[:2900]))
    store = store_of(tmp_path, "sqlite", [record], "labels")
    with browsing(store) as url:
        page = watched.page
        page.goto(compare(Served(store, url), "p", "q"))
        assert table(page, "Agreement of every two labels")[1] == ["Matched objects", "2,900"]
        assert page.locator(".layers .shape").count() <= 2001  # pairs are drawn whole
        assert "drawn 2,000 of 5,900 objects" in page.inner_text(".columns .picture")
        assert page.locator("table:has(caption:text('Objects')) tbody tr").count() == 500
        assert len(page.content()) < 4_000_000
