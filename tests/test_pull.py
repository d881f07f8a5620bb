"""Pulling exports from Labelbox: what the service has is in the store, whatever happens on the way."""

import gzip
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina
from typer.testing import CliRunner, Result

import labelstore
from labelstore.cli import app
from labelstore.connected.pulling import Pull, Pulled, pull
from labelstore.connected.pulling.parameters import Filters, Parameters
from labelstore.connected.service.client import connect
from labelstore.connected.service.exports import Target
from labelstore.engines import open_database
from labelstore.errors import UsageError
from tests.labelbox_service import Json, Service, Workspace, hurried, labelbox_service
from tests.labelbox_service.samples import PROJECT, sample_lines, small_line, small_lines
from tests.soaking import amount

PULL = ["pull", "labels.db", "--project", PROJECT]
OF_PROJECT = Target("project", PROJECT)
NAMES = ["labels.db", "labels.duckdb"]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A project of ten data rows, in chunks that are cut anywhere; nothing waits."""
    monkeypatch.chdir(tmp_path)
    stamina.set_testing(True, attempts=3)
    with labelbox_service(Workspace(small_lines(10))) as service, hurried():
        service.exports.chunk_size = 2_000
        monkeypatch.setenv("LABELBOX_API_KEY", service.key)
        monkeypatch.setenv("LABELBOX_ENDPOINT", service.endpoint)
        yield service
    stamina.set_testing(False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def ran(*arguments: str) -> Any:
    """What a command prints as JSON; it has to end well."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output + result.stderr
    return json.loads(result.stdout)


def stored(path: str = "labels.db") -> dict[str, Json]:
    """The lines that the store gives back, by data row."""
    with open_database(Path(path), read_only=True) as database:
        lines = [json.loads(text) for (text,) in database.query("select json from record_json").rows]
    found = {line["data_row"]["id"]: line for line in lines}
    assert len(found) == len(lines)
    return found


def exported(service: Service) -> dict[str, Json]:
    """The lines that the service last exported."""
    task = list(service.exports.tasks.values())[-1]
    return {line["data_row"]["id"]: line for line in map(json.loads, task.streams["RESULT"].content.splitlines())}


def asked(service: Service) -> Json:
    """What the service was last asked to export."""
    found: Json = service.asked("exportDataRowsInProjectPyApi")[-1].variables["input"]
    return found


def rows(sql: str, path: str = "labels.db") -> list[tuple[Any, ...]]:
    with open_database(Path(path), read_only=True) as database:
        return list(database.query(sql).rows)


@pytest.mark.parametrize("store", NAMES)
def test_a_project_is_in_the_store_as_it_was_exported(service: Service, store: str) -> None:
    (told,) = ran("pull", store, "--project", PROJECT)["pulled"]
    assert (told["source_name"], told["since"], told["added"], told["errors"]) == ("Signs", None, 10, 0)
    assert stored(store) == exported(service)
    assert len(service.asked("chunk")) > 2
    assert rows("select file_name, records from loads", store) == [(f"labelbox:project/{PROJECT}", 10)]
    assert not list(Path().glob(".*")), "nothing is left beside the store"


def test_everything_is_asked_for_but_interpolated_frames(service: Service) -> None:
    ran(*PULL)
    sent = asked(service)["params"]
    assert [name for name, value in sent.items() if not value] == ["mediaTypeOverride", "includeInterpolatedFrames"]
    ran(*PULL, "--no-embeddings", "--interpolated-frames", "--media-type", "image")
    sent = asked(service)["params"]
    assert [name for name, value in sent.items() if not value] == ["includeEmbeddings"]
    assert sent["mediaTypeOverride"] == "IMAGE"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("source", ["catalog", "dataset", "model-run"])
def test_other_sources(service: Service, source: str) -> None:
    lines = [line for line in sample_lines(8, "image") if line.get("experiments")]
    for line in lines:
        service.workspace.put(line)
    named = {"dataset": "dataset-1", "model-run": next(iter(service.workspace.model_runs), "")}
    (told,) = ran("pull", "labels.db", f"--{source}", *([named[source]] if source in named else []))["pulled"]
    assert told["added"] == len(exported(service)) > 0
    assert stored() == exported(service)
    again = ran("pull", "labels.db", "--all")["pulled"]
    assert sum(one["source"] == source.replace("-", "_") for one in again) == 1
    assert all(one["changed"] == 0 for one in again if one["source"] != "project")


