"""No statement grows with the data: each has a bounded number of parameters, however many labels a line has."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import apsw
import pytest

from labelstore.engines import open_database
from labelstore.engines.database import TOGETHER
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.history import diff_loads
from labelstore.loading import load
from labelstore.publishing import publish
from labelstore.verifying import verify

LABELS = 3 * TOGETHER


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite refuses statements with many more parameters than values are asked for together."""
    reader, writer = SqliteDatabase._reader, SqliteDatabase._writer

    def bounded_reader(database: SqliteDatabase) -> sqlite3.Connection:
        connection = reader(database)
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, TOGETHER + 10)
        return connection

    def bounded_writer(database: SqliteDatabase) -> apsw.Connection:
        connection = writer(database)
        connection.limit(apsw.SQLITE_LIMIT_VARIABLE_NUMBER, TOGETHER + 10)
        return connection

    monkeypatch.setattr(SqliteDatabase, "_reader", bounded_reader)
    monkeypatch.setattr(SqliteDatabase, "_writer", bounded_writer)


def line(row: str, name: str, count: int) -> dict[str, Any]:
    labels = [
        {
            "id": f"{row}-{number}",
            "annotations": {
                "objects": [{"feature_id": f"f-{row}-{number}", "name": name, "annotation_kind": "ImagePoint"}]
            },
        }
        for number in range(count)
    ]
    return {"data_row": {"id": row}, "projects": {"p": {"name": "Roads", "labels": labels}}}


@pytest.mark.sampled(4)
@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_thousands_of_labels_in_a_line(tmp_path: Path, name: str) -> None:
    store = tmp_path / name
    exports = []
    for number, (what, count) in enumerate((("car", LABELS), ("bus", LABELS), ("bus", 2))):
        lines = [line(f"row{row}", what, count if row == 0 else 1) for row in range(1 if count == LABELS else 2)]
        exports.append(tmp_path / f"{number}.ndjson")
        exports[-1].write_text("".join(json.dumps(each) + "\n" for each in lines))
        report = load(store, [exports[-1]], prune=True)
        assert report.total("rejected") == 0
    assert report.total("pruned") == LABELS - 2
    assert verify(store, [exports[-1]]).equal == 2
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from labels") == 3
        assert database.value("select count(*) from versions") == 2 * LABELS
        assert sum(1 for _ in diff_loads(database, 1, 2)) == LABELS
    publish(store, tmp_path / "published.db", projects=["Roads"])


@pytest.mark.usefixtures("bounded")
def test_thousands_of_records_that_come_again(tmp_path: Path) -> None:
    store, export = tmp_path / "labels.db", tmp_path / "export.ndjson"
    for name in ("car", "bus", "bus"):
        lines = [line(f"row{row}", name, 1) for row in range(LABELS)]
        export.write_text("".join(json.dumps(each) + "\n" for each in [*lines, line("other", name, 1)]))
        load(store, [export])
    assert verify(store, [export]).equal == LABELS + 1
