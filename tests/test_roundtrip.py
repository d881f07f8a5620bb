"""Law 1: every record that is loaded comes back equal, from views read by plain `sqlite3` and `duckdb`."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from labelstore.json.equality import differences
from labelstore.loading import load
from labelstore.samples import ASSET_TYPES, frame_lines, legacy_labels, v1_labels, v2_data_rows
from labelstore.verifying import verify
from tests import strategies
from tests.soaking import amount

pytestmark = [pytest.mark.both_engines, pytest.mark.both_ways]

ENGINES = ("sqlite", "duckdb")
SUFFIX = {"sqlite": ".db", "duckdb": ".duckdb"}


def rebuilt(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query, by the engine's own Python module and nothing of ours."""
    if path.suffix == ".db":
        with sqlite3.connect(path) as connection:
            return connection.execute(sql).fetchall()
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def check(tmp_path: Path, engine: str, texts: list[bytes], generation: str) -> None:
    """Load the records as lines and compare each with what the views say."""
    file, store = tmp_path / f"{generation}.ndjson", tmp_path / f"{engine}-{generation}{SUFFIX[engine]}"
    file.write_bytes(b"\n".join(texts) + b"\n")
    report = load(store, [file])
    rejects = rebuilt(store, "select position, reason from rejects")
    assert (report.total("added"), rejects) == (len(texts), [])
    sql = f"select position, json from record_json where generation = '{generation}'"
    found = dict(rebuilt(store, sql))
    for position, text in enumerate(texts):
        assert differences(text, found[position].encode()) == [], text.decode()


def unique(records: list[dict[str, Any]], generation: str) -> list[dict[str, Any]]:
    """The records with ids of their own, so that none replaces another."""
    for number, record in enumerate(records):
        if generation == "v1":
            record["ID"] = f"label{number}"
        else:
            record["data_row"]["id"] = f"row{number}"
            for place, label in enumerate(strategies.v2_labels(record)):
                label["id"] = f"label{number}-{place}"
    return records


def drawn(strategy: Any, count: int, number: int) -> list[dict[str, Any]]:
    """`count` records of a strategy, always the same."""
    records: list[dict[str, Any]] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(strategy)
    def collect(record: dict[str, Any]) -> None:
        records.append(record)

    collect()
    return records


@pytest.mark.soak
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("asset_type", ASSET_TYPES["v1"])
def test_v1_samples(tmp_path: Path, engine: str, asset_type: str) -> None:
    check(tmp_path, engine, [json.dumps(label).encode() for label in v1_labels(asset_type, amount(60, 20))], "v1")


@pytest.mark.soak
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("asset_type", ASSET_TYPES["v2"])
def test_v2_samples(tmp_path: Path, engine: str, asset_type: str) -> None:
    check(tmp_path, engine, [json.dumps(row).encode() for row in v2_data_rows(asset_type, amount(60, 20))], "v2")


@pytest.mark.parametrize("engine", ENGINES)
def test_legacy_samples(tmp_path: Path, engine: str) -> None:
    labels = [label for generation in ("L0", "L1", "L2") for label in legacy_labels(generation, 40)]
    check(tmp_path, engine, [json.dumps(label).encode() for label in labels], "v1")


@pytest.mark.soak
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("generation", "strategy"),
    [
        ("v1", strategies.v1_records()),
        ("v1", strategies.v1_legacy_records()),
        ("v2", strategies.v2_records()),
    ],
    ids=["v1", "legacy", "v2"],
)
def test_hostile_records(tmp_path: Path, engine: str, generation: str, strategy: Any) -> None:
    texts = [strategies.to_json(record) for record in unique(drawn(strategy, amount(1000, 50), 1), generation)]
    check(tmp_path, engine, texts, generation)


