"""Canned queries about text, documents and conversations."""

import random
from pathlib import Path
from typing import Any

import pytest

from labelstore.analyses.entities import entities
from labelstore.engines import open_database
from labelstore.formats.spans import Offsets, Unit
from labelstore.schema.dialects import DUCKDB, SQLITE
from tests.making import ENGINES, asked, feature, store_of, v1

Json = dict[str, Any]

TEXT = "Ada met Bob in Paris."
EMOJI = "Hi \U0001f600 you"  # 8 code points, 9 UTF-16 units


def entity(name: str, feature_id: str, start: int | None, end: int | None, **location: Any) -> Json:
    """A v1 text entity."""
    span = {"start": start, "end": end} | location
    return feature(name, feature_id, version=1, format="text.location", data={"location": span})


def v1_text(label_id: str, text: str, *entities: Json) -> Json:
    return v1(label_id, *entities, **{"Labeled Data": text})


def v2_line(label_id: str, *objects: Json, classifications: Any = (), row_data: str, asset_type: str = "text") -> Json:
    annotations = {"objects": list(objects), "classifications": list(classifications), "relationships": []}
    label = {"label_kind": "Default", "version": "1.0.0", "id": label_id, "annotations": annotations}
    return {
        "data_row": {"id": f"row-{label_id}", "row_data": row_data},
        "media_attributes": {"asset_type": asset_type},
        "projects": {"p2": {"name": "Words", "labels": [label]}},
    }


def v2_entity(name: str, start: int, end: int, **token: str) -> Json:
    location = {"start": start, "end": end} | token
    return {"feature_id": f"{name}{start}", "name": name, "annotation_kind": "TextEntity", "classifications": []} | {
        "location": location
    }


def said(name: str, message_id: str, start: int, end: int) -> Json:
    """An entity in a message of a conversation."""
    location = {"message_id": message_id, "location": {"start": start, "end": end}}
    made = {"feature_id": f"{name}{start}", "name": name, "annotation_kind": "ConversationalTextEntity"}
    return made | {"classifications": [], "conversational_location": location}


