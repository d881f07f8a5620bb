"""Exports of some labels in the vendor's formats: what is written loads again, and is the labels that were chosen."""

import json
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore import samples
from labelstore.engines import open_database
from labelstore.errors import LabelstoreError, NotFoundError, NothingToWriteError
from labelstore.export import rebuilding
from labelstore.export.chosen_records import divided, without_others
from labelstore.export.writing import export
from labelstore.json.equality import same
from labelstore.loading import load
from labelstore.query.filters import chosen_of
from labelstore.query.label_rows import chosen_labels
from tests.exporting import exported
from tests.lines import label, square, v2
from tests.making import ENGINES, box, store_of, v1
from tests.test_cli import run


@pytest.fixture(scope="module", params=["db", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chosen")
    files = samples.write(folder / "samples", asset_types=("image", "conversation"), labels=10)
    path = folder / f"s.{request.param}"
    load(path, [file.path for file in files])
    return path


def chosen(store: Path, where: str | None = None, **filters: Any) -> dict[str, str]:
    """Label id → JSON, of the labels that filters choose."""
    with open_database(store, read_only=True) as database:
        nodes = [*chosen_labels(database, chosen_of(filters), where=where)]
        marks = ", ".join("?" * len(nodes))
        ids = [row[0] for row in database.query(f"select label_id from labels where node_id in ({marks})", nodes).rows]
        return database.labels_json(ids)


def loaded(file: Path, engine: str) -> dict[str, str]:
    """Label id → JSON, of all labels in a file."""
    again = file.with_name(f"again.{engine}")
    again.unlink(missing_ok=True)
    assert load(again, [file]).total("rejected") == 0
    with open_database(again, read_only=True) as database:
        return database.labels_json([row[0] for row in database.query("select label_id from labels").rows])


@pytest.mark.sampled(8)
@pytest.mark.parametrize(
    "filters",
    [
        {"with_class": "Car"},
        {"without_class": ["Car", "Person"], "objects": (1, None)},
        {"where": "seconds_to_label > 200", "skipped": False},
    ],
)
@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_what_is_written_is_what_was_chosen(store: Path, generation: str, filters: dict[str, Any]) -> None:
    wanted = chosen(store, **filters)
    with open_database(store, read_only=True) as database:
        of_generation = dict(database.query("select label_id, generation from labels").rows)
        total = database.value("select count(*) from labels")
    assert 0 < len(wanted) < total
    out, done = exported(store, f"labelbox-{generation}", f"out-{generation}.ndjson", **filters)
    found = loaded(out, store.suffix[1:])
    assert found.keys() == wanted.keys()
    own = [label_id for label_id in wanted if of_generation[label_id] == generation]
    assert own
    assert all(same(found[label_id].encode(), wanted[label_id].encode()) for label_id in own)
    ((reason, count),) = done.not_selected.items()
    assert reason.startswith("labels not chosen by --")
    assert count == total - len(wanted)


@ENGINES
def test_a_line_keeps_the_chosen_labels_only(tmp_path: Path, engine: str) -> None:
    one = v2("r1", label("a", square("Car", "f1", 0, 0, 1, 1)), label("b"), new={"key": [1.5, 12345678901234567890123]})
    one["projects"]["p3"] = {"name": "Others", "labels": [label("c")], "project_details": {"priority": 5}}
    one["projects"]["p4"] = {"name": "Empty", "labels": []}
    one["experiments"] = {
        "e1": {"name": "E", "runs": {"m1": {"name": "M", "labels": [label("a")], "predictions": [label("p")]}}}
    }
    two = v2("r2", label("d", by="eve@example.com"))
    store = store_of(tmp_path, engine, [one, two])

    def lines(**choices: Any) -> list[Any]:
        out, _ = exported(store, "labelbox-v2", "out.ndjson", **choices)
        return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]

    def labels_of(line: Any) -> dict[str, list[str]]:
        return {key: [each["id"] for each in project["labels"]] for key, project in line["projects"].items()}

    assert lines() == [one, two]
    (line,) = lines(project="Others")
    assert labels_of(line) == {"p3": ["c"]}
    assert line == {key: value for key, value in one.items() if key != "experiments"} | {
        "projects": {"p3": one["projects"]["p3"]}
    }
    assert [labels_of(line) for line in lines(with_class="Car")] == [{"p2": ["a"]}]
    assert [labels_of(line) for line in lines(where="l.label_id in ('b', 'd')")] == [{"p2": ["b"]}, {"p2": ["d"]}]
    assert [labels_of(line) for line in lines(labeler=["eve@example.com"], since="2024-01-02")] == [{"p2": ["d"]}]
    (line,) = lines(model_run="m1")
    assert (line["projects"], line["experiments"]) == ({}, one["experiments"])
    (line,) = lines(model_run="m1", where="is_prediction")
    run_of_line = line["experiments"]["e1"]["runs"]["m1"]
    assert (run_of_line["labels"], run_of_line["name"]) == ([], "M")
    assert [each["id"] for each in run_of_line["predictions"]] == ["p"]


@pytest.mark.parametrize(
    ("line", "kept", "found"),
    [
        ({"projects": 5, "experiments": "x", "a": 1}, [], {"projects": {}, "a": 1}),
        ({"projects": {"p": {"labels": [5, {"id": 1}, None, {"id": 2}]}, "q": [1], "r": {"labels": {}}}},
         [False, True], {"projects": {"p": {"labels": [{"id": 2}]}}}),
        ({"experiments": {"e": {"runs": {"r": {"labels": [{}]}, "s": 7}}, "f": {"runs": 1}, "g": {}}}, [True],
         {"experiments": {"e": {"runs": {"r": {"labels": [{}]}}}}}),
    ],
)  # fmt: skip
def test_odd_lines_are_cut_too(line: Any, kept: list[bool], found: Any) -> None:
    assert json.loads(without_others(json.dumps(line).encode(), kept)) == found


@ENGINES
def test_the_labels_of_a_data_row_that_turn_into_one_line(tmp_path: Path, engine: str) -> None:
    car = box("Car", "f1", 0, 0, 9, 9)
    both = [v1(name, car, **{"DataRow ID": "row", "Created By": f"{name}@example.com"}) for name in "abc"]
    store = store_of(tmp_path, engine, both)
    out, done = exported(store, "labelbox-v2", "out.ndjson", labeler=["a@example.com", "c@example.com"])
    (line,) = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert [one["id"] for one in line["projects"]["p1"]["labels"]] == ["a", "c"]
    assert done.not_selected == {"labels not chosen by --labeler": 1}


def test_several_processes_write_the_same(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = exported(store, "labelbox-v2", "one.ndjson", with_class="Car", jobs=1)
    monkeypatch.setattr(rebuilding, "_FEW", 0)
    more, _ = exported(store, "labelbox-v2", "more.ndjson", with_class="Car", jobs=3)
    assert more.read_bytes() == out.read_bytes()


def test_parts_end_with_a_record() -> None:
    from array import array

    nodes = array("q", [*range(5), (1 << 24) + 1, (1 << 24) + 2, 7 << 24])
    for count in (1, 2, 3, 9):
        parts = divided(nodes, count)
        assert len(parts) == count
        assert sum(parts, array("q")) == nodes
        ends = [{node >> 24 for node in part} for part in parts]
        assert sum(map(len, ends)) == 3
    assert [*map(len, divided(array("q"), 2))] == [0, 0]


@ENGINES
def test_what_is_wrong_is_told(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1("a", box("Car", "f1", 0, 0, 9, 9))])

    def told(format: str, **choices: Any) -> str:
        with pytest.raises(LabelstoreError) as raised:
            export(store, format, tmp_path / "out", dry_run=True, **choices)
        return str(raised.value)

    for format in ("labelbox-v1", "labelbox-v2", "labelbox-import", "jsonl"):
        assert "Rods: no project has this id or name; did you mean Roads?" in told(format, project="Rods")
        assert "Carr: no label has this class; did you mean Car?" in told(format, with_class="Carr")
        assert "no such column second" in told(format, where="second > 1")
        assert "nothing to write" in told(format, since="2030-01-01")
    assert "not selected: 1 labels not chosen by --since" in told("labelbox-v1", since="2030-01-01")
    assert [path.name for path in tmp_path.iterdir() if "writing" in path.name] == []
    assert "parquet does not take --with; leave it out" in told("parquet", with_class="Car")
    with pytest.raises(NotFoundError), labelstore.open(store) as opened:
        opened.export("labelbox-v1", tmp_path / "out.json", project="Rods")
    with pytest.raises(NothingToWriteError), labelstore.open(store) as opened:
        opened.export("labelbox-v1", tmp_path / "out.json", without_class=["Car"])


def test_the_command(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "cars.json"
    done = run("export", store, "labelbox-v1", out, "--with", "Car", "--without", "Person", "--seconds", "0..")
    assert done.exit_code == 0
    assert "labels not chosen by --with, --without, --seconds" in done.stderr
    ids = run("labels", store, "--with", "Car", "--without", "Person", "--seconds", "0..", "--ids").stdout.split()
    assert sorted(one["ID"] for one in json.loads(out.read_text(encoding="utf-8"))) == sorted(ids)