def test_the_next_pull_asks_for_what_happened_since(service: Service) -> None:
    service.workspace.clock.advance(minutes=20)
    (first,) = ran(*PULL)["pulled"]
    assert first["watermark"] == "2026-03-02T08:15:00+0000", "by the service's clock, less five minutes"
    service.workspace.clock.advance(hours=1)
    service.workspace.edit("row-3", lambda line: line["projects"][PROJECT]["labels"].clear())
    service.workspace.put(small_line(10))
    (told,) = ran(*PULL)["pulled"]
    assert (told["since"], told["records"]) == (first["watermark"], 2)
    assert (told["added"], told["changed"], told["missing"]) == (1, 1, 1), "row-3 has lost its label, others nothing"
    assert "2026-03-02T08:15:00+0000" in json.dumps(asked(service)["filters"])
    (told,) = ran(*PULL, "--prune", "--yes")["pulled"]
    assert (told["records"], told["unchanged"]) == (2, 2), "within the five minutes"
    assert (told["missing"], told["pruned"]) == (1, 1)
    service.workspace.clock.advance(hours=1)
    ran(*PULL)
    service.workspace.clock.advance(hours=1)
    (told,) = ran(*PULL)["pulled"]
    assert told["records"] == 0
    assert len(stored()) == 11


def test_other_parameters_take_everything_again(service: Service) -> None:
    ran(*PULL, "--no-attachments")
    service.workspace.clock.advance(hours=1)
    result = run(*PULL)
    assert result.exit_code == 0
    assert "asked for other things, so all of it is pulled again" in result.stderr
    assert stored() == exported(service)


def test_a_selection_is_nothing_to_build_on(service: Service) -> None:
    (told,) = ran(*PULL, "--batch", "batch-1", "--workflow-status", "Done")["pulled"]
    assert (told["records"], told["watermark"]) == (3, None)
    (told,) = ran(*PULL)["pulled"]
    assert (told["since"], told["records"]) == (None, 10)


def test_a_time_of_ones_own_is_no_gap(service: Service) -> None:
    ran(*PULL)
    service.workspace.clock.advance(hours=5)
    (told,) = ran(*PULL, "--since", "2026-03-02T12:00")["pulled"]
    assert told["watermark"] is None
    (told,) = ran(*PULL, "--since", "2026-03-02T08:30+01:00")["pulled"]
    assert (told["since"], told["watermark"]) == ("2026-03-02T07:30:00+0000", "2026-03-02T12:55:00+0000")


def test_deleted_labels_are_found_by_a_full_pull(service: Service) -> None:
    ran(*PULL)
    service.workspace.clock.advance(hours=1)
    service.workspace.delete("row-4")
    (told,) = ran(*PULL, "--full")["pulled"]
    assert (told["missing"], told["pruned"]) == (1, 0)
    (told,) = ran(*PULL, "--full", "--prune", "--yes")["pulled"]
    assert (told["missing"], told["pruned"]) == (1, 1)
    for number in range(10):
        if number != 4:
            service.workspace.delete(f"row-{number}")
    (told,) = ran(*PULL, "--full", "--prune", "--yes")["pulled"]
    assert (told["records"], told["pruned"]) == (0, 9), "of a project without data rows, too"


