"""What exporters read: every label, object, answer and message of a store once, beside what it belongs to."""

from collections import Counter
from dataclasses import MISSING, fields
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.errors import NotFoundError
from labelstore.export import annotations as reading
from labelstore.export.annotations import GEOMETRY, Answer, Label, Message, Object, annotations
from labelstore.formats.kinds import OBJECT_KINDS
from labelstore.loading import load
from labelstore.query import objects as object_query
from labelstore.samples import write
from labelstore.schema.tables import sql_text
from tests.making import box, feature, store_of, v1

PARTS = ("objects", "answers", "messages")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


def loaded(folder: Path, suffix: str) -> Path:
    """A store of samples of every asset type and both generations, with frames files and model runs."""
    samples, store = folder / "samples", folder / f"labels.{suffix}"
    if not samples.exists():
        write(samples, labels=8)
    if not store.exists():
        load(store, [path for path in sorted(samples.iterdir()) if path.is_file()], frames=samples / "frames")
    return store


@pytest.fixture(scope="module", params=["db", "duckdb"])
def store(request: pytest.FixtureRequest, folder: Path) -> Path:
    return loaded(folder, request.param)


def test_every_kind_says_where_it_is() -> None:
    names = {name.name for name in fields(Object)}
    assert GEOMETRY.keys() == OBJECT_KINDS
    assert set(chain.from_iterable(GEOMETRY.values())) <= names


def test_every_kind_with_a_place_has_it_in_the_rows_of_objects() -> None:
    """Those of `Store.objects`."""
    assert object_query.GEOMETRY.keys() == {kind for kind in OBJECT_KINDS if not kind.startswith("message_")}
    assert all(set(GEOMETRY[kind]) & {name.strip('"') for name in of} for kind, of in object_query.GEOMETRY.items())


def test_the_records_are_the_columns(store: Path) -> None:
    of = {}
    with open_database(store, read_only=True) as database:
        for name, more in (("labels", {"project": None, "model_runs": True}), *((name, {}) for name in PARTS)):
            values = {"first": 0, "last": 0, **more}
            of[name] = database.query(sql_text(f"export/{name}.sql"), values).columns
    assert of["labels"] == list(Label._fields)
    told = [one.name for one in fields(Object) if one.default is MISSING and one.default_factory is MISSING]
    assert of["objects"][4:] == told
    assert of["answers"][4:] == list(Answer._fields)
    assert of["messages"][4:] == ["object_id", *Message._fields]


def counted(store: Path, sql: str) -> Any:
    with open_database(store, read_only=True) as database:
        return dict(database.query(sql).rows)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("together", [3, 2000])
def test_nothing_is_missing_or_read_twice(store: Path, together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TOGETHER", together)
    labels, objects, answers = Counter[str](), Counter[int](), Counter[Any]()
    kinds, messages = Counter[str](), 0
    with open_database(store, read_only=True) as database:
        for found in annotations(database, model_runs=True):
            labels[found.label.label_id] += found.frame_number is None and not found.group_name
            objects.update(one.object_id for one in found.objects)
            kinds.update(one.kind for one in found.objects if any(one.geometry.values()))
            messages += sum(len(one.messages) for one in found.objects)
            of_objects = chain.from_iterable(one.answers for one in found.objects)
            answers.update((one.classification_id, one.answer_id) for one in (*found.answers, *of_objects))
            assert all(one.object_id is None for one in found.answers)
        for counter, table in ((labels, "labels"), (objects, "objects")):
            assert set(counter.values()) == {1}
            assert len(counter) == database.value(f"select count(*) from {table}")
        assert set(answers.values()) == {1}
        assert len({key for key, _ in answers}) == database.value("select count(*) from classifications")
        assert len({key for _, key in answers} - {None}) == database.value("select count(*) from answers")
        assert messages == database.value("select count(*) from selected_messages") > 0
    wanted = counted(store, "select kind, count(*) from objects group by kind")
    assert {kind: count for kind, count in kinds.items() if kind in GEOMETRY} == {
        kind: count for kind, count in wanted.items() if kind in GEOMETRY
    }
    assert set(wanted) >= OBJECT_KINDS - {"cuboid"}, "an oddity of samples"


def test_both_engines_read_the_same(folder: Path) -> None:
    stores = (open_database(loaded(folder, suffix), read_only=True) for suffix in ("db", "duckdb"))
    with next(stores) as one, next(stores) as other:
        assert list(annotations(one)) == list(annotations(other))


def test_of_one_project_and_without_model_runs(store: Path) -> None:
    with open_database(store, read_only=True) as database:
        for found in annotations(database):
            assert found.label.model_run_id is None
        project = database.value("select project_id from projects where project_id <> name")
        assert {found.label.project_id for found in annotations(database, project=project)} == {project}
        with pytest.raises(NotFoundError, match="no project has this id or name"):
            next(annotations(database, project="none"))


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_what_belongs_together(tmp_path: Path, engine: str) -> None:
    asked = feature("Color", "q1", answer=feature("Red", "a1", classifications=[]))
    element = v1(
        "a", box("Car", "c1", 1, 2, 3, 4, classifications=[asked]), classifications=[asked | {"featureId": "q2"}]
    )
    store = store_of(tmp_path, engine, [element, v1("b")])
    with open_database(store, read_only=True) as database:
        first, second = annotations(database)
    (car,) = first.objects
    assert car.geometry == {"left": 1, "top": 2, "width": 3, "height": 4, "coordinates": None}
    assert [(one.question, one.name, one.kind) for one in car.answers] == [("Color", "Red", "radio")]
    assert [one.feature_id for one in first.answers] == ["q2"]
    assert (first.label.external_id, first.label.project_name) == ("a.jpg", "Roads")
    assert (second.label.label_id, second.objects, second.answers) == ("b", [], [])
