"""Canned queries: found by name, run on both engines with the same result."""

from pathlib import Path

import pytest

from labelstore.errors import NotFoundError
from labelstore.schema.canned_queries import named, queries
from tests.making import ENGINES, asked, box, feature, store_of, v1


@pytest.mark.parametrize("name", queries())
def test_a_query_says_what_it_tells(name: str) -> None:
    query = named(name)
    assert query.description.endswith(".")
    for parameter in query.parameters:
        assert f"${parameter.name}" in query.sql["sqlite"].partition("select")[2]


def test_near_names_are_offered() -> None:
    with pytest.raises(NotFoundError, match="did you mean class-counts"):
        named("class-count")
    with pytest.raises(NotFoundError, match="has no parameter colour; it has project"):
        named("class-counts").values({"colour": "red"})


@ENGINES
def test_class_counts(tmp_path: Path, engine: str) -> None:
    tree = feature("Tree", "t1", point={"x": 1, "y": 2})
    cars = [box("Car", f"c{number}", 1, 2, 3, 4) for number in range(3)]
    store = store_of(tmp_path, engine, [v1("a", *cars[:2], tree), v1("b", cars[2])])
    rows = asked(store, "class-counts", project="p1")
    assert [tuple(row.values()) for row in rows] == [
        ("Roads", "image", "Car", "bounding_box", 3, 2, 0.75),
        ("Roads", "image", "Tree", "point", 1, 1, 0.25),
    ]
    assert asked(store, "class-counts", project="other") == []
