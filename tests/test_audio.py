"""Audio in time: what was answered in spans of a recording becomes rows, once a span, on both engines."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labelstore.analyses import stats
from labelstore.analyses.answers import answers
from labelstore.analyses.ontology import ontology
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.history import compare
from labelstore.inputs.detection import detect
from labelstore.json.equality import same
from labelstore.loading import load
from labelstore.publishing import publish
from labelstore.query.search import index, search
from labelstore.scenes import read_scene
from tests.making import ENGINES, asked, store_of

Json = dict[str, Any]


def text(name: str, feature_id: str, content: str, **members: Any) -> Json:
    return named(name, feature_id, text_answer={"content": content, "classifications": []}, **members)


def radio(name: str, feature_id: str, answer: str, answer_id: str, *inner: Json) -> Json:
    return named(name, feature_id, radio_answer=named(answer, answer_id, classifications=list(inner)))


def named(name: str, feature_id: str, **members: Any) -> Json:
    slug = name.lower().replace(" ", "_")
    return {"feature_id": feature_id, "feature_schema_id": f"s-{slug}", "name": name, "value": slug, **members}


def at(**moments: Any) -> Json:
    """A block `timestamp`: `ms1200=[…]` is what is asked at 1200 ms."""
    return {key.removeprefix("ms"): {"classifications": asked} for key, asked in moments.items()}


def line(label_id: str, timestamp: Any, segments: Any, **annotations: Any) -> Json:
    annotations |= {"classifications": [], "timestamp": timestamp, "segments": segments}
    label = {"id": label_id, "label_kind": "Audio", "version": "1.0.0", "annotations": annotations}
    return {
        "data_row": {"id": f"row-{label_id}", "global_key": f"{label_id}.wav", "row_data": "https://example.com/a.wav"},
        "media_attributes": {"asset_type": "audio", "mime_type": "audio/wav"},
        "projects": {"p1": {"name": "Tower", "labels": [label]}},
    }


HELLO = text("Pilot", "q1", "ready for taxi")
ROGER = text("Pilot", "q1", "roger")
OTHER = text("Tower", "q2", "hold short of the runway")
WIND = radio("Noise", "n1", "wind", "na")
RAIN = radio("Noise", "n1", "rain", "nb")
TALK = line(
    "talk",
    at(ms9000=[ROGER], ms1=[HELLO], ms4000=[HELLO, WIND], ms5000=[ROGER, WIND], ms6000=[RAIN], ms7000=[RAIN]),
    {"q1": [[1, 4000], [5000, 9000]], "na": [[4000, 5000]], "nb": [[6000, 7000]]},
)
SPANS = [
    (1, 4000, "Pilot", "ready for taxi", None),
    (4000, 5000, "Noise", "wind", None),
    (5000, 9000, "Pilot", "roger", None),
    (6000, 7000, "Noise", "rain", None),
]


def spans(store: Path, **values: Any) -> list[tuple[Any, ...]]:
    names = ("start_ms", "end_ms", "question", "answer", "end_answer")
    return [tuple(row[name] for name in names) for row in asked(store, "audio-spans", **values)]


def rows(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_database(store, read_only=True) as database:
        return list(database.query(sql).rows)


def check_rebuilt(store: Path, *records: Any) -> None:
    stored = [json.loads(json_text) for (json_text,) in rows(store, "select json from record_json order by record_id")]
    assert len(stored) == len(records)
    for one, record in zip(stored, records, strict=True):
        assert same(json.dumps(one).encode(), json.dumps(record).encode())


ANSWERED = """
select c.name, coalesce(a.text, a.name) from classifications as c
join answers as a on a.classification_id = c.classification_id order by 1, 2
"""
LEFT = """
select c.name, coalesce(a.text, a.name), m.milliseconds, c.is_end from repeated_classifications as c
join repeated_answers as a on a.classification_id = c.classification_id
join moments as m on m.moment_id = c.moment_id order by m.milliseconds, 1, 2
"""


@ENGINES
def test_each_answer_is_a_row_once_a_span(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [TALK])
    assert spans(store) == SPANS
    assert rows(store, ANSWERED) == [
        ("Noise", "rain"), ("Noise", "wind"), ("Pilot", "ready for taxi"), ("Pilot", "roger"),
    ]  # fmt: skip
    assert [row[2:] for row in rows(store, LEFT)] == [(4000, True), (5000, True), (7000, True), (9000, True)]
    check_rebuilt(store, TALK)


@ENGINES
def test_spans_written_as_floats_are_spans(tmp_path: Path, engine: str) -> None:
    """As a script writes them that read the export into floats: 4000.0 is 4000."""
    annotations = TALK["projects"]["p1"]["labels"][0]["annotations"]
    segments = {key: [[float(end) for end in pair] for pair in pairs] for key, pairs in annotations["segments"].items()}
    floats = line("talk", annotations["timestamp"], segments)
    store = store_of(tmp_path, engine, [floats])
    assert spans(store) == SPANS
    check_rebuilt(store, floats)


@ENGINES
def test_questions_to_the_store_know_them(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [TALK])
    with open_database(store, read_only=True) as database:
        (hit,) = search(database, ["taxi"]).hits
        assert (hit.label_id, hit.where, hit.snippet) == ("talk", "answer", "ready for taxi")
        found = answers(database)
        at_start = [(row["start_ms"], row["Pilot"], row["Noise"]) for row in found]
        assert sorted(at_start) == [
            (1, "ready for taxi", None), (4000, None, "wind"), (5000, "roger", None), (6000, None, "rain"),
        ]  # fmt: skip
        known = {(item.name, item.annotations) for item in ontology(database)}
        assert known == {("Pilot", 2), ("Noise", 2)}
        told = stats.stats(database)
        assert (told["total"]["classifications"], told["total"]["answers"]) == (4, 4)
        names = {(row["name"], row["classifications"]) for row in told["classification_names"]}
        assert names == {("Pilot", 2), ("Noise", 2)}
    counts = {(row["question"], row["answer"]): row["answers"] for row in asked(store, "answer-counts")}
    assert counts == {("Noise", "rain"): 1, ("Noise", "wind"): 1, ("Pilot", None): 2}
    assert rows(store, "select classifications from audio_labels") == [(4,)]


@ENGINES
def test_another_text_at_the_end_is_kept_and_found(tmp_path: Path, engine: str) -> None:
    later = text("Pilot", "q1", "ready for pushback")
    record = line("a", at(ms10=[HELLO], ms20=[later]), {"q1": [[10, 20]]})
    store = store_of(tmp_path, engine, [record])
    assert spans(store) == [(10, 20, "Pilot", "ready for taxi", "ready for pushback")]
    assert rows(store, ANSWERED) == [("Pilot", "ready for taxi")]
    with open_database(store, read_only=True) as database:
        for word in ("taxi", "pushback"):
            assert [hit.label_id for hit in search(database, [word]).hits] == ["a"]
        scene = read_scene(database, "a")
    assert scene is not None
    (question,) = scene.questions
    assert (question.frame_number, question.end_frame) == (10, 20)
    assert [answer.text for answer in question.answers] == ["ready for taxi", "at the end: ready for pushback"]
    check_rebuilt(store, record)


ONE_AFTER_ANOTHER = {"q1": [[0, 50], [50, 90]]}


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ([HELLO, ROGER], [("ready for taxi", None), ("roger", None)]),
        ([ROGER, HELLO], [("ready for taxi", None), ("roger", None)]),
        ([ROGER], [("ready for taxi", None), ("roger", None)]),
        ([text("Pilot", "q1", "x"), ROGER], [("ready for taxi", "x"), ("roger", None)]),
    ],
    ids=["end-start", "start-end", "one", "other-end"],
)
def test_one_span_ends_as_the_next_begins(
    tmp_path: Path, engine: str, moment: list[Json], expected: list[tuple[str, str | None]]
) -> None:
    record = line("a", at(ms0=[HELLO], ms50=moment, ms90=[ROGER]), ONE_AFTER_ANOTHER)
    store = store_of(tmp_path, engine, [record])
    assert [row[3:] for row in spans(store)] == expected
    assert len(rows(store, ANSWERED)) == 2
    check_rebuilt(store, record)


@ENGINES
def test_the_same_text_in_neighbouring_spans(tmp_path: Path, engine: str) -> None:
    record = line("a", at(ms0=[HELLO], ms50=[HELLO, HELLO], ms90=[HELLO]), ONE_AFTER_ANOTHER)
    store = store_of(tmp_path, engine, [record])
    assert spans(store) == [(0, 50, "Pilot", "ready for taxi", None), (50, 90, "Pilot", "ready for taxi", None)]
    assert len(rows(store, ANSWERED)) == 2
    check_rebuilt(store, record)


@ENGINES
def test_moments_that_were_left_behind_are_told_apart(tmp_path: Path, engine: str) -> None:
    old = text("Pilot", "q1", "an older wording")
    record = line("a", at(ms10=[HELLO], ms15=[old], ms20=[HELLO]), {"q1": [[10, 20]]})
    store = store_of(tmp_path, engine, [record])
    assert spans(store) == [(10, 20, "Pilot", "ready for taxi", None)]
    assert rows(store, ANSWERED) == [("Pilot", "ready for taxi")]
    assert rows(store, LEFT) == [
        ("Pilot", "an older wording", 15, False), ("Pilot", "ready for taxi", 20, True),
    ]  # fmt: skip
    with open_database(store, read_only=True) as database:
        assert [hit.snippet for hit in search(database, ["older"]).hits] == ["an older wording"]
    check_rebuilt(store, record)


@ENGINES
def test_spans_and_moments_without_each_other(tmp_path: Path, engine: str) -> None:
    """A span that no moment tells of, one told only at its end, a moment in no span, a feature without spans."""
    record = line("a", at(ms20=[HELLO], ms70=[OTHER], ms80=[WIND]), {"q1": [[10, 20]], "gone": [[1, 2]], "q2": []})
    store = store_of(tmp_path, engine, [record])
    assert spans(store) == [
        (1, 2, None, None, None),
        (10, 20, "Pilot", "ready for taxi", None),
        (70, None, "Tower", "hold short of the runway", None),
        (80, None, "Noise", "wind", None),
    ]
    check_rebuilt(store, record)


@ENGINES
def test_spans_of_questions_about_the_whole_recording(tmp_path: Path, engine: str) -> None:
    record = line("a", at(ms70=[WIND]), {"q1": [[10, 20], [30, 40]], "nb": [[50, 60]]})
    record["projects"]["p1"]["labels"][0]["annotations"]["classifications"] = [HELLO, RAIN, OTHER]
    store = store_of(tmp_path, engine, [record])
    assert spans(store) == [
        (10, 20, "Pilot", "ready for taxi", None),
        (30, 40, "Pilot", "ready for taxi", None),
        (50, 60, "Noise", "rain", None),
        (70, None, "Noise", "wind", None),
    ]
    check_rebuilt(store, record)


@ENGINES
def test_a_checklist_whose_answers_have_their_own_spans(tmp_path: Path, engine: str) -> None:
    def heard(*names: str) -> Json:
        return named("Heard", "h1", checklist_answers=[named(name, f"h-{name}", classifications=[]) for name in names])

    record = line(
        "a",
        at(ms10=[heard("horn")], ms20=[heard("horn", "bell")], ms30=[heard("horn", "bell")], ms40=[heard("bell")]),
        {"h-horn": [[10, 30]], "h-bell": [[20, 40]]},
    )
    store = store_of(tmp_path, engine, [record])
    assert spans(store) == [(10, 30, "Heard", "horn", None), (20, 40, "Heard", "bell", None)]
    assert rows(store, ANSWERED) == [("Heard", "bell"), ("Heard", "horn")]
    with open_database(store, read_only=True) as database:
        assert stats.stats(database)["total"]["answers"] == 2
    check_rebuilt(store, record)


@ENGINES
def test_questions_inside_answers_come_with_the_span(tmp_path: Path, engine: str) -> None:
    loud = radio("Noise", "n1", "wind", "na", text("How loud", "n2", "very"), radio("From", "n3", "left", "n4"))
    record = line("a", at(ms10=[loud], ms20=[loud], ms15=[loud]), {"na": [[10, 20]], "n4": [[10, 15]]})
    store = store_of(tmp_path, engine, [record])
    assert spans(store) == [
        (10, 15, "From", "left", None), (10, 20, "How loud", "very", None), (10, 20, "Noise", "wind", None),
    ]  # fmt: skip
    assert len(rows(store, ANSWERED)) == 3
    check_rebuilt(store, record)


ODD: dict[str, tuple[Any, Any]] = {
    "no moment": ({}, {}),
    "moments that are no objects": ({"1": None, "2": [HELLO], "30": "x", "4": 7, **at(ms5=[HELLO])}, {"q1": [[5, 6]]}),
    "moments without questions": ({"1": {}, "2": {"classifications": []}, **at(ms5=[HELLO])}, {"q1": [[5, 6]]}),
    "unknown keys": ({"5": {"classifications": [HELLO | {"mood": None}], "objects": {}}}, {"q1": [[5, 6]]}),
    "keys that are no numbers": (
        {f"{key}": {"classifications": [ROGER]} for key in ("x", "", "01", "1.5", "-0", "1e3", '"', "9" * 30)}
        | at(ms5=[HELLO]),
        {"q1": [[5, 6]]},
    ),
    "lists that are none": ({"1": {"classifications": None}, "2": {"classifications": 7}, **at(ms5=[HELLO])}, {}),
    "no segments": (at(ms5=[HELLO]), None),
    "questions without answers": (at(ms5=[HELLO, {"name": "Why"}, {}], ms6=[{"feature_id": "q1"}]), {"q1": [[5, 6]]}),
    "negative times": (at(**{"ms-5": [OTHER], "ms5": [HELLO]}), {"q1": [[5, 6]], "q2": [[-5, 0]]}),
    "spans twice": (at(ms5=[HELLO], ms6=[HELLO]), {"q1": [[5, 6], [5, 6]]}),
    "spans of no length": (at(ms5=[HELLO, HELLO]), {"q1": [[5, 5]]}),
    "spans that end before they start": (at(ms5=[HELLO], ms3=[HELLO]), {"q1": [[5, 3]]}),
    "two answers to one question": ({"5": {"classifications": [HELLO | {"radio_answer": {}}]}}, {"q1": [[5, 6]]}),
}  # fmt: skip


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize("name", ODD)
def test_odd_moments_are_kept_and_take_no_others_down(tmp_path: Path, engine: str, name: str) -> None:
    timestamp, segments = ODD[name]
    record = line("a", timestamp, segments)
    store = store_of(tmp_path, engine, [record, TALK])
    check_rebuilt(store, record, TALK)
    assert spans(store, label="talk") == SPANS
    said = [moment.get("classifications") for moment in timestamp.values() if isinstance(moment, dict)]
    if any(isinstance(questions, list) and HELLO in questions for questions in said):
        assert ("Pilot", "ready for taxi") in {row[2:4] for row in spans(store, label="a")}
        assert rows(store, ANSWERED).count(("Pilot", "ready for taxi")) == 2


@ENGINES
def test_what_is_no_block_of_moments(tmp_path: Path, engine: str) -> None:
    values: list[Any] = [None, [], "x", 0]
    records = [line("a", value, {}) for value in values]
    for number, record in enumerate(records):
        record["data_row"]["id"], record["projects"]["p1"]["labels"][0]["id"] = f"r{number}", f"l{number}"
    check_rebuilt(store_of(tmp_path, engine, records), *records)


@pytest.mark.sampled(0)
@ENGINES
def test_the_moments_of_a_hostile_file_stay_quick(tmp_path: Path, engine: str) -> None:
    """Work grows with the moments and spans, not with their product."""
    times = random.Random(1).sample(range(200_000), 4000)
    record = line("a", {str(time): {"classifications": [HELLO]} for time in times}, {"q1": [[t, t] for t in times]})
    store = store_of(tmp_path, engine, [record])
    assert len(spans(store)) == 4000
    check_rebuilt(store, record)


def test_a_change_in_a_span_is_told() -> None:
    (before,) = TALK["projects"]["p1"]["labels"]
    raw = json.dumps(before)
    found = compare(raw.encode(), raw.replace("roger", "wilco").encode())
    told = [(change.path, change.question.frame, change.before, change.after) for change in found.answers]
    assert sorted(told) == [(("Pilot",), at, "roger", "wilco") for at in (5000, 9000)]
    assert all(change.question.is_at_moment for change in found.answers)
    assert not found.other
    shorter = json.loads(raw)
    del shorter["annotations"]["timestamp"]["6000"]
    (change,) = compare(raw.encode(), json.dumps(shorter).encode()).answers
    assert (change.path, change.question.frame, change.before, change.after) == (("Noise",), 6000, ["rain"], None)


@ENGINES
def test_a_later_load_replaces_them(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [TALK])
    later = json.loads(json.dumps(TALK).replace("roger", "wilco"))
    file = tmp_path / "later.ndjson"
    file.write_text(json.dumps(later) + "\n", encoding="utf-8")
    assert load(store, [file]).total("changed") == 1
    assert [row[3] for row in spans(store)] == ["ready for taxi", "wind", "wilco", "rain"]
    check_rebuilt(store, later)
    done = CliRunner().invoke(app, ["diff", str(store), "1", "2"])
    assert "Pilot at 5000 ms" in done.stdout


@ENGINES
def test_what_is_published_has_no_address_at_either_end(tmp_path: Path, engine: str) -> None:
    said = [text("Pilot", "q1", f"write to {name}@example.com") for name in ("ada", "bob")]
    store = store_of(tmp_path, engine, [line("a", at(ms10=said[:1], ms20=said[1:]), {"q1": [[10, 20]]})])
    publish(store, tmp_path / "public.db")
    ((*_, answer, end_answer),) = spans(tmp_path / "public.db")
    assert answer.startswith("write to person-")
    assert end_answer.startswith("write to person-")
    assert b"ada@" not in (tmp_path / "public.db").read_bytes()


def test_an_index_finds_them(tmp_path: Path) -> None:
    later = text("Pilot", "q1", "ready for pushback")
    store = store_of(tmp_path, "sqlite", [line("a", at(ms10=[HELLO], ms20=[later]), {"q1": [[10, 20]]})])
    index(store)
    with open_database(store, read_only=True) as database:
        for word in ("taxi", "pushback"):
            found = search(database, [word])
            assert found.indexed
            assert [hit.label_id for hit in found.hits] == ["a"]


def test_the_command_prints_them(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [TALK])
    run = CliRunner().invoke
    done = run(app, ["spans", str(store), "--question", "Pilot", "--format", "csv"])
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "label_id,start_ms,end_ms,question,answer,end_answer,data_row_id,external_id,global_key",
        "talk,1,4000,Pilot,ready for taxi,,row-talk,,talk.wav",
        "talk,5000,9000,Pilot,roger,,row-talk,,talk.wav",
    ]
    done = run(app, ["spans", str(store), "--question", "none"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no answers along recordings found" in done.stderr
    assert run(app, ["spans", str(store), "--project", "none"]).exit_code == 1


def test_detect_tells_of_them(tmp_path: Path) -> None:
    file = tmp_path / "e.ndjson"
    file.write_text(f"{json.dumps(TALK)}\n{json.dumps(line('b', {}, {}))}\n", encoding="utf-8")
    (found,) = detect([str(file)])
    assert found.blocks["timestamp"] == (2, 2)
    assert not found.unknown_keys
