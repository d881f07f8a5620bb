"""What can be wrong with a lake, or odd in what it loads: one line with a way out, and no record lost."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from labelstore.engines.arrow_columns import arrow_schema
from labelstore.errors import LabelstoreError, StoreError
from labelstore.lake import load as loading
from labelstore.lake.commits.delta import lake_tables
from labelstore.lake.commits.snapshot import MARK, open_lake
from labelstore.lake.load import load
from labelstore.lake.opening import lake_at, open_snapshot
from labelstore.lake.place import OWN, own
from tests.soaking import amount
from tests.test_lake_load import array, assert_like_store, labels, lines, verified
from tests.test_reloading import v1_label, v2_label, v2_line


class Given:
    def __init__(self, folder: Path) -> None:
        self.export = array(folder / "export.json", labels(*range(3)))
        self.lake = folder / "lake"
        load(self.lake, str(self.export), jobs=1)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return Given(tmp_path_factory.mktemp("faults"))


def _write(name: str, text: str) -> Callable[[Path], Any]:
    return lambda lake: (lake / name).write_text(text)


def _remove(pattern: str) -> Callable[[Path], Any]:
    def remove(lake: Path) -> None:
        for path in lake.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return remove


DAMAGED = r"has a damaged file .*\.json; (restore it from a copy|remove it)"
DAMAGES = (
    (
        "schema",
        _write(MARK, '{"schema_version": 1}'),
        r"schema version 1, this is \d+; load the exports into",
    ),
    ("mark", _write(MARK, "{"), DAMAGED),
    ("mark list", _write(MARK, "[]"), DAMAGED),
    ("snapshot", _write(own("snapshots", 1), "{}"), DAMAGED),
    ("no snapshots", _remove(f"{OWN}/snapshots"), "has no snapshot any more; load the exports into a new lake"),
    ("table", _remove("objects"), "has no table objects; restore its folder"),
    ("log", _remove("records/_delta_log"), "has no table records; restore its folder"),
    ("parquet", _remove("records/*.parquet"), "has a file that cannot be read .*; bring it back"),
)


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("damage", "message"), [pytest.param(*rest, id=name) for name, *rest in DAMAGES])
def test_a_damaged_lake_is_told_in_one_line(
    given: Given, tmp_path: Path, damage: Callable[[Path], Any], message: str
) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(given.lake, lake)
    damage(lake)
    with pytest.raises(StoreError, match=message) as told, closing(open_snapshot(lake)) as database:
        database.value("select count(asset_type) from records")
    assert "\n" not in str(told.value)
    with pytest.raises(StoreError, match=message):
        load(lake, str(given.export), jobs=1, force=True)


@pytest.mark.parametrize("kind", ["claims", "manifests"])
def test_damage_that_only_a_load_meets(given: Given, tmp_path: Path, kind: str) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(given.lake, lake)
    (lake / OWN / kind).mkdir(exist_ok=True)
    _write(own(kind, 1), "[]")(lake)
    with pytest.raises(StoreError, match=DAMAGED):
        load(lake, str(given.export), jobs=1, force=True)


def test_a_lake_is_not_made_among_other_things(given: Given, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"is no lake, and holds other things \(notes\.txt\); name a folder"):
        load(tmp_path, str(given.export), jobs=1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    for place in (given.export, given.export / "below", "/proc/lake"):
        with pytest.raises(StoreError, match="cannot be read or written"):
            load(place, str(given.export), jobs=1)
    with pytest.raises(StoreError, match="name a folder or a URL"):
        load("", str(given.export), jobs=1)


def test_a_file_url_is_a_folder(given: Given) -> None:
    assert lake_at(given.lake.as_uri()).numbers() == [0, 1]
    assert load(given.lake.as_uri(), str(given.export), jobs=1).total("unchanged") == 3


def test_a_stopped_load_whose_files_are_gone_is_told(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, later = tmp_path / "lake", array(tmp_path / "later.json", labels(7))
    shutil.copytree(given.lake, lake)
    monkeypatch.setattr(loading, "commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        load(lake, str(later), jobs=1)
    monkeypatch.undo()
    for path in lake.glob("labels/load-2-*.parquet"):
        path.unlink()
    told: list[str] = []
    assert load(lake, str(later), jobs=1, notify=told.append).total("added") == 1
    assert [line for line in told if "later.json had been stopped, and its files are gone: load it again" in line]
    assert open_lake(lake).place.numbers(f"{OWN}/manifests") == []


def test_no_room_for_a_file(given: Given, tmp_path: Path) -> None:
    import resource

    lake = tmp_path / "lake"
    shutil.copytree(given.lake, lake)
    more = array(tmp_path / "more.json", labels(*range(10, 400)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, before[1]))
    try:
        with pytest.raises(StoreError, match=r"lake: cannot be read or written \(File too large\)"):
            load(lake, str(more), jobs=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert open_lake(lake).numbers() == [0, 1]
    assert load(lake, str(more), jobs=1).total("added") == 390


ODD = '{"a": [null, 1, {"b": [[]]}], "big": 1180591620717411303424, "zero": -0.0, "half": "\\ud800", "nul": "\\u0000"}'


def odd_exports(folder: Path) -> list[Path]:
    """Unknown keys, kinds and types, in v1 and v2, and objects with many vertices."""
    geometry = [{"x": n % 977, "y": n / 3} for n in range(amount(100_000, 5_000))]
    objects = [
        {"featureId": "f1", "schemaId": "s", "title": "t", "value": "t", "polygon": geometry, "odd": json.loads(ODD)},
        {"featureId": "f2", "schemaId": None, "title": None, "value": 2**70, "hologram": {"w": -0.0}},
        None,
    ]
    v1 = [v1_label("o1", Label={"objects": objects, "classifications": [None, 5]}), v1_label("o2", odd=json.loads(ODD))]
    v2 = [
        v2_line({"p": {"labels": [v2_label("o3", "a") | {"odd": json.loads(ODD)}], "project_details": 2**70}}, "d-o3"),
        v2_line({"p": {"labels": [v2_label("o4", "b"), None, 7]}}, "d-o4") | {"new": "x" * amount(30_000_000, 300_000)},
        v2_line({"p": {"labels": None}}, "d-o5") | {"attachments": {"changed": "type"}, "media_attributes": [1, -0.0]},
    ]
    return [array(folder / "odd.json", v1), lines(folder / "odd.ndjson", v2)]


@pytest.mark.soak
def test_what_drifts_comes_back_and_the_tables_stay_as_they_are(tmp_path: Path) -> None:
    lake, files = tmp_path / "lake", odd_exports(tmp_path)
    report = load(lake, list(map(str, files)), jobs=1, split_bytes=4_000)
    (of_store,) = assert_like_store(lake, tmp_path, [files])
    assert report.total("records") == of_store.total("records") == 5
    found = verified(lake, files)
    assert (found.equal, found.missing, found.different) == (5 - report.total("rejected"), 0, 0)
    for table in lake_tables():
        assert pa.schema(DeltaTable(lake / table).schema().to_arrow()) == arrow_schema(table), table


def test_the_tables_are_plain_for_other_readers(given: Given) -> None:
    with closing(open_snapshot(given.lake)) as database:
        expected = list(database.query("select record_id, row_data from records order by 1").rows)
        names = list(database.query("select name, kind from objects order by object_id").rows)
    records = polars.read_delta(str(given.lake / "records")).sort("record_id")
    assert records.select("record_id", "row_data").rows() == expected
    objects = polars.scan_delta(str(given.lake / "objects")).sort("object_id").select("name", "kind").collect()
    assert objects.rows() == names
    delta = DeltaTable(given.lake / "records")
    assert delta.to_pyarrow_table().sort_by("record_id")["record_id"].to_pylist() == [row[0] for row in expected]
    found = duckdb.execute("select record_id, row_data from read_parquet(?) order by 1", [delta.file_uris()]).fetchall()
    assert found == expected


def test_an_error_leaves_the_lake_as_it_was(given: Given, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(given.lake, lake)
    with pytest.raises(LabelstoreError, match=r"none\.json"):
        load(lake, str(tmp_path / "none.json"), jobs=1)
    assert open_lake(lake).numbers() == [0, 1]
    assert load(lake, str(array(tmp_path / "one.json", [v1_label("l9")])), jobs=1).total("added") == 1
