"""Results as Arrow tables and DataFrames: the types of the schema, the same on both engines."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import labelstore
from labelstore.engines import arrow, open_database
from labelstore.engines.result import Result
from labelstore.engines.times import TIME, as_times
from labelstore.loading import load
from labelstore.samples import write
from labelstore.schema.column_types import _CATEGORIES, expression_type, is_time
from labelstore.schema.tables import columns, sql_names
from labelstore.store import Store
from tests.cells import ROOT, code_of, filled
from tests.making import store_of, v1
from tests.soaking import amount

Stores = tuple[Store, Store]
NAMES = pa.dictionary(pa.int32(), pa.string())
TYPES = {"integer": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(), "text": pa.string(), "blob": pa.binary()}

DIFFERENT = {"load_id", "file_name", "sha256", "started_at", "finished_at"}
"""Columns of `loads` whose values differ from load to load."""
SPELLED = {"piece", "json"}
"""Columns whose numbers the engines spell differently."""
OTHERWISE = {
    ("burn-down", "step"),
    ("data-rows-by-step", "step"),
    ("objects-per-label", "smallest"),
    ("objects-per-label", "largest"),
}
"""Canned queries that use the name of a computed column for another type; without rows SQLite cannot know better."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp("both")
    files = [sample.path for sample in write(folder / "samples", labels=4)]
    for name in ("x.db", "x.duckdb"):
        load(folder / name, files, frames=folder / "samples" / "frames")
    yield from _opened(folder)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp("empty_stores")
    for name in ("x.db", "x.duckdb"):
        open_database(folder / name, create=True).close()
    yield from _opened(folder)


def _opened(folder: Path) -> Iterator[Stores]:
    with labelstore.open(folder / "x.db") as sqlite, labelstore.open(folder / "x.duckdb") as duckdb:
        yield sqlite, duckdb


def relations(store: Store) -> dict[str, list[str]]:
    """The tables and views of the schema with their columns."""
    found = {one.name: one for one in store._open().relations()}
    return {name: list(one.columns) for name, one in found.items() if one.is_view or name in columns()}


def again(result: Result) -> list[Result]:
    """The result, three times: a query of a large view takes its time."""
    batches = list(result.batches())
    return [Result(result.columns, iter(()), lambda _: iter(batches)) for _ in range(3)]


def check_same(first: Result, second: Result, different: set[str] = SPELLED) -> pa.Table:
    """The rows in Arrow, whose types and values are the same on both engines; so are those of pandas and polars."""
    (a, b, c), (d, e, f) = again(first), again(second)
    ours, others = a.arrow(), d.arrow()
    assert ours.schema == others.schema
    assert rows(ours, different) == rows(others, different)
    frame, other = b.df(), e.df()
    assert frame.dtypes.astype(str).to_dict() == other.dtypes.astype(str).to_dict()
    kept = [name for name in frame.columns if name not in different | SPELLED]
    assert sorted(map(repr, _exact(frame[kept]))) == sorted(map(repr, _exact(other[kept])))
    polars, other_polars = c.pl(), f.pl()
    assert polars.schema == other_polars.schema
    assert sorted(map(repr, polars[kept].rows())) == sorted(map(repr, other_polars[kept].rows()))
    for name, type_ in zip(ours.column_names, ours.schema.types, strict=True):
        check_types(type_, str(frame[name].dtype), str(polars.schema[name]))
    return ours


