"""Loads: what `load` says of one, and `loads` of all."""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

import labelstore
from labelstore.analyses.stats import stats
from labelstore.cli import next_steps
from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.loading.outcome import Counted, outcome
from tests.making import box, v1
from tests.test_cli import run

SUFFIXES = (".db", ".duckdb")


def write(path: Path, labels: Iterable[Any]) -> Path:
    path.write_text(json.dumps(list(labels)), encoding="utf-8")
    return path


def element(label_id: str, left: float = 0) -> dict[str, Any]:
    return v1(label_id, box("Car", f"car-{label_id}", left, 0, 10, 10), **{"DataRow ID": f"d-{label_id}"})


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (Counted(400, added=400), "400 records added"),
        (Counted(1, added=1), "1 record added"),
        (Counted(400, 3, 12, 385), "12 records changed, 3 new, 385 unchanged"),
        (Counted(1200, unchanged=1200), "nothing new: all 1,200 records were stored before"),
        (Counted(1, unchanged=1), "nothing new: its only record was stored before"),
        (Counted(3, rejected=3), "nothing new: 3 records rejected"),
        (Counted(3, added=2, rejected=1), "2 records added, 1 rejected"),
        (
            Counted(4, unchanged=3, stale=1),
            "nothing new: 3 records unchanged, 1 older than the stored ones and skipped",
        ),
        (Counted(), "nothing new: the files hold no records"),
        (Counted(2, unchanged=2, pruned=5), "nothing new: all 2 records were stored before; 5 missing labels removed"),
    ],
)
def test_the_outcome_in_words(counted: Counted, text: str) -> None:
    assert outcome(counted) == text


def test_objects_without_a_name_are_of_no_class(tmp_path: Path) -> None:
    record = v1("a", box("Car", "f1", 1, 2, 3, 4), {"featureId": "f2", "hologram": {}})
    lines = run("load", tmp_path / "labels.db", write(tmp_path / "a.json", [record])).stdout.splitlines()
    assert "  objects          2 of 1 class: Car (1)" in lines


def test_the_summary_leads_with_what_changed_and_ends_with_what_to_do(tmp_path: Path) -> None:
    store, file = tmp_path / "labels.db", write(tmp_path / "a.json", map(element, "abc"))
    lines = run("load", store, file).stdout.splitlines()
    assert lines[0] == f"{store}: 3 records added"
    assert lines[1:4] == [
        "  labels           3 of the project Roads",
        "  asset types      image (3)",
        "  objects          3 of the class Car",
    ]
    assert lines[-3] == "Next:"
    assert lines[-2].split("  # ")[0].strip() in (f"labelstore browse {store} --open", f"labelstore stats {store}")
    assert lines[-1] == f"  labelstore query {store} class-counts  # objects by class"

    again = run("load", store, file).stdout.splitlines()
    assert again[0] == f"{store}: nothing new: all 3 records were stored before"
    assert again[-1].startswith(f"  labelstore loads {store} ")

    write(file, [element("a"), element("b", 5), element("new")])
    changed = run("load", store, file).stdout
    assert changed.startswith(f"{store}: 1 record changed, 1 new, 1 unchanged\n")
    assert "  missing labels   1, in the store, not in the files; kept (--prune removes them)\n" in changed
    assert f"\n  labelstore load {store} {file} --prune" in changed
    assert f"\n  labelstore diff {store}  " in changed

    pruned = run("load", store, file, "--prune", "--yes").stdout
    assert pruned.startswith(f"{store}: nothing new: all 3 records were stored before; 1 missing label removed\n")
    assert "--prune" not in pruned

    file.write_text(file.read_text()[:-1] + ", 7]")
    rejected = run("load", store, file)
    assert rejected.exit_code == 3
    assert rejected.stdout.startswith(f"{store}: nothing new: 3 records unchanged, 1 rejected\n")
    assert f"Next:\n  labelstore rejects {store}  # " in rejected.stdout