def columns(rows: list[Json], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


@ENGINES
def test_text_entities_of_v1(tmp_path: Path, engine: str) -> None:
    person, place = entity("Person", "e1", 0, 2), entity("Place", "e2", 15, 19)
    beyond, backward = entity("Place", "e3", 100, 120), entity("Person", "e4", 5, 3)
    address = v1_text("b", "https://storage.example.com/b.txt", person)
    talk = v1_text("c", "See https://example.com now", entity("Link", "e5", 4, 22))
    store = store_of(tmp_path, engine, [v1_text("a", TEXT, person, place, beyond, backward), address, talk])
    names = ("label_id", "name", "start", "end", "length", "text", "source")
    assert columns(asked(store, "text-entities"), *names) == [
        ("a", "Person", 0, 2, 3, "Ada", "row_data"),
        ("a", "Place", 15, 19, 5, "Paris", "row_data"),
        ("a", "Place", 100, 120, 21, None, None),
        ("a", "Person", 5, 3, -1, None, None),
        ("b", "Person", 0, 2, 3, None, None),  # a URL is not the text
        ("c", "Link", 4, 22, 19, "https://example.com", "row_data"),  # nor is a text with a URL in it a URL
    ]
    assert columns(asked(store, "text-entities", label="a", **{"class": "Place"}), "start") == [(15,), (100,)]


@ENGINES
def test_text_entities_of_v2(tmp_path: Path, engine: str) -> None:
    url = "https://storage.example.com/a.txt"
    group = {"id": "g1", "page_number": 1, "tokens": ["t1"], "text": "Some words"}
    paper = {"feature_id": "d1", "name": "Title", "annotation_kind": "DocumentEntityToken", "classifications": []}
    store = store_of(
        tmp_path,
        engine,
        [
            v2_line("a", v2_entity("Person", 10, 13, token="Rosa"), v2_entity("Person", 20, 23), row_data=url),
            v2_line("b", v2_entity("Mood", 3, 3), row_data=EMOJI),
            v2_line("c", paper | {"location": {"groups": [group]}}, row_data="https://x/c.pdf", asset_type="document"),
            v2_line("d", said("Name", "m1", 0, 2), row_data="https://x/d.json", asset_type="conversation"),
        ],
    )
    names = ("label_id", "name", "message_id", "start", "end", "length", "text", "source")
    assert columns(asked(store, "text-entities"), *names) == [
        ("a", "Person", None, 10, 13, 4, "Rosa", "token"),
        ("a", "Person", None, 20, 23, 4, None, None),
        ("b", "Mood", None, 3, 3, 1, "\U0001f600", "row_data"),
        ("c", "Title", None, None, None, None, "Some words", "location"),
        ("d", "Name", "m1", 0, 2, 3, None, None),
    ]


@ENGINES
def test_span_problems(tmp_path: Path, engine: str) -> None:
    """`TEXT` has 21 characters, the last at 20; `EMOJI` has 8 code points in 9 UTF-16 units."""
    v1_store = [
        v1_text("a", TEXT, entity("Good", "e1", 0, 20), entity("Long", "e2", 0, 21), entity("Back", "e3", 5, 4)),
        v1_text("b", TEXT, entity("Before", "e4", -1, 4), entity("Half", "e5", 3, None)),
        v1_text("c", EMOJI, entity("Good", "e6", 5, 7), entity("Wide", "e7", 6, 8), entity("Long", "e8", 6, 9)),
        v1_text("d", "https://storage.example.com/d.txt", entity("Unknown", "e9", 0, 10_000)),
    ]
    store = store_of(tmp_path, engine, v1_store)
    assert columns(asked(store, "span-problems"), "name", "text_code_points", "text_utf16_units", "problem") == [
        ("Long", 21, 21, "end beyond the text"),
        ("Back", 21, 21, "end before start"),
        ("Before", 21, 21, "start before the text"),
        ("Half", 21, 21, "no start or no end"),
        ("Wide", 8, 9, "end beyond the text in code points, not in UTF-16 units"),
        ("Long", 8, 9, "end beyond the text"),
    ]
    assert columns(asked(store, "span-problems", label="c"), "name") == [("Wide",), ("Long",)]


@ENGINES
def test_span_problems_of_tokens(tmp_path: Path, engine: str) -> None:
    smile = "\U0001f600"
    url = "https://storage.example.com/a.txt"
    entities = [
        v2_entity("Good", 10, 13, token="Rosa"),
        v2_entity("Points", 20, 20, token=smile),  # one code point
        v2_entity("Units", 30, 31, token=smile),  # two UTF-16 units
        v2_entity("Neither", 40, 42, token=smile),
        v2_entity("Shorter", 50, 52, token="Rosa"),
    ]
    cut = [v2_entity("Same", 0, 2, token="Ada"), v2_entity("Shifted", 7, 9, token="Bob")]  # Bob is at 8–10
    store = store_of(tmp_path, engine, [v2_line("a", *entities, row_data=url), v2_line("b", *cut, row_data=TEXT)])
    assert columns(asked(store, "span-problems"), "name", "token", "problem") == [
        ("Neither", smile, "length is not that of the token"),
        ("Shorter", "Rosa", "length is not that of the token"),
        ("Shifted", "Bob", "token is not the text at the span"),
    ]


TRICKY = [
    "",
    "plain",
    "o o\to\n_\u000b?\u0018\u001bO(O)O*O+O8O9O:O;OH",  # ASCII whose hex digits look like the lead of four bytes
    "".join(map(chr, range(1, 0x250))),
    "\uffff\ufffd\u07ff\u0800",
    "\U0001f600\U0001f600",
    "o\U00010000\U0003ffff\U00040000\U000fffff\U00100000\U0010ffff(",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 (family): 8/H\n",
]


@ENGINES
@pytest.mark.parametrize("text", TRICKY)
def test_utf16_units(tmp_path: Path, engine: str, text: str) -> None:
    dialect = SQLITE if engine == "sqlite" else DUCKDB
    sql = dialect.translate("select utf16_length(text) from (select cast($given as varchar) as text) as told")
    with open_database(tmp_path / f"s.{engine}".replace("sqlite", "db"), create=True) as database:
        ((found,),) = list(database.query(sql, {"given": text}).rows)
    assert found == len(text.encode("utf-16-le")) // 2


@ENGINES
def test_conversation_messages(tmp_path: Path, engine: str) -> None:
    questions = [
        {"name": "Polite", "message_id": "m2", "conversational_radio_answer": {"name": "Yes", "classifications": []}},
        {"name": "Why", "message_id": "m1", "conversational_text_answer": {"content": "no reason"}},
        {"name": "Topic", "radio_answer": {"name": "Weather", "classifications": []}},  # about no message
    ]
    ranked = {
        "ranked_messages": [{"message_id": "m3", "model_config_name": "B", "order": 2}],
        "parent_message_id": "m1",
    }
    ranking = {"name": "Rank", "annotation_kind": "MessageRanking", "classifications": [], "ranked_messages": ranked}
    talk = v2_line(
        "a",
        said("Name", "m1", 0, 2),
        ranking,
        classifications=questions,
        row_data="https://x/a.json",
        asset_type="conversation",
    )
    old = v1("b", entity("Name", "e1", 4, 6, messageId="m9"), **{"Labeled Data": "https://x/b.json"})
    v1_store = store_of(tmp_path, engine, [old], "old")
    assert [tuple(row.values()) for row in asked(v1_store, "conversation-messages")] == [
        ("b", "row-b", "m9", "entity", "Name", None, 4, 6, None),
    ]
    store = store_of(tmp_path, engine, [talk])
    assert [tuple(row.values()) for row in asked(store, "conversation-messages")] == [
        ("a", "row-a", "m1", "entity", "Name", None, 0, 2, None),
        ("a", "row-a", "m1", "answer", "Why", "no reason", None, None, None),
        ("a", "row-a", "m2", "answer", "Polite", "Yes", None, None, None),
        ("a", "row-a", "m3", "choice", "Rank", "B", None, None, 2.0),
    ]
    assert asked(store, "conversation-messages", label="b") == []


def test_tokens_decide_what_spans_count(tmp_path: Path) -> None:
    """An emoji stands before both names: the tokens of a label prove the unit of those of its spans without one."""
    text = "Zoe \U0001f600 met Bob in Rome."
    in_units = [v2_entity("Name", 11, 13, token="Bob"), v2_entity("Place", 18, 21), v2_entity("Far", 23, 23)]
    in_points = [v2_entity("Name", 10, 12, token="Bob"), v2_entity("Place", 17, 20), v2_entity("Far", 22, 22)]
    silent = [v2_entity("Place", 17, 20)]
    lines = [
        v2_line(name, *spans, row_data=text) for name, spans in zip("abc", (in_units, in_points, silent), strict=True)
    ]
    for engine in ("sqlite", "duckdb"):
        store = store_of(tmp_path, engine, lines)
        found = columns(asked(store, "text-entities"), "label_id", "name", "unit", "text", "problem")
        beyond = "end beyond the text in code points, not in UTF-16 units"
        assert found == [
            ("a", "Name", "utf-16", "Bob", None),
            ("a", "Place", "utf-16", "Rome", None),
            ("a", "Far", "utf-16", None, "end beyond the text"),
            ("b", "Name", "code-points", "Bob", None),
            ("b", "Place", "code-points", "Rome", None),
            ("b", "Far", "code-points", None, beyond),
            ("c", "Place", "code-points", "Rome", None),
        ], engine


@ENGINES
def test_the_view_and_the_command_agree_about_texts(tmp_path: Path, engine: str) -> None:
    """Random texts with and without characters beyond U+FFFF, spans that fit and some that do not, many with tokens."""
    dice = random.Random(7)
    lines = []
    for number in range(150):
        text = "".join(
            dice.choices("abc é\n中\U0001f600\U00010000\U0010ffff", k=dice.choice((0, 3, 9, 40, 255, 256, 700)))
        )
        spans = []
        for place in range(dice.randrange(6)):
            start = dice.randrange(-1, len(text) + 3)
            end = start + dice.choice((-1, 0, 1, 2, 3, 5, 300))
            token: dict[str, str] = {}
            if dice.random() < 0.6:
                offsets = Offsets(text, dice.choice(list(Unit)) if number % 3 else Unit.UTF_16)
                token["token"] = (offsets.cut(start, end) if start >= 0 else "") + dice.choice(("", "", "", "x"))
            spans.append(v2_entity(f"E{place}", start, end, **token))
        lines.append(v2_line(f"label-{number}", *spans, row_data=text))
    store = store_of(tmp_path, engine, lines)
    with open_database(store, read_only=True) as database:
        told = [(e.object_id, e.text, e.source, e.problem) for e in entities(database)]
    found = columns(asked(store, "text-entities"), "object_id", "text", "source", "problem")
    assert [(*row[:1], row[1] or None, *row[2:]) for row in found] == told
    units = set(columns(asked(store, "text-entities"), "unit"))
    assert units == {("code-points",), ("utf-16",)}
    assert len({problem for *_, problem in told}) > 5
