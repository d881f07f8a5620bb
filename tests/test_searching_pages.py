"""The search box: what it finds, where it leads, and that it is soon done and says what it left out."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("datasette")

from labelstore import samples
from labelstore.browsing import found
from labelstore.browsing.ids_found import ids_found
from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.query.search import index
from tests.browser import Watched
from tests.making import box, feature, store_of, v1
from tests.test_browsing import Site
from tests.test_browsing_pages import Served, browsing

EVIL = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine as on an idle one."""
    for module in ("found", "gallery.sidebar", "pages.search", "pages.page"):
        monkeypatch.setattr(f"labelstore.browsing.{module}.SECONDS", 60)


def records() -> list[Any]:
    rust = feature("Damage", "q1", answers=[feature("Rust 100%", "a1"), feature("Dent", "a2")])
    note = feature("Note", "q2", answer="the rusty hinge, seen from the left")
    first = v1("label-0001", box("Car", "c1", 1, 1, 9, 9), classifications=[rust]) | {
        "External ID": "street/IMG_0042.jpg",
        "Global Key": "key-42",
        "DataRow ID": "data-row-0001",
        "Created By": "rusty@example.com",
        "Project Name": "Rust belt",
        "View Label": "https://editor.example.com?project=p2&label=label-0001",
    }
    second = v1("label-0002", box("Rusty car", "c2", 1, 1, 9, 9), classifications=[note]) | {"External ID": "twin.jpg"}
    third = v1("label-0003", box(EVIL, "c3", 1, 1, 9, 9)) | {"External ID": "twin.jpg", "Global Key": "Car"}
    return [first, second, third]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(store_of(tmp_path_factory.mktemp("searching"), "sqlite", records()))


def links(site: Site, words: str) -> dict[str, str]:
    """Text of each link among what was found → its address."""
    text = site.get(site.paths.search(words)).text
    body = re.sub("<svg.*?</svg>", "", text[text.index("<main") :], flags=re.S)
    pairs = re.findall(r'<a href="([^"]*)">(.*?)</a>', body, re.S)
    return {" ".join(re.sub("<[^>]*>", "", inner).split()): html.unescape(href) for href, inner in pairs}


def test_each_kind_of_thing_is_found_and_leads_to_its_page(site: Site) -> None:
    paths = site.paths
    assert links(site, "rust").items() >= {
        ("Rusty car", paths.gallery(**{"class": "Rusty car"})),
        ("Rust belt", paths.gallery(project="p2")),
        ("rusty@example.com", paths.gallery(labeler="rusty@example.com")),
        ("Damage: Rust 100%", paths.gallery(question="Damage", answer="Rust 100%")),
        ("the rusty hinge, seen from the left", paths.gallery(answer="the rusty hinge, seen from the left")),
    }
    assert links(site, "damage")["Damage"] == paths.gallery(question="Damage")
    assert links(site, "img_0042")["street/IMG_0042.jpg"] == paths.data_row("data-row-0001")
    assert links(site, "key-4")["key-42"] == paths.data_row("data-row-0001")
    assert links(site, "label-000").items() >= {(f"label-000{n}", paths.label(f"label-000{n}")) for n in (1, 2, 3)}


def test_all_labels_with_the_words_are_counted_as_the_gallery_has_them(site: Site) -> None:
    assert links(site, "rust")["All 2 labels with these words"] == site.paths.gallery(words="rust")
    assert "<h1>2 labels</h1>" in site.get(site.paths.gallery(words="rust")).text
    assert "with these words" not in site.get(site.paths.search("nothing-of-it")).text


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("label-0001", "label/label-0001"),
        (" data-row-0001 ", "data-row/data-row-0001"),
        ("street/IMG_0042.jpg", "data-row/data-row-0001"),
        ("key-42", "data-row/data-row-0001"),
    ],
)
def test_an_id_leads_to_its_page_at_once(site: Site, words: str, page: str) -> None:
    answer = site.get(site.paths.search(words), 302)
    assert answer.headers["location"] == f"/-/labelstore/export/{page}"


