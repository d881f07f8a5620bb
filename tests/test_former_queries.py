"""Canned queries that were made fast, against their plainer former texts: the same rows in the same order."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.formats.kinds import KINDS
from labelstore.loading import load
from labelstore.samples.writing import write
from labelstore.schema.canned_queries import Query, named
from labelstore.schema.dialects import DIALECTS
from tests.making import box, feature, store_of, v1
from tests.soaking import amount

FORMER = {
    path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).with_name("former_queries").glob("*.sql")
}
CROWDED = "select name from object_bounds join objects using (object_id) group by 1 order by count(*) desc, 1"
VALUES = {  # parameter: queries for values that find something
    "project": ("select min(project_id) from projects", "select max(name) from projects", "select 'none'"),
    "label": (
        "select min(label_id) from labels where frames_url is not null",
        "select max(label_id) from segments",
        "select max(label_id) from objects where kind = 'text_entity'",
        f"select min(label_id) from objects where name in ({CROWDED} limit 1)",
    ),
    "class": (f"{CROWDED} limit 1", f"{CROWDED} limit 1 offset 1"),
    "a": (f"{CROWDED} limit 1",),
    "b": ("select 'none'", f"{CROWDED} limit 1", f"{CROWDED} limit 1 offset 1"),
    "iou": ("select 0.1", "select 0.5"),
    "perimeters": ("select 1",),
    "max_x": ("select 900",),
    "max_y": ("select 700",),
    "data_row": ("select min(data_row_id) from labels join objects using (label_id)",),
    "across_gaps": ("select 1",),
}
NEEDED = {  # without these a query finds nothing
    "class-overlap": ("a", "b"),
    "nearest-of-class": ("a", "b"),
    "labels-with-class-inside-box": ("class", "max_x", "max_y"),
}


def _geometry(dice: random.Random, name: str) -> Any:
    """One of few shapes in a small space, so that some are alike and many overlap."""
    x, y, width, height = (float(dice.randrange(3)) for _ in range(4))
    corners = [{"x": x, "y": y}, {"x": x + width, "y": y}, {"x": x, "y": y + height}]
    feature_id = f"f{dice.random()}"
    match dice.randrange(8):
        case 0:
            return feature(name, feature_id, polygon=corners)
        case 1:
            return feature(name, feature_id, line=corners)
        case 2:
            return feature(name, feature_id, point=corners[0])
        case 3:
            return feature(name, feature_id, polygon=[*corners, corners[0]])
    return box(name, feature_id, x, y, width, height, **({"page": dice.randrange(2)} if dice.random() < 0.2 else {}))


def crowded_labels(dice: random.Random) -> list[dict[str, Any]]:
    """Labels of two projects with up to thirty objects each."""
    return [
        v1(
            f"crowded{number}",
            *(_geometry(dice, dice.choice(["Car", "Tree"])) for _ in range(dice.randrange(30))),
            **(
                {"Project Name": "Fields", "View Label": "https://editor.example.com?project=p2"}
                if number % 3 == 0
                else {}
            ),
        )
        for number in range(40)
    ]


def odd_kinds() -> dict[str, Any]:
    """A label of v2 with boxes that are of other kinds: a mask, one that nobody knows, and one of a known picture."""
    shape = {"bounding_box": {"top": 1, "left": 2, "height": 3, "width": 4}}
    mask = {"mask": {"url": "https://masks.example.com/1"}}
    objects = [
        {"feature_id": f"odd{number}", "name": "Odd", "annotation_kind": kind, **shape, **more}
        for number, (kind, more) in enumerate(
            [
                ("ImageSegmentationMask", mask),
                ("ImageHexagon", {}),
                ("ImageBoundingBox", {}),
                ("ImageBoundingBox", mask),
            ]
        )
    ]
    label = {"id": "odd", "annotations": {"objects": objects, "classifications": [], "relationships": []}}
    return {
        "data_row": {"id": "odd row", "row_data": "https://example.com/odd.png"},
        "media_attributes": {"asset_type": "image", "width": 100, "height": 50},
        "projects": {"p9": {"name": "Odd", "labels": [label]}},
    }


@pytest.fixture(scope="module", params=amount(["sqlite", "duckdb"], ["sqlite"]))
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Samples of all asset types with their frames files, and crowded labels."""
    folder = tmp_path_factory.mktemp(request.param)
    renamed = v1("renamed", box("Motor car", "r1", 1, 2, 3, 4) | {"schemaId": "s-Car"})
    store = store_of(folder, request.param, [*crowded_labels(random.Random(7)), renamed])
    (folder / "odd.json").write_text(json.dumps([odd_kinds()]), encoding="utf-8")
    load(store, [folder / "odd.json"])
    for sample in write(folder / "samples", labels=amount(15, 4), seed=5):
        load(store, [sample.path], frames=sample.frames)
    with open_database(store, read_only=True) as database:
        yield database


