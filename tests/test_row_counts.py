"""Rows counted from what views read, on both engines, beside counts of the views themselves."""

import json
import re
from pathlib import Path

import pytest

from labelstore import samples
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.loading import load
from labelstore.query.describe import described
from labelstore.query.row_counts import VIEWS, RowCounts
from labelstore.schema.catalogue import view_title
from labelstore.schema.dialects import view_files

COMPUTED = {"v1_pieces", "v2_pieces", "workflow_steps", "audio_spans"}
"""Views that have no number where they have rows."""


def _store(folder: Path, name: str, **wanted: object) -> Path:
    files = samples.write(folder / "samples", labels=8, **wanted)  # type: ignore[arg-type]
    frames = folder / "samples" / "frames"
    load(folder / name, [file.path for file in files], frames=frames if frames.is_dir() else None)
    return folder / name


@pytest.fixture(scope="module", params=["labels.db", "labels.duckdb"])
def everything(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of every asset type and both generations."""
    return _store(tmp_path_factory.mktemp("counts"), request.param)


def _computed(database: Database, name: str) -> int:
    return int(database.value(f'select count(*) from "{name}"'))


def test_all_views_are_known() -> None:
    assert set(VIEWS) == {view_title(file)[0] for file in view_files()}


def test_the_numbers_are_those_of_the_views(everything: Path) -> None:
    with open_database(everything, read_only=True) as database:
        names = [relation.name for relation in database.relations()]
        computed = {name: _computed(database, name) for name in names}
        counts = RowCounts(database)
        assert {name: counts.of(name) for name in names if name not in COMPUTED} == {
            name: number for name, number in computed.items() if name not in COMPUTED
        }
        assert min(computed[name] for name in VIEWS) > 0
        assert [counts.of(name) for name in sorted(COMPUTED)] == [None] * 4
        assert not any(counts.is_empty(name) for name in VIEWS)


@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_what_is_empty_is_known_to_be(tmp_path: Path, name: str) -> None:
    store = _store(tmp_path, name, generations=("v1",), asset_types=("image",))
    with open_database(store, read_only=True) as database:
        counts = RowCounts(database)
        empty = {view for view in VIEWS if counts.is_empty(view)}
        assert empty == {view for view in VIEWS if _computed(database, view) == 0}
        assert {"v2_pieces", "audio_spans", "entity_texts", "video_labels", "frame_features"} <= empty
        assert {counts.of(view) for view in empty} == {0}


def test_no_large_table_is_read(tmp_path: Path) -> None:
    """Of objects, classifications and answers only indexes are counted."""
    with open_database(_store(tmp_path, "labels.db"), read_only=True) as database:
        for sql in {sql for parts in VIEWS.values() for sql in parts}:
            for row in database.query(f"explain query plan {sql}"):
                assert (
                    re.match(r"SCAN (?!.*USING COVERING INDEX)(objects|classifications|answers|o|c|a)\b", row["detail"])
                    is None
                )


@pytest.mark.sampled(4)
def test_each_view_has_an_example(everything: Path) -> None:
    """Also on DuckDB, which would rebuild the JSON of all labels to give the first."""
    with open_database(everything, read_only=True) as database:
        same = "is not distinct from" if database.is_columnar else "is"
        for view in VIEWS:
            _, columns = described(database, view)
            values = {column.name: column.example for column in columns}
            assert any(value is not None for value in values.values()), view
            if "json" in values:
                row = {name: value for name, value in values.items() if name != "json"}
                where = " and ".join(f'"{name}" {same} ${name}' for name in row)
                texts = [
                    json.loads(found["json"]) for found in database.query(f'select * from "{view}" where {where}', row)
                ]
                assert json.loads(values["json"]) in texts, view
                flags = {column.name for column in columns if column.type == "boolean"}
                assert {type(values[name]) for name in flags} <= {bool if database.is_columnar else int, type(None)}
