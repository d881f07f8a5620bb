"""Errors end with what to do about them."""

import subprocess
import sys
from pathlib import Path

import pytest

from labelstore.schema.canned_queries import queries
from tests.making import box, store_of, v1
from tests.test_cli import failed, run

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return store_of(tmp_path, request.param, [v1("a", box("Car", "c1", 1, 2, 3, 4))])


@pytest.mark.parametrize("suffix", ["db", "duckdb"])
def test_a_damaged_store_has_a_way_out(tmp_path: Path, suffix: str) -> None:
    store = store_of(tmp_path, "sqlite" if suffix == "db" else "duckdb", [v1("a")])
    damaged = tmp_path / f"damaged.{suffix}"
    damaged.write_bytes(store.read_bytes()[: 4096 if suffix == "db" else 8192])
    for command in ("stats", "upgrade"):
        line = failed(command, damaged)
        assert str(damaged) in line
        assert "load the exports into a new file" in line
    damaged.write_bytes(b"")
    for command in ("stats", "upgrade"):
        assert "does not exist; make it with: labelstore load" in failed(command, damaged)


def test_ids_that_are_not_there(store: Path) -> None:
    for command in ("get", "history"):
        assert f"find ids with: labelstore search {store} WORDS" in failed(command, store, "nobody")
    assert "its only load is 1" in failed("diff", store, 1, 2)
    assert "has no load 99" in failed("rejects", store, "--load", 10**30).replace(str(10**30), "99")
    assert f"labelstore stats {store}" in failed("detect", store)


def test_a_file_of_sql_that_cannot_be_read(store: Path) -> None:
    for name in ("@missing.sql", f"@{store.parent}", f"@{store}"):
        assert "name a file with SQL after @" in failed("query", store, name)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc, a folder in which nobody makes files")
def test_a_folder_in_which_no_file_can_be_made(store: Path, tmp_path: Path) -> None:
    for command in (
        ["load", "/proc/x.db", str(tmp_path / "export.ndjson")],
        ["query", str(store), "select 1", "-o", "/proc/x.csv"],
        ["geojson", str(store), "-o", "/proc/x.json"],
    ):
        done = subprocess.run(
            [sys.executable, "cli.py", *command], cwd=ROOT, text=True, capture_output=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        assert "/proc/x." in done.stderr
        assert "writable" in done.stderr or "name a file that you may write" in done.stderr


def test_a_question_mark_has_no_value(store: Path) -> None:
    assert "name it: $name" in failed("query", store, "select ? as a", code=2)
    assert run("query", store, "select '?' as a -- ?").stdout == '{"a":"?"}\n'


def test_a_sample_that_there_is_not(tmp_path: Path) -> None:
    line = failed("sample", tmp_path, "--generation", "v1", "--asset-type", "llm", code=2)
    assert "no exports of llm in v1; leave out --generation" in line


@pytest.mark.sampled(6)
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams(store: Path, closed: str) -> None:
    command = [sys.executable, "cli.py", "query", str(store), "select 1 as a"]
    done = subprocess.run(
        ["bash", "-c", f'"$@" {closed}', "bash", *command], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("" if ">&-" in closed.replace("2>&-", "") else '{"a":1}\n')
    wrong = subprocess.run(
        ["bash", "-c", f'"$@" {closed}', "bash", *command[:-1], "selct"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert ("syntax error" in wrong.stderr) == ("2>&-" not in closed)


def test_the_list_of_queries_fits_the_terminal(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelstore.cli.canned_queries.terminal_width", lambda: 60)
    lines = run("query", store, "--list").stdout.splitlines()
    assert max(map(len, lines)) <= 60
    assert {line.split()[0] for line in lines} == set(queries())


def test_a_folder_without_an_export(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.txt").write_text("none")
    for command in (["load", store], ["verify", store], ["detect"]):
        assert f"{folder}: is a folder without an export; in it: a.txt (text that" in failed(*command, folder)