def test_what_several_go_by_is_a_choice(site: Site) -> None:
    assert links(site, "twin.jpg")["twin.jpg"] == site.paths.table("data_rows", external_id__exact="twin.jpg")
    assert "Car" in links(site, "Car")  # a class, and the global key of a data row


def test_ids_begin_with_the_words_before_they_hold_them(tmp_path: Path) -> None:
    names = ["a-photo", "photo-2", "photo-1", "my-PHOTO"]
    rows = [v1(f"l{number}", **{"External ID": name}) for number, name in enumerate(names)]
    with open_database(store_of(tmp_path, "sqlite", rows), read_only=True) as database:
        assert [one.text for one in ids_found(database, "photo")] == ["photo-1", "photo-2", "a-photo", "my-PHOTO"]


@pytest.mark.parametrize(
    "words", ["", " ", "%", "_", "'", '"', "\0", "*", "é" * 400, "a " * 600, "{}", EVIL, "\ud800", "😀", "x" * 5000]
)
def test_no_words_break_it(site: Site, words: str) -> None:
    path = f"/-/labelstore/export/search?q={quote(words, errors='surrogatepass')}"
    text = site.get(path).text
    assert "<script>alert" not in text
    assert site.get(site.paths.search()).text.count("<h1>Search</h1>") == 1


def test_an_index_finds_the_same(tmp_path: Path) -> None:
    plain = Site(store_of(tmp_path, "sqlite", records()))
    words = ("rust", "hinge", "left seen", "%", "nothing")
    before = [links(plain, one) for one in words]
    index(plain.file)
    assert [links(plain, one) for one in words] == before


def test_what_takes_too_long_is_named_with_the_way_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "SECONDS", -1)
    monkeypatch.setattr("labelstore.scenes.source._STEPS", 1)
    text = site.get(site.paths.search("rusty")).text
    assert "There was no time to search all" in text
    assert "texts" in text
    assert "labelstore index export.db" in text


def test_an_id_that_is_none_is_asked_about_close_ones(site: Site) -> None:
    text = site.get(site.paths.label("label-0009"), 404).text
    assert "The store holds no label <code>label-0009</code>" in text
    assert 'name="q" value="label-0009"' in text
    assert f'href="{site.paths.label("label-0003")}"' in text
    text = site.get(site.paths.label("data-row-0001"), 404).text  # the id of a data row, in the address of a label
    assert f'href="{site.paths.data_row("data-row-0001")}"' in text
    for nothing in ("", " ", "x" * 3000):
        site.get(site.paths.label(nothing), 404)
    assert "Did you mean" not in site.get(site.paths.data_row("of another kind"), 404).text


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("searched")
    files = samples.write(folder / "samples", labels=3, asset_types=("image", "text"))
    load(folder / "labels.db", [file.path for file in files])
    with browsing(folder / "labels.db") as url:
        yield Served(folder / "labels.db", url)


def test_the_key_of_a_slash_goes_to_the_box_and_enter_searches(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address())
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    box = page.get_by_role("searchbox", name="Search the store")
    assert box.input_value() == "a/b"  # a slash in the box is a slash
    box.fill("car")
    page.keyboard.press("Enter")
    page.wait_for_url(served.address("search") + "?q=car")
    assert page.get_by_role("searchbox", name="Search the store").input_value() == "car"
    (counted,) = served.rows(
        "select count(distinct o.label_id) as labels from objects as o join labels as l on l.label_id = o.label_id"
        " where o.name = 'Car' and l.model_run_id is null"
    )
    classes = page.get_by_role("region", name="Classes").inner_text()
    assert re.search(rf"^Car\s+{counted['labels']} labels?$", classes, re.M)
    assert page.locator(".bar .search").count() == 1
