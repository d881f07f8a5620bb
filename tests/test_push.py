"""`push`: what is sent to the tests' service, told before, once each, whatever stops it; and ontologies made there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from typer.testing import CliRunner, Result

import labelstore
from labelstore.cli import app
from labelstore.connected.pushing import push as pushing
from labelstore.connected.pushing.batches import batches
from labelstore.connected.pushing.known import Ontology, Use
from labelstore.connected.pushing.plan import Ready
from labelstore.connected.pushing.target import Imports, outcome_of
from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import write
from tests.labelbox_service import KEY, Json, Service, Workspace, hurried, labelbox_service
from tests.making import ENGINES, box, feature, store_of, v1
from tests.soaking import amount

ROOT = Path(__file__).resolve().parent.parent

ONTOLOGY: Json = {
    "tools": [
        {
            "tool": "rectangle",
            "name": "Car",
            "classifications": [
                {"type": "radio", "name": "Color", "options": [{"label": "Red", "value": "red"}, {"label": "Blue"}]}
            ],
        },
        {"tool": "polygon", "name": "Lane"},
    ],
    "classifications": [{"type": "text", "name": "Remark"}],
}


def color(answer: str) -> Json:
    return feature("Color", f"q-{answer}", answer=feature(answer, f"q-{answer}-a"))


def records() -> list[Json]:
    """Four labels: three cars with a remark, another, and two with one car each."""
    remark = feature("Remark", "r1", answer="Straße")
    cars = [box("Car", f"c{number}", number, 0, 10, 10, classifications=[color("Red")]) for number in range(3)]
    return [
        v1("a", *cars, classifications=[remark]),
        *(v1(name, box("Car", f"c-{name}", 0, 0, 10, 10)) for name in "bcd"),
    ]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    rows = [{"data_row": {"id": f"row-{name}"}, "projects": {"t1": {"name": "Target"}}} for name in "abcd"]
    with labelbox_service(Workspace(rows)) as found, hurried():
        found.workspace.add_project("t1", "Target", ONTOLOGY)
        monkeypatch.setenv("LABELBOX_API_KEY", found.key)
        monkeypatch.setenv("LABELBOX_ENDPOINT", found.endpoint)
        yield found
        assert found.failures == []


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return store_of(tmp_path, "sqlite", records())


def push(store: Path, *options: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["push", str(store), *options], catch_exceptions=False)
    assert done.exit_code == code, done.output
    assert KEY not in done.output
    return done


def told(store: Path, *options: str, code: int = 0) -> Json:
    found: Json = json.loads(push(store, *options, "--json", code=code).stdout)
    return found


def sent(store: Path) -> list[Any]:
    with open_database(store, read_only=True) as database:
        return [*database.query("select uuid, status, reason, target, label_id from sent order by sent_at, uuid").rows]


def delivered(service: Service) -> Counter[str]:
    return Counter(line["uuid"] for made in service.imports.all for line in made.lines)


def test_a_dry_run_counts_and_sends_nothing(store: Path, service: Service) -> None:
    found = told(store, "--to-project", "t1")
    assert {(use["feature"], use["name"], use["state"]): use["count"] for use in found["features"]} == {
        ("rectangle", "Car", "known"): 6,
        ("radio", "Car > Color", "known"): 3,
        ("text", "Remark", "known"): 1,
    }
    assert (found["annotations"], found["to_send"], found["labels"], found["name"]) == (7, 7, 4, "Target")
    shown = push(store, "--to-project", "t1").stdout
    assert "rectangle  Car          6        known" in shown
    assert "7 annotations of 4 labels to send to project t1 (Target) as labels, in 1 import" in shown
    assert service.imports.all == []
    assert sent(store) == []


@ENGINES
def test_what_is_sent_is_what_is_exported_and_is_sent_once(tmp_path: Path, service: Service, engine: str) -> None:
    store = store_of(tmp_path, engine, records())
    out = store.with_suffix(".sent")
    found = told(store, "--to-project", "t1", "--send", "--out", str(out))
    assert (found["sent"], found["accepted"], found["imports"]) == (7, 7, 1)
    (made,) = service.imports.all
    assert (made.kind, made.target) == ("labels", "t1")
    assert made.lines == [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    exported = store.with_name("import.ndjson")
    done = CliRunner().invoke(app, ["export", str(store), "labelbox-import", str(exported)])
    assert done.exit_code == 0
    assert exported.read_bytes() == out.read_bytes()
    assert {(status, target) for _, status, _, target, _ in sent(store)} == {("accepted", "project/t1")}
    again = told(store, "--to-project", "t1", "--send")
    assert (again["sent"], again["accepted_before"]) == (0, 7)
    assert len(service.imports.all) == 1
    predictions = told(store, "--to-project", "t1", "--as", "predictions", "--send")
    assert (predictions["sent"], service.imports.all[1].kind) == (7, "pre-labels")


def test_unknown_features_are_refused(tmp_path: Path, service: Service) -> None:
    odd = [
        *records(),
        v1("e", box("car", "e1", 0, 0, 1, 1), box("Lane", "e2", 0, 0, 1, 1)),
        v1("f", box("Car", "f1", 0, 0, 1, 1, classifications=[color("Green")]), box("Car", "f2", 0, 0, 1, 1)),
    ]
    store = store_of(tmp_path, "sqlite", odd)
    for options in ([], ["--send"]):
        done = push(store, "--to-project", "t1", *options, code=1)
        assert "project t1 has no place for 3 annotations" in done.stderr
        for refused in (
            "rectangle car (unknown; did you mean Car?)",
            "rectangle Lane (is polygon there)",
            "option Car > Color > Green (unknown)",
        ):
            assert refused in done.stderr
        for way_out in ("--rename", "--class", "--create", "--skip-unknown"):
            assert way_out in done.stderr
    assert service.imports.all == []
    assert sent(store) == []
    with labelstore.open(store) as opened:
        assert opened.push(to_project="t1").refused == 3
        with pytest.raises(labelstore.ServiceError, match="no place for 3 annotations"):
            opened.push(to_project="t1", send=True)
    found = told(store, "--to-project", "t1", "--skip-unknown", "--rename", "car=Car")
    assert (found["refused"], found["to_send"]) == (2, 9)
    found = told(store, "--to-project", "t1", "--skip-unknown", "--send", code=3)  # row-f is not in the project
    assert (found["refused"], found["accepted"], found["rejected"]) == (3, 7, 1)


def test_each_row_that_is_rejected_is_kept_with_the_reason_and_tried_again(store: Path, service: Service) -> None:
    refuses = ["row-b"]
    service.imports.rule = lambda line: ("Bad\x1bBox", "No area") if line["dataRow"]["id"] in refuses else None
    done = push(store, "--to-project", "t1", "--send", code=3)
    assert "7 sent in 1 import: 6 accepted, 1 rejected" in done.stdout
    listed = push(store, "--rejected")
    assert "project/t1, label b" in listed.stdout
    assert "  Bad\\x1bBox: No area" in listed.stdout
    (row,) = json.loads(push(store, "--rejected", "--json").stdout)
    assert (row["label_id"], row["status"]) == ("b", "rejected")
    rejects = CliRunner().invoke(app, ["rejects", str(store)])
    assert f"list them with: labelstore push {store} --rejected" in rejects.stderr
    push(store, "--to-project", "t1", "--send", code=3)
    refuses.clear()
    found = told(store, "--to-project", "t1", "--send")
    assert (found["sent"], found["accepted"], found["accepted_before"]) == (1, 1, 6)
    assert "nothing was rejected" in push(store, "--rejected").stderr
    assert len({made.name for made in service.imports.all}) == 3


def test_changed_content_is_told_and_sent_only_if_asked(store: Path, service: Service) -> None:
    push(store, "--to-project", "t1", "--send")
    newer = v1("b", box("Car", "c-b", 5, 5, 10, 10), **{"Updated At": "2025-01-01T00:00:00.000Z"})
    reload(store, newer)
    assert "1 accepted before with another content (--again sends them)" in push(store, "--to-project", "t1").stdout
    assert told(store, "--to-project", "t1", "--send")["sent"] == 0
    found = told(store, "--to-project", "t1", "--send", "--again")
    assert (found["sent"], found["accepted"]) == (1, 1)
    assert told(store, "--to-project", "t1", "--send", "--again")["accepted_before"] == 7


def reload(store: Path, record: Json) -> None:
    file = store.with_name("newer.json")
    file.write_text(json.dumps([record]))
    assert CliRunner().invoke(app, ["load", str(store), str(file)]).exit_code == 0


class Killed(BaseException):
    """As a process ends that is killed: nothing is tidied up but what the system does."""


POINTS: dict[str, tuple[Any, str, bool]] = {
    "after it is sent": (Imports, "create", True),
    "before it is noted": (pushing, "note", False),
    "while it is waited for": (Imports, "outcome", False),
    "before it is sent": (Imports, "create", False),
    "before it is settled": (pushing, "settle", False),
    "after it is settled": (pushing, "settle", True),
}


def stopping(action: Callable[..., Any], at: int, after: bool) -> Callable[..., Any]:
    """The action, which stops the process at its n-th call, before or after what it does."""
    calls = 0

    def stopped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and not after:
            raise Killed
        done = action(*args, **kwargs)
        if calls == at:
            raise Killed
        return done

    return stopped


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("point", "engine"), [*((point, "sqlite") for point in POINTS), ("before it is settled", "duckdb")]
)
def test_a_stop_at_any_moment_sends_nothing_twice(
    tmp_path: Path, service: Service, point: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(tmp_path, engine, records())
    place, name, after = POINTS[point]
    options = ("--to-project", "t1", "--send", "--per-import", "2")
    for at in (1, 2):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, stopping(getattr(place, name), at, after))
            with pytest.raises(Killed):
                push(store, *options)
        assert all(count == 1 for count in delivered(service).values())
    push(store, *options)
    assert len(delivered(service)) == 7
    assert set(delivered(service).values()) == {1}
    assert {row[1] for row in sent(store)} == {"accepted"}
    assert len(sent(store)) == 7


def test_a_process_that_is_killed_while_it_sends(store: Path, service: Service) -> None:
    service.faults.slow(30, "createLabelImport", times=1)
    command = [sys.executable, str(ROOT / "cli.py"), "push", str(store), "--to-project", "t1", "--send"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while not service.asked("createLabelImport") and time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert [row[1] for row in sent(store)] == ["sent"] * 7
    dry = push(store, "--to-project", "t1")
    assert "7 sent before while nobody knows what became of them (--send asks first)" in dry.stdout
    service.stopped.set()
    while not service.imports.all:
        time.sleep(0.01)
    done = push(store, "--to-project", "t1", "--send")
    assert "of an earlier push: 7 accepted, 0 rejected" in done.stderr
    assert len(service.imports.all) == 1


@pytest.mark.parametrize("status", [None, 502])
def test_an_answer_that_is_lost_is_asked_for(tmp_path: Path, service: Service, status: int | None) -> None:
    store = store_of(tmp_path, "sqlite", records())
    service.faults.lose("createLabelImport", status=status)
    assert told(store, "--to-project", "t1", "--send")["accepted"] == 7
    assert len(service.imports.all) == 1


def test_an_answer_that_is_odd_is_asked_for(store: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    create = Imports.create

    def odd(self: Imports, name: str, lines: Any) -> Any:
        create(self, name, lines)
        raise labelstore.ServiceError("answered something unknown")

    monkeypatch.setattr(Imports, "create", odd)
    assert told(store, "--to-project", "t1", "--send")["accepted"] == 7
    assert len(service.imports.all) == 1


def test_an_import_without_statuses_is_left_open(
    store: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        look = service.imports._look
        patch.setattr(service.imports, "_look", lambda made: look(made) | {"statusFileUrl": None})
        done = push(store, "--to-project", "t1", "--send")
        assert "7 of which Labelbox says nothing" in done.stdout
        assert told(store, "--to-project", "t1", "--send")["unknown_before"] == 7
    assert told(store, "--to-project", "t1", "--send")["accepted_before"] == 7
    assert len(service.imports.all) == 1


def test_a_service_that_is_busy_is_asked_later(store: Path, service: Service) -> None:
    service.faults.drop("createLabelImport")
    done = push(store, "--to-project", "t1", "--send", code=75)
    assert "try again later" in done.stderr
    done = push(store, "--to-project", "t1", "--send")
    assert "of an earlier push: never arrived" in done.stderr
    assert delivered(service).total() == 7


def test_what_an_import_says_is_asked_for_patiently(store: Path, service: Service) -> None:
    service.imports.polls = 3
    service.faults.status(503, "labelImport", times=2)
    service.faults.drop("import file", times=2)
    assert told(store, "--to-project", "t1", "--send")["accepted"] == 7
    assert len(service.imports.all) == 1


def test_an_import_that_is_refused_leaves_nothing(store: Path, service: Service) -> None:
    service.faults.forbid("createLabelImport", times=1)
    assert "this key may not do that" in push(store, "--to-project", "t1", "--send", code=1).stderr
    assert sent(store) == []
    service.imports.fails = True
    done = push(store, "--to-project", "t1", "--send", code=3)
    assert "7 rejected" in done.stdout
    assert {row[2] for row in sent(store)} == {"Labelbox says that the whole import failed"}


def test_what_an_import_said_may_be_gone_when_it_is_asked(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(tmp_path, "sqlite", records())
    with monkeypatch.context() as patch:
        patch.setattr(Imports, "create", stopping(Imports.create, 1, after=True))
        with pytest.raises(Killed):
            push(store, "--to-project", "t1", "--send")
    service.workspace.clock.advance(hours=25)
    assert told(store, "--to-project", "t1", "--send")["accepted_before"] == 7
    assert {row[1:3] for row in sent(store)} == {
        ("accepted", "the import is done; what it said of each annotation was gone")
    }


def test_predictions_of_a_model_run(store: Path, service: Service) -> None:
    service.workspace.add_model("model-1", ONTOLOGY)
    service.workspace.add_model_run("run-1", "Run 1")
    found = told(store, "--to-model-run", "run-1", "--send")
    assert (found["accepted"], found["name"]) == (7, "Run 1")
    (made,) = service.imports.all
    assert (made.kind, made.target) == ("predictions", "run-1")
    assert told(store, "--to-model-run", "run-1", "--send")["sent"] == 0
    assert {row[3] for row in sent(store)} == {"model_run/run-1"}


def test_in_python(store: Path, service: Service) -> None:
    with labelstore.open(store) as opened:
        found = opened.push(to_project="t1", labels="all", with_class="Car")
        assert (found.to_send, found.sent, found.name, found.target) == (7, 0, "Target", "project/t1")
        assert found.features[Use("rectangle", "Car", "known")] == 6
        assert opened.push(to_project="t1", send=True).accepted == 7
        assert opened.push(to_project="t1", send=True, predictions=True).accepted == 7
        assert opened.push(to_project="t1", offline=True).accepted_before == 7
        with pytest.raises(labelstore.UsageError, match="say where to"):
            opened.push()
    assert [made.kind for made in service.imports.all] == ["labels", "pre-labels"]
    with labelstore.open(store, read_only=True) as opened, pytest.raises(labelstore.UsageError, match="read-only"):
        opened.push(to_project="t1", send=True)


def test_without_a_key_nothing_is_checked(store: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    offline = told(store, "--to-project", "t1", "--offline")
    monkeypatch.delenv("LABELBOX_API_KEY")
    monkeypatch.setattr("labelstore.connected.service.keys._of_keyring", lambda: "")
    shown = push(store, "--to-project", "t1").stdout
    assert "nothing is checked against project t1: Labelbox: no API key is known here" in shown
    assert "not checked" in shown
    assert (offline["name"], offline["to_send"]) == (None, 7)
    assert "no API key is known here" in push(store, "--to-project", "t1", "--send", code=1).stderr
    assert service.requests == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "say where to"),
        ("--to-project t1 --to-model-run r1", "say where to"),
        ("--to-model-run r1 --as label-import", "a model run takes predictions only"),
        ("--to-project t1 --send --offline", "give it without --offline"),
        ("--to-project t1 --json --out -", "both go to stdout"),
        ("--to-project t1 --labels some", "use winner"),
    ],
)
def test_calls_that_contradict_themselves(tmp_path: Path, options: str, said: str) -> None:
    store = store_of(tmp_path, "sqlite", records())
    assert said in push(store, *options.split(), code=2).stderr


def test_a_key_that_is_refused_is_not_shown(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELBOX_API_KEY", "wrong-5ecret")
    done = push(store_of(tmp_path, "sqlite", records()), "--to-project", "t1", code=1)
    assert "the API key is not accepted" in done.stderr
    assert "5ecret" not in done.output
    monkeypatch.setenv("LABELBOX_API_KEY", service.key)
    done = push(tmp_path / "export.db", "--to-project", "nope", code=1)
    assert "project nope: there is none with this id" in done.stderr


def test_a_label_stays_in_one_import(store: Path, service: Service) -> None:
    assert told(store, "--to-project", "t1", "--send", "--per-import", "1")["imports"] == 4
    assert sorted(len(made.lines) for made in service.imports.all) == [1, 1, 1, 4]


def test_a_class_with_too_many_objects_in_a_label_is_told(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelstore.connected.pushing.plan.MOST_OF_A_CLASS", 2)
    store = store_of(tmp_path, "sqlite", records())
    found = told(store, "--to-project", "t1", "--send")
    assert (found["too_many"], found["accepted"]) == (3, 4)
    assert "3 of classes with too many in a data row" in push(store, "--to-project", "t1").stdout


def test_labels_of_one_data_row_are_several_imports_where_they_crowd_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelstore.connected.pushing.batches.MOST_OF_A_CLASS", 3)

    def label(name: str, row: str, cars: int) -> list[Ready]:
        return [Ready(name, f"{name}{number}", "", row, "Car", "", Raw(b"{}")) for number in range(cars)]

    found = batches([label("a", "r1", 2), label("b", "r2", 3), label("c", "r1", 1), label("d", "r1", 1)])
    assert [[line.uuid for line in batch] for batch in found] == [["a0", "a1", "b0", "b1", "b2", "c0"], ["d0"]]


@ENGINES
def test_answers_over_time_have_no_uuid_and_are_told_by_data_row(tmp_path: Path, service: Service, engine: str) -> None:
    note = {"feature_id": "q1", "name": "Remark", "value": "remark"}
    lines = []
    for name in "ab":
        said = {"timestamp": {"100": {"classifications": [note | {"text_answer": {"content": "Hello"}}]}}}
        label = {"label_kind": "Default", "version": "1.0.0", "id": f"label-{name}", "annotations": said}
        project = {"name": "Talks", "labels": [label]}
        row = {"id": f"row-{name}"}
        lines.append({"data_row": row, "media_attributes": {"asset_type": "audio"}, "projects": {"p1": project}})
    store = store_of(tmp_path, "duckdb", lines)
    service.imports.rule = lambda line: ("Odd", "No") if line["dataRow"]["id"] == "row-b" else None
    found = told(store, "--to-project", "t1", "--send", code=3)
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert [row[:2] for row in sent(store)] == [
        ("row-a / Remark / label-a", "accepted"),
        ("row-b / Remark / label-b", "rejected"),
    ]
    assert told(store, "--to-project", "t1")["accepted_before"] == 1


def test_relationships_of_what_is_left_out_are_left_out(tmp_path: Path, service: Service) -> None:
    ends = {"source": "c1", "target": "k1"}
    relationship = feature("by", "z1", data=ends, kind="unidirectional", sourceId="c1", targetId="k1")
    record = v1("a", box("Car", "c1", 0, 0, 1, 1), box("Bike", "k1", 0, 0, 1, 1))
    record["Label"]["relationships"] = [relationship]
    service.workspace.add_project(
        "t1", "Target", {**ONTOLOGY, "tools": [*ONTOLOGY["tools"], {"tool": "edge", "name": "by"}]}
    )
    store = store_of(tmp_path, "sqlite", [record])
    found = told(store, "--to-project", "t1", "--skip-unknown", "--send")
    assert found["annotations"] == 3
    assert (found["refused"], found["accepted"]) == (2, 1)


CHECKED: list[tuple[str, Json, list[Use]]] = [
    ("a class", {"name": "Car", "bbox": {}}, [Use("rectangle", "Car", "known")]),
    ("another tool", {"name": "Lane", "line": []}, [Use("line", "Lane", "is polygon there")]),
    (
        "a track",
        {"name": "Car", "segments": [{"keyframes": [{"frame": 1, "bbox": {}}]}]},
        [Use("rectangle", "Car", "known")],
    ),
    ("a relationship", {"name": "on", "relationship": {}}, [Use("edge", "on", "unknown")]),
    ("a text", {"name": "Remark", "answer": "x"}, [Use("text", "Remark", "known")]),
    ("a choice of a text", {"name": "Remark", "answer": {"name": "x"}}, [Use("radio", "Remark", "is text there")]),
    (
        "texts of frames",
        {"name": "Remark", "answer": [{"value": "x", "frames": []}]},
        [Use("text", "Remark", "known")],
    ),
    (
        "an option over time",
        {"name": "Night", "answer": [{"name": "Yes", "frames": []}]},
        [Use("radio", "Night", "known")],
    ),
    ("several options", {"name": "Night", "answer": [{"name": "Yes"}]}, [Use("checklist", "Night", "is radio there")]),
    (
        "a question below an option",
        {"name": "Night", "answer": {"name": "Yes", "classifications": [{"name": "Lit", "answer": {"name": "No"}}]}},
        [
            Use("radio", "Night", "known"),
            Use("radio", "Night > Yes > Lit", "known"),
            Use("option", "Night > Yes > Lit > No", "unknown"),
        ],
    ),
]


@pytest.mark.parametrize(("line", "uses"), [case[1:] for case in CHECKED], ids=[case[0] for case in CHECKED])
def test_features_are_checked(line: Json, uses: list[Use]) -> None:
    lit = {"type": "radio", "instructions": "Lit", "options": [{"label": "Well", "value": "well"}]}
    night = {"type": "radio", "name": "Night", "options": [{"label": "Yes", "value": "yes", "options": [lit]}]}
    ontology = Ontology(ONTOLOGY | {"classifications": [*ONTOLOGY["classifications"], night]})
    assert [*ontology.uses(line)] == uses


def test_all_that_imports_can_say_goes_into_an_ontology_made_of_it(tmp_path: Path, service: Service) -> None:
    files = write(tmp_path / "samples", labels=3)
    store = tmp_path / "labels.db"
    load(store, [file.path for file in files], frames=tmp_path / "samples" / "frames")
    with open_database(store, read_only=True) as database:
        for row, key in database.query("select data_row_id, global_key from data_rows").rows:
            named = {"id": row} | ({"global_key": key} if key else {})
            service.workspace.put({"data_row": named, "projects": {"t2": {"name": "All"}}})
    made = ontology(store, "--create", "Samples", "--send")
    assert "dropdown Season: becomes a checklist" in made.stderr
    service.workspace.projects["t2"].ontology = made.stdout.strip()
    found = told(store, "--to-project", "t2", "--labels", "all", "--send")
    assert {use["state"] for use in found["features"]} == {"known"}
    assert found["accepted"] == found["annotations"] > 200
    assert found["rejected"] == found["unknown"] == 0
    lines = service.imports.all[-1].lines
    shapes = {key for line in lines for key in line} - {"uuid", "dataRow", "name", "classifications", "frames"}
    assert shapes == {
        *("answer", "bbox", "line", "location", "messageEvaluationTask", "messageId", "page", "point"),
        *("polygon", "relationship", "segments", "textSelections", "unit"),
    }
    assert any("uuid" not in line for line in lines)
    again = told(store, "--to-project", "t2", "--labels", "all", "--send")
    assert (again["accepted_before"], again["sent"]) == (found["accepted"], 0)


KEYS = (
    *("tools", "classifications", "options", "name", "label", "tool", "type"),
    *("status", "uuid", "errors", "dataRow", "message"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["Car", "Color", "Red", "rectangle", "radio", "u"]),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from(KEYS), some, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["tools", "classifications"]), JSON), st.lists(JSON, max_size=3))
@settings(max_examples=amount(2000, 50), deadline=None)
def test_whatever_a_service_answers_is_read(normalized: Json, statuses: list[Any]) -> None:
    line = {"name": "Car", "bbox": {}, "classifications": [{"name": "Color", "answer": {"name": "Red"}}]}
    assert [*Ontology(normalized).uses(line)]
    outcome = outcome_of(statuses)
    assert outcome.of("u") is None or isinstance(outcome.of("u"), str)


def ontology(store: Path, *options: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["ontology", str(store), *options], catch_exceptions=False)
    assert done.exit_code == code, done.output
    assert KEY not in done.output
    return done


@ENGINES
def test_an_ontology_is_told_and_then_made(tmp_path: Path, service: Service, engine: str) -> None:
    store = store_of(tmp_path, engine, records())
    known = len(service.workspace.ontologies)
    shown = ontology(store, "--create", "New")
    assert shown.stdout == (
        "tools\n  rectangle Car\n    radio Color\n      option Red\nclassifications\n  text Remark\n"
    )
    assert "2 features would be made as New for IMAGE; --send makes it" in shown.stderr
    assert len(service.workspace.ontologies) == known
    told = json.loads(ontology(store, "--create", "New", "--json").stdout)
    assert [tool["featureSchemaId"] for tool in told["tools"]] == [None]
    made = ontology(store, "--create", "New", "--send").stdout.strip()
    found = service.workspace.ontologies[made]
    assert (found["name"], found["mediaType"]) == ("New", "IMAGE")
    (tool,), (question,) = found["normalized"]["tools"], found["normalized"]["classifications"]
    assert (tool["tool"], tool["name"], question["type"], question["name"]) == ("rectangle", "Car", "text", "Remark")
    assert f"there is an ontology New already, {made}" in ontology(store, "--create", "New", "--send", code=1).stderr
    service.workspace.projects["t1"].ontology = made
    assert push(store, "--to-project", "t1", "--send").exit_code == 0
    assert "name the new ontology with --create NAME" in ontology(store, "--send", code=2).stderr


def test_what_an_ontology_cannot_have_is_told(tmp_path: Path, service: Service) -> None:
    cuboid = feature("Crate", "k1", cuboid={"x": 1})
    record = v1("a", box("Car", "c1", 0, 0, 1, 1), cuboid)
    done = ontology(store_of(tmp_path, "sqlite", [record]), "--create", "New", "--json")
    assert "cuboid Crate: left out, the SDK makes none" in done.stderr
    assert [tool["name"] for tool in json.loads(done.stdout)["tools"]] == ["Car"]
