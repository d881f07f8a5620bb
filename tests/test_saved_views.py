"""Saved views of the gallery: the file beside the store, and the forms in a browser without JavaScript."""

import hashlib
import html
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasette")

from playwright.sync_api import Locator, Page, expect

from labelstore.browsing.saved_views import LONGEST, LONGEST_NAME, MOST, SavedView, SavedViews
from labelstore.browsing.settings import Settings
from labelstore.errors import UsageError
from tests.browser import Watched, follow
from tests.making import ENGINES, box, store_of, v1
from tests.test_browsing import HOSTILE, Site, awaited
from tests.test_browsing_pages import browsing

PAIRS = [("class", "Car"), ("class", "Dog"), ("sort", "-created")]


def views_in(path: Path) -> SavedViews:
    return SavedViews(Settings(views=str(path)), "labels")


def test_views_are_saved_by_name_and_deleted(tmp_path: Path) -> None:
    views = views_in(tmp_path / "v.json")
    assert views.all() == []
    views.save("rejected", [("review", "rejected")])
    views.save("Cars", PAIRS)
    views.save(" rejected\n", [("review", "rejected"), ("since", "2024-01-01")])
    assert views.all() == [
        SavedView("Cars", tuple(PAIRS)), SavedView("rejected", (("review", "rejected"), ("since", "2024-01-01")))
    ]  # fmt: skip
    views.delete("nothing")
    views.delete("Cars")
    assert [view.name for view in views_in(tmp_path / "v.json").all()] == ["rejected"]
    assert os.listdir(tmp_path) == ["v.json"]  # nothing unfinished is left


def test_a_folder_has_a_file_for_each_store(tmp_path: Path) -> None:
    SavedViews(Settings(views=str(tmp_path)), "one").save("a", PAIRS)
    assert SavedViews(Settings(views=str(tmp_path)), "other").all() == []
    assert (tmp_path / "one.views.json").is_file()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"views": 1}', "\xff", "[" * 100_000, '{"views": []} x'])
def test_a_broken_file_is_no_error_and_not_lost(tmp_path: Path, text: str) -> None:
    file = tmp_path / "v.json"
    file.write_bytes(text.encode("latin-1"))
    views = views_in(file)
    assert views.all() == []
    views.save("a", PAIRS)
    assert [view.name for view in views.all()] == ["a"]
    assert (tmp_path / "v.json.broken").read_bytes() == text.encode("latin-1")


def test_what_is_no_view_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "v.json"
    odd: list[Any] = [1, {}, {"name": ""}, {"name": "a"}, {"name": "b", "arguments": [["x"]]},
                      {"name": "c", "arguments": [["x", 1]]}, {"name": "d", "arguments": [["x", "y" * (LONGEST + 1)]]},
                      {"name": "good\u202e", "arguments": [["class", "Car"]], "more": 1}]  # fmt: skip
    file.write_text(json.dumps({"views": odd}), encoding="utf-8")
    assert views_in(file).all() == [SavedView("good", (("class", "Car"),))]


def test_views_are_bounded(tmp_path: Path) -> None:
    views = views_in(tmp_path / "v.json")
    with pytest.raises(UsageError, match="name"):
        views.save(" \n\u202e", PAIRS)
    with pytest.raises(UsageError, match="at most"):
        views.save("a", [("class", "x" * LONGEST)])
    views.save("x" * 1000, PAIRS)
    assert views.all()[0].name == "x" * LONGEST_NAME
    for number in range(1, MOST):
        views.save(str(number), PAIRS)
    with pytest.raises(UsageError, match="delete one"):
        views.save("one more", PAIRS)
    views.save("7", PAIRS[:1])
    assert len(views.all()) == MOST


def test_where_views_cannot_be_saved_it_is_said_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "labelstore browse" in (SavedViews(Settings(), "x").why_not() or "")
    refused = SavedViews(Settings(views=str(tmp_path / "v.json"), views_refused="others"), "x")
    assert refused.why_not() == "others"
    with pytest.raises(UsageError, match="others"):
        refused.save("a", PAIRS)
    with pytest.raises(UsageError, match="others"):
        refused.delete("a")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "not writable" in (views_in(tmp_path / "v.json").why_not() or "")
    assert not list(tmp_path.iterdir())


