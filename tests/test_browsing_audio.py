"""Recordings on their pages: a player, the timeline, and the transcript that goes along."""

import io
import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from labelstore.browsing.paths import encode
from labelstore.drawing import DrawOptions, draw
from labelstore.loading import load
from labelstore.scenes.scene import Answer, Asset, Question, Scene
from tests.browser import Watched
from tests.test_audio import TALK

pytest.importorskip("datasette")
from tests.test_browsing_pages import browsing


def silence(seconds: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 8000 * seconds)
    return written.getvalue()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("audio")
    (folder / "export.ndjson").write_text(json.dumps(TALK), encoding="utf-8")
    load(folder / "labels.db", [folder / "export.ndjson"])
    (folder / "assets").mkdir()
    (folder / "assets" / "talk.wav").write_bytes(silence(10))
    with browsing(folder / "labels.db", "--assets", str(folder / "assets")) as found:
        yield f"{found}/-/labelstore/{encode('labels')}/label/talk"


def test_the_transcript_is_in_the_order_of_time(url: str, watched: Watched) -> None:
    page = watched.page
    page.goto(url)
    lines = page.locator(".transcript li").all_inner_texts()
    assert [" ".join(line.split()) for line in lines] == [
        "at 0:00.001–0:04 Pilot ready for taxi",
        "at 0:04–0:05 Noise wind",
        "at 0:05–0:09 Pilot roger",
        "at 0:06–0:07 Noise rain",
    ]


def test_a_line_and_the_timeline_lead_to_their_moment(url: str, watched: Watched) -> None:
    page = watched.page
    page.goto(url)
    now = "document.querySelector('audio').currentTime"
    page.wait_for_function("document.querySelector('audio').readyState > 0")
    page.locator(".transcript a").nth(2).click()
    page.wait_for_function(f"{now} === 5")
    assert page.url == url
    marked = page.locator(".transcript .now")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("roger")
    expect(marked).to_have_attribute("aria-current", "true")
    line = page.locator(".timeline").bounding_box()
    assert line is not None
    page.mouse.click(line["x"] + 0.7 * line["width"], line["y"] + 15)
    page.wait_for_function(f"Math.abs({now} - 6.3) < 0.3")
    expect(marked.filter(has_text="rain")).to_have_count(1)
    at = page.locator(".timeline .at").get_attribute("x1") or ""
    assert abs(float(at.rstrip("%")) - 70) < 3


def test_links_work_without_a_script(url: str, chromium: Any) -> None:
    assert chromium.browser is not None
    context = chromium.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    href = page.locator(".transcript a").nth(2).get_attribute("href")
    assert href is not None
    assert href.endswith("#t=5.000")
    answer = page.goto(f"{url.split('/-/', maxsplit=1)[0]}{href}")
    assert answer is not None
    assert answer.headers["content-type"] == "audio/wav"
    context.close()


def test_the_file_plays_from_the_moment_of_a_link(url: str, watched: Watched) -> None:
    page = watched.page
    page.goto(url)
    href = page.locator(".transcript a").nth(2).get_attribute("href")
    page.goto(f"{url.split('/-/', maxsplit=1)[0]}{href}")
    page.wait_for_function("document.querySelector('video').currentTime >= 5")


def test_without_a_file_there_are_times_and_no_links() -> None:
    asked = (Question("Pilot", "text", (Answer("<b>hello</b>"),), 1500, end_frame=2000), Question("All", "text", ()))
    drawing = draw(Scene("l", {}, Asset("d", "audio", None), questions=asked))
    assert '<span class="time">at 0:01.5–0:02</span>' in drawing
    assert "&lt;b&gt;hello" in drawing
    assert "<a " not in drawing
    assert "<audio" not in drawing
    assert '<dl class="answers"><dt title="text">All' in drawing


def test_long_transcripts_stay_bounded() -> None:
    asked = tuple(Question("Pilot", "text", (Answer("x"),), at) for at in range(20_000))
    drawing = draw(Scene("l", {}, Asset("d", "audio", None), questions=asked), DrawOptions(asset_href="/a"))
    assert drawing.count("<li") == 1000
    assert "shown 1,000 of 20,000 lines" in drawing
