"""What a shell completes, as it asks: names of a store with spaces, quotes and colons; nothing of what is no store."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labelstore.cli import commands
from labelstore.cli.app import app
from labelstore.cli.completion import canned_queries
from labelstore.cli.groups import LazyCommands
from tests.making import box, feature, store_of, v1

ROOT = Path(__file__).resolve().parent.parent
NAMES = ['Café "au lait"', "Cat: it's", "Street scenes", "a$b`c"]
HOSTILE = "a\x1b[2Jb"


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    question = feature("Which one?", "q1", radio_answer=feature("this", "a1"))
    records = [
        v1(f"label{number}", box(f"{name}!", f"o{number}", 1, 2, 3, 4), classifications=[question])
        | {
            "Project Name": name,
            "View Label": f"https://editor.example.com?project=p{number}&label=label{number}",
            "Created By": f"labeler {number}@example.com",
        }
        for number, name in enumerate([*NAMES, HOSTILE])
    ]
    return store_of(tmp_path_factory.mktemp("completion"), request.param, records)


def bash(monkeypatch: pytest.MonkeyPatch, *words: object) -> list[str]:
    """What bash is told for the last of the words, as it divided them."""
    monkeypatch.setenv("_LABELSTORE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(map(str, ("labelstore", *words))))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    return _said()


def asked(monkeypatch: pytest.MonkeyPatch, shell: str, line: str) -> list[str]:
    """The lines that zsh or fish is told."""
    monkeypatch.setenv("_LABELSTORE_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
    return _said()


def _said() -> list[str]:
    result = CliRunner().invoke(app, [], prog_name="labelstore")
    assert (result.exit_code, result.stderr) == (0, "")
    return [line for line in result.stdout.splitlines() if line]


def test_bash_gets_the_names_of_a_store(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    assert bash(monkeypatch, "answers", store, "--project", "Str") == ["Street\\ scenes"]
    assert bash(monkeypatch, "answers", store, "--project", '"Str') == ["Street scenes"]
    assert bash(monkeypatch, "answers", store, "--project", "'Street sc") == ["Street scenes"]
    assert bash(monkeypatch, "answers", store, "--project", "=", "Str") == ["Street\\ scenes"]
    assert bash(monkeypatch, "answers", store, "--project", "") == [
        'Café\\ \\"au\\ lait\\"',
        "Cat:\\ it\\'s",
        "Street\\ scenes",
        "a\\$b\\`c",
    ]
    assert bash(monkeypatch, "answers", store, "--project", '"') == [
        'Café \\"au lait\\"',
        "Cat: it's",
        "Street scenes",
        "a\\$b\\`c",
    ]
    assert bash(monkeypatch, "answers", store, "--project", "Cat", ":", "") == ["\\ it\\'s"]
    assert bash(monkeypatch, "answers", store, "--project", "Cat", ":") == ["\\ it\\'s"]
    assert bash(monkeypatch, "answers", store, "--project", "=", "Cat", ":") == ["\\ it\\'s"]


def test_what_is_completed(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    names = sorted(name for name, _ in canned_queries())
    assert bash(monkeypatch, "query", store, "class-c") == [name for name in names if name.startswith("class-c")]
    assert bash(monkeypatch, "query", store, "--named", "class-c") == ["class-cooccurrence", "class-counts"]
    assert "bounding_boxes" in bash(monkeypatch, "schema", store, "")
    assert "image_labels" in bash(monkeypatch, "schema", store, "image")
    assert bash(monkeypatch, "export", store, "yo") == ["yolo"]
    assert bash(monkeypatch, "export", store, "yolo", "out", "--class", "St") == ["Street\\ scenes\\!"]
    assert bash(monkeypatch, "spans", store, "--question", "") == ["Which\\ one\\?"]
    assert bash(monkeypatch, "rejects", store, "--load", "") == ["1"]
    assert bash(monkeypatch, "export", store, "coco", "--missing-size", "s") == ["skip"]
    assert bash(monkeypatch, "query", store, "x", "--form") == ["--format"]
    assert bash(monkeypatch, "query", store, "x", "--format", "nd") == ["ndjson"]
    assert bash(monkeypatch, "qu") == ["query"]
    assert bash(monkeypatch, "help", "qu") == ["query"]
    assert set(bash(monkeypatch, "")) == set(LazyCommands(commands))


def test_parameters_of_a_canned_query(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    assert "project=" in bash(monkeypatch, "query", store, "labeler-scorecard", "-p", "")
    assert "project=Street\\ scenes" in bash(monkeypatch, "query", store, "class-counts", "-p", "proj")
    assert bash(monkeypatch, "query", store, "class-counts", "-p", "project", "=", "Str") == ["Street\\ scenes"]
    assert bash(monkeypatch, "query", store, "class-counts", "-p", "project", "=") == bash(
        monkeypatch, "answers", store, "--project", ""
    )
    assert bash(monkeypatch, "query", store, "--named", "labeler-scorecard", "-p", "labeler", "=", "") == [
        f"labeler\\ {number}@example.com" for number in range(5)
    ]
    assert bash(monkeypatch, "query", store, "select 1", "-p", "") == []


def test_zsh_and_fish(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    line = f"labelstore answers {store} --project "
    assert asked(monkeypatch, "fish", line) == sorted(NAMES)
    assert asked(monkeypatch, "fish", line + "Cat") == ["Cat: it's"]
    assert asked(monkeypatch, "zsh", line + "Cat") == ["_arguments '*: :((Cat\\\\\\:\\ it\\'\\''s))'"]
    for shell in ("zsh", "fish"):
        assert "--project=Street" in asked(monkeypatch, shell, line.rstrip() + "=Str")[0]
    assert asked(monkeypatch, "zsh", line + "nothing") == ["_files"]
    (told,) = asked(monkeypatch, "zsh", "labelstore ver")
    assert told.startswith("_arguments '*: :((verify\\:Prove\\ that\\ a\\ store")


def test_filters_of_labels(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    for option, typed, told in (
        ("--with", "St", ["Street\\ scenes\\!"]),
        ("--without", "Cat", ["Cat:\\ it\\'s\\!"]),
        ("--labeler", "labeler\\ 1", ["labeler\\ 1@example.com"]),
        ("--question", "", ["Which\\ one\\?"]),
        ("--review", "a", ["approved"]),
        ("--skipped", "", ["yes", "no"]),
        ("--asset-type", "", ["image"]),
        ("--kind", "", ["bounding_box"]),
        ("--project", "Str", ["Street\\ scenes"]),
        ("--seconds", "", []),
    ):
        assert bash(monkeypatch, "labels", store, option, typed) == told


def test_the_store_of_the_session(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    monkeypatch.setenv("LABELSTORE_DB", str(store))
    assert bash(monkeypatch, "query", "class-co") == ["class-cooccurrence", "class-counts"]
    assert "objects" in bash(monkeypatch, "schema", "obj")
    assert bash(monkeypatch, "answers", "--project", "Str") == ["Street\\ scenes"]


def test_silence_about_what_is_no_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(store.read_bytes()[:2000])
    (tmp_path / "empty.db").touch()
    for path in (broken, tmp_path / "empty.db", tmp_path, tmp_path / "none.db", "/dev/null", "\\udcff"):
        assert bash(monkeypatch, "answers", path, "--project", "") == []
        assert bash(monkeypatch, "schema", path, "") == []
        assert bash(monkeypatch, "rejects", path, "--load", "") == []
    assert not (tmp_path / "none.db").exists()


def test_a_tab_imports_nothing_heavy(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a")])
    code = """
import atexit, sys
from labelstore.cli import main
heavy = ("duckdb", "pyarrow", "pydantic", "rich", "sqlite_utils")
atexit.register(lambda: print([name for name in heavy if name in sys.modules], file=sys.stderr))
main()
"""
    words = f"labelstore\nanswers\n{store}\n--project\n"
    environment = {
        **os.environ,
        "COMP_WORDS": words,
        "COMP_CWORD": "4",
        "_LABELSTORE_COMPLETE": "complete_bash",
        "PYTHONPATH": str(ROOT),
    }
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == ("Roads\n", "[]\n")
    assert time.perf_counter() - start < 10
