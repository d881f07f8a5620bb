"""LABELSTORE_DB names the store of a session, and never one that somebody did not mean."""

from pathlib import Path

import pytest

from tests.making import box, store_of, v1
from tests.test_cli import failed, run


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = store_of(tmp_path, "sqlite", [v1("label1", box("Car", "c1", 1, 2, 3, 4))])
    monkeypatch.setenv("LABELSTORE_DB", str(path))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    (tmp_path / "other").mkdir()
    return store_of(tmp_path / "other", "duckdb", [v1("other1"), v1("other2")])


@pytest.mark.parametrize(
    "arguments",
    [
        ["stats"],
        ["stats", "--json"],
        ["query", "select count(*) from labels"],
        ["query", "--limit", "1", "class-counts"],
        ["schema", "objects"],
        ["search", "car"],
        ["get", "label1"],
        ["history", "label1"],
        ["export", "jsonl", "-"],
        ["mirror", "--drop"],
    ],
)
def test_a_command_without_a_store_asks_it(store: Path, arguments: list[str]) -> None:
    result, named = run(*arguments), run(arguments[0], store, *arguments[1:])
    assert result.exit_code == 0, result.output
    assert (result.stdout, result.stderr) == (named.stdout, named.stderr)


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELSTORE_DB", "")
    assert "missing argument 'DB'" in run("stats").stderr


def test_a_store_that_is_named_is_the_one(store: Path, other: Path) -> None:
    assert run("query", other, "select count(*) as n from labels").stdout == '{"n":2}\n'
    assert run("query", store, "select count(*) as n from labels").stdout == '{"n":1}\n'


def test_a_load_writes_into_the_store_that_is_meant(store: Path, tmp_path: Path) -> None:
    before = store.read_bytes()
    export = tmp_path / "export.ndjson"
    for name in ("new.db", "new.duckdb", "NEW.SQLITE"):
        run("load", tmp_path / name, export)
        assert (tmp_path / name).exists()
    plain = tmp_path / "without-suffix"
    plain.write_bytes((tmp_path / "new.db").read_bytes())
    assert run("load", plain, export).exit_code == 0
    assert store.read_bytes() == before
    assert run("load", export).exit_code == 0
    assert run("query", "select count(*) as n from loads").stdout == '{"n":2}\n'


def test_a_name_that_is_no_store_and_no_file_stores_nothing(store: Path, tmp_path: Path) -> None:
    before = store.read_bytes()
    result = run("load", tmp_path / "labels.store", tmp_path / "export.ndjson")
    assert result.exit_code == 1
    assert "labels.store: no such file" in result.stderr
    assert f"the store is {store}, as LABELSTORE_DB says" in result.stderr
    assert store.read_bytes() == before


def test_what_is_written_is_never_taken_for_the_store_and_the_other_way_round(
    store: Path, other: Path, tmp_path: Path
) -> None:
    before = store.read_bytes(), other.read_bytes()
    assert "missing argument 'OUT'" in run("publish", tmp_path / "public.db").stderr
    assert not (tmp_path / "public.db").exists()
    assert "missing argument 'OUT'" in run("publish", other, "--overwrite").stderr
    assert run("publish", store, tmp_path / "public.db").exit_code == 0
    assert "has schema version" in run("upgrade", other).stdout
    assert (store.read_bytes(), other.read_bytes()) == before
    assert "export.ndjson" in failed("upgrade", tmp_path / "export.ndjson")


def test_two_exports_are_compared_without_it(store: Path, tmp_path: Path) -> None:
    export = tmp_path / "export.ndjson"
    assert run("diff", export, export).stdout.startswith(f"{export} to {export}")


def test_a_wrong_variable_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELSTORE_DB", str(tmp_path / "none.db"))
    result = run("stats")
    assert result.exit_code == 1
    assert "none.db: does not exist" in result.stderr
    assert "none.db, as LABELSTORE_DB says" in result.stderr
    monkeypatch.setenv("LABELSTORE_DB", "-x.db")
    assert "./-x.db, as LABELSTORE_DB says" in run("stats").stderr
