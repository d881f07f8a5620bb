"""Drawings of what is read or heard: texts, conversations, answers, HTML, recordings, and charts."""

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from time import process_time
from typing import Any

import pytest

from labelstore.drawing import DrawOptions, draw, thumbnail
from labelstore.drawing.answers import draw_questions
from labelstore.drawing.asset_text import text_of, visible
from labelstore.drawing.charts import bars, columns_over_time
from labelstore.drawing.colors import color_class
from labelstore.drawing.drawing import DRAWINGS
from labelstore.drawing.html import document
from labelstore.drawing.marked_text import MAX_DEPTH
from labelstore.drawing.sanitize_html import MAX_TAGS, sanitized
from labelstore.formats.asset_types import ASSET_TYPES
from labelstore.formats.messages import messages_of
from labelstore.formats.spans import Claim, Unit, unit_of
from labelstore.scenes.scene import Answer, Asset, Messages, Question, Relation, Scene, Shape, Span, Track
from tools.palette import STYLES, styled

HOSTILE = "<script>alert(1)</script>\" onload='x' &amp; \x00"
EMOJI = "Ab 🙂 cd 🦊 ef"


def entity(
    object_id: int, start: int, end: int, name: str = "Name", *, message: str | None = None, token: str | None = None
) -> Shape:
    return Shape(
        object_id, name, "text_entity", "#e6194b", Span(start, end, message, token), feature_id=f"f{object_id}"
    )


def scene(asset_type: str, *shapes: Shape, text: str | None = None, **more: Any) -> Scene:
    return Scene("L", {}, Asset("d", asset_type, text), shapes, len(shapes), **more)


def test_every_asset_type_has_its_drawing() -> None:
    assert set(DRAWINGS) == set(ASSET_TYPES)


