"""Rows of the compiled core as columns of Arrow, and loads into DuckDB that insert these."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelstore import samples
from labelstore.core.arrow import Columns
from labelstore.core.library import SWITCH, library
from labelstore.core.shredding import Stretch
from labelstore.engines import duckdb as engine
from labelstore.engines import open_database
from labelstore.engines.arrow_columns import array, arrow_type
from labelstore.engines.duckdb_stretches import CollectedStretches
from labelstore.loading.load import load
from labelstore.schema.tables import columns, content_tables
from tests import declared
from tests.test_core_shredding import FILES, SAMPLES, lines_of, shredded, shredder, with_ids

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

EXTREME = [0.0, -0.0, 5, 1e300, -5e-324, 2**53 + 1, 0.1, -(2**31)]
TEXTS = ["", "\0", "a\0b", "犬 🐕", '"\\\n', "\x1f\x7f\u2028\ud7ff\ue000\uffff", "x" * 5000]


def collected(generation: str, lines: bytes, times: int = 1) -> tuple[CollectedStretches, Stretch]:
    """The rows of the first stretch of lines, added so often; and it."""
    core, found = library(), shredder(generation)
    assert core
    stretch, collection = found.stretch(), CollectedStretches(core)
    shredded(found, stretch, lines)
    for _ in range(times):
        collection.add(stretch)
    return collection, stretch


def assert_columns_have_the_rows(generation: str, lines: bytes, times: int = 1) -> int:
    """How many records there are; whole numbers are numbers with a point where the column has these."""
    collection, stretch = collected(generation, lines, times)
    assert collection.bytes == times * stretch.consumed
    rows: dict[str, list[str]] = {}
    for number, (table, kinds) in enumerate((table, columns()[table].values()) for table in content_tables()):
        for row in stretch.rows(number):
            typed = (
                float(value) if kind == "double" and value is not None else value
                for value, kind in zip(row, kinds, strict=True)
            )
            rows.setdefault(table, []).append(repr(tuple(typed)))
    tables = dict(collection.tables())
    del collection  # the arrays keep what they stand in
    for found in tables.values():
        found.validate(full=True)
    found_rows = {
        table: list(map(repr, zip(*found.to_pydict().values(), strict=True))) for table, found in tables.items()
    }
    assert found_rows == {table: some * times for table, some in rows.items()}
    return len(stretch.made)


@pytest.mark.parametrize(
    ("generation", "asset_type"), [("v1", "image"), ("v1", "text"), ("v2", "image"), ("v2", "llm")]
)
@pytest.mark.parametrize("times", [1, 3])
def test_columns_have_the_rows_of_stretches(generation: str, asset_type: str, times: int) -> None:
    records = SAMPLES[generation](asset_type, 60)
    assert assert_columns_have_the_rows(generation, lines_of(records, ensure_ascii=False), times) > 0


@pytest.mark.parametrize("generation", SAMPLES)
def test_columns_have_every_field(generation: str) -> None:
    records = with_ids(generation, (record for _, record in declared.with_all_fields(generation, 0)))
    assert assert_columns_have_the_rows(generation, lines_of(records)) > 1


@pytest.mark.parametrize("generation", SAMPLES)
@given(st.data())
def test_columns_of_hostile_records(generation: str, data: st.DataObject) -> None:
    records = with_ids(generation, data.draw(FILES[generation]))
    assert_columns_have_the_rows(generation, lines_of(records))


def test_a_value_of_another_type_is_an_error() -> None:
    core, found = library(), shredder("v1")
    assert core
    stretch = found.stretch()
    shredded(found, stretch, lines_of(samples.v1_labels("image", 1)))
    with pytest.raises(TypeError, match="cannot hold"):
        Columns(core, ["boolean"] * len(columns()["records"])).add(stretch, 0)


VALUES = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "text": st.text(),
    "blob": st.binary(),
}


@given(st.data())
def test_few_values_of_python_are_laid_out_as_pyarrow_does(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(VALUES)))
    values = data.draw(st.lists(st.none() | VALUES[kind], min_size=1, max_size=20))
    found = array(values, arrow_type(kind))
    found.validate(full=True)
    assert found.equals(pa.array(values, arrow_type(kind)))


@pytest.mark.parametrize(("kind", "value"), [("integer", "1"), ("integer", 2**63), ("text", 1)])
def test_a_value_of_python_of_another_type_is_an_error(kind: str, value: Any) -> None:
    with pytest.raises((pa.ArrowException, OverflowError, TypeError)):
        array([None, value], arrow_type(kind))


# -- whole loads ------------------------------------------------------------------------------------------------------


def hostile_labels() -> Iterable[dict[str, Any]]:
    """Labels with extreme numbers and texts, some of which Python has to read."""
    for number, value in enumerate(EXTREME):
        box = {"top": value, "left": -1.5, "height": 2, "width": value}
        objects = [{"featureId": f"feature {number}", "title": text, "value": "car", "bbox": box} for text in TEXTS]
        yield {
            "ID": f"label {number}",
            "DataRow ID": f"row {number}",
            "Label": {"objects": objects},
            "a\0": TEXTS[number - 1],
        }


def stored(path: Path) -> dict[str, Any]:
    """The rows of all tables, without times of the load; numbers as they are spelled."""
    connection = duckdb.connect(str(path), read_only=True)
    found: dict[str, Any] = {}
    for table, kinds in columns().items():
        names = ", ".join(f'"{name}"' for name in kinds if table != "loads" or not name.endswith("ed_at"))
        found[table] = sorted(map(repr, connection.execute(f"select {names} from {table}").fetchall()))
    connection.close()
    return found


@pytest.mark.parametrize("together", [1, 1 << 30])
@pytest.mark.usefixtures("anew")
def test_a_store_is_that_of_pure_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    """Whether the rows of each stretch are inserted at once, or those of all; with labels that come again."""
    monkeypatch.setattr(engine, "TOGETHER", together)
    labels = [*SAMPLES["v1"]("image", 60), *hostile_labels()]
    again = [{**label, "Created By": "again@example.com"} for label in labels[:3]]
    texts = {
        "labels": lines_of([*labels, *again]),
        "lines": lines_of(SAMPLES["v2"]("image", 40)),
        "rejects": lines_of([*labels[5:8], {"ID": 5}]) + b'{"ID": "\\ud800"}\n',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.ndjson").write_bytes(text)
    for name, switch in {"core": "0", "pure": "1"}.items():
        monkeypatch.setenv(SWITCH, switch)
        report = load(tmp_path / f"{name}.duckdb", [str(tmp_path / f"{name}.ndjson") for name in texts])
        assert [report.total(what) for what in ("repeated", "unchanged", "rejected")] == [3, 3, 1]
    found = stored(tmp_path / "core.duckdb")
    assert found["objects"]
    assert found == stored(tmp_path / "pure.duckdb")


def test_what_fails_is_told(tmp_path: Path) -> None:
    """And nothing is left of a transaction that is given up."""
    _, stretch = collected("v1", lines_of(SAMPLES["v1"]("image", 5)))
    with engine.DuckdbDatabase(tmp_path / "labels.duckdb", create=True) as database:
        database.begin()
        database.execute("alter table labels rename to others")
        database.insert_stretch(stretch)
        with pytest.raises(duckdb.Error, match="labels does not exist"):
            database.commit()
        database.insert_stretch(stretch)
        database.rollback()
        assert database.value("select count(*) from records") == 0


@pytest.mark.usefixtures("anew")
def test_row_groups_of_a_new_store_are_small_and_do_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ROW_GROUP", 2048)
    _, stretch = collected("v1", lines_of(SAMPLES["v1"]("image", 60)))
    with open_database(tmp_path / "a.duckdb", create=True) as database:
        database.begin()
        for _ in range(20):
            database.insert_stretch(stretch)
        rows = int(database.value("select count(*) from objects"))
        assert rows > 2 * 2048
        assert int(database.value("select current_setting('write_buffer_row_group_count')")) == 1
        database.commit()
        sql = "select count(distinct row_group_id) from pragma_storage_info('objects')"
        assert list(database.query(sql).rows) == [(-(-rows // 2048),)]


def test_a_load_into_duckdb_needs_no_pandas(tmp_path: Path) -> None:
    """Which pyarrow imports for values of Python."""
    (tmp_path / "a.ndjson").write_bytes(lines_of([*SAMPLES["v2"]("image", 20), {"data_row": {"id": "a"}, "b": 1}]))
    code = (
        "import sys; from labelstore.loading.load import load;"
        f"print(load({str(tmp_path / 'a.duckdb')!r}, [{str(tmp_path / 'a.ndjson')!r}]).labels, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    labels, has_pandas = done.stdout.split()
    assert int(labels) > 0
    assert has_pandas == "False"
