"""A store in several threads, after a fork, pickled: it works, or says what to do."""

import copy
import os
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.engines.result import Result
from labelstore.errors import LabelstoreError, StoreError, UsageError
from labelstore.store import Store
from tests.making import box, store_of, v1

THREADS = 8
RECORDS = [v1(f"l{number}", box("Car", f"c{number}", 1, 2, 3, 4)) for number in range(60)]
OBJECTS = "select o.object_id, p.object_id from objects as o, objects as p"


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("threads"), request.param, RECORDS)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with labelstore.open(path) as opened:
        yield opened


def test_threads_ask_one_store_at_the_same_time(store: Store) -> None:
    together = threading.Barrier(THREADS)

    def ask(number: int) -> list[int]:
        together.wait(30)
        return [
            len(list(store.query(OBJECTS))),
            store.query("select * from labels").arrow().num_rows,
            len(list(store.labels())),
            len(list(store.ask("class-counts"))),
            len(store.label(f"l{number}")["Label"]["objects"]),
        ]

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(THREADS))) == [[3600, 60, 60, 1, 1]] * THREADS


def test_a_result_is_read_by_one_thread_at_a_time(store: Store) -> None:
    result = store.query(OBJECTS)
    together = threading.Barrier(THREADS)

    def read(_: int) -> int:
        together.wait(30)
        found = 0
        with suppress(LabelstoreError):
            for _row in result.rows:
                found += 1
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(read, range(THREADS))) == 3600  # no row twice, none lost


def test_a_result_goes_to_another_thread(path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        with labelstore.open(path) as store:
            result = pool.submit(store.query, OBJECTS).result()
            next(result.rows)
            assert len(list(result)) == 3599
        with pytest.raises(StoreError, match="was closed before its result was read; query again"):
            list(_begun(store, pool))


def _begun(store: Store, pool: ThreadPoolExecutor) -> Result:
    result = pool.submit(store.query, OBJECTS).result()
    next(result.rows)
    store.close()
    return result


def test_a_second_reader_is_told_while_the_first_is_at_work() -> None:
    from labelstore.engines.result import Once

    def values() -> Iterator[int]:
        yield 1
        with pytest.raises(UsageError, match="let each thread query its own"):
            next(once)
        with pytest.raises(UsageError, match="let each thread query its own"):
            list(once)
        with pytest.raises(UsageError, match="let each thread query its own"):
            once.peek(1)
        yield 2

    once = Once(values())
    assert list(once) == [1, 2]


def test_other_errors_of_values_stay_as_they_are() -> None:
    from labelstore.engines.result import Once

    def values() -> Iterator[int]:
        raise ValueError("of its own")
        yield

    for read in (next, list, lambda once: once.peek(1)):
        with pytest.raises(ValueError, match="of its own"):
            read(Once(values()))


def test_what_is_read_ahead_still_comes(store: Store) -> None:
    result = store.query("select label_id from labels order by label_id")
    expected = sorted((record["ID"],) for record in RECORDS)
    rows: Any = result.rows
    assert rows.peek(3) == expected[:3]
    reading = iter(rows)
    assert next(reading) == expected[0]
    assert rows.peek(5) == expected[1:6]
    assert next(rows) == expected[1]
    assert rows.peek(70) == expected[2:]
    assert list(reading) == expected[2:]
    assert rows.peek(1) == []


def in_a_fork(work: Callable[[], object]) -> str:
    """What a forked process says."""
    read, write = os.pipe()
    if not (child := os.fork()):
        try:
            os.write(write, str(work()).encode())
        except BaseException:
            os.write(write, traceback.format_exc(0).encode())
        finally:
            os._exit(0)
    os.close(write)
    with open(read, encoding="utf-8") as said:
        text = said.read()
    os.waitpid(child, 0)
    return text


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_after_a_fork_a_store_is_opened_again(store: Store, path: Path) -> None:
    result = store.query(OBJECTS)
    next(result.rows)
    assert "StoreError" in (said := in_a_fork(lambda: store.label("l1")))
    assert "was opened before this process was forked; open it again here" in said
    for read in (list, lambda result: next(result.rows), lambda result: result.rows.peek(1), Result.df):
        assert "open the store here, and query again" in in_a_fork(lambda read=read: read(result))  # type: ignore[misc]
    assert in_a_fork(store.close) == "None"
    assert in_a_fork(lambda: repr(store)) == f"<Store {path}: was opened before this process was forked>"
    assert in_a_fork(lambda: len(list(labelstore.open(path).labels()))) == "60"
    assert len(list(result)) == 3599


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_neither_a_store_nor_a_result_is_pickled_or_copied(store: Store, way: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match=r"open it again: labelstore.open\('.*threads"):
        way(store)
    with pytest.raises(TypeError, match=r"take list\(result\), df\(\) or arrow\(\)"):
        way(store.query("select 1"))


def test_threads_share_a_mirror(tmp_path: Path) -> None:
    path = store_of(tmp_path, "sqlite", RECORDS[:2])
    with labelstore.open(path, engine="duckdb") as store, ThreadPoolExecutor(2) as pool:
        counted = pool.map(lambda _: next(store.query("select count(*) from labels").rows)[0], range(2))
        assert list(counted) == [2, 2]
