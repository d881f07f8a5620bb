"""What a store lists in Python, on both engines."""

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

import labelstore
from labelstore import samples
from labelstore.analyses.stats import SECTIONS
from labelstore.displaying.records import Records
from labelstore.errors import NotFoundError, UsageError
from labelstore.store import Store
from tests.making import box, feature, store_of, v1

RADIO = feature("Weather", "q1") | {"answer": feature("night rain", "a1")}
RECORDS = [
    v1("a", box("Car", "c1", 1, 2, 3, 4), box("Car", "c2", 1, 2, 3, 4), box("Bus", "c3", 1, 2, 3, 4)),
    v1("b", box("Car", "c4", 1, 2, 3, 4), classifications=[RADIO]),
    v1("c", **{"Created By": "bob@example.com", "Skipped": True, "Seconds to Label": 5, "Project Name": "Rails"}),
]
RECORDS[2]["View Label"] = "https://editor.example.com?project=p2&label=c"


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("contents"), request.param, RECORDS)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with labelstore.open(path) as opened:
        yield opened


def test_projects(store: Store) -> None:
    assert store.projects() == [("p1", "Roads", 2, 4, 1), ("p2", "Rails", 1, 0, 0)]
    assert store.projects()[0].name == "Roads"


def test_classes(store: Store) -> None:
    assert store.classes() == [("Car", "bounding_box", 3, 2), ("Bus", "bounding_box", 1, 1)]
    assert store.classes("Roads") == store.classes("p1") == store.classes()
    assert store.classes("p2") == []
    with pytest.raises(NotFoundError, match="did you mean Roads"):
        store.classes("Road")


def test_labelers(store: Store) -> None:
    day = "2024-01-01T10:00:00.000Z"
    ada, bob = ("ada@example.com", 2, 0, 60.0, day, day), ("bob@example.com", 1, 1, 5.0, day, day)
    assert store.labelers() == [ada, bob]
    assert store.labelers("Rails") == [bob]
    with pytest.raises(NotFoundError):
        store.labelers("p3")


def test_lists_agree_with_the_counts_of_a_store(tmp_path: Path) -> None:
    files = samples.write(tmp_path, asset_types=("image", "video"), labels=12, seed=3)
    path = tmp_path / "counted.db"
    with labelstore.open(path) as opened:
        opened.load([file.path for file in files])
        counted = {row["project_id"]: row for row in opened.query(SECTIONS["projects"])}
        for project in opened.projects():
            row = counted[project.project_id]
            assert (project.labels, project.objects) == (row["labels"], row["objects"])
        named = [
            (row["name"], row["kind"], row["objects"], row["labels"]) for row in opened.query(SECTIONS["object_names"])
        ]
        assert sorted(opened.classes(), key=str) == sorted(named, key=str)


def test_search(store: Store) -> None:
    (hit,) = store.search("RAIN", "night", places="answers")
    assert (hit.label_id, hit.where, hit.snippet) == ("b", "answer", "night rain")
    assert len(store.search("car", places=["names"])) == 2
    cut = store.search("car", limit=1)
    assert len(cut) == 1
    assert repr(cut).endswith("[1 row; there are more; limit=None finds all]")
    assert len(store.search("car", limit=None)) == 2
    with pytest.raises(UsageError, match="no word"):
        store.search()
    with pytest.raises(UsageError, match="no place to search"):
        store.search("car", places="answer")


def test_schema_and_columns(store: Store) -> None:
    assert {"labels", "objects", "label_json"} <= {one.name for one in store.schema()}
    assert next(column for column in store.columns("objects") if column.name == "name").example == "Car"
    with pytest.raises(NotFoundError, match="did you mean objects"):
        store.columns("object")


def test_verify(store: Store, path: Path, tmp_path: Path) -> None:
    export = path.with_name("export.ndjson")
    assert store.verify(export).ok
    other = tmp_path / "other.ndjson"
    other.write_text(export.read_text(encoding="utf-8").replace('"c4"', '"c5"'), encoding="utf-8")
    report = store.verify([str(other)], jobs=1)
    assert (report.ok, report.different) == (False, 1)
    assert repr(report) == f"<VerifyReport {path}: 3 records, 2 equal, 1 different, 0 missing, 0 rejected>"
    assert len(list(store.labels())) == 3


def test_records_are_a_list_that_shows_a_table(store: Store) -> None:
    projects = store.projects()
    assert isinstance(projects, list)
    assert repr(projects).splitlines()[1:] == [
        "p1          Roads       2        4                1",
        "p2          Rails       1        0                0",
        "[2 rows]",
    ]
    assert "<td>Roads</td>" in projects._repr_html_()
    assert repr(store.classes("p2")) == "name  kind  objects  labels\n[0 rows]"
    many = Records(projects * 30, projects.fields)
    assert "[the first 20 of 60 rows]" in repr(many)
    for copied in (copy.copy(projects), copy.deepcopy(projects), pickle.loads(pickle.dumps(projects))):
        assert copied == projects
        assert repr(copied) == repr(projects)


def test_reports_are_a_line(tmp_path: Path, path: Path) -> None:
    with labelstore.open(tmp_path / "new.db") as store:
        report = store.load(path.with_name("export.ndjson"))
        assert repr(report) == f"<Report {store.path}: 3 records, 3 added, 0 changed, 0 unchanged, 0 rejected>"
        assert repr(store.export("labelbox-v1", tmp_path / "out.json")).startswith("<Written labelbox-v1: 3 ")
