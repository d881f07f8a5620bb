"""What changed between loads that really happened: the last two, one label, and totals by class and question."""

import json
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.engines import open_database
from labelstore.errors import NotFoundError, UsageError
from labelstore.history import Totals, compare, diff_label, last_two
from labelstore.loading import load
from tests.making import box, feature, v1
from tests.test_cli import failed, run


def element(label_id: str, *objects: Any, weather: str | None = None, **more: Any) -> dict[str, Any]:
    asked = [] if weather is None else [feature("Weather", "q", answer=feature(weather, f"a-{weather}"))]
    body = {"objects": list(objects), "classifications": asked, "relationships": []}
    return v1(label_id, Label=body, **{"DataRow ID": f"d-{label_id}", "External ID": f"{label_id}.jpg", **more})


def write(path: Path, *labels: Any) -> Path:
    path.write_text(json.dumps(labels), encoding="utf-8")
    return path


def car(feature_id: str, left: float = 0) -> dict[str, Any]:
    return box("Car", feature_id, left, 0, 10, 10)


WEEK_1 = (
    [element("a", car("1"), car("2"), weather="Sun"), element("b", box("Tree", "3", 0, 0, 1, 1))],
    [element("7", car("4"))],
)
WEEK_2 = (
    [element("a", car("1", 5), car("5"), weather="Rain"), element("b", box("Oak", "3", 0, 0, 1, 1), weather="Sun")],
    [element("7", car("4")), element("new", car("6"))],
)


