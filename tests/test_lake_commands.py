"""`labelstore lake`: the commands that read and tidy lakes, where they succeed and where they fail."""

import json
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest

import labelstore
from labelstore.engines import open_database
from labelstore.errors import NotFoundError
from labelstore.lake.commits.commit import Intent, commit, create
from labelstore.lake.commits.delta import KEPT_DERIVED
from labelstore.lake.opening import lake_at, open_snapshot
from labelstore.lake.place import OWN, Place, own
from labelstore.lake.tasks.table_files import TableFiles
from labelstore.lake.vacuum import needless, vacuum
from labelstore.samples import write
from labelstore.schema.tables import columns
from tests.test_cli import failed, run
from tests.test_completion import bash


def commit_rows(place: Place, store: Path, claim: int) -> None:
    """Make the rows of a store those of a lake, in place of what it has."""
    lake = create(place)
    before = lake.newest().described
    with open_database(store, read_only=True) as database, TableFiles(place, f"load-{claim}") as files:
        for table in before:
            names = ", ".join(f'"{name}"' for name in columns()[table])
            files.add(table, list(database.query(f"select {names} from {table} order by all").rows))
    removed = {table: [*described] for table, described in before.items() if table not in KEPT_DERIVED}
    commit(lake, claim, lambda _: Intent(claim, files.written, removed))


class Made:
    """Exports, a store of them, and a lake whose snapshots 1 and 2 hold some of them and all."""

    def __init__(self, folder: Path) -> None:
        files = write(folder / "in", asset_types=("image", "text"), labels=6, seed=8)
        self.exports = [str(one.path) for one in files]
        self.store, self.lake = folder / "labels.duckdb", folder / "lake"
        for claim, some in enumerate((self.exports[:1], self.exports), 1):
            with labelstore.open(self.store) as store:
                store.load(some)
            commit_rows(Place(self.lake), self.store, claim)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made in January 2024, as its lake says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labelstore.lake.commits.commit.now", lambda: "2024-01-01T00:00:00Z")
        patch.setattr("labelstore.lake.commits.delta.time.time", lambda: 1_704_067_200)
        return Made(tmp_path_factory.mktemp("lake"))


def test_exports_are_loaded_into_a_lake(made: Made, tmp_path: Path) -> None:
    lake, broken = str(tmp_path / "lake"), tmp_path / "broken.ndjson"
    broken.write_text('{"data_row": {"id": "d1"}}\n{"data_row": \n')
    first = run("lake", "load", lake, *made.exports)
    assert "records added" in first.stdout
    assert f"labelstore lake query {lake} class-counts" in first.stdout
    again = json.loads(run("lake", "load", lake, *made.exports, "--json").stdout)
    assert again["unchanged"] == again["records"] > 0
    rejected = run("lake", "load", lake, str(broken))
    assert rejected.exit_code == 3
    assert "broken.ndjson, record 1 at byte 27: " in rejected.stdout
    assert "nothing of this load was stored" in failed("lake", "load", lake, str(broken), "--on-error", "stop")
    assert "standard input cannot be read by several processes" in failed("lake", "load", lake, "-")
    report = json.loads(run("lake", "verify", lake, *made.exports, "--jobs", 2, "--json").stdout)
    assert (report["ok"], report["equal"], report["missing"]) == (True, report["records"], 0)


def test_a_lake_answers_as_a_store(made: Made) -> None:
    for question in (["select kind, count(*) from objects group by 1 order by 1"], ["class-counts", "--format", "csv"]):
        asked = run("lake", "query", made.lake, *question)
        assert asked.stdout == run("query", made.store, *question).stdout != ""
    assert "no project" in failed("lake", "query", made.lake, "class-counts", "-p", "project=Nothing")
    assert run("lake", "query", made.lake, "--list").stdout == run("query", made.store, "--list").stdout
    shown = run("lake", "stats", made.lake).stdout
    assert shown.partition("\n")[2] == run("stats", made.store).stdout.partition("\n")[2] != ""


def test_a_result_goes_to_a_file(made: Made, tmp_path: Path) -> None:
    out = tmp_path / "classes.parquet"
    assert run("lake", "query", made.lake, "select name from features order by all", "-o", out).exit_code == 0
    names = json.loads(run("query", made.store, "select name from features order by all", "--json").stdout)
    from pyarrow import parquet

    assert parquet.read_table(out).to_pylist() == names
    assert "is there already" in failed("lake", "query", made.lake, "select 1", "-o", out)


def test_earlier_snapshots_are_asked_by_number(made: Made) -> None:
    counts = [
        json.loads(run("lake", "query", made.lake, "select count(*) as n from records", "--at", at).stdout)["n"]
        for at in (0, 1, 2)
    ]
    assert counts[0] == 0 < counts[1] < counts[2]
    listed = json.loads(run("lake", "snapshots", made.lake, "--json").stdout)
    assert [one["records"] for one in listed] == counts
    assert run("lake", "snapshots", made.lake).stdout.splitlines()[0].split()[0] == "snapshot"
    assert "has no snapshot 9; list them with: labelstore lake snapshots" in failed(
        "lake", "query", made.lake, "select 1", "--at", 9
    )


def test_what_a_lake_lacks_is_missing(made: Made) -> None:
    result = run("lake", "verify", made.lake, *made.exports, "--at", 1, "--jobs", 1)
    assert result.exit_code == 1
    assert "missing: " in result.stdout


