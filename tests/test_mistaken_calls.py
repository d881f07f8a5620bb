"""Calls that people get wrong or cut short: swapped arguments, names for ids, a word for SQL, Ctrl-C."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.engines import open_database
from labelstore.errors import AmbiguousError
from labelstore.loading import load
from tests.lines import label, v2
from tests.test_cli import failed, run

CODE = "from labelstore.cli import main; main()"


def element(label_id: str, row: str, external_id: str) -> dict[str, Any]:
    url = "https://example.com/a"
    return {
        "ID": label_id,
        "DataRow ID": row,
        "Labeled Data": url,
        "Label": {"objects": []},
        "External ID": external_id,
    }


@pytest.fixture(params=[".db", ".duckdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    keyed = v2("row1", label("label1"))
    keyed["data_row"]["global_key"] = "key 1"
    records = [keyed, v2("row2", label("label2"), label("label3")), v2("row4", label("label4"))]
    records[2]["data_row"]["external_id"] = "twice"
    (tmp_path / "new.ndjson").write_text("\n".join(map(json.dumps, records)))
    (tmp_path / "old.json").write_text(
        json.dumps([element("label5", "row5", "twice"), element("label6", "row6", "old.jpg")])
    )
    path = tmp_path / f"labels{request.param}"
    load(path, [tmp_path / "new.ndjson", tmp_path / "old.json"])
    return path


def test_get_and_history_by_the_names_of_data_rows(store: Path) -> None:
    for name in ("row1", "row1.jpg", "key 1"):
        assert json.loads(run("get", store, name, "--compact").stdout)["data_row"]["id"] == "row1"
        assert [entry["load_id"] for entry in json.loads(run("history", store, name, "--json").stdout)] == [1]
        assert json.loads(run("get", store, name, "--at", 1, "--compact").stdout)["id"] == "label1"
    assert json.loads(run("get", store, "old.jpg").stdout)["ID"] == "label6"
    assert "by this: label2, label3; name one of them" in failed("history", store, "row2.jpg")
    assert "2 data rows" in failed("get", store, "twice")
    assert "row4, row5; name one of them" in failed("get", store, "twice")
    assert "label4, label5" in failed("history", store, "twice")
    assert "external id or global key" in failed("get", store, "none")
    with labelstore.open(store) as opened:
        assert opened.label("label1")["id"] == "label1"
        assert opened.data_row("key 1")["data_row"]["id"] == "row1"
        assert len(opened.history("key 1")) == 1
        with pytest.raises(AmbiguousError):
            opened.data_row("twice")


def test_swapped_arguments_are_told(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    before = file.read_bytes()
    for command in ("load", "verify"):
        message = failed(command, file, store, code=2)
        assert f"{store} is the store, so it comes first: labelstore {command} {store} {file}" in message
    message = failed("query", "select 1 as one", store, code=2)
    assert f"labelstore query {store} 'select 1 as one'" in message
    assert f"labelstore query {store} class-counts" in failed("query", "class-counts", store, code=2)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "command", [["get", "label1"], ["search", "word"], ["schema", "objects"], ["export", "coco"], ["report", "a.html"]]
)
def test_a_store_after_another_argument_is_told(store: Path, command: list[str]) -> None:
    name, argument = command
    message = failed(name, argument, store, code=2)
    assert f"{store} is the store, so it comes first: labelstore {name} {store} {argument}" in message


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["stats", ""], "DB is empty"),
        (["load", "new.db", ""], "FILE is empty"),
        (["answers", "new.db", "--project", ""], "--project is empty"),
        (["report", "new.db", "a.html", "--assets", ""], "--assets is empty"),
    ],
)
def test_an_empty_name_is_told(command: list[str], told: str) -> None:
    assert told in failed(*command, code=2)


def test_the_name_of_a_canned_query_for_sql(store: Path) -> None:
    expected = run("query", store, "--named", "class-counts", "-p", "project=Signs").stdout
    assert run("query", store, "class-counts", "-p", "project=Signs").stdout == expected
    assert run("query", store, " class-counts\n", "-p", "project=Signs").stdout == expected
    assert "did you mean class-counts" in run("query", store, "class-count").stderr


@pytest.mark.sampled(6)
@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
@pytest.mark.parametrize("existed", [False, True])
def test_a_stopped_load_says_what_was_kept(tmp_path: Path, suffix: str, existed: bool) -> None:
    path = tmp_path / f"labels{suffix}"
    if existed:
        (tmp_path / "first.json").write_text(json.dumps([element("first", "r", "e")]))
        load(path, tmp_path / "first.json")
    command = [sys.executable, "-c", CODE, "load", str(path), "-"]
    loading = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert loading.stdin is not None
    assert loading.stderr is not None
    loading.stdin.write(b"[" + json.dumps(element("second", "r2", "e2")).encode() + b",\n")
    loading.stdin.flush()
    while not (tmp_path / f".{path.name}.lock").exists():
        assert loading.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    loading.send_signal(signal.SIGINT)
    assert loading.wait(timeout=20) == 130  # though the input neither goes on nor ends
    said = loading.stderr.read().decode()
    loading.stdin.close()
    loading.stderr.close()
    if existed:
        assert f"stopped; nothing of this load was stored; {path} is as it was before" in said
        with open_database(path, read_only=True) as database:
            assert database.value("select count(*) from labels") == 1
    else:
        assert f"stopped; nothing was stored, and there is no {path}" in said
        assert not path.exists()