def _exact(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def rows(table: pa.Table, different: set[str]) -> list[str]:
    found = [{key: value for key, value in row.items() if key not in different} for row in table.to_pylist()]
    return sorted(map(repr, found))


def check_types(type_: pa.DataType, pandas: str, polars: str) -> None:
    expected = {
        TIME: ("datetime64[us, UTC]", "Datetime(time_unit='us', time_zone='UTC')"),
        pa.int64(): ("Int64", "Int64"),
        pa.float64(): ("float64", "Float64"),
        pa.bool_(): ("boolean", "Boolean"),
        NAMES: ("category", "Categorical"),
        pa.binary(): ("object", "Binary"),
        pa.string(): (str(pd.Series(["a"]).dtype), "String"),
    }
    assert (pandas, polars) == expected[type_]


def declared(table: str, name: str) -> pa.DataType:
    """The type that a column of a table has in Arrow."""
    type_ = TYPES[columns()[table][name]]
    if type_ == pa.string() and is_time(name):
        return TIME
    return NAMES if type_ == pa.string() and name in _CATEGORIES else type_


@pytest.mark.soak
@pytest.mark.parametrize("which", ["both", "empty"])
def test_every_table_and_view_is_the_same_on_both_engines(which: str, request: pytest.FixtureRequest) -> None:
    first, second = request.getfixturevalue(which)
    names = relations(first)
    assert names == relations(second)
    assert set(names) > set(columns())
    views = [name for name in names if name not in columns()]
    for name in [*columns(), *views[:: amount(1, 3)]]:
        own = names[name]
        if which == "empty" and "json" in own and name not in columns():
            continue  # they differ from one another in their assets only, and DuckDB takes its time to plan each
        sql = f"select * from {name}"
        table = check_same(first.query(sql), second.query(sql), SPELLED | DIFFERENT if name == "loads" else SPELLED)
        if name in columns():
            assert {field.name: field.type for field in table.schema} == {key: declared(name, key) for key in own}


@pytest.mark.parametrize("which", ["both", "empty"])
def test_canned_queries_are_of_the_same_types_on_both_engines(which: str, request: pytest.FixtureRequest) -> None:
    first, second = request.getfixturevalue(which)
    for name in sql_names("queries"):
        found = [{field.name: field.type for field in store.ask(name).arrow().schema} for store in (first, second)]
        different = {(name, key) for key in found[0] if found[0][key] != found[1][key]}
        assert different <= (OTHERWISE if which == "empty" else set()), (
            "name what it computes in schema/column_types.py"
        )


def test_every_time_of_the_schema_is_told_by_its_name(both: Stores) -> None:
    """And no other text is a time."""
    times = {"created_at", "updated_at", "last_activity_at", "content_last_updated_at", "started_at", "finished_at"}
    times |= {"expires_at", "tried_at", "sent_at"}  # of pull, fetch and push
    named = {name for table in columns().values() for name, type_ in table.items() if type_ == "text" and is_time(name)}
    assert named == times | {"first_seen", "last_seen"}
    for table, own in columns().items():
        texts = [name for name, type_ in own.items() if type_ == "text"]
        found = both[0].query(f"select {', '.join(map(_quoted, texts)) or 1} from {table}")
        for name, values in zip(texts, zip(*found.rows, strict=True), strict=False):
            some = [value for value in values if value is not None]
            assert not some or (as_times(pa.array(some)) is not None) == (name in named), (table, name)


def _quoted(name: str) -> str:
    return f'"{name}"'


def test_categories_are_columns_of_the_schema_or_of_a_canned_query(both: Stores) -> None:
    texts = {name for table in columns().values() for name, type_ in table.items() if type_ == "text"}
    asked = {name for query in sql_names("queries") for name in both[0].ask(query).columns}
    assert _CATEGORIES - texts <= asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31T10:00:00.000Z", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("2024-01-31T10:00:00.123456+00:00", datetime(2024, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2024-01-31T10:00:00.123456000Z", datetime(2024, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2024-01-31T10:00:00+02:00", datetime(2024, 1, 31, 8, tzinfo=UTC)),
        ("2024-01-31T10:00:00-0530", datetime(2024, 1, 31, 15, 30, tzinfo=UTC)),
        ("2024-01-31T10:00:00", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("2024-01-31 10:00:00", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("0000-01-01T00:00:00Z", None),
        ("10000-01-01T00:00:00Z", None),
        ("2016-12-31T23:59:60Z", None),
        ("2024-01-31T10:00:00.123456789Z", None),
        ("2024-02-30T10:00:00Z", None),
        ("2024-01-31", None),
        ("1706695200000", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    made = as_times(pa.chunked_array([[text, None], ["2024-01-31T10:00:00Z", "2024-01-31T12:00:00+02:00"]]))
    assert (made and made.to_pylist()[:2]) == (expected and [expected, None])


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_a_time_that_is_none_leaves_its_column_text(tmp_path: Path, engine: str) -> None:
    spelled = ["2024-01-01T10:00:00.000+02:00", "n/a", "2024-01-01T10:00:00.123456789Z", None]
    records = [v1(f"label-{number}") | {"Created At": time} for number, time in enumerate(spelled)]
    with labelstore.open(store_of(tmp_path, engine, records)) as store:
        sql = (
            "select created_at, updated_at, max(created_at) as x from labels group by label_id, 1, 2 order by label_id"
        )
        frame = store.query(sql).df()
        assert [None if pd.isna(value) else value for value in frame["created_at"]] == spelled
        assert str(frame["updated_at"].dtype) == "datetime64[us, UTC]"
        assert store.query(sql).arrow().schema.field("x").type == pa.string()
        assert store.query(sql).pl()["created_at"].to_list() == spelled
        for format in ("parquet", "arrow"):
            arrow.write(store.query(sql).batches(size=1), tmp_path / "out", format)
            table = pa.Table.from_batches(list(arrow._read(tmp_path / "out", format)))
            assert table["created_at"].to_pylist() == spelled
            assert table.schema.field("updated_at").type == TIME
            (tmp_path / "out").unlink()


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_expressions_keep_the_type_of_their_values(tmp_path: Path, engine: str) -> None:
    sql = """
        select sum(case when skipped then 1 else 0 end) as skipped, count(*) as n, avg(review_count) as a,
            min(created_at) as first_at, min(created_at) as first, max(agreement) as agreement, 'x' as name,
            null as skipped_at
        from labels
    """
    with labelstore.open(store_of(tmp_path, engine, [v1("a")])) as store:
        schema = store.query(sql).arrow().schema
    assert schema.types[:7] == [pa.int64(), pa.int64(), pa.float64(), TIME, pa.string(), pa.float64(), NAMES]


def _result(declared: str, *values: Any, name: str = "x") -> Result:
    return Result([name], ((value,) for value in values), declared=lambda: [declared])


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize(
    ("declared", "values", "expected"),
    [
        ("boolean", [1, 0, None], [True, False, None]),
        ("boolean", [1, 2, None], [1, 2, None]),
        ("boolean", [1, "yes"], ["1", "yes"]),
        ("integer", [1, None, 2**62], [1, None, 2**62]),
        ("integer", [1, 1e30], [1.0, 1e30]),
        ("integer", [2**62, "10"], [str(2**62), "10"]),
        ("double", [1, None], [1.0, None]),
        ("text", [None, None], [None, None]),
        ("blob", [b"\xff", None], [b"\xff", None]),
    ],
)
def test_a_value_that_does_not_fit_is_not_lost(
    declared: str, values: list[Any], expected: list[Any], size: int
) -> None:
    table = arrow.table(_result(declared, *values).batches(size))
    assert table["x"].to_pylist() == expected
    assert not any(pa.types.is_null(type_) for type_ in table.schema.types)


def test_what_is_left_of_a_result_has_the_same_types(both: Stores) -> None:
    sql = "select label_id, skipped, created_at, agreement, objects_total, model_run_id, is_prediction from labels"
    for store in both:
        result = store.query(sql)
        next(iter(result))
        left, whole = result.arrow(), store.query(sql).arrow()
        assert (left.schema, left.num_rows) == (whole.schema, whole.num_rows - 1)


def test_the_second_column_of_a_name_has_the_type_of_the_first(both: Stores) -> None:
    sql = "select l.created_at, r.created_at, l.skipped, l.skipped from labels as l join records as r using (record_id)"
    types = [store.query(sql).arrow().schema.types for store in both]
    assert types == [[TIME, TIME, pa.bool_(), pa.bool_()]] * 2


def test_a_table_of_the_users_own_has_the_types_of_its_values(tmp_path: Path) -> None:
    import sqlite3

    path = store_of(tmp_path, "sqlite", [v1("a")])
    with sqlite3.connect(path) as connection:
        connection.execute("create table own (n integer, seen_at text)")
        connection.execute("insert into own values (1, '2024-01-01T10:00:00Z'), (null, null)")
    connection.close()
    with labelstore.open(path) as store:
        assert store.query("select * from own").arrow().schema.types == [pa.int64(), TIME]


@pytest.mark.parametrize("name", ["frame_number", "created_by", "created_at", "width", "nothing_known"])
def test_a_column_without_values_has_the_type_of_its_name(name: str) -> None:
    expected = {"frame_number": pa.int64(), "created_by": NAMES, "created_at": TIME, "width": pa.float64()}
    assert expression_type(name) in ("", *TYPES)
    assert arrow.table(_result("", None, name=name).batches()).schema.types == [expected.get(name, pa.string())]


def test_parquet_has_times_and_booleans(both: Stores, tmp_path: Path) -> None:
    for store in both:
        arrow.write(store.query("select * from labels").batches(size=50), tmp_path / "labels.parquet", "parquet")
        schema = pq.read_schema(tmp_path / "labels.parquet")
        found = {field.name: field.type for field in schema}
        assert found == {name: TIME if is_time(name) else TYPES[type_] for name, type_ in columns()["labels"].items()}
        assert [file.name for file in tmp_path.iterdir()] == ["labels.parquet"]


def test_the_page_shows_what_its_cells_print() -> None:
    page = (ROOT / "docs" / "how-to" / "dataframes.md").read_text(encoding="utf-8")
    assert len(code_of(page)) == page.count("```python")
    assert filled(page) == page, "run: python -m tests.cells docs/how-to/dataframes.md"