def test_what_is_no_lake_is_told_with_a_way_out(made: Made, tmp_path: Path) -> None:
    for command in (
        ["query", "{}", "select 1"],
        ["stats", "{}"],
        ["verify", "{}", "x.json"],
        ["vacuum", "{}"],
        ["snapshots", "{}"],
    ):
        for place in (tmp_path, tmp_path / "none", made.store):
            told = failed("lake", *(word.replace("{}", str(place)) for word in command))
            assert "is no lake of labelstore; make one with: labelstore lake load" in told or "cannot be read" in told
    assert "it is a lake: labelstore lake query" in failed("query", made.lake, "select 1")
    assert "nope://example/lake: cannot be" in failed("lake", "stats", "nope://example/lake")


def test_a_missing_extra_is_named(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelstore.lake.opening.find_spec", lambda package: None)
    assert "pip install 'labelstore-db[lake]'" in failed("lake", "stats", made.lake)


def test_sql_reads_the_lake_alone(made: Made) -> None:
    told = failed("lake", "query", made.lake, f"from '{made.lake.parent}/x.parquet'")
    assert "reading files or the network is refused; queries only read the store" in told


def test_help_of_a_command_in_a_group() -> None:
    assert run("help", "lake", "query").stdout == run("lake", "query", "--help").stdout
    assert run("help", "lake").stdout == run("lake", "--help").stdout
    assert run("lake").stderr == run("lake", "--help").stdout
    assert "verify" in run("lake", "--help").stdout
    assert "quary: no command has this name; did you mean query" in failed("help", "lake", "quary", code=2)
    assert "query: no command has this name" in failed("help", "load", "query", code=2)
    told = run("lake", "quary").stderr.splitlines()
    assert told[0] == "labelstore: no such command 'quary'; did you mean 'query'?"
    assert told[1:] == ["Usage: labelstore lake [OPTIONS] COMMAND [ARGS]...", "Help: labelstore lake --help"]
    assert "missing argument 'LAKE'" in run("lake", "stats").stderr


def test_tab_completes_the_commands_and_what_a_lake_holds(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bash(monkeypatch, "lake", "qu") == ["query"]
    assert bash(monkeypatch, "help", "lake", "snap") == ["snapshots"]
    assert bash(monkeypatch, "lake", "query", made.lake, "class-bal") == ["class-balance"]
    assert bash(monkeypatch, "lake", "query", made.lake, "class-counts", "-p", "proj") != []


@pytest.fixture
def old(made: Made, tmp_path: Path) -> Path:
    """A copy of the lake, ten days old, with an orphan, one of today, and one that a load left to be completed."""
    lake = tmp_path / "lake"
    shutil.copytree(made.lake, lake)
    for name in ("orphan", "pending"):
        (lake / "objects" / f"{name}.parquet").write_bytes(b"x" * 10)
    (lake / OWN / "removed").mkdir()
    (lake / OWN / "removed" / "ids.parquet").write_bytes(b"x")
    Place(lake).put(own("manifests", 3), {"added": {"objects": [["pending.parquet", 1, 1, 1, 1]]}})
    then = time.time() - 10 * 86_400
    for path in lake.rglob("*"):
        os.utime(path, (then, then))
    (lake / "objects" / "fresh.parquet").write_bytes(b"x")
    return lake


def _names(folder: Path) -> set[str]:
    """Parquet files, without those of derived tables: when these were replaced, Delta knows by its own clock."""
    found = {path.relative_to(folder) for path in folder.rglob("*.parquet")}
    return {str(path) for path in found if path.parts[0] not in KEPT_DERIVED}


def test_vacuum_removes_what_nothing_needs(old: Path) -> None:
    before = _names(old)
    lake = lake_at(old)
    described = {table: files for table, files in lake.newest().described.items() if table not in KEPT_DERIVED}
    needed = {f"{table}/{path}" for table, files in described.items() for path in files}
    result = run("lake", "vacuum", old, "--dry-run", "--json")
    planned = json.loads(result.stdout)
    assert _names(old) == before
    assert planned["snapshots"] == [0, 1]
    assert f"{OWN}/removed/ids.parquet" in planned["names"]
    assert "would be removed; say so with --yes" in failed("lake", "vacuum", old, code=2)
    done = json.loads(run("lake", "vacuum", old, "--yes", "--json").stdout)
    assert done["files"] == planned["files"] > 5
    assert done["bytes"] == planned["bytes"] > 1000
    assert _names(old) == needed | {"objects/fresh.parquet", "objects/pending.parquet"}
    with open_snapshot(old) as database:
        assert database.value("select count(*) from objects")
    assert "has no snapshot 1" in failed("lake", "stats", old, "--at", 1)
    assert run("lake", "vacuum", old, "--yes").stdout == "0 files (0 bytes) removed\n"


def test_vacuum_keeps_what_is_younger(old: Path) -> None:
    assert not needless(lake_at(old), timedelta(days=100_000)).files.keys() & _names(old)
    assert "objects/fresh.parquet" in vacuum(lake_at(old), timedelta(0)).files


def test_a_lake_in_python(made: Made) -> None:
    with labelstore.open_lake(made.lake) as lake, labelstore.open(made.store) as store:
        (label_id, data_row_id), *_ = store.query("select label_id, data_row_id from labels order by 1").rows
        assert lake.label(label_id) == store.label(label_id)
        assert lake.data_row(data_row_id) == store.data_row(data_row_id)
        assert [*lake.ask("class-counts")] == [*store.ask("class-counts")]
        assert lake.objects(kind="polygon").arrow().num_rows == store.objects(kind="polygon").arrow().num_rows
        assert lake.projects() == store.projects()
        assert lake.columns("objects")[0].name == "object_id"
        assert [one.file_name for one in lake.loads()] == [one.file_name for one in store.loads()]
        assert lake.verify(made.exports[1], jobs=1).ok
        assert "snapshot 2" in repr(lake)
        with pytest.raises(NotFoundError, match="find ids with: labelstore lake query"):
            lake.label("none")
    with labelstore.open_lake(made.lake, at=0) as lake:
        assert not lake.projects()
