"""The comparison of two stores: what it takes for the same, and that it finds each kind of difference."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from labelstore.loading import load
from labelstore.samples import write
from labelstore.schema.tables import NODE_BITS, columns, content_tables
from tests.making import ENGINES, box, feature, store_of, v1
from tools.compare_stores import main

ASKED = feature("Color", "q1", answer=feature("Red", "a1", classifications=[]))
ROW_DATA = "row_data: 2 rows differ, the first ('row-a',): 'https://storage.example.com/a.jpg' → None"
ELEMENTS = [v1("a", box("Car", "c1", 1, 2, 3, 4, classifications=[ASKED])), v1("b", box("Car", "c2", 5, 6, 7, 8.5))]


def changed(store: Path, sql: str) -> Path:
    """A copy of a SQLite store after some statements."""
    copy = store.with_name("changed.db")
    copy.write_bytes(store.read_bytes())
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.executescript(sql)
    return copy


@ENGINES
def test_a_store_is_the_same_as_itself(tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    store = str(store_of(tmp_path, engine, ELEMENTS))
    assert main([store, store]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "objects: 2 rows compared, no difference" in lines
    assert "answers: 1 rows compared, no difference" in lines
    assert lines[-1] == "35 rows compared: no difference"


def test_engines_and_the_numbers_of_nodes_make_no_difference(tmp_path: Path) -> None:
    """Samples of every asset type and both generations; in one store all records have higher numbers."""
    write(tmp_path / "samples", labels=4)
    files = [path for path in sorted((tmp_path / "samples").iterdir()) if path.is_file()]
    for suffix in ("db", "duckdb"):
        load(tmp_path / f"labels.{suffix}", files, frames=tmp_path / "samples" / "frames")
    higher = changed(tmp_path / "labels.db", "; ".join(with_higher_numbers()))
    assert main([str(tmp_path / "labels.duckdb"), str(higher)]) == 0


def with_higher_numbers() -> Iterator[str]:
    for table in ("data_rows", *content_tables()):
        numbers = [name for name, kind in columns()[table].items() if kind == "integer" and name.endswith("_id")]
        for name in numbers:
            if not name.endswith("load_id"):
                yield f"update {table} set {name} = {name} + {1000 if name == 'record_id' else 1000 << NODE_BITS}"


@pytest.mark.parametrize(
    ("sql", "lines"),
    [
        (
            "update bounding_boxes set height = 8 where height = 8.5",
            ["height: 1 rows differ, the first (1, 1, 2): 8.5 → 8.0"],
        ),
        (
            "update labels set version = 1.5 where label_id = 'b'",
            ["version: 1 rows differ, the first (1, 1, 0): None → '1.5'"],
        ),
        (
            "update data_rows set row_data = null, width = 7",
            [ROW_DATA, "width: 2 rows differ, the first ('row-a',): None → 7.0"],
        ),
        (
            "update objects set end_id = end_id + 1 where end_id is not null",
            ["end_id: 1 rows differ, the first (1, 0, 2): 6 → 7"],
        ),
        ("delete from answers", ["rows only in OLD: 1, the first (1, 0, 4)"]),
        ("insert into projects values ('p0', 'Rivers')", ["rows only in NEW: 1, the first ('p0',)"]),
        ("alter table reviews add column stars integer", ["columns only in NEW: stars"]),
        ("pragma legacy_alter_table = on; alter table reviews drop column score", ["columns only in OLD: score"]),
    ],
)
def test_differences_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], sql: str, lines: list[str]) -> None:
    store = store_of(tmp_path, "sqlite", ELEMENTS)
    assert main([str(store), str(changed(store, sql))]) == 1
    told = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert told == lines


def test_what_is_ignored_is_no_difference(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", ELEMENTS)
    other = changed(store, "update bounding_boxes set height = 8")
    assert main([str(store), str(other), "--ignore", "bounding_boxes.width"]) == 1
    assert main([str(store), str(other), "--ignore", "bounding_boxes.width", "bounding_boxes.height"]) == 0
