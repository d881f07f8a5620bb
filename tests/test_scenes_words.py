"""What the drawings of texts, conversations and recordings read from a store, on both engines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labelstore.drawing import draw
from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.scenes import read_scene
from labelstore.scenes.scene import Answer, Messages, Question, Relation, Scene, Span
from tests.making import ENGINES, feature, store_of, v1


def v2(label_id: str, asset_type: str, annotations: dict[str, Any], row_data: str | None = None) -> dict[str, Any]:
    """A v2 line with one label of project p1."""
    return {
        "data_row": {"id": f"row-{label_id}", "row_data": row_data or f"https://storage.example.com/{label_id}"},
        "media_attributes": {"asset_type": asset_type},
        "projects": {
            "p1": {
                "name": "Words",
                "labels": [{"label_kind": "Default", "version": "1.0.0", "id": label_id, "annotations": annotations}],
            }
        },
    }


def named(name: str, feature_id: str, **members: Any) -> dict[str, Any]:
    return {"feature_id": feature_id, "name": name, "value": name.lower(), **members}


@contextmanager
def read(tmp_path: Path, engine: str, *records: Any) -> Iterator[list[Scene]]:
    """The scenes of the labels of the records, by their ids."""
    store = store_of(tmp_path, engine, records)
    with open_database(store, read_only=True) as database:
        ids = [row["label_id"] for row in database.query("select label_id from labels order by label_id")]
        scenes = [read_scene(database, label_id) for label_id in ids]
        yield [scene for scene in scenes if scene is not None]


def entity_v1(feature_id: str, start: int, end: int, **place: Any) -> dict[str, Any]:
    location = {"start": start, "end": end, **place}
    return feature("City", feature_id, color="#00ff00", format="text.location", version=1, data={"location": location})


@ENGINES
def test_entities_and_relationships_of_a_v1_text(tmp_path: Path, engine: str) -> None:
    record = v1("t1", entity_v1("f1", 0, 2), entity_v1("f2", 4, 6), **{"Labeled Data": "Rom und Ulm"})
    record["Label"]["relationships"] = [
        {
            "featureId": "r1",
            "schemaId": "s1",
            "data": {"source": "f1", "target": "f2", "label": "larger than"},
            "relationshipType": "unidirectional",
        },
        {
            "featureId": "r2",
            "schemaId": "s1",
            "title": "near",
            "value": "near",
            "data": {"startFeatureId": "f2", "endFeatureId": "f1", "label": "x"},
            "format": "bidirectional",
        },
    ]
    with read(tmp_path, engine, record) as (scene,):
        assert scene.relations == (
            Relation("larger than", "unidirectional", "f1", "f2"),
            Relation("near", "bidirectional", "f2", "f1"),
        )
        assert [shape.geometry for shape in scene.shapes] == [Span(0, 2), Span(4, 6)]
        assert scene.asset.asset_type == "text"
        html = draw(scene)
        assert ">Rom</mark>" in html
        assert "— larger than" in html


@ENGINES
def test_entities_and_relationships_of_a_v2_text(tmp_path: Path, engine: str) -> None:
    objects = [
        named("City", "f1", annotation_kind="TextEntity", location={"start": 0, "end": 2, "token": "Rom"}),
        named("City", "f2", annotation_kind="TextEntity", location={"start": 8, "end": 10}),
    ]
    relation = named(
        "near",
        "r1",
        annotation_kind="TextUnidirectionalRelationship",
        unidirectional_relationship={"source": "f1", "target": "f2"},
    )
    annotations = {"objects": objects, "classifications": [], "relationships": [relation]}
    with read(tmp_path, engine, v2("t2", "text", annotations)) as (scene,):
        assert scene.relations == (Relation("near", "unidirectional", "f1", "f2"),)
        assert [shape.geometry for shape in scene.shapes] == [Span(0, 2, None, "Rom"), Span(8, 10)]
        assert "“Rom” 0–2" in draw(scene)


@ENGINES
def test_messages_of_a_chat(tmp_path: Path, engine: str) -> None:
    def model(message: str, name: str, **more: Any) -> dict[str, Any]:
        return {"message_id": message, "model_config_name": name, **more}

    objects = [
        named(
            "best",
            "f1",
            annotation_kind="MessageSingleSelection",
            selected_message={**model("m2", "A"), "parent_message_id": "m1"},
        ),
        named(
            "good",
            "f2",
            annotation_kind="MessageMultiSelection",
            selected_messages={"messages": [model("m2", "A"), model("m3", "B")], "parent_message_id": "m1"},
        ),
        named(
            "order",
            "f3",
            annotation_kind="MessageRanking",
            ranked_messages={
                "ranked_messages": [model("m3", "B", order=1), model("m2", "A", order=2)],
                "parent_message_id": "m1",
            },
        ),
        named(
            "none",
            "f4",
            annotation_kind="MessageMultiSelection",
            selected_messages={"messages": [], "parent_message_id": "m1"},
        ),
    ]
    answer = named("Correct?", "q1", message_id="m2", conversational_radio_answer=named("Yes", "a1"))
    annotations = {"objects": objects, "classifications": [answer], "relationships": []}
    with read(tmp_path, engine, v2("c1", "llm", annotations)) as (scene,):
        chosen = [shape.geometry for shape in scene.shapes]
        assert chosen[:3] == [
            Messages("single", (("m2", "A", None),), "m1"),
            Messages("multiple", (("m2", "A", None), ("m3", "B", None)), "m1"),
            Messages("ranked", (("m3", "B", 1.0), ("m2", "A", 2.0)), "m1"),
        ]
        assert scene.questions == (Question("Correct?", "radio", (Answer("Yes"),), None, "m2"),)
        html = draw(scene)
        assert html.count('class="shape') == 6
        assert "rank 2 of 2" in html


@ENGINES
def test_messages_of_a_v1_conversation(tmp_path: Path, engine: str) -> None:
    question = feature("Tone", "q1", answer=feature("Kind", "a1"), messageId="7")
    record = v1("c2", entity_v1("f1", 0, 2, messageId="3"), classifications=[question])
    with read(tmp_path, engine, record) as (scene,):
        assert [shape.geometry for shape in scene.shapes] == [Span(0, 2, "3")]
        assert scene.questions == (Question("Tone", "radio", (Answer("Kind"),), None, "7"),)
        html = draw(scene)
        assert html.index('data-message="3"') < html.index('data-message="7"')


@ENGINES
def test_the_times_of_a_v2_recording(tmp_path: Path, engine: str) -> None:
    inner = named("How", "q3", text_answer={"content": "loud"})
    annotations = {
        "classifications": [named("Topic", "q0", radio_answer=named("Trams", "a0"))],
        "segments": {"q1": [[1000, 2500], [9000, 9500]], "a2": [[4000, 5000]], "unknown": [[1, 2]]},
        "timestamp": {
            "1000": {
                "classifications": [
                    named("Speaker", "q1", checklist_answers=[named("Ada", "a1", classifications=[inner])])
                ]
            },
            "4000": {"classifications": [named("Sound", "q2", radio_answer=named("Bell", "a2"))]},
            "7000": {"classifications": [named("Words", "q4", text_answer={"content": "Good day"})]},
            "bad": {"classifications": 7},
            "8000": [None, 3],
        },
    }
    with read(tmp_path, engine, v2("a1", "audio", annotations)) as (scene,):
        assert [(track.name, track.kind, track.runs) for track in scene.tracks] == [
            ("Speaker: Ada", "checklist", ((1000, 2500), (9000, 9500))),
            ("Sound: Bell", "radio", ((4000, 5000),)),
            ("Words", "text", ((7000, 7000),)),
        ]
        assert scene.track_count == 3
        assert scene.questions == (
            Question("Topic", "radio", (Answer("Trams"),)),
            Question(
                "Speaker",
                "checklist",
                (Answer("Ada", (Question("How", "text", (Answer("loud"),)),)),),
                1000,
                end_frame=2500,
            ),
            Question("Sound", "radio", (Answer("Bell"),), 4000, end_frame=5000),
            Question("Words", "text", (Answer("Good day"),), 7000),
        )
        html = draw(scene)
        assert "Speaker: Ada: 0:01–0:02.5" in html
        assert "at 0:04–0:05" in html


@ENGINES
def test_the_times_of_a_v1_recording(tmp_path: Path, engine: str) -> None:
    """They come as a frames file whose frame numbers are milliseconds."""
    record = v1(
        "a2", **{"Labeled Data": "https://storage.example.com/a2.mp3", "Media Attributes": {"assetType": "audio"}}
    )
    record["Label"]["frames"] = "https://storage.example.com/frames/a2"
    frames = tmp_path / "frames"
    frames.mkdir()
    asked = feature("Speaker", "q1", answer=feature("Ada", "a1", keyframe=True))
    lines = [f'{{"frameNumber": {at}, "objects": [], "classifications": [{json.dumps(asked)}]}}' for at in (500, 1700)]
    (frames / "a2.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = tmp_path / "export.json"
    file.write_text(f"[{json.dumps(record)}]", encoding="utf-8")
    store = tmp_path / f"a.{'db' if engine == 'sqlite' else 'duckdb'}"
    load(store, [file], frames=frames)
    with open_database(store, read_only=True) as database:
        scene = read_scene(database, "a2")
    assert scene is not None
    assert scene.asset.asset_type == "audio"
    assert [(track.name, track.runs) for track in scene.tracks] == [("Speaker: Ada", ((500, 500), (1700, 1700)))]
    assert [(question.name, question.frame_number) for question in scene.questions] == [
        ("Speaker", 500),
        ("Speaker", 1700),
    ]
    assert "at 0:01.7" in draw(scene)


@ENGINES
def test_answers_deeper_than_anyone_reads(tmp_path: Path, engine: str) -> None:
    question = named("bottom", "q", text_answer={"content": "x"})
    for level in range(120):
        question = named("q", f"q{level}", radio_answer=named("a", f"a{level}", classifications=[question]))
    annotations = {"objects": [], "classifications": [question], "relationships": []}
    with read(tmp_path, engine, v2("d1", "html", annotations)) as (scene,):
        depth, asked = 0, scene.questions
        while asked:
            depth, asked = depth + 1, asked[0].answers[0].questions
        assert depth == 51
        assert "Deeper questions are not shown" in draw(scene)
