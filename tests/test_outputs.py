"""Where results go: never over a store or in place of a device, complete or not at all, named in the same way."""

import json
import os
import threading
from pathlib import Path

import pytest

from labelstore.outputs import check_output, is_stream, output_file
from tests.making import box, store_of, v1
from tests.test_cli import failed, run

WRITERS = pytest.mark.parametrize(
    "command",
    [
        ("query", "DB", "select name from objects", "--format", "csv"),
        ("query", "DB", "select name from objects", "--format", "parquet"),
        ("answers", "DB", "--format", "csv"),
        ("entities", "DB", "--format", "csv"),
        ("geojson", "DB"),
        ("rejects", "DB"),
    ],
    ids=" ".join,
)


@pytest.fixture(params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return store_of(tmp_path, request.param, [v1("a", box("Car", "c1", 1, 2, 3, 4))])


def called(command: tuple[str, ...], store: Path, out: object) -> list[object]:
    return [store if word == "DB" else word for word in command] + ["-o", out]


@WRITERS
def test_a_store_is_never_written_over(store: Path, command: tuple[str, ...]) -> None:
    before = store.read_bytes()
    link = store.with_name("link.csv")
    link.symlink_to(store)
    for out in (store, link):
        assert "is the store itself; name another file" in failed(*called(command, store, out), code=2)
    assert store.read_bytes() == before
    assert "is the store itself" in failed("export", store, "labelbox-v1", store, code=2)
    assert store.read_bytes() == before


@WRITERS
def test_a_folder_and_a_missing_folder(store: Path, command: tuple[str, ...]) -> None:
    folder = store.with_name("folder")
    folder.mkdir()
    assert "is a folder; name a file" in failed(*called(command, store, folder))
    missing = folder / "missing" / "result"
    assert f"make it with: mkdir -p {missing.parent}" in failed(*called(command, store, missing))
    assert "name a file" in failed(*called(command, store, ""))
    assert list(folder.iterdir()) == []


@WRITERS
def test_a_pipe_is_written_into_and_stays(store: Path, command: tuple[str, ...]) -> None:
    pipe = store.with_name("pipe")
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert run(*called(command, store, pipe)).exit_code == 0
    reader.join(timeout=10)
    assert pipe.is_fifo()
    assert read == [run(*called(command, store, "-")).stdout_bytes]


def test_a_file_is_complete_or_stays_what_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("before")
    link = tmp_path / "link"
    link.symlink_to(out)

    def write_and_fail() -> None:
        with output_file(link) as file:
            file.write(b"half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        write_and_fail()
    assert out.read_text() == "before"
    with output_file(link) as file:
        file.write(b"after")
    assert out.read_text() == "after"
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "out"]


def test_what_is_a_stream(tmp_path: Path) -> None:
    assert is_stream("-")
    assert is_stream(os.devnull)
    assert not is_stream(tmp_path / "new")
    check_output("-", tmp_path / "no.db")
    check_output(os.devnull, tmp_path / "no.db")


@pytest.mark.parametrize("command", ["query", "answers", "entities"])
def test_the_suffix_of_the_file_is_its_format(store: Path, command: str) -> None:
    words = [command, store, "select name from objects"][: 3 if command == "query" else 2]
    out = store.with_name("out.json")
    assert run(*words, "-o", out).exit_code == 0
    assert isinstance(json.loads(out.read_text()), list)
    assert json.loads(run(*words, "--json").stdout) == json.loads(out.read_text())
    assert "name it with --format" in failed(*words, "-o", out.with_suffix(".xyz"), code=2)
    assert "--json or --format csv, not both" in failed(*words, "--json", "--format", "csv", code=2)


def test_answers_and_entities_are_no_parquet_files(store: Path) -> None:
    for command in ("answers", "entities"):
        assert "no format has this suffix" in failed(command, store, "-o", store.with_suffix(".parquet"), code=2)


def test_standard_output_by_its_sign(store: Path) -> None:
    for command in (("query", store, "select name from objects"), ("answers", store), ("entities", store)):
        assert run(*command, "-o", "-").stdout == run(*command).stdout


def test_an_unknown_project_is_told_everywhere(store: Path) -> None:
    for command in ("ontology", "answers", "agreement", "geojson"):
        assert "Rods: no project has this id or name; did you mean Roads?" in failed(
            command, store, "--project", "Rods"
        )
        assert run(command, store, "--project", "Roads").exit_code == 0
    line = failed("query", store, "--named", "class-counts", "-p", "project=Rods")
    assert "did you mean Roads?" in line
    for limit in (0, 10**30):
        assert run("query", store, "--named", "class-counts", "-p", "project=Roads", "--limit", limit).stdout
    assert run("search", store, "Car", "--limit", 10**30).stdout


def test_nothing_to_tell_is_told(tmp_path: Path) -> None:
    empty = store_of(tmp_path, "sqlite", [v1("a")])
    assert "no ontology to tell of" in run("ontology", empty).stderr
    assert "none of the labels has an answer" in run("answers", empty).stderr
    assert "there is no statement" in run("query", empty, "").stderr
