"""Drawings of texts, conversations, HTML, recordings and charts in Chromium, under the policy that the pages have."""

import json
from typing import Any

import pytest
from markupsafe import Markup

from labelstore.drawing import DrawOptions, draw, highlights, style_sheet
from labelstore.drawing.charts import bars, columns_over_time
from labelstore.scenes.scene import Answer, Asset, Messages, Question, Scene, Shape, Span, Track
from tests.browser import Watched
from tests.test_drawing_words import CHAT, CONVERSATION, HOSTILE, HTML, entity, scene

POLICY = "default-src 'none'; style-src 'nonce-n'; img-src data:"
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>'
    '<meta http-equiv="Content-Security-Policy" content="{}"><style nonce="n">{}</style></head><body>{}</body></html>'
)
_MARKS = """() => Object.fromEntries([...document.querySelectorAll('mark[id]')].map(first => [first.id,
    [...document.querySelectorAll(`#${first.id}, mark[data-object="${first.id.slice(1)}"]`)]
        .map(mark => mark.textContent).join('')]))"""


def show(watched: Watched, drawing: str, *, css: str = "") -> Any:
    style = Markup(style_sheet() + css)  # our own
    watched.page.set_content(_PAGE.format(POLICY, style, drawing))
    return watched.page


def test_the_marked_characters(watched: Watched) -> None:
    text = "Ab 🙂 cd <i>&amp;</i>\r\none two three\x00 👩‍👩‍👧 end"
    spans = {1: (3, 3), 2: (5, 6), 3: (8, 19), 4: (22, 34), 5: (26, 28), 6: (30, 40), 7: (41, 43), 8: (36, 36)}
    shapes = [entity(key, start, end, f"Name {key}") for key, (start, end) in spans.items()]
    page = show(watched, draw(scene("text", *shapes, text=text)))
    expected = {
        f"o{key}": text[start : end + 1].replace("\x00", "␀").replace("\r\n", "\n")
        for key, (start, end) in spans.items()
    }
    assert page.evaluate(_MARKS) == expected
    assert page.locator(".text").evaluate("e => e.textContent") == text.replace("\x00", "␀").replace("\r\n", "\n")
    assert page.locator(".text").inner_text() == text.replace("\x00", "␀").replace("\r\n", "\n")


def test_names_are_shown_and_colors_are_those_of_the_objects(watched: Watched) -> None:
    red = entity(1, 0, 2, "Red")._replace(color="#ff0000")
    page = show(watched, draw(scene("text", red, entity(2, 4, 6), text="one two")))
    name = "e => getComputedStyle(e, '::after').content"
    assert page.locator("#o1").evaluate(name) == '"Red"'
    assert page.locator("#o1").evaluate("e => getComputedStyle(e).getPropertyValue('--k')").strip() == "#ff0000"
    background = "e => getComputedStyle(e).backgroundColor"
    assert page.locator("#o1").evaluate(background) != page.locator("#o2").evaluate(background)


def test_a_link_lights_up_all_pieces_of_an_object(watched: Watched) -> None:
    shapes = entity(1, 0, 4), entity(2, 3, 8)
    drawing = Markup('<p><a href="#o2">second</a></p>') + draw(scene("text", *shapes, text="abcdefghij"))
    page = show(watched, drawing, css=highlights([1, 2]))
    lit = "marks => marks.map(mark => getComputedStyle(mark).getPropertyValue('--lit').trim())"
    pieces = page.locator("#o2, mark[data-object='2']")
    assert pieces.count() == 2
    assert pieces.evaluate_all(lit) == ["0", "0"]
    page.locator("a").hover()
    assert pieces.evaluate_all(lit) == ["1", "1"]
    assert page.locator("#o1").evaluate_all(lit) == ["0"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read(watched: Watched, scheme: Any) -> None:
    """Contrast of 4.5 between letters and paper, and of the weaker words too (WCAG 1.4.3)."""
    watched.page.emulate_media(color_scheme=scheme)
    page = show(
        watched, draw(scene("conversation", entity(1, 0, 3, message="0")), DrawOptions(asset_text=_CONVERSATION))
    )
    ratio = """e => {
        const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        const light = color => color.match(/[\\d.]+/g).slice(0, 3).map(v => linear(v / 255))
            .reduce((sum, v, place) => sum + v * [0.2126, 0.7152, 0.0722][place], 0);
        const paper = e.closest('.message');
        const [a, b] = [getComputedStyle(e).color, getComputedStyle(paper).backgroundColor].map(light);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }"""
    for words in (".message .text", ".message .sender"):
        assert page.locator(words).first.evaluate(ratio) >= 4.5


_CONVERSATION = json.dumps(CONVERSATION)


def test_bubbles_stand_in_their_order(watched: Watched) -> None:
    messages = [{"messageId": f"m{n}", "content": f"text {n}", "align": "right" if n % 2 else "left"} for n in range(6)]
    shapes = entity(1, 5, 5, message="m3"), entity(2, 0, 3, message="m4")
    page = show(watched, draw(scene("conversation", *shapes), DrawOptions(asset_text=json.dumps(messages))))
    assert page.locator(".message").evaluate_all("all => all.map(e => e.dataset.message)") == [
        f"m{n}" for n in range(6)
    ]
    boxes = page.locator(".message").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().top, e.getBoundingClientRect().left])"
    )
    assert boxes == sorted(boxes)
    assert boxes[1][1] > boxes[0][1]
    assert page.evaluate(_MARKS) == {"o1": "3", "o2": "text"}
    assert page.locator("#o1").evaluate("e => e.closest('li').dataset.message") == "m3"


