"""What another thread inserts into a DuckDB store while Python makes the next rows."""

from pathlib import Path
from threading import Event, Timer

import duckdb
import pytest

from labelstore.engines import open_database
from labelstore.engines.background import Background


def test_work_is_done_in_turn_before_wait_ends() -> None:
    done: list[int] = []
    background = Background()
    for number in range(200):
        background.begin(done.append, number)
    background.wait()
    assert done == list(range(200))
    background.close()


def test_wait_raises_what_work_raised_once() -> None:
    done: list[int] = []
    background = Background()
    background.begin(int, "no number")
    background.begin(done.append, 1)
    with pytest.raises(ValueError, match="no number"):
        background.wait()
    background.wait()
    assert done == [1]
    background.close()


def test_what_is_given_up_is_not_begun() -> None:
    done: list[str] = []
    begun, go = Event(), Event()
    background = Background()

    def first() -> None:
        begun.set()
        go.wait()
        done.append("first")

    background.begin(first)
    background.begin(done.append, "second")
    begun.wait()
    Timer(0.05, go.set).start()
    background.give_up()
    background.begin(done.append, "third")
    background.wait()
    assert done == ["first", "third"]
    background.close()


def test_rows_are_there_for_whoever_asks(tmp_path: Path) -> None:
    with open_database(tmp_path / "labels.duckdb", create=True) as database:
        database.begin()
        for number in range(100):
            database.insert_rows("rejects", [(1, number, 0, "", b"")])
            assert database.value("select count(*) from rejects") == number + 1
        database.commit()


def test_an_insert_that_fails_is_told_before_the_commit(tmp_path: Path) -> None:
    with open_database(tmp_path / "labels.duckdb", create=True) as database:
        database.begin()
        database.insert_rows("rejects", [(1, 0, 0, "", b"")])
        database.execute("drop table rejects")
        database.insert_rows("rejects", [(1, 1, 0, "", b"")])
        with pytest.raises(duckdb.Error, match="rejects"):
            database.commit()
        database.rollback()
        assert database.value("select count(*) from rejects") == 0
