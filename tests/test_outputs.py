"""Where results go: never over a store or in place of a device, complete or not at all, named in the same way."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from labelstore import reporting
from labelstore.errors import StoreError
from labelstore.export.writing import export
from labelstore.files.outputs import BESIDE, check_output, is_stream, output_file
from tests.making import box, store_of, v1
from tests.test_cli import failed, run
from tests.test_queries_space import v1_map

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
    return store_of(tmp_path, request.param, [v1("a", box("Car", "c1", 1, 2, 3, 4)), v1_map("m")])


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


ALL_WRITERS = pytest.mark.parametrize(
    "command",
    [
        ("query", "DB", "select name from objects", "--format", "csv", "-o"),
        ("query", "DB", "select name from objects", "--format", "arrow", "-o"),
        ("answers", "DB", "--format", "csv", "-o"),
        ("entities", "DB", "--format", "csv", "-o"),
        ("geojson", "DB", "-o"),
        ("rejects", "DB", "--write"),
        ("export", "DB", "labelbox-v1"),
        ("report", "DB"),
        ("publish", "DB"),
    ],
    ids=" ".join,
)


def written(command: tuple[str, ...], store: Path, out: object) -> list[object]:
    return [store if word == "DB" else word for word in command] + [out]


@pytest.mark.sampled(6)
@ALL_WRITERS
def test_a_file_that_is_there_stays_unless_told(store: Path, command: tuple[str, ...]) -> None:
    out = store.with_name("result.db" if command[0] == "publish" else "result")
    link, broken = store.with_name("link.db"), store.with_name("broken.db")
    link.symlink_to(out)
    broken.symlink_to(store.with_name("made"))
    for content in ("mine", ""):
        out.write_text(content)
        for name in (out, link, out.parent / "." / out.name):
            message = failed(*written(command, store, name))
            assert f"{name}: is there already; name another file, or replace it with --overwrite" in message
        assert out.read_text() == content
    assert run(*written(command, store, link), "--overwrite").exit_code == 0
    assert link.is_symlink()
    assert out.read_bytes() != b"" or command[0] == "rejects"
    assert run(*written(command, store, broken)).exit_code == 0
    assert broken.is_symlink()
    assert store.with_name("made").exists()
    assert not [path.name for path in store.parent.iterdir() if "writing" in path.name]


@pytest.mark.sampled(6)
@ALL_WRITERS
def test_a_store_and_what_belongs_to_it_are_never_written_over(
    store: Path, command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = store_of(tmp_path / "other", "duckdb" if store.suffix == ".db" else "sqlite", [v1("b")])
    hard = store.with_name("hard.db")
    os.link(store, hard)
    link = store.with_name("link.db")
    link.symlink_to(store)
    lock = store.with_name(f".{store.name}.lock")
    names = [store, hard, link, other, lock, other.with_name(f".{other.name}.lock")]
    names += [path.with_name(path.name + suffix) for path in (store, other) for suffix in BESIDE]
    names.append(store.with_name(store.name + "-WAL"))
    hot = store.with_name(f"{store.name}-wal")
    hot.write_bytes(b"\x37\x7f\x06\x82" + bytes(28))
    linked = store.with_name("log.db")
    os.link(hot, linked)
    names.append(linked)
    before = {path: path.read_bytes() for path in (store, other, hot)}
    for name in names:
        if command[0] == "publish" and name.suffix == ".duckdb":
            continue
        for more in ([], ["--overwrite"]):
            assert "name another file" in failed(*written(command, store, name), *more, code=2)
    assert {path: path.read_bytes() for path in before} == before
    assert not lock.exists()


def test_what_a_command_reads_is_not_written_over(store: Path) -> None:
    sql, texts = store.with_name("ask.sql"), store.with_name("texts")
    sql.write_text("select name from objects")
    texts.mkdir()
    (texts / "a.txt").write_text("a text")
    message = failed("query", store, f"@{sql}", "--format", "csv", "-o", sql, "--overwrite", code=2)
    assert "is read by the same command" in message
    for command in (["entities", store, "--format", "csv", "-o"], ["report", store]):
        message = failed(*command, texts / "a.txt", "--assets", texts, "--overwrite", code=2)
        assert "which is read" in message
    assert (sql.read_text(), (texts / "a.txt").read_text()) == ("select name from objects", "a text")


def test_python_has_the_same_rule(store: Path) -> None:
    out, page, places = (store.with_name(name) for name in ("export.json", "page.html", "places.json"))
    for path in (out, page, places):
        path.write_text("mine")
    for write in (
        lambda **more: export(store, "labelbox-v1", out, **more),
        lambda **more: reporting.report(store, page, **more),
        lambda **more: export(store, "geojson", places, **more),
    ):
        with pytest.raises(StoreError, match="is there already"):
            write()
        write(overwrite=True)
    assert "mine" not in {path.read_text() for path in (out, page, places)}


def test_a_copy_can_be_published_again(store: Path) -> None:
    copy = store.with_name("copy.db")
    assert run("publish", store, copy).exit_code == 0
    assert "is there already" in failed("publish", store, copy)
    assert run("publish", store, copy, "--overwrite").exit_code == 0
    assert "name another file" in failed("export", store, "labelbox-v1", copy, "--overwrite", code=2)


def test_a_folder_that_is_not_empty_is_not_filled(tmp_path: Path) -> None:
    full, empty = tmp_path / "full", tmp_path / "empty"
    for folder in (full, empty):
        folder.mkdir()
    (full / "mine").write_text("mine")
    for command in ("sample", "demo"):
        assert "is a folder that is not empty; name a new one" in failed(command, full)
        assert "is no folder; name a new one" in failed(command, full / "mine")
    assert [path.name for path in full.iterdir()] == ["mine"]
    for folder in (empty, tmp_path / "new" / "deep"):
        assert run("sample", folder, "--asset-type", "video", "--labels", 1).exit_code == 0
        assert {path.name for path in folder.iterdir()} == {"frames", "v1-video.json", "v2-video.ndjson"}


def test_the_standard_output_by_its_name(store: Path, tmp_path: Path) -> None:
    """Redirected to a file, it is written on where it is, and stays the file that the shell opened."""
    link = tmp_path / "out"
    link.symlink_to("/dev/stdout")
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", str(link)):
        log = tmp_path / "log"
        log.write_text("before\n")
        with log.open("ab") as file:
            words = ["query", str(store), "select 1 as n", "--format", "csv", "-o", name]
            code = "from labelstore.cli import main; main()"
            subprocess.run([sys.executable, "-c", code, *words], stdout=file, check=True)
        assert log.read_text() == "before\nn\n1\n"


@pytest.mark.sampled(6)
@ALL_WRITERS
def test_leftovers_of_killed_writers_go(store: Path, command: tuple[str, ...]) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    dead = [store.with_name(f".{name}.{done.pid}.labelstore-writing") for name in ("x.csv", "x.db-journal", "a.1.b")]
    for path in dead:
        path.write_text("half")
    folder = store.with_name(f".x.{done.pid}.labelstore-writing.parts")
    folder.mkdir()
    (folder / "1").write_text("half")
    alive = store.with_name(f".x.{os.getppid()}.labelstore-writing")
    mine = store.with_name(f".x.{done.pid}.writing")
    for path in (alive, mine):
        path.write_text("whole")
    assert run(*written(command, store, store.with_name("out.db"))).exit_code == 0
    assert not [path for path in (*dead, folder) if path.exists()]
    assert alive.exists()
    assert mine.exists()


def test_a_killed_query_leaves_nothing_that_the_next_one_does_not_clear(store: Path) -> None:
    out = store.with_name("rows.csv")
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    code = "from labelstore.cli import main; main()"
    command = [sys.executable, "-c", code, "query", str(store), sql, "-o", str(out)]
    running = subprocess.Popen(command)
    try:
        while not list(store.parent.glob(".rows.csv.*.labelstore-writing")):
            assert running.poll() is None
            time.sleep(0.05)
    finally:
        running.kill()
        running.wait()
    assert list(store.parent.glob(".rows.csv.*"))
    assert not out.exists()
    assert run("query", store, "select 1 as i", "-o", out).exit_code == 0
    assert not list(store.parent.glob(".rows.csv.*"))


@WRITERS
def test_a_folder_and_a_missing_folder(store: Path, command: tuple[str, ...]) -> None:
    folder = store.with_name("folder")
    folder.mkdir()
    assert "is a folder; name a file" in failed(*called(command, store, folder))
    missing = folder / "missing" / "result"
    assert f"make it with: mkdir -p {missing.parent}" in failed(*called(command, store, missing))
    assert "is empty" in failed(*called(command, store, ""), code=2)
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
        with output_file(link, overwrite=True) as file:
            file.write(b"half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        write_and_fail()
    assert out.read_text() == "before"
    with output_file(link, overwrite=True) as file:
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
    assert "cannot derive an ontology" in run("ontology", empty).stderr
    assert "none of the labels has an answer" in run("answers", empty).stderr
    assert "there is no statement" in run("query", empty, "").stderr