@pytest.fixture(scope="module", params=["labels.db", "labels.duckdb"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files in one command (1 and 2), two later ones in another (3 and 4), and the first of these again (5)."""
    folder = tmp_path_factory.mktemp("diff")
    path: Path = folder / request.param
    for week, files in enumerate((WEEK_1, WEEK_2), 1):
        load(path, [write(folder / f"week{week}-{number}.json", *labels) for number, labels in enumerate(files)])
    load(path, [folder / "week2-0.json"])
    return path


def test_the_last_two_loads_that_changed_labels(store: Path) -> None:
    text = run("diff", store).stdout
    lines = text.splitlines()
    assert lines[0].startswith(f"{store}: load 2 (week1-1.json, ")
    assert " to load 4 (week2-1.json, " in lines[0]
    assert lines[1:16] == [
        "the last two loads that changed labels",
        "labels: 2 changed, 1 added",
        "",
        "class  added  removed  moved  renamed",
        "─────  ─────  ───────  ─────  ───────",
        "Car        2        1      1        0",
        "Oak        0        0      0        1",
        "",
        "question  answered  changed  cleared",
        "────────  ────────  ───────  ───────",
        "Weather          1        1        0",
        "",
        "changed  a  data row d-a",
        "  added    bounding_box Car 5",
        "  removed  bounding_box Car 2",
    ]
    with labelstore.open(store) as opened:
        assert [change.label_id for change in opened.diff()] == ["a", "b", "new"]
        with pytest.raises(UsageError, match="give two loads, or none"):
            opened.diff(1)
    ids = [json.loads(line)["label_id"] for line in run("diff", store, "--json").stdout.splitlines()]
    assert ids == ["a", "b", "new"]


def test_totals_alone(store: Path) -> None:
    assert json.loads(run("diff", store, "--totals", "--json").stdout) == {
        "labels": {"added": 1, "removed": 0, "changed": 2},
        "in_model_runs": 0,
        "classes": [
            {"name": "Car", "added": 2, "removed": 1, "moved": 1, "renamed": 0},
            {"name": "Oak", "added": 0, "removed": 0, "moved": 0, "renamed": 1},
        ],
        "questions": [{"question": "Weather", "answered": 1, "changed": 1, "cleared": 0}],
        "other": 0,
    }
    text = run("diff", store, 4, 2, "--totals", "--limit", 1).stdout
    assert "labels: 2 changed, 1 removed\n" in text
    assert "Car        1        2      1        0\n1 more (--limit 0 shows all)\n" in text
    assert "d-a" not in text


@pytest.mark.parametrize("name", ["a", "d-a", "a.jpg"])
def test_the_last_change_of_a_label(store: Path, name: str) -> None:
    text = run("diff", store, name).stdout
    assert text.startswith(f"{store}: a, load 1 to load 3, its last change\nlabels: 1 changed\n")
    assert "  answer   Weather: Sun → Rain\n" in text
    assert "b  data row" not in text


def test_a_label_that_was_removed_and_came_back(tmp_path: Path) -> None:
    store, file = tmp_path / "a.db", tmp_path / "a.json"
    for labels in (["a", "b"], ["b"], ["a", "b"]):
        load(store, [write(file, *map(element, labels))], prune=True)
        with open_database(store, read_only=True) as database:
            if len(labels) == 1:
                assert diff_label(database, "a")[:2] == (1, 2)
                assert diff_label(database, "a")[2].change == "removed"
    with open_database(store, read_only=True) as database:
        assert diff_label(database, "a")[:2] == (2, 3)
        assert diff_label(database, "a")[2].change == "added"
        with pytest.raises(NotFoundError, match=r"one version of it, of load 1; it did not change since$"):
            diff_label(database, "b")


def test_what_cannot_be_compared(store: Path, tmp_path: Path) -> None:
    assert "7: " in failed("diff", store, "7")  # a label, though it looks like a load
    assert "one version" in failed("diff", store, "7")
    assert "name two of its loads" in failed("diff", store, "3", code=2)
    assert "is a file, and" in failed("diff", store, store.parent / "week1-0.json", code=2)
    assert "no label with this id, external id or global key" in failed("diff", store, "nobody")
    assert "compare two export files" in failed("diff", store.parent / "week1-0.json", code=2)
    assert "does not exist" in failed("diff", tmp_path / "none.db")
    assert f"listed by: labelstore loads {store}" in failed("diff", store, "3", code=2)
    only = tmp_path / "only.db"
    load(only, [write(tmp_path / "a.json")])
    assert "no load brought a label yet" in failed("diff", only)
    load(only, [write(tmp_path / "a.json", element("a")), write(tmp_path / "b.json", element("b"))])
    assert "only loads 2 to 3, of one command, brought labels" in failed("diff", only)


def test_a_label_named_like_a_file_is_a_label(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store.parent)
    Path("b").touch()
    assert run("diff", store.name, "b").stdout.startswith(f"{store.name}: b, load 1 to load 3, its last change\n")


def test_a_store_without_history(tmp_path: Path) -> None:
    store, file = tmp_path / "a.db", tmp_path / "a.json"
    for left in (0, 5):
        load(store, [write(file, element("a", car("1", left)))], history=False)
    assert "earlier ones were not kept" in failed("diff", store, "a")
    with open_database(store, read_only=True) as database:
        assert [load.load_id for load in last_two(database)] == [1, 2]


def test_a_track_counts_once_and_other_differences_apart() -> None:
    def frames(left: float) -> list[dict[str, Any]]:
        return [{"frameNumber": number, "objects": [car("1", left)], "classifications": []} for number in (1, 2, 3)]

    def text(left: float, **more: Any) -> bytes:
        return json.dumps({"ID": "l", "Label": frames(left), **more}).encode()

    totals = Totals()
    totals.add("changed", compare(text(0), text(5, Note="x")))
    assert totals.classes == [("Car", 0, 0, 1, 0)]
    assert (totals.questions, totals.other) == ([], 1)
    totals.add("added", compare(None, text(0)))
    assert totals.classes == [("Car", 1, 0, 1, 0)]
    assert totals.labels == {"changed": 1, "added": 1}


def test_labels_in_model_runs_are_no_work_of_labelers(tmp_path: Path) -> None:
    def line(name: str) -> dict[str, Any]:
        dog: dict[str, Any] = {
            "feature_id": "f",
            "name": name,
            "annotation_kind": "ImageBoundingBox",
            "classifications": [],
        }
        dog["bounding_box"] = {"top": 1.0, "left": 1.0, "height": 1.0, "width": 1.0}
        body = {"objects": [dog], "classifications": [], "relationships": []}
        label = {"label_kind": "Default", "version": "1.0.0", "id": "l", "annotations": body}
        return {
            "data_row": {"id": "d"},
            "media_attributes": {"asset_type": "image"},
            "projects": {"p": {"name": "P", "labels": [label]}},
            "experiments": {"e": {"name": "E", "runs": {"r": {"name": "R", "labels": [label], "predictions": []}}}},
        }

    store, file = tmp_path / "a.db", tmp_path / "a.ndjson"
    for name in ("Dog", "Cat"):
        file.write_text(json.dumps(line(name)))
        load(store, [file])
    text = run("diff", store).stdout
    assert "\nlabels: 1 changed\nin model runs: 1 label, not counted here\n" in text
    assert "\nCat        0        0      0        1\n" in text
    assert "changed  r/d/l  data row d\n" in text
    assert len(run("diff", store, "--json").stdout.splitlines()) == 2