@pytest.mark.parametrize("engine", ENGINES)
def test_frames_files(tmp_path: Path, engine: str) -> None:
    """Frames of a label are stored under it, line by line, and the label still says where they were."""
    folder, store = tmp_path / "frames", tmp_path / f"frames{SUFFIX[engine]}"
    folder.mkdir()
    labels = [
        label for label in v1_labels("video", 20) if isinstance(label["Label"], dict) and "frames" in label["Label"]
    ]
    lines = {label["ID"]: list(frame_lines(label)) for label in labels}
    for label_id, frames in lines.items():
        (folder / f"{label_id}.ndjson").write_text("".join(json.dumps(frame) + "\n" for frame in frames))
    export = tmp_path / "export.json"
    export.write_text(json.dumps(labels))
    report = load(store, [export], frames=folder)
    assert (report.frames_files, report.frames_missing, report.total("rejected")) == (len(labels), 0, 0)
    sql = "select label_id, frame_number, json from frame_json"
    found = {(label_id, number): text for label_id, number, text in rebuilt(store, sql)}
    assert len(found) == sum(map(len, lines.values()))
    for label_id, frames in lines.items():
        for frame in frames:
            text = found[label_id, frame["frameNumber"]]
            assert differences(json.dumps(frame).encode(), text.encode()) == []
    result = verify(store, [export], frames=folder)
    assert result.ok
    assert result.equal == len(labels) + len(found)


@pytest.mark.soak
@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_frames(tmp_path: Path, engine: str) -> None:
    folder, store = tmp_path / "frames", tmp_path / f"frames{SUFFIX[engine]}"
    folder.mkdir()
    frames = drawn(strategies.v1_frame_lines(), amount(1000, 100), 2)
    for number, frame in enumerate(frames):
        frame["frameNumber"] = number + 1
    (folder / "label.ndjson").write_bytes(b"\n".join(map(strategies.to_json, frames)))
    export = tmp_path / "export.json"
    export.write_text('[{"ID": "label", "Labeled Data": "x", "Label": {"frames": "https://example.com/label"}}]')
    assert load(store, [export], frames=folder).total("rejected") == 0
    found = dict(rebuilt(store, "select frame_number, json from frame_json"))
    for frame in frames:
        assert differences(strategies.to_json(frame), found[frame["frameNumber"]].encode()) == []