def _choices(database: Database, query: Query) -> Iterator[dict[str, Any]]:
    """Values of the parameters: the defaults, then one after the other given."""
    base = {name: database.value(VALUES[name][-1]) for name in NEEDED.get(query.name, ())}
    yield base
    for parameter in query.parameters:
        for sql in VALUES.get(parameter.name, ()):
            yield base | {parameter.name: database.value(sql)}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", sorted(FORMER))
def test_the_rows_are_the_same(database: Database, name: str) -> None:
    query, former = named(name), DIALECTS[database.engine].translate(FORMER[name])
    found = 0
    for given in _choices(database, query):
        values = query.values(given)
        rows = [
            list(database.query(sql, {name: value for name, value in values.items() if f"${name}" in sql}).rows)
            for sql in (former, query.sql[database.engine])  # the former ones have fewer parameters
        ]
        assert repr(rows[1]) == repr(rows[0]), given
        found += len(rows[0])
    assert found > 0 or name == "span-problems"


@pytest.mark.parametrize("name", ["class-overlap", "nearest-of-class"])
def test_objects_of_two_classes_are_found_in_indexes(tmp_path: Path, name: str) -> None:
    query = named(name)
    with open_database(store_of(tmp_path, "sqlite", []), read_only=True) as database:
        plan = [row[3] for row in database.query(f"explain query plan {query.sql['sqlite']}", query.values({})).rows]
    assert plan.count("SEARCH objects USING COVERING INDEX objects_name (name=?)") == 3
    assert "SEARCH objects USING COVERING INDEX objects_label (label_id=? AND name=?)" in plan  # of one label
    for kind in KINDS:
        if kind.bounds:
            assert plan.count(f"SEARCH {kind.places} USING INTEGER PRIMARY KEY (rowid=?)") == 1
            assert f"SCAN {kind.table}" not in plan


def test_the_nearest_objects_of_a_class_or_data_row_are_looked_up(tmp_path: Path) -> None:
    query = named("nearest-objects")
    with open_database(store_of(tmp_path, "sqlite", []), read_only=True) as database:
        plan = [row[3] for row in database.query(f"explain query plan {query.sql['sqlite']}", query.values({})).rows]
    assert "SEARCH objects USING COVERING INDEX objects_name (name=?)" in plan
    assert "SEARCH l USING INDEX labels_data_row (data_row_id=?)" in plan
    for kind in KINDS:
        if kind.bounds:
            assert plan.count(f"SCAN {kind.places}") == 1  # where neither is given
            assert plan.count(f"SEARCH {kind.places} USING INTEGER PRIMARY KEY (rowid=?)") == 2


def test_objects_of_pictures_without_a_size_are_not_read(tmp_path: Path) -> None:
    query = named("object-positions")
    with open_database(store_of(tmp_path, "sqlite", []), read_only=True) as database:
        plan = [row[3] for row in database.query(f"explain query plan {query.sql['sqlite']}", query.values({})).rows]
    assert plan.count("SEARCH g USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)") == 5
    assert "SCAN o" not in plan  # objects


def test_boxes_that_overlap_are_paired_by_an_index(tmp_path: Path) -> None:
    query = named("overlapping-duplicates")
    store = store_of(tmp_path, "sqlite", [])  # so that SQLite knows no numbers of rows and takes tables for large
    with open_database(store, read_only=True) as database:
        plan = database.query(f"explain query plan {query.sql['sqlite']}", query.values({})).rows
        assert any(step[3].startswith("SEARCH b USING AUTOMATIC COVERING INDEX (label_id=?") for step in plan)