@pytest.mark.parametrize("store", NAMES)
def test_incremental_pulls_end_as_a_full_one(service: Service, store: str) -> None:
    """Rows are added, changed and deleted, late for the index or not; in the end both stores have the same labels."""
    dice, workspace, known = random.Random(store), service.workspace, 10
    for _ in range(amount(12, 2)):
        for _ in range(dice.randrange(6)):
            number, lag = dice.randrange(known + 1), dice.choice([0, 0, 60, 200])
            late = timedelta(seconds=lag)
            if number == known or f"row-{number}" not in workspace.rows:
                workspace.put(small_line(number), lag=late)
                known = max(known, number + 1)
            elif dice.random() < 0.2:
                workspace.delete(f"row-{number}")
            else:
                seconds = dice.random()

                def change(line: Json, seconds: float = seconds) -> None:
                    label = line["projects"][PROJECT]["labels"][0]
                    label["annotations"]["objects"][0]["bounding_box"]["left"] = seconds

                workspace.edit(f"row-{number}", change, lag=late)
        ran("pull", store, "--project", PROJECT)
        workspace.clock.advance(minutes=dice.choice([1, 4, 30]))
    workspace.clock.advance(minutes=10)
    ran("pull", store, "--project", PROJECT)
    found = stored(store)
    ran("pull", "full.db", "--project", PROJECT)
    wanted = stored("full.db")
    assert {name: found[name] for name in wanted} == wanted
    (told,) = ran("pull", store, "--project", PROJECT, "--full", "--prune", "--yes")["pulled"]
    assert told["pruned"] == len(found) - len(wanted)
    assert rows("select label_id from labels order by 1", store) == rows(
        "select label_id from labels order by 1", "full.db"
    )


def test_the_key_goes_to_the_service_alone(service: Service) -> None:
    result = run("pull", "labels.db", "--project", PROJECT)
    assert service.key not in result.output + result.stderr
    assert all("authorization" in {name.lower() for name in one.headers} for one in service.asked("graphql"))
    assert service.asked("chunk")
    assert not any("authorization" in {name.lower() for name in one.headers} for one in service.asked("chunk"))
    for path in Path().iterdir():
        assert service.key.encode() not in path.read_bytes()