def test_what_comes_from_stdin_is_not_there_to_be_read_again(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    load(store, [write(tmp_path / "a.json", map(element, "ab"))])
    text = run("load", store, "-", stdin=json.dumps([element("a")])).stdout
    assert f"\n  labelstore load {store} FILE... --prune" in text


def test_names_in_the_summary_are_harmless_and_short(tmp_path: Path) -> None:
    names = ["\x1b[2J\n", "x" * 99, "c", "d", "e"]
    objects = [box(name, str(number), 0, 0, 1, 1) for number, name in enumerate(names)]
    text = run("load", tmp_path / "a.db", write(tmp_path / "a.json", [v1("a", *objects)])).stdout
    (line,) = (line for line in text.splitlines() if line.startswith("  objects "))
    assert line == "  objects          5 of 5 classes: \\x1b[2J\\n (1), c (1), d (1) …"
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("program", "python", "expected"),
    [
        ("cli.py", "python", "python cli.py"),
        ("/a b/cli.py", ".venv/bin/python", ".venv/bin/python '/a b/cli.py'"),
        ("/site/labelstore/__main__.py", "python3", "python3 -m labelstore"),
        ("pytest", "python", "labelstore"),
        (".venv/bin/labelstore", "python", ".venv/bin/labelstore"),
        ("{bin}/labelstore", "python", "labelstore"),
    ],
)
def test_commands_are_written_as_labelstore_was_called(
    program: str, python: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labelstore").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [program.replace("{bin}", str(tmp_path)), "demo"])
    monkeypatch.setattr(sys, "orig_argv", [python, *sys.argv])
    assert next_steps.called() == expected
    assert list(next_steps.next_lines([next_steps.step("get", "a b.db", purpose="a label")])) == [
        "",
        "Next:",
        f"  {expected} get 'a b.db'  # a label",
    ]
    assert list(next_steps.next_lines([])) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_labels_that_come_several_times_are_counted_once(tmp_path: Path, suffix: str) -> None:
    files = [write(tmp_path / f"{name}.json", map(element, "abc")) for name in "xy"]
    files.append(write(tmp_path / "z.json", [element("a", 7), {**element("b"), "Label": {}}]))
    report = load(tmp_path / f"a{suffix}", files).as_json()
    with open_database(tmp_path / f"a{suffix}", read_only=True) as database:
        total = stats(database)["total"]
    for noun in ("labels", "objects", "classifications", "frames"):
        assert report[noun] == total[noun], noun
    assert report["classes"] == {"Car": 2}
    assert report["projects"] == [{"project_id": "p1", "name": "Roads", "labels": 3}]
    assert report["asset_types"] == {"image": 3}


@pytest.fixture(params=SUFFIXES)
def loaded(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store of three commands: two files with two frames files, the same again, one file."""
    store = tmp_path / f"labels{request.param}"
    frames = tmp_path / "frames"
    frames.mkdir()
    video = [{**element(name), "Label": {"frames": f"https://x/{name}.ndjson"}} for name in "vw"]
    for name in "vw":
        line = {"frameNumber": 1, "objects": [box("Car", "1", 0, 0, 1, 1)], "classifications": []}
        (frames / f"{name}.ndjson").write_text(json.dumps(line) + "\n")
    (tmp_path / "week").mkdir()
    files = [write(tmp_path / "week" / "v.json", video), write(tmp_path / "week" / "a.json", map(element, "ab"))]
    load(store, files, frames=frames)
    load(store, files, frames=frames)
    load(store, [write(tmp_path / "week" / "b.json", [element("a", 5), element("c")])])
    return store


def test_frames_files_are_folded_and_commands_told(loaded: Path) -> None:
    with labelstore.open(loaded) as store:
        found = store.loads()
    assert [(load.load_id, load.command, load.last_load_id, load.frames_files) for load in found] == [
        (1, 1, 3, 2),
        (4, 1, 4, 0),
        (5, 5, 7, 2),
        (8, 5, 8, 0),
        (9, 9, 9, 0),
    ]
    assert [(load.added, load.changed, load.unchanged) for load in found] == [
        (2, 0, 0), (2, 0, 0), (0, 0, 2), (0, 0, 2), (1, 1, 0),
    ]  # fmt: skip
    assert found[-1].missing == 3
    assert [load.changes_labels for load in found] == [True, True, False, False, True]


def test_loads_as_a_table_and_as_data(loaded: Path) -> None:
    lines = run("loads", loaded, "--format", "table").stdout.splitlines()
    assert [re.split("  +", line.strip())[2:4] for line in lines] == [
        ["file", "records"],
        [ANY, ANY],
        ["v.json", "2 added, 2 frames files"],
        ["a.json", "2 added"],
        ["v.json", "2 unchanged, 2 frames files"],
        ["a.json", "2 unchanged"],
        ["b.json", "1 changed, 1 new, 3 labels missing"],
    ]
    assert [line.split()[0] for line in lines[2:]] == ["1", "4", "5", "8", "9"]
    rows = json.loads(run("loads", loaded, "--json").stdout)
    assert [row["file_name"].rsplit("/", 1)[1] for row in rows] == ["v.json", "a.json", "v.json", "a.json", "b.json"]
    assert run("loads", loaded).stdout.count("\n") == 5  # ndjson in a pipe
    assert run("loads", loaded, "--format", "csv").stdout.startswith("load_id,command,file_name,")
