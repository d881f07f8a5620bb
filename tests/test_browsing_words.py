"""Texts and conversations on their pages: lines that can be read, speakers apart, long messages folded."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from labelstore.browsing.paths import encode
from labelstore.drawing import DrawOptions, draw
from labelstore.drawing.quotes import quotes
from labelstore.loading import load
from labelstore.scenes.scene import Asset, Scene, Shape, Span
from tests.browser import Watched, follow
from tests.lines import label, thing, v2

pytest.importorskip("datasette")
from tests.test_browsing_pages import browsing

LONG = "A **bold** claim, and <b>a tag</b>. " * 200
CHAT = json.dumps(
    {
        "type": "application/vnd.labelbox.conversational",
        "version": 1,
        "messages": [
            {"messageId": str(at), "content": said, "user": {"userId": who, "name": who}, "align": "left"}
            for at, (who, said) in enumerate([("Ada", "Hello Bo"), ("Bo", LONG), ("Ada", LONG + "end"), ("Cy", "Bye")])
        ],
    }
)


def entity(object_id: int, start: int, end: int, message: str | None = None, token: str | None = None) -> Shape:
    return Shape(object_id, "Name", "text_entity", "#e6194b", Span(start, end, message, token))


def scene(asset_type: str, *shapes: Shape, text: str | None = None) -> Scene:
    return Scene("l1", {}, Asset("d1", asset_type, text), shapes, len(shapes))


def test_speakers_are_told_apart_and_messages_have_links() -> None:
    drawing = draw(scene("conversation", text=None), DrawOptions(asset_text=CHAT))
    assert re.findall(r'data-speaker="(\d)"', drawing) == ["0", "1", "0", "2"]
    ids = re.findall(r'id="(m[0-9a-f]+-\d+)"', drawing)
    assert len(set(ids)) == 4
    assert re.findall(r'href="#(m[^"]*)"', drawing) == ids
    other = draw(scene("conversation")._replace(label_id="l2"), DrawOptions(asset_text=CHAT))
    assert not set(ids) & set(re.findall(r'id="([^"]*)"', other))


def test_long_messages_are_folded_unless_something_in_them_is_annotated() -> None:
    drawing = draw(scene("conversation", entity(1, 2, 9, "2")), DrawOptions(asset_text=CHAT))
    assert re.findall(r'<details class="long"( open="")?>', drawing) == ["", ' open=""']
    assert "7,200 characters" in drawing


def test_markdown_and_html_stay_text() -> None:
    drawing = draw(scene("llm"), DrawOptions(asset_text=CHAT))
    assert "**bold**" in drawing
    assert "<b>a tag" not in drawing
    assert "&lt;b&gt;a tag" in drawing


def test_what_an_entity_covers_is_quoted() -> None:
    text = "Ada met Bo."
    assert quotes(scene("text", entity(1, 0, 2), entity(2, 8, 9), text=text), DrawOptions()) == {1: "Ada", 2: "Bo"}
    there = scene("conversation", entity(1, 6, 7, "0"), entity(2, 0, 2, "3"), entity(3, 0, 2, "gone", "lost"))
    assert quotes(there, DrawOptions(asset_text=CHAT)) == {1: "Bo", 2: "Bye", 3: "lost"}
    assert quotes(scene("text", entity(1, 0, 2, token="Ada")), DrawOptions()) == {1: "Ada"}
    assert quotes(scene("text"), DrawOptions()) == {}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("words")
    (folder / "export.ndjson").write_text("\n".join(map(json.dumps, lines())), encoding="utf-8")
    load(folder / "labels.db", [folder / "export.ndjson"])
    (folder / "assets").mkdir()
    (folder / "assets" / "chat.json").write_text(CHAT, encoding="utf-8")
    (folder / "assets" / "text.txt").write_text("Ada met Bo. " + "Words and words. " * 300, encoding="utf-8")
    with browsing(folder / "labels.db", "--assets", str(folder / "assets")) as found:
        yield f"{found}/-/labelstore/{encode('labels')}/label"


def lines() -> Iterator[dict[str, Any]]:
    where = {"location": {"start": 0, "end": 2}, "classifications": []}
    for name, kind in (("chat.json", "conversation"), ("text.txt", "text")):
        of_chat = kind == "conversation"
        place = {"conversational_location": {"message_id": "3", "location": where["location"]}, "classifications": []}
        words = "ConversationalTextEntity" if of_chat else "TextEntity"
        line = v2(kind, label(kind, thing("Name", f"e-{kind}", words, **(place if of_chat else where))))
        line["media_attributes"] = {"asset_type": kind}
        line["data_row"]["external_id"] = name
        yield line


@pytest.mark.sampled(6)
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_are_short_enough_to_read(url: str, watched: Watched, width: int, scheme: Any) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for kind in ("text", "conversation"):
        page.goto(f"{url}/{kind}")
        for text in page.locator(".words .text").all():
            box = text.bounding_box()
            assert box is None or box["width"] <= 75 * 10
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1200, "height": 900})
    page.emulate_media(color_scheme="light")


def test_a_link_opens_the_message_and_the_list_quotes(url: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{url}/conversation")
    assert page.locator(".objects .quote").all_inner_texts() == ["Bye"]
    folded = page.locator(".message").nth(1)
    assert not folded.locator(".text").is_visible()
    folded.locator("summary").click()
    expect(folded.locator(".text")).to_be_visible()
    follow(page.locator(".message a.key").nth(3))
    assert re.search(r"#m[0-9a-f]+-4$", page.url)
    page.goto(f"{url}/text")
    assert page.locator(".objects .quote").all_inner_texts() == ["Ada"]