def test_without_a_key(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABELBOX_API_KEY")
    monkeypatch.setattr("keyring.get_password", lambda *_: None)
    result = run(*PULL)
    assert result.exit_code == 1
    assert "no API key is known here; set LABELBOX_API_KEY, or" in result.stderr
    monkeypatch.setattr(
        "keyring.get_password", lambda *names: service.key if names == ("labelbox", "api-key") else None
    )
    assert run(*PULL).exit_code == 0


def test_a_key_that_expires_half_way(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    expired = "GetExportFileFromOffsetPyApi"
    service.faults.refuse("AUTHENTICATION_ERROR", "The key has expired", expired, after=2, times=None)
    result = run(*PULL)
    assert result.exit_code == 1
    assert "the API key is not accepted; it may have expired" in result.stderr
    assert not Path("labels.db").exists()
    before = len(service.asked("chunk"))
    assert before
    service.faults.clear()
    (told,) = ran(*PULL)["pulled"]
    assert told["resumed"]
    assert stored() == exported(service)
    assert len(service.exports.tasks) == 1
    served = [one.path for one in service.asked("chunk")]
    assert len(served) == len(set(served)), "no chunk came twice"


FAULTS: dict[str, tuple[Any, int, str]] = {
    "the service limits": (lambda faults: faults.throttle(times=None), 75, "limits how much may be asked"),
    "out of order": (lambda faults: faults.status(503, times=None), 75, "try again later"),
    "no JSON": (lambda faults: faults.not_json(times=None), 75, "answers no JSON"),
    "may not": (lambda faults: faults.forbid(), 1, "this key may not do that"),
    "chunks are cut short": (lambda faults: faults.shorten(times=None), 75, "a chunk of"),
    "chunks break off": (lambda faults: faults.break_off(times=None), 75, "does not come"),
    "chunks are gone": (lambda faults: faults.status(404, "chunk", times=None), 75, "answers 404"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_the_service_refuses_is_told_in_a_line(service: Service, name: str) -> None:
    fault, code, words = FAULTS[name]
    fault(service.faults)
    result = run(*PULL)
    assert (result.exit_code, len(result.stderr.splitlines())) == (code, 1), result.stderr
    assert words in result.stderr
    assert not Path("labels.db").exists()
    service.faults.clear()
    ran(*PULL)
    assert stored() == exported(service)


@pytest.mark.parametrize("fault", ["throttle", "status 503", "drop", "expire", "shorten", "break_off"])
def test_what_passes_is_waited_for(service: Service, fault: str) -> None:
    faults = service.faults
    where = "graphql" if fault in ("throttle", "drop") else "chunk"
    {
        "throttle": lambda: faults.throttle(after=3),
        "status 503": lambda: faults.status(503, where, after=1),
        "drop": lambda: faults.drop(where, after=4),
        "expire": lambda: faults.expire(after=1),
        "shorten": lambda: faults.shorten(after=1),
        "break_off": lambda: faults.break_off(after=1),
    }[fault]()
    ran(*PULL)
    assert stored() == exported(service)


def test_an_export_that_is_not_whole(service: Service) -> None:
    service.exports.missing = 500
    result = run(*PULL)
    assert result.exit_code == 1
    assert re.search(r"the export ends after \d+ of \d+ bytes; pull again", result.stderr)
    assert not Path("labels.db").exists()
    service.exports.missing = 0
    ran(*PULL)
    assert stored() == exported(service)


@pytest.mark.parametrize(("end", "said"), [("fails", "failed"), ("is_canceled", "was canceled")])
def test_a_failed_export(service: Service, end: str, said: str) -> None:
    setattr(service.exports, end, True)
    result = run(*PULL)
    assert result.exit_code == 1
    assert f"{said}; pull again" in result.stderr
    setattr(service.exports, end, False)
    ran(*PULL)
    assert stored() == exported(service)


def test_what_labelbox_could_not_export_is_rejected_and_asked_for_again(service: Service) -> None:
    service.exports.errors = [{"data_row_id": "row-20", "error": "the media attributes are not known yet"}]
    result = run(*PULL, "--json")
    assert result.exit_code == 3
    (told,) = json.loads(result.stdout)["pulled"]
    assert (told["errors"], told["added"], told["watermark"]) == (1, 10, None)
    ((name, reason),) = rows("select file_name, reason from rejects join loads using (load_id)")
    assert name == f"labelbox:project/{PROJECT} (errors)"
    assert reason == "Labelbox could not export it: the media attributes are not known yet"
    result = run(*PULL, "--full", "--prune", "--yes")
    assert "1 data row could not be exported, so only labels of the others are removed" in result.stderr
    service.exports.errors = []
    service.workspace.put(small_line(20))
    (told,) = ran(*PULL)["pulled"]
    assert (told["since"], told["added"]) == (None, 1)


def test_errors_and_a_gap(service: Service) -> None:
    ran(*PULL)
    service.workspace.clock.advance(hours=5)
    service.exports.errors = [{"error": "something"}]
    assert run(*PULL, "--since", "2026-03-02T12:00").exit_code == 3
    service.exports.errors = []
    (told,) = ran(*PULL)["pulled"]
    assert told["since"] == "2026-03-02T07:55:00+0000", "the gap is asked for"


def test_a_pull_that_was_stopped_long_ago_begins_anew(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.faults.status(404, "chunk", times=None)
    assert run(*PULL).exit_code == 75
    service.faults.clear()
    (state,) = Path(".labels.db.pull").glob("*.json")
    said = json.loads(state.read_text())
    state.write_text(json.dumps(said | {"started_at": "2026-11-01T08:00:00Z"}))
    (told,) = ran(*PULL)["pulled"]
    assert not told["resumed"]
    assert len(service.exports.tasks) == 2


def test_unknown_things_and_wrong_calls(service: Service) -> None:
    for arguments, code, words in [
        (["--project", "another"], 1, "project another: there is none with this id"),
        ([], 2, "name what to pull"),
        (["--project", "../x"], 2, "is no id"),
        (["--all"], 2, "knows no project"),
        (["--project", PROJECT, "--batch", "b", "--prune", "--yes"], 2, "--prune needs a --project and no filters"),
        (["--dataset", "dataset-1", "--full", "--prune", "--yes"], 2, "--prune needs a --project"),
        (["--project", PROJECT, "--full", "--since", "2026-01-01"], 2, "give one of them"),
        (["--project", PROJECT, "--since", "yesterday"], 2, "is no time"),
        (["--project", PROJECT, "--media-type", "smell"], 2, "is no type of media"),
        (["--model-run", "run", "--batch", "b"], 2, "take no filters"),
        (["--catalog", "--batch", "b"], 2, "only exports of projects"),
        (["--project", PROJECT, "--endpoint", "http://example.com/graphql"], 2, "give the https:// address"),
    ]:
        result = run("pull", "labels.db", *arguments)
        assert result.exit_code == code, (arguments, result.stderr)
        assert words in result.stderr, arguments


def test_all_goes_on_after_what_fails(service: Service) -> None:
    ran(*PULL)
    ran("pull", "labels.db", "--dataset", "dataset-1")
    service.faults.refuse("RESOURCE_NOT_FOUND", "Dataset not found", "dataset", times=None)
    result = run("pull", "labels.db", "--all", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [one["source"] for one in told["pulled"]] == ["project"]
    assert "dataset dataset-1: there is none with this id" in told["failed"][0]
    service.faults.clear()
    service.faults.key_expires()
    result = run("pull", "labels.db", "--all", "--json")
    assert (result.exit_code, len(json.loads(result.stdout)["failed"])) == (1, 1), "nobody asks with that key again"
    service.faults.clear()
    service.faults.status(503, times=None)
    assert run("pull", "labels.db", "--all").exit_code == 75


def test_the_export_is_kept(service: Service) -> None:
    (told,) = ran(*PULL, "--keep", "exports")["pulled"]
    (kept,) = Path("exports").iterdir()
    assert str(kept) == told["kept"]
    assert kept.name.startswith(f"project-{PROJECT}-")
    lines = gzip.decompress(kept.read_bytes()).splitlines()
    assert {json.loads(line)["data_row"]["id"]: json.loads(line) for line in lines} == exported(service)
    assert ran("load", "labels.db", "exports")["unchanged"] == 10
    assert ran("verify", "labels.db", "exports")["equal"] == 10


@contextmanager
def served_apart(*arguments: str) -> Iterator[tuple[Json, Path]]:
    """A service in a process of its own: what it says of itself, and the folder of the checkout."""
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "tests.labelbox_service", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdin
        assert process.stdout
        yield json.loads(process.stdout.readline()), root
        process.stdin.close()


def test_a_pull_that_was_killed_goes_on(tmp_path: Path) -> None:
    """Whenever it is killed, the next one goes on with its chunks; nothing lacks, and nothing is there twice."""
    count = amount(10_000, 600)
    sizes = ["--rows", str(count), "--chunk-size", str(amount(150_000, 9_000)), "--slow", "0.02"]
    with served_apart(*sizes) as (told, root):
        environment = {"LABELBOX_API_KEY": told["key"], "LABELBOX_ENDPOINT": told["endpoint"], "PYTHONPATH": str(root)}
        dice, store = random.Random(7), tmp_path / "labels.db"
        command = [sys.executable, str(root / "cli.py"), "pull", str(store), "--project", PROJECT, "--json"]
        for _ in range(amount(12, 1)):
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as pulling:
                time.sleep(1.5 + dice.random() * amount(4, 1))
                pulling.kill()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from labels") == count
        assert database.value("select count(distinct data_row_id) from records") == count
        assert database.value("select count(*) from records") == count
    assert not list(tmp_path.glob(".*"))


def test_a_load_that_fails_leaves_what_came(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    client, wanted = connect(service.endpoint), Pull(OF_PROJECT)
    with monkeypatch.context() as broken:
        broken.setattr(sys.modules["labelstore.connected.pulling.pull"], "load", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pull("labels.db", wanted, client)
    done: Pulled = pull("labels.db", wanted, client)
    assert done.resumed
    assert stored() == exported(service)


def test_in_python(service: Service) -> None:
    store = labelstore.open("labels.db")
    done = store.pull(project=PROJECT, keep="exports")
    assert (done.name, done.report.total("added"), done.errors) == ("Signs", 10, 0)
    assert list(store.query("select count(*) from labels").rows) == [(10,)]
    service.workspace.clock.advance(hours=1)
    assert store.pull(project=PROJECT).report.total("unchanged") == 10
    with pytest.raises(UsageError, match="name one thing to pull"):
        store.pull(project=PROJECT, catalog=True)
    with pytest.raises(labelstore.ServiceError, match="project another: there is none"):
        store.pull(project="another")


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(UsageError, match="take no filters"):
        Filters(since="2026-01-01").of(Target("model_run", "r"), None)
    with pytest.raises(UsageError, match="either by id or by global key"):
        Filters(data_rows=("a",), global_keys=("b",)).of(OF_PROJECT, None)
    assert "predictions" not in Parameters().of(OF_PROJECT)
