"""Rows of large labels are put away while more are made: the same stores and reports, in little memory."""

import io
import json
import tracemalloc
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.extremes import made, video_frames, video_line
from labelstore import samples
from labelstore.files import Record, Source, split, split_taking
from labelstore.formats import decoding, frame_by_frame, record_kinds, shredding, walk
from labelstore.loading import load, record_writer
from labelstore.schema import tables
from labelstore.schema.tables import Rows, content_tables
from tests.test_core_loading import as_array, as_lines, texts, told
from tests.test_frame_by_frame import V1, V2, v1, v1_frame, v2_frame

ENGINES = pytest.mark.parametrize("engine", ["db", "duckdb"])
MANY = 24
"""Frames of a label that is refused."""


def make_large(monkeypatch: pytest.MonkeyPatch, size: int, rows: int) -> None:
    """Take texts of so many bytes for large, and so many rows for many."""
    for module in (record_kinds, decoding, frame_by_frame, record_writer):
        monkeypatch.setattr(module, "LARGE", size)
    monkeypatch.setattr(tables, "_MOST_OF_FRAMES", rows)


def v1_records() -> list[Any]:
    """Labels of videos; one that tells about another again, one with too many objects."""
    again = v1(v1_frame(1), v1_frame(5), ID="twice")
    refused = v1(*map(v1_frame, range(MANY)), ID="refused")
    found = [{**record, "ID": f"l{number}"} for number, record in enumerate(V1.values())]
    return [*samples.v1_labels("video", 3), *found, {**again, "Skipped": True}, refused, again]


def v2_records() -> list[Any]:
    """The same of v2, and labels in a model run."""
    found = [{**deepcopy(record), "data_row": {"id": f"d{number}"}} for number, record in enumerate(V2.values())]
    for number, record in enumerate(found):
        (project,) = record["projects"].values()
        project["labels"] = [{**label, "id": f"{label['id']}-{number}"} for label in project["labels"]]
    run = {"name": "r", "labels": [{"id": "m", "annotations": {"frames": {"1": v2_frame(), "2": v2_frame()}}}]}
    runs = {"data_row": {"id": "run"}, "experiments": {"e": {"name": "e", "runs": {"r": run}}}}
    return [*samples.v2_data_rows("video", 3), *found, runs]


def loaded(folder: Path, engine: str, name: str) -> tuple[Any, Any]:
    files = [as_array(folder / "a.json", texts(v1_records())), as_lines(folder / "b.ndjson", texts(v2_records()))]
    changed = as_array(folder / "c.json", texts([{**record, "Skipped": True} for record in v1_records()[:5]]))
    store = folder / f"{name}.{engine}"
    load(store, files, history=True)
    return told(store, load(store, [changed], history=True))


@ENGINES
def test_the_same_stores_and_reports(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELSTORE_PURE", "1")
    monkeypatch.setattr(walk, "MOST_OBJECTS", 7 * MANY)
    whole, report = loaded(tmp_path, engine, "whole")
    assert any("more than 168 objects" in row for row in whole["rejects"])
    parts: list[int] = []
    put_away = Rows.put_away

    def noted(rows: Rows) -> None:
        before = len(rows)
        put_away(rows)
        parts.append(before - len(rows))

    make_large(monkeypatch, 1, 5)
    monkeypatch.setattr(Rows, "put_away", noted)
    in_parts, report_in_parts = loaded(tmp_path, engine, "parts")
    assert sum(size > 0 for size in parts) > 50
    for table, rows in whole.items():
        assert in_parts[table] == rows, table
    assert report_in_parts == report


def test_a_record_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where rows of it and of the one before were put away together."""
    monkeypatch.setattr(tables, "_MOST_OF_FRAMES", 4)
    rows = Rows()
    rows.packs = True
    objects, place = rows["objects"], tables.node_place("objects")
    width = len(tables.columns()["objects"])
    nodes = [(record_id << tables.NODE_BITS) + number for record_id in (1, 2) for number in range(7)]
    for node in nodes:
        objects.append(tuple(node if at == place else None for at in range(width)))
        rows.put_away()
    rows.drop_from(2)
    left = [part["objects"] for part in rows.take_put_away()] + [objects]
    assert [row[place] for part in left for row in part] == nodes[:7]
    assert not list(rows.take_put_away())


def test_what_loads_look_at_before_is_not_put_away() -> None:
    kept = [table for table in content_tables() if table not in tables._tables_of_frames()]
    assert {"records", "labels", "model_runs", "data_row_projects", "media_attributes"} <= set(kept)


def test_a_large_text_is_in_memory_once() -> None:
    text = b'{"ID":"a","text":"%s"}' % (b"x" * (10 << 20))
    source = Source("a", io.BytesIO(b"[" + text + b" \n]"))
    tracemalloc.start()
    sizes = [(type(item), len(item.raw)) for item in split(source, lambda raw: None)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sizes == [(Record, len(text))]
    assert peak < 1.3 * len(text)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_a_large_label_takes_little_memory(generation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what Python holds; tests/test_large_label_memory.py asks for all."""
    make_large(monkeypatch, 1 << 20, 500)
    defaults = split_taking.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "chunk_bytes", 100_000)
    for module in (shredding, decoding):
        monkeypatch.setattr(module, "_PART_BYTES", 100_000)
    make = {"v1": video_frames, "v2": video_line}[generation]
    load(tmp_path / "a.db", [made(tmp_path / "small.json", make(2))])
    export = made(tmp_path / "large.json", make(200))
    large = export.read_bytes().replace(b"Roads", "\U0001f697".encode(), 1).replace(b"1.mp4", b"1.mp4?token=a", 1)
    export.write_bytes(large)
    tracemalloc.start()
    load(tmp_path / "b.db", [export])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2.5 * len(large)


@pytest.mark.parametrize("text", ["Straße", "\U0001f697" * 9, "a\ud800"])
def test_long_texts_in_parts(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is UTF-8 and how a record is hashed does not depend on where it is looked at in parts."""
    urls = [f"https://x/{number}.jpg?token=abc{number}&id={number}" for number in range(5)]
    raw = json.dumps({"ID": text, "urls": urls}, ensure_ascii=False).encode(errors="surrogatepass")
    is_utf8, whole = decoding._is_utf8(raw), shredding.hashes(raw)
    assert is_utf8 is ("\ud800" not in text)
    assert whole.urls is not None
    for size in (1, 3, 50):
        monkeypatch.setattr(decoding, "_PART_BYTES", size)
        monkeypatch.setattr(shredding, "_PART_BYTES", size)
        assert decoding._is_utf8(raw) == is_utf8
        assert shredding.hashes(raw) == whole