LITERALS = [
    "0",
    "-0.0",
    "1",
    "-1",
    "362",
    "362.0",
    "0.1",
    "48.28642362681235",
    "1504.5678901234567",
    "1e300",
    "1e-300",
    "5e-324",
    "2.2250738585072014e-308",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "1180591620717411303424",
    "0.30000000000000004",
    "1234.5678901234567",
    "1e22",
    "123456789012345680000",
    "3.141592653589793",
    "-48.28642362681235",
    "true",
    "false",
    "null",
    '""',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\u2028\\ud83d\\ude00"',
    "[]",
    "{}",
    "[1]",
    '{"a":',
    "null}",
]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_literal_in_every_column(tmp_path: Path, engine: str) -> None:
    """A value of any type and size, under a known key or an unknown one, at each level."""
    literals = [literal for literal in LITERALS if literal not in ('{"a":', "null}")] + ['{"a": null}']
    v1 = (
        '{"ID": "%d", "DataRow ID": "r", "Labeled Data": X, "External ID": X, "Seconds to Label": X, "Agreement": X,'
        ' "Has Open Issues": X, "Skipped": X, "new": X, "Created At": X, "Reviews": [{"score": X, "id": X, "new": X}],'
        ' "Media Attributes": {"width": X, "mimeType": X}, "Label": {"new": X, "objects": [{"featureId": X, "title": X,'
        ' "page": X, "keyframe": X, "new": X, "bbox": {"top": X, "left": X, "new": X}, "classifications": [{"title": X,'
        ' "new": X, "answer": {"title": X, "position": X, "new": X}}]}, {"featureId": "a", "polygon": [{"x": X, "y": X}]},'
        ' {"featureId": "b", "line": X}, {"featureId": "c", "point": {"x": X, "y": X}}, {"featureId": "d", "point": X},'
        ' {"featureId": "e", "data": {"location": {"start": X, "end": X}}}, {"featureId": "f", "bbox": X}],'
        ' "classifications": [{"title": "q", "answer": X}, {"title": "p", "answers": [X]}],'
        ' "relationships": [{"featureId": X, "data": {"source": X}, "version": X}]}}'
    )
    v2 = (
        '{"data_row": {"id": "%d", "row_data": X, "details": {"dataset_id": X}, "new": X}, "media_attributes": {"width": X,'
        ' "exif_rotation": X}, "attachments": [{"value": X}], "metadata_fields": [{"value": X, "schema_name": X}],'
        ' "embeddings": [{"dimensions": X, "values": [X]}], "new": X, "projects": {"p": {"name": X, "project_tags": [X],'
        ' "project_details": {"priority": X, "new": X, "workflow_history": [{"action": X}]}, "labels": [{"id": "l%d",'
        ' "version": X, "consensus_score": X, "label_details": {"created_at": X, "reviews": [{"score": X}]},'
        ' "performance_details": {"seconds_to_create": X, "skipped": X}, "annotations": {"new": X, "objects":'
        ' [{"name": X, "confidence": X, "bounding_box": {"top": X}, "page_dimensions": {"height": X, "width": 1}},'
        ' {"name": "m", "mask": {"url": X}, "composite_mask": {"url": "u", "color_rgb": [X], "new": X}}, {"name": "t",'
        ' "location": {"start": X, "token": X}}, {"name": "g", "geojson": {"type": "Point", "coordinates": [X, 1]}},'
        ' {"name": "r", "ranked_messages": {"ranked_messages": [{"order": X}], "parent_message_id": "m"}},'
        ' {"name": "s", "selected_message": {"message_id": X}}], "classifications": [{"name": "q", "text_answer":'
        ' {"content": X}}, {"name": "c", "checklist_answers": [{"name": X, "confidence": X, "classifications": [{"name":'
        ' X}]}]}], "segments": {"f": [[X, 1]]}, "key_frame_feature_map": {"f": [X]}, "frames": {"1": {"new": X}}}}]}}}'
    )
    v1_texts = [v1.replace("%d", str(n)).replace("X", literal).encode() for n, literal in enumerate(literals)]
    v2_texts = [v2.replace("%d", str(n)).replace("X", literal).encode() for n, literal in enumerate(literals)]
    for generation, texts in (("v1", v1_texts), ("v2", v2_texts)):
        for text in texts:
            json.loads(text)
        check(tmp_path, engine, texts, generation)


@pytest.mark.parametrize("engine", ENGINES)
def test_message_objects_without_messages(tmp_path: Path, engine: str) -> None:
    parents: list[dict[str, Any]] = [{}, {"parent_message_id": "m"}, {"parent_message_id": None}]
    blocks = [{"selected_messages": {"messages": [], **parent}} for parent in parents]
    blocks += [{"ranked_messages": {"ranked_messages": [], **parent}} for parent in parents]
    lines = [
        {"data_row": {}, "projects": {"p": {"labels": [{"annotations": {"objects": [block]}}]}}} for block in blocks
    ]
    check(tmp_path, engine, [json.dumps(line).encode() for line in unique(lines, "v2")], "v2")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_deep_answers(tmp_path: Path, engine: str, generation: str) -> None:
    """Questions nest to any depth; beyond 1000 levels of JSON a record is rejected."""
    if generation == "v1":
        inner = '{"title": "q", "answer": "end"}'
        for _ in range(200):
            inner = f'{{"title": "q", "answer": {{"title": "a", "classifications": [{inner}]}}}}'
        text = f'{{"ID": "deep", "Labeled Data": "x", "Label": {{"objects": [], "classifications": [{inner}]}}}}'
    else:
        inner = '{"name": "q", "text_answer": {"content": "end"}}'
        for _ in range(200):
            inner = f'{{"name": "q", "radio_answer": {{"name": "a", "classifications": [{inner}]}}}}'
        text = (
            '{"data_row": {"id": "deep"}, "projects": {"p": {"labels": [{"id": "l", "annotations":'
            f' {{"objects": [], "classifications": [{inner}]}}}}]}}}}}}'
        )
    check(tmp_path, engine, [text.encode()], generation)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("depth", "stored"), [(900, 1), (1500, 0)])
