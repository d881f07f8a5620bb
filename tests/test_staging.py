"""Files that tell about the same labels again and again, in a DuckDB store: by way of SQLite, with the same outcome."""

import json
import random
import zlib
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.loading import Report, load, storing
from labelstore.loading.staging import load_staged
from labelstore.schema.tables import columns
from labelstore.verifying import verify

_COUNTS = ("records", "added", "changed", "unchanged", "repeated", "stale", "rejected", "missing", "pruned")


def label(label_id: str, name: str) -> dict[str, Any]:
    thing = {"feature_id": f"f-{label_id}", "name": name, "annotation_kind": "ImagePoint", "point": {"x": 1.5, "y": 2}}
    return {"id": label_id, "annotations": {"objects": [thing]}}


def line(*labels: Any, row: str = "d1", **blocks: Any) -> dict[str, Any]:
    return {"data_row": {"id": row}, "projects": {"p": {"name": "P", "labels": list(labels)}}, **blocks}


def element(label_id: str, agreement: int) -> dict[str, Any]:
    return {"ID": label_id, "DataRow ID": "d2", "Agreement": agreement, "Label": {"objects": []}, "Project Name": "P"}


def save(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + "{broken\n")
    return path


def overlapping(dice: random.Random) -> list[Any]:
    found: list[Any] = []
    for number in range(14):
        if number % 3 == 0:
            found.append(element(dice.choice(["a", "b"]), dice.randint(1, 3)))
        else:
            labels = [label(f"l{place}", dice.choice(["car", "bus"])) for place in dice.sample(range(4), 2)]
            blocks = {"attachments": [{"value": dice.choice("xy")}]} if dice.random() < 0.4 else {}
            found.append(line(*labels, row=dice.choice(["d1", "d3"]), **blocks))
    return found


def contents(store: Path, report: Report) -> dict[str, Any]:
    with open_database(store, read_only=True) as database:
        found: dict[str, Any] = {count: report.total(count) for count in _COUNTS}
        for table in ("labels", "objects", "data_row_projects", "records", "data_rows", "projects", "rejects"):
            kinds = columns()[table]
            names = [f'"{name}"' for name in kinds if name not in ("content_hash", "url_hash")]
            rows = database.query(f"select {', '.join(names)} from {table}").rows
            flags = [kind == "boolean" for name, kind in kinds.items() if name not in ("content_hash", "url_hash")]
            found[table] = sorted(
                repr(
                    [
                        bool(value) if flag and value is not None else value
                        for value, flag in zip(row, flags, strict=True)
                    ]
                )
                for row in rows
            )
        sql = "select label_id, load_id, position, replaced_by, json from versions"
        found["versions"] = sorted((*row[:4], zlib.decompress(row[4])) for row in database.query(sql).rows)
        return found


def test_the_outcome_is_that_of_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_MOST_CUT", 0)
    monkeypatch.setattr(storing, "_COPIED_FOR_A_CUT", float("inf"))
    staged: list[Path] = []

    def noted(path: Path, *more: Any) -> None:
        staged.append(path)
        load_staged(path, *more)

    monkeypatch.setattr(storing, "load_staged", noted)
    dice = random.Random(5)
    for number in range(3):
        file = save(tmp_path / f"{number}.ndjson", overlapping(dice))
        found = []
        for name in ("labels.db", "labels.duckdb"):
            report = load(tmp_path / name, [file], prune=number == 2)
            found.append(contents(tmp_path / name, report))
        assert found[0] == found[1]
    assert staged == [tmp_path / "labels.duckdb"] * 3
    assert verify(tmp_path / "labels.duckdb", [file]).as_json()["different"] == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_a_label_that_a_load_brings_twice_into_a_store_without_labels(tmp_path: Path, name: str) -> None:
    load(tmp_path / name, [save(tmp_path / "0.ndjson", [line()])])
    twice = [line(label("l1", "car")), line(label("l1", "bus"))]
    report = load(tmp_path / name, [save(tmp_path / "1.ndjson", twice)])
    assert (report.total("changed"), report.total("repeated")) == (1, 1)
    with open_database(tmp_path / name, read_only=True) as database:
        assert database.value("select name from objects") == "bus"
