"""What v2 exports say since 2025, and what those of 2023 said in their own way: in columns, counted once, rebuilt."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelstore.analyses.class_colors import class_colors
from labelstore.analyses.entities import entities
from labelstore.analyses.ontology import normalized, ontology
from labelstore.analyses.stats import stats
from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.publishing import RecordRedactor
from labelstore.publishing.redaction import Redactor
from labelstore.query.search import search
from labelstore.verifying import verify
from tests.lines import label, square, thing, v2
from tests.making import asked

ENGINES = pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
RELATED = {
    "feature_id": "r1",
    "feature_schema_id": "s-on",
    "name": "on",
    "annotation_kind": "ImageUnidirectionalRelationship",
    "classifications": [],
    "unidirectional_relationship": {"source": "o1", "target": "o2"},
}


def stored(folder: Path, name: str, *lines: Any) -> Path:
    """A store of lines of which each comes back as it was."""
    file = folder / "export.ndjson"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    load(folder / name, [file])
    assert verify(folder / name, [file]).equal == len(lines)
    return folder / name


def rows(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_database(store, read_only=True) as database:
        return [tuple(row) for row in database.query(sql).rows]


# The time on a label


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize(
    ("performance", "parts", "seconds"),
    [
        ({"seconds_to_create": 100, "seconds_to_review": 30}, None, 100),
        ({"seconds_to_create": 100}, {"seconds_to_label": 60, "seconds_to_review": 30, "seconds_total": 100}, 100),
        (None, {"seconds_to_label": 60, "seconds_to_review": 30, "seconds_to_rework": 10}, 100),
        (None, {"seconds_to_review": 30}, None),
        ({"seconds_to_review": 30}, None, None),
        (None, None, None),
    ],
)
def test_time_on_a_label_counts_review_once(
    tmp_path: Path, name: str, performance: Any, parts: Any, seconds: float | None
) -> None:
    blocks = {"performance_details": performance, "performance_details_v2": parts}
    made = label("a") | {key: block for key, block in blocks.items() if block is not None}
    if performance is None:
        del made["performance_details"]
    store = stored(tmp_path, name, v2("d", made))
    assert rows(store, "select seconds_to_label from labels") == [(seconds,)]


@ENGINES
def test_parts_of_the_time_are_columns(tmp_path: Path, name: str) -> None:
    parts = {"seconds_to_label": 60, "seconds_to_review": 30, "seconds_to_rework": 10, "seconds_total": 100}
    made = label("a", create=100, review=30) | {"performance_details_v2": parts | {"skipped": False}}
    store = stored(tmp_path, name, v2("d", made))
    sql = "select seconds_labeling, seconds_to_review, seconds_to_rework, seconds_total, skipped, extra from labels"
    assert rows(store, sql) == [(60, 30, 10, 100, False, None)]
    assert asked(store, "seconds-per-label")[0]["median"] == 100
    assert asked(store, "labels-per-day")[0]["hours"] == 0.03


@ENGINES
def test_blocks_that_tell_the_same_or_not_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    first = {"skipped": True, "consensus_score": 0.5, "seconds_to_review": 3}
    labels = [
        label("a") | {"performance_details": first, "performance_details_v2": dict(first)},
        label("b") | {"performance_details": first, "performance_details_v2": {"skipped": False, "consensus_score": 1}},
        label("c") | {"performance_details": {}, "performance_details_v2": first},
        label("d") | {"performance_details_v2": {"seconds_to_rework": None, "seconds_total": "9", "new": 1}},
        label("e") | {"performance_details": None, "performance_details_v2": []},
    ]
    store = stored(tmp_path, name, v2("row", *labels))
    sql = "select label_id, skipped, agreement, seconds_to_review from labels order by label_id"
    assert rows(store, sql)[:3] == [("a", True, 0.5, 3), ("b", True, 0.5, 3), ("c", True, 0.5, 3)]
    assert [row["label_id"] for row in asked(store, "skipped-labels")] == ["a", "b", "c"]


# What else is in columns


@ENGINES
def test_scores_benchmark_and_order_of_drawing_are_columns(tmp_path: Path, name: str) -> None:
    made = label("a", z_order=["o2", "o1"])
    made["label_details"]["scores"] = {"quality_score": 62.5, "violation_count": 3.0, "new": [1]}
    made["performance_details"]["benchmark_reference_label"] = "b"
    plain = label("b", z_order=[])
    plain["label_details"]["scores"] = {}
    store = stored(tmp_path, name, v2("d", made, plain))
    sql = "select quality_score, violation_count, benchmark_id, z_order, extra from labels order by label_id"
    assert rows(store, sql) == [(62.5, 3, "b", '["o2","o1"]', None), (None, None, None, "[]", None)]


@ENGINES
def test_media_of_audio_and_conversations_are_columns(tmp_path: Path, name: str) -> None:
    audio = {"asset_type": "audio", "duration": 10.5, "bit_rate": 256000, "bits_per_sample": 16, "channel_count": 2}
    talk = {"asset_type": "conversational", "message_count": 2, "labelable_ids": ["m1", "m2"]}
    store = stored(tmp_path, name, v2("a", media=audio), v2("b", media=talk))
    names = "duration, bit_rate, bits_per_sample, channel_count, message_count, labelable_ids, extra"
    assert rows(store, f"select {names} from media_attributes order by data_row_id") == [
        (10.5, 256000, 16, 2, None, None, None),
        (None, None, None, None, 2, '["m1","m2"]', None),
    ]


@ENGINES
def test_empty_questions_of_a_text_are_no_oddity(tmp_path: Path, name: str) -> None:
    question = {"name": "Why?", "value": "why", "text_answer": {"content": "so", "classifications": []}}
    store = stored(tmp_path, name, v2("d", label("a", classifications=[question])))
    assert rows(store, "select text, classification_count, extra from answers") == [("so", 0, None)]


# Conversations whose messages stand in the export


def entity(feature_id: str, message_id: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    span = {"message_id": message_id, "location": {"start": start, "end": end} | more}
    return thing("Term", feature_id, "ConversationalTextEntity", conversational_location=span)


def conversation(*messages: Any, **more: Any) -> str:
    return json.dumps({"type": "application/vnd.labelbox.conversational", "version": 1, "messages": messages} | more)


@ENGINES
def test_entities_of_a_conversation_take_their_text_from_its_messages(tmp_path: Path, name: str) -> None:
    talk = conversation(
        {"messageId": "m1", "content": "The sum is 8", "user": {"userId": "u", "name": "Ada"}},
        {"messageId": "m2", "content": "\U0001f600 no, nine"},
        {"messageId": "m1", "content": "said twice"},
        modelOutputs=[{"title": "Response 1", "content": "one"}],
    )
    things = [
        entity("e1", "m1", 4, 6),
        entity("e2", "m2", 3, 4, token="no"),  # counted in UTF-16 units
        entity("e3", "m2", 7, 10),
        entity("e4", "m2", 7, 99),
        entity("e5", "m9", 0, 1),
    ]
    line = v2("d", label("a", *things), media={"asset_type": "conversational"})
    line["data_row"]["row_data"] = talk
    store = stored(tmp_path, name, line)
    assert rows(store, "select ordinal, message_id, sender, text from messages order by ordinal") == [
        (0, "m1", "Ada", "The sum is 8"),
        (1, "m2", "", "\U0001f600 no, nine"),
    ]
    texts = ["sum", "no", "nine", None, None]
    assert [row["text"] for row in asked(store, "text-entities")] == texts
    assert [row["source"] for row in asked(store, "text-entities")] == ["row_data", "token", "row_data", None, None]
    with open_database(store, read_only=True) as database:
        found = list(entities(database))
        matches = list(search(database, ["sum"]).hits)
    assert [one.text for one in found] == texts
    problems = [None, None, None, "end beyond the text", None]
    assert [one.problem for one in found] == [row["problem"] for row in asked(store, "text-entities")] == problems
    assert [(match.label_id, match.where) for match in matches] == [("a", "entity")]


def test_published_entities_stay_at_their_words_in_messages() -> None:
    line = v2("d", label("a", entity("e1", "m1", 21, 23), entity("e2", "m2", 4, 6)))
    said = "ask ada@example.com: sum it"
    first, second = {"messageId": "m1", "content": said}, {"messageId": "m2", "content": "The sum"}
    line["data_row"]["row_data"] = conversation(first, second)
    published = json.loads(RecordRedactor(Redactor(b"salt")).record(json.dumps(line)))
    texts = [message["content"] for message in json.loads(published["data_row"]["row_data"])["messages"]]
    assert "ada@" not in texts[0]
    things = published["projects"]["p2"]["labels"][0]["annotations"]["objects"]
    spans = [thing["conversational_location"]["location"] for thing in things]
    found = [text[span["start"] : span["end"] + 1] for text, span in zip(texts, spans, strict=True)]
    assert found == ["sum", "sum"]


@ENGINES
def test_what_is_no_conversation_has_no_messages(tmp_path: Path, name: str) -> None:
    texts = ['{"messages": 1}', '{"messages": [{"content": ', "{", "https://example.com/a.json", '[{"no": 1}]']
    lines = [v2(f"d{number}", media={"asset_type": "conversational"}) for number, _ in enumerate(texts)]
    for line, text in zip(lines, texts, strict=True):
        line["data_row"]["row_data"] = text
    lines.append(v2("text", media={"asset_type": "text"}))
    lines[-1]["data_row"]["row_data"] = conversation({"messageId": "m1", "content": "a"})
    assert rows(stored(tmp_path, name, *lines), "select count(*) from messages") == [(0,)]


# Relationships among the objects, as in 2023


def related(*relations: Any, among: Any = (), **more: Any) -> Any:
    made = label("a", square("Cup", "o1", 0, 0, 2, 2), square("Table", "o2", 0, 0, 9, 9), *among, **more)
    made["annotations"]["relationships"] = list(relations)
    return made


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize(
    ("relations", "among"),
    [([RELATED], [RELATED]), ([], [RELATED]), ([RELATED], []), ([RELATED], [{**RELATED, "value": "on", "new": {}}])],
    ids=["both", "objects", "relationships", "differing"],
)
def test_a_relationship_is_one_wherever_it_stands(tmp_path: Path, name: str, relations: Any, among: Any) -> None:
    store = stored(tmp_path, name, v2("d", related(*relations, among=among)))
    assert rows(store, "select feature_id, name, kind, source_feature_id, target_feature_id from relationships") == [
        ("r1", "on", "unidirectional", "o1", "o2")
    ]
    assert rows(store, "select name, kind from objects order by 1") == [
        ("Cup", "bounding_box"),
        ("Table", "bounding_box"),
    ]
    assert rows(store, "select object_count from labels") == [(2,)]
    assert [row["name"] for row in asked(store, "class-counts")] == ["Cup", "Table"]
    with open_database(store, read_only=True) as database:
        total = stats(database)["total"]
        found = normalized(ontology(database), class_colors(database))
    assert (total["objects"], total["relationships"]) == (2, 1)
    assert [tool["name"] for tool in found["tools"]] == ["Cup", "Table"]
    assert [(item["tool"], item["name"]) for item in found["relationships"]] == [("edge", "on")]


@ENGINES
def test_relationships_among_objects_come_back_from_every_place(tmp_path: Path, name: str) -> None:
    """Alone, first, last, twice, without ends or id, with more than a relationship has, with a geometry; in frames."""
    odd: dict[str, Any] = {**RELATED, "unidirectional_relationship": None, "feature_id": "r2"}
    other = {**RELATED, "feature_id": "r3", "bidirectional_relationship": {"source": 1}, "page_number": 2}
    nameless = {"unidirectional_relationship": {"source": "o1", "new": None}}
    shaped = square("Cup", "r4", 1, 1, 1, 1) | {"unidirectional_relationship": {"source": "o1"}}
    masked = {**RELATED, "feature_id": "r5", "mask": {"url": "https://example.com/m.png"}}
    asking = {**RELATED, "feature_id": "r6", "classifications": [{"name": "sure", "radio_answer": {"name": "yes"}}]}
    alone = {"objects": [RELATED], "classifications": [], "relationships": [RELATED]}
    everything = [RELATED, RELATED, odd, other, nameless, nameless, shaped, masked, asking]
    labels = [
        label("a") | {"annotations": alone},
        label("b") | {"annotations": {"objects": everything, "relationships": [RELATED, other, asking]}},
        label("c") | {"annotations": {"objects": [*everything, square("Cup", "o9", 0, 0, 1, 1)]}},
        label("d") | {"annotations": {"objects": []}},
    ]
    frames = {
        "1": {"objects": {"r1": RELATED}},
        "2": {
            "objects": {"o1": square("Cup", "o1", 0, 0, 1, 1), "key": RELATED, "r2": odd},
            "relationships": [RELATED],
        },
    }
    labels.append(label("e") | {"annotations": {"frames": frames, "segments": {}}})
    store = stored(tmp_path, name, v2("d", *labels))
    assert rows(store, "select label_id, count(*) from objects group by 1 order by 1") == [("b", 2), ("c", 3), ("e", 1)]
    assert rows(store, "select label_id, count(*) from relationships group by 1 order by 1") == [
        ("a", 1),
        ("b", 7),
        ("c", 7),
        ("e", 3),
    ]
    assert rows(store, "select object_count from frames order by frame_number") == [(0,), (1,)]