def test_pages_say_why_there_is_no_form(tmp_path: Path) -> None:
    site = Site(store_of(tmp_path, "sqlite", [v1("a")]))
    text = site.get(site.paths.gallery()).text
    assert 'method="post"' not in text
    assert "Views can be saved where" in text


def _post(site: Site, cookies: dict[str, str], **sent: str) -> Any:
    async def ask() -> Any:
        await site.datasette.invoke_startup()
        return await site.datasette.client.post(site.paths.views(), data=sent, cookies=cookies)

    return awaited(ask)


def test_a_form_of_another_site_saves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "v.json"
    site = Site(store_of(tmp_path, "sqlite", [v1("a")]), Settings(views=str(file)))
    for cookies in ({}, {"ds_csrftoken": "x"}):  # the other site does not know the token
        assert _post(site, cookies, name="a", arguments="class=Car").status_code == 403
    assert not file.exists()
    assert site.get(site.paths.views(), 302).headers["location"] == site.paths.gallery()


def _saved(page: Page) -> Locator:
    return page.locator(".filters .values li a bdi")


@pytest.mark.sampled(4)
@ENGINES
def test_saving_and_deleting_without_javascript(tmp_path: Path, engine: str, without_script: Page) -> None:
    records = [v1("a", box("Car", "1", 1, 1, 5, 5)), v1("b", box("Dog", "2", 1, 1, 5, 5))]
    store, page = store_of(tmp_path, engine, records), without_script
    before = hashlib.sha256(store.read_bytes()).digest()
    with browsing(store) as url:
        gallery = f"{url}/-/labelstore/export/gallery"
        page.goto(f"{gallery}?class=Car")
        page.locator("summary:text-is('Saved views')").click()
        for name in ("all cars", HOSTILE):
            if not page.locator(".filters input[placeholder]").is_visible():
                page.locator("summary:text-is('Saved views')").click()
            page.fill(".filters input[placeholder]", name)
            follow(page.locator("button:text-is('Save')"))
            assert page.url == f"{gallery}?class=Car"
        expect(_saved(page)).to_have_count(2)
        assert store.with_name(store.name + ".views.json").is_file()
        page.goto(f"{url}/-/labelstore/export")
        follow(page.locator(".views >> text=all cars"))
        assert page.url == f"{gallery}?class=Car"
        assert page.inner_text("h1") == "1 label"
        page.goto(gallery)
        follow(page.get_by_role("button", name="Delete the view all cars"))
        assert page.url == gallery
        expect(_saved(page)).to_have_count(1)
    assert hashlib.sha256(store.read_bytes()).digest() == before


def test_hostile_names_of_views_are_harmless(tmp_path: Path, watched: Watched) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a")])
    bad = {"name": HOSTILE, "arguments": [["class", HOSTILE], ["onclick", "x"], ["page", "x"], ["sql", "drop table x"]]}
    store.with_name(store.name + ".views.json").write_text(json.dumps({"views": [bad]}), encoding="utf-8")
    with browsing(store) as url:
        for path in ("", "/gallery"):
            watched.page.goto(f"{url}/-/labelstore/export{path}")
            assert "<script>alert" in watched.page.inner_text("main")
            assert "<script>alert" not in watched.page.content()


def test_others_that_reach_the_server_can_only_read(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a")])
    views_in(store.with_name(store.name + ".views.json")).save("Cars", PAIRS)
    refused = "Views are not saved, as others reach this server."
    site = Site(store, Settings(views=f"{store}.views.json", views_refused=refused))
    text = html.unescape(site.get(site.paths.gallery()).text)
    assert refused in text
    assert re.search(r"<bdi>Cars</bdi>", text)
    assert 'method="post"' not in text