def test_a_chat_with_its_choices(watched: Watched) -> None:
    shape = Shape(1, "Order", "message_ranking", "#ff0000", Messages("ranked", (("m2", "Model A", 1.0),), "m1"))
    asked = Question("Right?", "radio", (Answer("yes"),), None, "m2")
    page = show(watched, draw(scene("llm", shape, questions=(asked,)), DrawOptions(asset_text=json.dumps(CHAT))))
    assert page.locator(".message .text").all_inner_texts() == ["How?", "So.", "Why?"]
    assert page.locator(".message").nth(1).locator("#o1").inner_text() == "Order rank 1 of 1"
    assert page.locator(".message").nth(1).locator("dd").inner_text() == "yes"


def test_the_page_of_an_html_asset_runs_and_requests_nothing(watched: Watched) -> None:
    """Neither under the policy of a page nor in one without any."""
    drawing = draw(scene("html"), DrawOptions(asset_text=HTML))
    for page in (show(watched, drawing), _without_policy(watched, drawing)):
        page.locator("iframe").scroll_into_view_if_needed()
        frame = page.frame_locator("iframe")
        assert frame.locator("h1").inner_text() == "Head & tail"
        assert frame.locator("td").inner_text() == "cell"
        assert frame.locator("script, style, img, iframe, svg, base, a[href], [onclick], [style]").count() == 0
        assert page.evaluate("document.querySelector('iframe').contentDocument") is None


def _without_policy(watched: Watched, drawing: str) -> Any:
    watched.page.set_content(f"<!doctype html><body>{drawing}")
    return watched.page


def test_even_what_is_not_taken_out_cannot_run(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second line of defence: the sandbox of the frame and the policy in it."""
    monkeypatch.setattr("labelstore.drawing.html.sanitized", Markup)
    raw = "<h1>Raw</h1><script>parent.hit = 1; document.title = 'hit'</script><img src='http://a.example.com/x.png'>"
    page = _without_policy(watched, draw(scene("html"), DrawOptions(asset_text=raw)))
    assert page.frame_locator("iframe").locator("h1").inner_text() == "Raw"
    assert page.evaluate("window.hit") is None
    assert watched.errors, "Chromium says what it has blocked"
    assert any("Content Security Policy" in error for error in watched.errors)
    watched.errors.clear()  # that nothing was asked for is still checked


@pytest.mark.parametrize("asset_type", ["text", "conversation", "llm", "audio", "html"])
def test_hostile_words_do_nothing(watched: Watched, asset_type: str) -> None:
    asked = (Question(HOSTILE, HOSTILE, (Answer(HOSTILE),), 5, "0"),)
    shapes = entity(1, 0, 3, HOSTILE, message="0"), Shape(2, HOSTILE, HOSTILE, "#ff0000", Span(0, 3))
    one = scene(asset_type, *shapes, questions=asked, tracks=(Track("f", HOSTILE, "radio", "#ff0000", ((1, 5),)),))
    page = show(watched, draw(one, DrawOptions(asset_text=HOSTILE)))
    assert page.locator("body script, body img").count() == 0
    assert page.locator("#o1").count() == page.locator("#o2").count() == 1


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_is_wider_than_the_screen(watched: Watched, width: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": 700})
    long = "w" * 500
    drawings = [
        draw(scene("text", entity(1, 0, 400, long), text=long)),
        draw(scene("conversation", entity(1, 0, 3, long, message="0")), DrawOptions(asset_text=_CONVERSATION)),
        draw(scene("html", questions=(Question(long, "radio", (Answer(long),)),)), DrawOptions(asset_text=HTML)),
        draw(scene("audio", tracks=(Track("f", long, "radio", "#ff0000", ((1, 5),)),))),
        bars([(long, 5), ("b", 2)], title=long) + columns_over_time([(long, 5)], title="t"),
    ]
    for drawing in drawings:
        page = show(watched, drawing)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_charts(watched: Watched) -> None:
    drawing = bars([("Car", 40), ("Tram", 10)], title="Classes") + columns_over_time(
        [("2024-01", 2), ("2024-02", 4)], title="Labels"
    )
    page = show(watched, drawing)
    assert page.get_by_role("img").count() == 2
    wide, narrow = (
        page.locator("figure").first.locator("rect.bar").evaluate_all("all => all.map(e => e.getBBox().width)")
    )
    assert wide == pytest.approx(4 * narrow, rel=0.01)
    low, high = page.locator("figure").last.locator("rect.bar").evaluate_all("all => all.map(e => e.getBBox().height)")
    assert high == pytest.approx(2 * low, rel=0.01)
    assert page.get_by_role("cell").all_inner_texts() == ["Car", "40", "Tram", "10", "2024-01", "2", "2024-02", "4"]


def test_the_timeline_of_a_recording(watched: Watched) -> None:
    tracks = (Track("f", "Speaker: A", "radio", "#e6194b", ((0, 5000),)),)
    recording = Scene("L", {}, Asset("d", "audio", None, duration=10.0), tracks=tracks, track_count=1)
    page = show(watched, draw(recording))
    run, line = (page.locator(name).first.bounding_box() for name in (".run", ".timeline"))
    assert run is not None
    assert line is not None
    assert run["width"] == pytest.approx(line["width"] / 2, abs=3)
