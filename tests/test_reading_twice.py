"""A path is a path, and a result is read once or says so, in Python."""

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.engines.result import Result
from labelstore.errors import LabelstoreError
from labelstore.loading import load
from labelstore.store import Store
from labelstore.verifying import verify
from tests.making import box, store_of, v1


@pytest.fixture(params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    path = store_of(tmp_path, request.param, [v1("a", box("Car", "c1", 1, 2, 3, 4), box("Bus", "c2", 1, 2, 3, 4))])
    with labelstore.open(path) as opened:
        yield opened


READERS: dict[str, Callable[[Result], int]] = {
    "dicts": lambda result: len(list(result)),
    "rows": lambda result: len(list(result.rows)),
    "arrow": lambda result: result.arrow().num_rows,
    "batches": lambda result: sum(batch.num_rows for batch in result.batches()),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("second", READERS)
@pytest.mark.parametrize("first", READERS)
@pytest.mark.parametrize("where", ["", " where 1 = 0"])
def test_a_second_reading_is_an_error_not_nothing(store: Store, first: str, second: str, where: str) -> None:
    result = store.query(f"select name from objects{where}")
    assert READERS[first](result) == (0 if where else 2)
    with pytest.raises(LabelstoreError, match=r"read to its end before; keep its rows with list\(\), or query again"):
        READERS[second](result)


def test_a_reading_that_stopped_goes_on(store: Store) -> None:
    result = store.query("select name from objects order by name")
    assert [row["name"] for row in islice(result, 1)] == ["Bus"]
    assert list(result.rows) == [("Car",)]
    result = store.query("select name from objects order by name")
    for row in result:
        assert row["name"] == "Bus"
        break
    assert [row["name"] for row in result] == ["Car"]
    result = store.query("select name from objects order by name")
    assert next(result.rows) == ("Bus",)
    assert result.arrow().to_pylist() == [{"name": "Car"}]
    assert next(result.rows, None) is None


def test_objects_and_canned_queries_too(store: Store) -> None:
    for result in (store.objects(), store.ask("class-counts")):
        assert len(list(result)) == 2
        with pytest.raises(LabelstoreError, match="read to its end before"):
            list(result)


def test_one_path_alone_and_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps([v1("a")]))
    monkeypatch.chdir(tmp_path)
    ways: list[Any] = [file, str(file), file.name, [file], (str(file),), iter([file])]
    for number, files in enumerate(ways):
        assert load(f"{number}.db", files).total("records") == 1
        assert verify(f"{number}.db", file.name).ok
        with labelstore.open(f"{number}.db") as opened:
            assert opened.load(file.name).total("unchanged") == 1