def test_depth_of_unknown_values(tmp_path: Path, engine: str, depth: int, stored: int) -> None:
    file, store = tmp_path / "deep.json", tmp_path / f"deep{SUFFIX[engine]}"
    file.write_text('[{"ID": "l", "Labeled Data": "x", "new": ' + "[" * depth + "]" * depth + "}]")
    report = load(store, [file])
    assert (report.total("added"), report.total("rejected")) == (stored, 1 - stored)
    if stored:
        assert verify(store, [file]).ok


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_store_cannot_hold_is_rejected(tmp_path: Path, engine: str) -> None:
    """Never altered: a lone surrogate, numbers beyond doubles, invalid UTF-8 and NaN; their neighbours are stored."""
    lines = [
        b'{"ID": "a", "Labeled Data": "ok"}',
        b'{"ID": "b", "Labeled Data": "\\ud800"}',
        b'{"ID": "c", "Labeled Data": "x", "Agreement": 1e400}',
        b'{"ID": "d", "Labeled Data": "\xff"}',
        b'{"ID": "e", "Labeled Data": "x", "Agreement": NaN}',
        b'{"ID": "f", "Labeled Data": "x", "Label": {"objects": [{"polygon": ["\xff"]}]}}',
        b'{"ID": "g", "Labeled Data": "ok"}',
    ]
    file, store = tmp_path / "bad.ndjson", tmp_path / f"bad{SUFFIX[engine]}"
    file.write_bytes(b"\n".join(lines))
    report = load(store, [file])
    assert (report.total("added"), report.total("rejected")) == (2, 5)
    rejects = rebuilt(store, "select position, byte_offset, raw from rejects order by position")
    assert [row[0] for row in rejects] == [1, 2, 3, 4, 5]
    assert all(file.read_bytes()[offset : offset + len(raw)] == raw for _, offset, raw in rejects)
    result = verify(store, [file])
    assert (result.equal, result.rejected, result.ok) == (2, 5, True)


@pytest.mark.sampled(0)
def test_both_engines_give_the_same_json(tmp_path: Path) -> None:
    """Labels of several objects and questions, loaded in another order than that of their ids; their answers are
    more than a row group of DuckDB holds.
    """
    file, labels = tmp_path / "many.json", 60_000
    question = '{"featureId":"%d","title":"q","answers":[{"title":"a%d"},{"title":"b"},{"title":"c"}]}'
    with file.open("w") as out:
        out.write("[")
        for number in range(labels):
            label = (number * 7919) % labels
            objects = ",".join(
                f'{{"featureId":"{label}-{place}","bbox":{{"top":{place},"left":{label / 3},"height":1,"width":2}},'
                f'"classifications":[{question % (place, place)},{question % (label, label)}]}}'
                for place in range(3)
            )
            between = "," if number else ""
            out.write(f'{between}{{"ID":"{label}","Labeled Data":"x","Label":{{"objects":[{objects}]}}}}')
        out.write("]")
    sql = "select label_id, json from label_json order by label_id"
    texts: list[Iterator[tuple[str, str]]] = []
    for engine in ENGINES:
        store = tmp_path / f"many{SUFFIX[engine]}"
        load(store, [file])
        if engine == "duckdb":  # children in another order than they came
            with duckdb.connect(str(store)) as connection:
                for table in ("objects", "bounding_boxes", "classifications", "answers"):
                    connection.execute(f"create or replace table {table} as select * from {table} order by random()")
        texts.append(iter(rebuilt(store, sql)))
    count = 0
    for (left_id, left), (right_id, right) in zip(*texts, strict=True):
        assert left_id == right_id
        assert left == right or json.loads(left) == json.loads(right)
        count += 1
    assert count == labels