class Seen(HTMLParser):
    """The text of every object's pieces, and of the whole."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, str | None]] = []
        self.pieces: dict[str, list[str]] = {}
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(values)
        if str(values.get("id")).startswith("o"):
            self.ids.append(str(values["id"]))
        key = values.get("id") or (f"o{values['data-object']}" if "data-object" in values else None)
        if key is not None and tag == "mark":
            self.pieces.setdefault(key, []).append("")
        self.opened.append((tag, key if tag == "mark" else None))

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, key in self.opened:
            if key is not None:
                self.pieces[key][-1] += data

    def marked(self) -> dict[str, str]:
        return {key: "".join(pieces) for key, pieces in self.pieces.items()}


def test_the_characters_of_a_span_are_marked() -> None:
    found = Seen(draw(scene("text", entity(1, 4, 6), entity(2, 0, 0), entity(3, 10, 10), text="The cat sat")))
    assert found.marked() == {"o1": "cat", "o2": "T", "o3": "t"}
    assert found.text == "The cat sat"


def test_nested_and_overlapping_spans() -> None:
    text = "one two three four five"
    found = Seen(
        draw(
            scene(
                "text",
                entity(1, 0, 12),  # one two three
                entity(2, 4, 6),  # nested: two
                entity(3, 8, 17),  # overlaps 1: three four
                entity(4, 4, 6),  # the same place as 2
                entity(5, 14, 22),  # overlaps 3: four five
                text=text,
            )
        )
    )
    assert found.marked() == {
        "o1": "one two three",
        "o2": "two",
        "o3": "three four",
        "o4": "two",
        "o5": "four five",
    }
    assert found.pieces["o3"] == ["three", " four"]
    assert sorted(found.ids) == ["o1", "o2", "o3", "o4", "o5"]
    assert found.text == text


def test_the_last_piece_has_the_name() -> None:
    html = draw(scene("text", entity(1, 0, 4, "First"), entity(2, 3, 8, "Second"), text="abcdefghij"))
    assert html.count('data-name="First"') == html.count('data-name="Second"') == 1
    assert re.search(r'data-object="2" data-name="Second"', html)


def test_spans_count_code_points_unless_tokens_say_otherwise() -> None:
    assert Seen(draw(scene("text", entity(1, 5, 6), text=EMOJI))).marked() == {"o1": "cd"}
    in_units = [entity(1, 6, 7, token="cd"), entity(2, 3, 4, token="🙂"), entity(3, 12, 13)]
    assert Seen(draw(scene("text", *in_units, text=EMOJI))).marked() == {"o1": "cd", "o2": "🙂", "o3": "ef"}
    in_points = [entity(1, 5, 6, token="cd"), entity(2, 8, 8)]
    assert Seen(draw(scene("text", *in_points, text=EMOJI))).marked() == {"o1": "cd", "o2": "🦊"}


def test_the_unit_of_tokens() -> None:
    assert unit_of([Claim(EMOJI, 6, 7, "cd")]) is Unit.UTF_16
    assert unit_of([Claim(EMOJI, 5, 6, "cd")]) is Unit.CODE_POINTS
    assert unit_of([Claim(EMOJI, 0, 1, "Ab"), Claim(EMOJI, 0, 1)]) is Unit.CODE_POINTS
    assert unit_of([Claim(EMOJI, -3, 10**30, "cd")]) is Unit.CODE_POINTS


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (entity(1, 40, 50), "end beyond the text"),
        (entity(1, 3, 13), "end beyond the text in code points, not in UTF-16 units"),
        (entity(1, -4, 2), "start before the text"),
        (entity(1, 5, 4), "end before start"),
        (entity(1, 10**25, 10**30), "end beyond the text"),
        (entity(1, 0, 0)._replace(geometry=None), "no span"),
    ],
)
def test_what_is_not_in_the_text_is_listed_with_the_reason(shape: Shape, reason: str) -> None:
    html = draw(scene("text", shape, text=EMOJI))
    found = Seen(html)
    assert found.marked() == {}
    assert found.ids == ["o1"]
    assert found.text.endswith(f": {reason}")
    assert 'class="shape k-' in html


def test_a_token_that_is_not_at_the_span_is_doubtful() -> None:
    html = draw(scene("text", entity(1, 0, 2, token="dog"), text="cat"))
    assert Seen(html).marked() == {"o1": "cat"}
    assert "“dog” the token is not the text at the span" in html


def test_more_entities_over_one_another_than_can_be_told_apart() -> None:
    found = Seen(draw(scene("text", *(entity(n, 0, 9 + n) for n in range(30)), text="x" * 100)))
    assert len(found.marked()) == MAX_DEPTH
    assert len(found.ids) == 30
    assert f"more than {MAX_DEPTH} entities lie over one another here" in found.text


def test_of_many_staggered_entities_the_drawing_stays_small() -> None:
    shapes = [entity(n, n, n + 1500) for n in range(2000)]
    html = draw(scene("text", *shapes, text="x" * 5000))
    assert len(html) < 10_000_000
    assert len(Seen(html).ids) == 2000


def test_a_long_text_shows_the_neighbourhoods_of_its_entities() -> None:
    text = "a" * 150_000 + "NEEDLE" + "b" * 150_000
    html = draw(scene("text", entity(1, 150_000, 150_005), text=text))
    found = Seen(html)
    assert found.marked() == {"o1": "NEEDLE"}
    assert "149,000 characters left out" in found.text
    assert "The text has 300,006 characters" in found.text
    assert len(html) < 10_000


def test_an_entity_longer_than_what_is_shown() -> None:
    found = Seen(draw(scene("text", entity(1, 10, 499_999), entity(2, 20, 22), text="x" * 600_000)))
    assert len(found.pieces["o1"]) == 2
    assert set(found.marked()["o1"]) == {"x"}
    assert found.ids == ["o1", "o2"]


def test_a_long_text_without_entities_shows_its_beginning() -> None:
    found = Seen(draw(scene("text", text="x" * 300_000)))
    assert "280,000 characters left out" in found.text


def test_without_the_text_the_tokens_are_listed() -> None:
    shapes = [entity(2, 9, 11, "Second"), entity(1, 3, 5, "First", token="cat")]
    found = Seen(draw(scene("text", *shapes, text="https://storage.example.com/a.txt")))
    assert found.ids == ["o1", "o2"]
    assert "“cat” 3–5" in found.text
    assert "Second 9–11" in found.text


def test_the_text_at_hand_goes_before_that_of_the_export() -> None:
    one = scene("text", text="of the export")
    assert text_of(one, DrawOptions()) == "of the export"
    assert text_of(one, DrawOptions(asset_text="")) == ""
    assert text_of(scene("text", text="gs://bucket/a.txt"), DrawOptions()) is None
    assert text_of(scene("text", text="see https://example.com/ there"), DrawOptions()) is not None
    assert text_of(scene("text"), DrawOptions()) is None


def test_control_characters_are_shown() -> None:
    assert visible("a\x00b\x1b\x7f\ud800\tc\r\nd\re") == "a␀b␛␡\ufffd\tc\nd\ne"
    text = "one\r\ntwo"
    found = Seen(draw(scene("text", entity(1, 0, 3), entity(2, 4, 7), text=text)))
    assert found.marked() == {"o1": "one", "o2": "\ntwo"}


def test_relationships_are_arrows_between_the_entities() -> None:
    relations = (
        Relation("owns", "unidirectional", "f1", "f2"),
        Relation("is", "bidirectional", "f2", "f9"),
        Relation("?", "unidirectional", None, "f1"),
    )
    html = draw(scene("text", entity(1, 0, 2, "Owner"), entity(2, 4, 6, "Thing"), text="Ada cat", relations=relations))
    text = Seen(html).text
    assert "Owner “Ada” — owns → Thing “cat”" in text
    assert "Thing “cat” ↔ is ↔ object f9" in text
    assert "no object — ? → Owner" in text
    assert html.count('href="#o1"') == 2


@pytest.mark.parametrize("asset_type", ["text", "conversation", "llm", "audio", "html", "unknown"])
@pytest.mark.parametrize("text", [None, HOSTILE, "[" * 100_000, '{"messages": {"a": null}}', ""])
def test_hostile_texts_are_escaped(asset_type: str, text: str | None) -> None:
    questions = (Question(HOSTILE, HOSTILE, (Answer(HOSTILE, (Question(HOSTILE, "text", ()),)),), None, HOSTILE),)
    shapes = (
        entity(1, 0, 5, HOSTILE, token=HOSTILE),
        entity(2, 0, 5, HOSTILE, message=HOSTILE),
        Shape(3, HOSTILE, HOSTILE, "#ff0000", Messages(HOSTILE, ((HOSTILE, HOSTILE, float("inf")),), HOSTILE)),
        Shape(4, HOSTILE, HOSTILE, "#ff0000", None, questions=questions),
    )
    relations = (Relation(HOSTILE, HOSTILE, HOSTILE, "f1"),)
    tracks = (Track("f", HOSTILE, HOSTILE, "#ff0000", ((1, 2),)),)
    html = draw(
        scene(asset_type, *shapes, questions=questions, relations=relations, tracks=tracks),
        DrawOptions(asset_text=text),
    )
    found = Seen(html)
    assert not {"script", "img"} & set(found.tags)
    assert not [name for name in found.attributes if name == "style" or name.startswith("on")]
    assert len(found.ids) == len(set(found.ids)) == 4


CONVERSATION = {
    "type": "application/vnd.labelbox.conversational",
    "version": 1,
    "messages": [
        {"messageId": "0", "content": "Good day 🙂 Ada", "user": {"userId": "u", "name": "Ada"}, "align": "right"},
        {"messageId": "1", "content": "Hello", "user": {"userId": "b"}, "align": "left"},
    ],
}
CHAT = {
    "version": 2,
    "actors": {
        "u": {"role": "human", "metadata": {"name": "Ada"}},
        "m": {"role": "model", "metadata": {"modelConfigName": "Model A"}},
    },
    "messages": {
        "m2": {"actorId": "m", "content": [{"type": "text", "content": "So."}], "childMessageIds": ["m3", "m2"]},
        "m3": {"actorId": "u", "content": [{"type": "text", "content": "Why?"}], "childMessageIds": []},
        "m1": {"actorId": "u", "content": "How?", "childMessageIds": ["m2"]},
    },
    "rootMessageIds": ["m1"],
}


def test_messages_of_a_conversation() -> None:
    assert [tuple(message) for message in messages_of(json.dumps(CONVERSATION))] == [
        ("0", "Ada", "Good day 🙂 Ada", True, None),
        ("1", "b", "Hello", False, None),
    ]


def test_messages_of_a_chat_in_the_order_of_the_tree() -> None:
    assert [tuple(message) for message in messages_of(json.dumps(CHAT))] == [
        ("m1", "Ada", "How?", True, None),
        ("m2", "Model A", "So.", False, "m1"),
        ("m3", "Ada", "Why?", True, "m2"),
    ]


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        ('[{"id": 7, "role": "user", "text": "a"}, {"role": "assistant", "body": ["b", {"text": "c"}]}]', "7:a 1:b\nc"),
        ('{"turns": ["a", "b"]}', "0:a 1:b"),
        ('{"messages": [1, null, {"x": 1}, {"id": true, "content": null}]}', "True:"),
        ('{"messages": {"a": null, "b": [1]}, "rootMessageIds": [null, "z"]}', "a: b:[1]"),
        ("{}", ""),
        ("no json", ""),
        ("[" * 100_000, ""),
    ],
)
def test_messages_of_other_shapes(asset: str, expected: str) -> None:
    assert " ".join(f"{message.message_id}:{message.text}" for message in messages_of(asset)) == expected


def bubbles(html: str) -> list[str]:
    return [Seen(f"<li {part}").text for part in html.replace("</ol>", "</li>").split("<li ") if "data-message" in part]


def keys(html: str) -> list[str]:
    return re.findall(r'data-message="([^"]*)"', html)


def test_a_conversation_with_entities_and_answers() -> None:
    question = Question("Tone", "radio", (Answer("polite"),), None, "1")
    shapes = [entity(1, 11, 13, message="0"), entity(2, 0, 90, message="1"), entity(3, 0, 1, message="7")]
    html = draw(scene("conversation", *shapes, questions=(question,)), DrawOptions(asset_text=json.dumps(CONVERSATION)))
    found = Seen(html)
    assert found.marked() == {"o1": "Ada"}
    assert sorted(found.ids) == ["o1", "o2", "o3"]
    assert keys(html) == ["0", "1", "7"]
    assert html.index("Hello") < html.index("end beyond the text") < html.index("polite") < html.index(' id="o3"')
    assert html.count("message own") == 1


def test_a_conversation_without_its_asset_knows_the_messages_of_annotations() -> None:
    question = Question("Tone", "radio", (Answer("polite"),), None, "10")
    html = draw(scene("conversation", entity(1, 0, 1, message="2"), questions=(question,)))
    assert keys(html) == ["2", "10"]
    assert "messages are not available" in html


def test_choices_and_rankings_of_a_chat() -> None:
    shapes = [
        Shape(1, "Best", "message_single_selection", "#ff0000", Messages("single", (("m2", "Model A", None),), "m1")),
        Shape(
            2,
            "Order",
            "message_ranking",
            "#00ff00",
            Messages("ranked", (("m3", "Model B", 1.0), ("m2", "Model A", 2.0)), "m1"),
        ),
        Shape(3, "Nothing", "message_multi_selection", "#00ff00", None),
    ]
    html = draw(scene("llm", *shapes))
    found = Seen(html)
    assert keys(html) == ["m1", "m2", "m3"]
    assert "Model Amessage m2Best selectedOrder rank 2 of 2" in found.text
    assert "Model Bmessage m3Order rank 1 of 2" in found.text
    assert sorted(found.ids) == ["o1", "o2", "o3"]
    assert html.count('data-object="2"') == 1
    assert "no message chosen" in found.text


def test_of_very_many_messages_those_with_annotations_are_shown() -> None:
    messages = [{"messageId": str(n), "content": f"text {n}"} for n in range(3000)]
    html = draw(scene("conversation", entity(1, 0, 3, message="2500")), DrawOptions(asset_text=json.dumps(messages)))
    assert len(keys(html)) == 1001
    assert Seen(html).marked() == {"o1": "text"}
    assert "shown 1,001 of 3,000 messages" in html


def test_answers_nest_and_say_what_they_are_about() -> None:
    inner = Question("Why", "text", (Answer("one\ntwo"),))
    html = draw_questions(
        [
            Question("Seen", "checklist", (Answer("cat", (inner,)), Answer("dog")), 1234),
            Question("Tone", "radio", (Answer(""),), None, "m1"),
            Question("Slice", "radio", (), 3, None, "Axial"),
        ]
    )
    text = Seen(html).text
    assert text == "Seen frame 1,234catWhyone\ntwodogTone message m1emptySlice Axial, frame 3no answer"
    assert html.count("<dl") == 2


def test_times_of_answers() -> None:
    asked = [Question("Speaker", "radio", (Answer("A"),), 83_500, end_frame=3_723_000)]
    assert "at 1:23.5–1:02:03" in draw_questions(asked, unit="ms")
    assert "frames 83,500–3,723,000" in draw_questions(asked)
    assert "at" not in Seen(draw_questions(asked, unit="ms", about=False)).text


def test_answers_in_answers_end_somewhere() -> None:
    question = Question("bottom", "radio", ())
    for level in range(400):
        question = Question(f"q{level}", "radio", (Answer("a", (question,)),))
    html = draw_questions([question])
    assert html.count("<dl") == 50
    assert "Deeper questions are not shown" in html
    assert "shown 1,000 of 3,000 questions" in draw_questions([Question("q", "text", ())] * 3000)


def test_a_recording_has_a_timeline_and_its_answers() -> None:
    track = Track("f", "Speaker: A", "radio", "#e6194b", ((1500, 20_000),))
    asked = (Question("Speaker", "radio", (Answer("A"),), 1500),)
    html = draw(scene("audio", tracks=(track,), track_count=1, questions=asked))
    assert "Speaker: A: 0:01.5–0:20" in html
    assert "at 0:01.5" in html
    assert "No answer has a time" in draw(scene("audio", questions=asked))


HTML = """<html><head><title>T</title><style>p{background:url(http://a.example.com)}</style>
<base href="http://a.example.com"><meta http-equiv="refresh" content="0;url=http://a.example.com"></head>
<body onload="alert(1)"><h1 style="color:red">Head &amp; <em>tail</em></h1><SCRIPT>alert("</p>")</SCRIPT>
<p align=center onclick='x()'>A<img src="http://a.example.com/x.png" alt='a "cat"' onerror=alert(1)>
<a href="javascript:alert(1)">link</a><table border="1"><tr><td colspan=2>cell</table></p></div>
<iframe src="http://a.example.com"></iframe><svg onload=alert(1)><circle/></svg><form><input autofocus onfocus=x></form>
<font color="red">1 < 2</font><!-- <script>alert(2)</script> --><!doctype x></body></html>"""


def test_html_keeps_its_text_and_structure() -> None:
    made = sanitized(HTML)
    assert re.findall(r"<[^>]*>", made) == [
        "<h1>", "<em>", "</em>", "</h1>", '<p align="center">', "<a>", "</a>", "</p>", '<table border="1">', "<tbody>",
        "<tr>", '<td colspan="2">', "</td>", "</tr>", "</tbody>", "</table>", "<p>", "</p>",
    ]  # fmt: skip
    assert "Head &amp; <em>" in made
    assert " [picture: a &quot;cat&quot;] " in made
    assert "1 &lt; 2" in made
    assert "&gt;" not in made
    assert "alert" not in made
    assert "example.com" not in made


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<img><IMG src=x>", " [picture]  [picture] "),
        ("<img alt='<h1>1</h1>'>", " [picture: &lt;h1&gt;1&lt;/h1&gt;] "),
        ("<td align='<img alt='><td dir='>'><img alt=cat>", " [picture: cat] "),
        ("<p align='<img>'>x", "<p>x</p>"),
        ("a<script>x</b></SCRIPT >b<style>c</style>d<title>e", "abd"),
        ("&lt;script&gt; \x00\ud800\r\n", "&lt;script&gt; ␀\ufffd\n"),
        ("<a href='javascript:x' onclick=x style='a' id=i>l</a>", "<a>l</a>"),
        ("<b onclick=x/x>b</b><b-x y>c", "<b>b</b>c"),
    ],
)
def test_pieces_of_html(html: str, made: str) -> None:
    assert sanitized(html) == made


def test_a_long_table_stays_a_table() -> None:
    rows = MAX_TAGS // 2  # each of three tags: one part ends in the table and the next begins
    made = sanitized("<div><table>" + "".join(f"<tr><td>{number}</td>" for number in range(rows)) + "</table>end")
    assert re.findall(r"<td>(\d+)</td>", made) == [str(number) for number in range(rows)]
    assert made.count("<table>") == made.count("</table>") == 2
    assert made.endswith("</table>end</div>")


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    "piece",
    [
        *("<!--", "<", "<a ", "<a b='", "<b>", "</b>", "<script", "<script>", "<!", "&#9", "<a\t", "<div>", "<p>x"),
        *("<table><td>", "<div><!--</div>-->", '<div a="></div><div a=">', "<a><p>x"),
    ],
)
def test_hostile_html_takes_time_as_its_length(piece: str) -> None:
    before = process_time()
    made = sanitized(piece * (300_000 // len(piece)))
    assert process_time() - before < 5  # without parts, 60,000 open elements take half a minute
    assert "<script" not in made
    assert made.count("<b>") == made.count("</b>")


def test_text_survives_where_paragraphs_repeat_what_is_open() -> None:
    opened = "".join(f"<font size={n}><b id={n}><i id={n}>" for n in range(300))
    made = sanitized(f"<p>{opened}" + "<p>word" * 900)
    assert made.count("word") == 900
    assert len(made) < 500_000


def test_the_document_of_an_html_asset_forbids_requests() -> None:
    made = document(HTML)
    assert made.startswith(
        '<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;'
    )
    html = draw(scene("html", questions=(Question("Kind", "radio", (Answer("News"),)),)), DrawOptions(asset_text=HTML))
    found = Seen(html)
    assert [tag for tag in found.tags if tag in ("iframe", "h1", "script", "meta", "p", "pre")] == ["iframe", "pre"]
    assert 'sandbox=""' in html
    assert "KindNews" in found.text
    assert "<SCRIPT>alert" in found.text  # the source, as text


def test_html_that_is_not_at_hand() -> None:
    html = draw(scene("html", text="https://storage.example.com/a.html"))
    assert "The HTML is not available" in html
    assert "iframe" not in html


def numbers(html: str) -> list[tuple[str, str]]:
    return re.findall(r"<tr><td>([^<]*)</td><td>([^<]*)</td></tr>", html)


def test_bars() -> None:
    values = [(f"class {n}", 10.0 * n) for n in range(20, 0, -1)]
    html = bars(values, title="Classes", href="/x?name={}")
    assert html.count('class="bar"') == 12
    assert "and 8 more" in html
    assert numbers(html)[0] == ("class 20", "200")
    assert len(numbers(html)) == 20
    assert 'href="/x?name=class%2020"' in html
    widths = [float(width) for width in re.findall(r'class="bar"[^>]* width="([\d.]+)"', html)]
    assert widths[0] == 390
    assert widths[1] == pytest.approx(390 * 19 / 20, abs=0.01)
    assert "<title>Classes</title><desc>20 values; the largest: class 20, 200</desc>" in html


def test_columns_over_time() -> None:
    html = columns_over_time([("2024-01", 3), ("2024-02", 6)], title="Labels")
    assert re.findall(r'class="bar"[^>]* height="([\d.]+)"', html) == ["80", "160"]
    assert numbers(html) == [("2024-01", "3"), ("2024-02", "6")]
    many = columns_over_time([(f"day {n}", 1) for n in range(500)], title="Labels")
    assert many.count('class="bar"') == 100
    assert "<title>day 0 – day 4: 5</title>" in many


@pytest.mark.parametrize(
    "values",
    [[], [("a", 0)], [("a", float("nan")), ("b", float("inf"))], [("a", -5)], [(HOSTILE, 1.5)], [("\ud800", 2)]],
)
def test_charts_of_odd_values(values: Sequence[tuple[str, float]]) -> None:
    for html in (bars(values, title=HOSTILE, href="/{}"), columns_over_time(values, title=HOSTILE)):
        found = Seen(html)
        assert "script" not in found.tags
        assert "nan" not in html
        assert 'width="-' not in html
        assert 'height="-' not in html
        html.encode()


def test_every_class_of_the_style_sheet_is_drawn() -> None:
    asked = (Question("q", "radio", (Answer("a"), Answer("")), 5), Question("q", "radio", (Answer("a"),), None, "1"))
    shapes = entity(1, 0, 3, message="0"), entity(2, 0, 3, message="9"), Shape(3, "n", "k", "#ff0000", None)
    chosen = Shape(4, "n", "k", "#ff0000", Messages("single", (("1", "Model", None),)))
    relations = (Relation("r", "unidirectional", "f1", None),)
    track = Track("f", "n", "radio", "#ff0000", ((1, 2),))
    chat = DrawOptions(asset_text=json.dumps(CONVERSATION))
    drawn = "".join(
        (
            draw(scene("conversation", *shapes, chosen, questions=asked, relations=relations), chat),
            draw(scene("llm"), DrawOptions(asset_text=json.dumps(CONVERSATION).replace("Hello", "Hello " * 500))),
            draw(scene("text", entity(1, 0, 3), text="x" * 300_000)),
            draw(scene("html", questions=asked), DrawOptions(asset_text="x")),
            draw(scene("audio", tracks=(track,), questions=asked)),
            bars([("a", 1)], title="t", href="/{}"),
            columns_over_time([("a", 1)], title="t"),
        )
    )
    css = re.sub(r"/\*.*?\*/", " ", STYLES.read_text(encoding="utf-8"), flags=re.S)
    names = set(re.findall(r"\.([a-z][a-z-]*)(?=[^{}]*\{)", css.partition(".k-000")[0]))
    assert len(names) > 20
    assert {name for name in names if not re.search(rf'class="[^"]*\b{name}\b', drawn)} == set()


def test_the_colors_of_the_style_sheet_are_those_of_the_code() -> None:
    css = STYLES.read_text(encoding="utf-8")
    assert styled(css) == css, "python -m tools.palette writes them"
    assert color_class("#e6194b") == "k-f03"
    assert ".k-f03 { --k: #ff0033; }" in css
    assert {"words", "messages", "answers", "chart"} <= set(re.findall(r"\.([a-z]+)", css))
    assert "url(" not in css
    assert "@import" not in css


def test_thumbnails_show_where_annotations_are() -> None:
    text = "x" * 600
    shapes = entity(1, 0, 49), entity(2, 90, 309), entity(3, 599, 600)
    bars_of = re.findall(
        r'<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"[^>]* fill="#e6194b"',
        thumbnail(scene("text", *shapes, text=text)),
    )
    assert bars_of == [
        ("6", "6", "54"),
        ("103.2", "6", "10.8"),
        ("6", "17", "108"),
        ("6", "28", "108"),
        ("6", "39", "10.8"),
    ]
    track = Track("f", "A", "radio", "#e6194b", ((500, 999),))
    assert 'x="60" y="6" width="54"' in thumbnail(scene("audio", tracks=(track,)))
    chat = thumbnail(scene("conversation", entity(1, 0, 1, message="a"), entity(2, 0, 1, message="a")))
    assert chat.count("<circle") == 2
    for asset_type in ("text", "conversation", "llm", "audio", "html"):
        found = Seen(thumbnail(scene(asset_type, entity(1, -5, 10**30), entity(2, 9, 3, message=HOSTILE))))
        assert found.text == "Label L"
        assert found.ids == []
