"""How many statements a load into a SQLite store takes, and what they look through: timings are never asserted."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import apsw
import pytest

from labelstore.engines.sqlite import SqliteDatabase
from labelstore.loading import load
from tests.making import box, feature, v1

LABELS = 60


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each statement ran, those of many rows once a row."""
    found: Counter[str] = Counter()

    def count(_: Any, sql: str, __: Any) -> bool:
        found[" ".join(sql.split())] += 1
        return True

    opened = SqliteDatabase._writer

    def writer(database: SqliteDatabase) -> apsw.Connection:
        connection = opened(database)
        connection.exec_trace = count
        return connection

    monkeypatch.setattr(SqliteDatabase, "_writer", writer)
    return found


def export(folder: Path, *, token: str = "1", seconds: int = 30, labels: int = LABELS) -> Path:
    """Labels with an object, an answered question and URLs with tokens."""
    path = folder / "export.json"
    answer = feature("Yes", "f3")
    question = [feature("Is it whole?", "f2", answer=answer)]
    records = [
        v1(
            f"l{number}",
            box("Car", f"f{number}", 1, 2, 3, 4, instanceURI=f"https://example.com/{number}?token={token}"),
            classifications=question,
            **{"Seconds to Label": seconds},
        )
        for number in range(labels)
    ]
    path.write_text(json.dumps(records))
    return path


def total(ran: Counter[str], *words: str) -> int:
    return sum(times for sql, times in ran.items() if all(word in sql for word in words))


def test_replaced_labels_go_together(tmp_path: Path, ran: Counter[str]) -> None:
    store = tmp_path / "labels.db"
    load(store, [export(tmp_path)])
    ran.clear()
    assert load(store, [export(tmp_path, seconds=31)]).total("changed") == LABELS
    assert total(ran, "delete from objects ") == 1
    assert total(ran, "delete from points ") == 0  # there are none
    assert total(ran, "insert into versions ") == LABELS
    assert total(ran, "from label_json") == 0  # the text that was compared is the one to keep
    assert total(ran, "_pieces") <= 2  # neighbours are read together
    assert total(ran, "select", "from labels as l join records") <= 5


def test_new_tokens_are_written_alone(tmp_path: Path, ran: Counter[str]) -> None:
    store = tmp_path / "labels.db"
    load(store, [export(tmp_path)])
    ran.clear()
    assert load(store, [export(tmp_path, token="2")]).total("unchanged") == LABELS
    assert total(ran, 'update objects set "instance_uri" = ?2 where') == LABELS
    for table in ("records", "labels", "objects", "classifications", "data_rows"):
        assert total(ran, f"delete from {table} where") <= (table == "data_rows"), table
        assert total(ran, f"insert into {table} values") == 0, table
    with SqliteDatabase(store, read_only=True) as database:
        assert database.value("select count(*) from objects where instance_uri like '%?token=2'") == LABELS
        assert database.value("select count(*) from records where url_load_id = 2") == LABELS


def test_the_end_of_a_load_looks_at_no_other_records(tmp_path: Path, ran: Counter[str]) -> None:
    store = tmp_path / "labels.db"
    load(store, [export(tmp_path, labels=2000)])
    ran.clear()
    load(store, [export(tmp_path, seconds=31, labels=2)])
    looking = [sql for sql in ran if "data_rows" in sql or "missing" in sql]
    assert len(looking) >= 4
    with SqliteDatabase(store) as database:
        for what in ("unchanged_records", "labels_not_stored", "projects_not_stored"):
            database.note(what, [])
        for sql in looking:
            if not sql.startswith("update loads"):
                plan = [row[3] for row in database.query(f"explain query plan {sql}", _unbound(sql)).rows]
                scans = [step for step in plan if step in ("SCAN labels", "SCAN records", "SCAN r", "SCAN l")]
                assert not scans, (sql, plan)


def _unbound(sql: str) -> Any:
    return {"first": 1} if "$first" in sql else (1,) * sql.count("?")
