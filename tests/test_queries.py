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


def drawn(data_row_id: str, seed: int = 0, train: float = 80, val: float = 10, test: float = 10) -> str:
    """The split that `random-split` has to find."""
    prime = 2**31 - 1
    places = enumerate(reversed(("0" * 16 + data_row_id)[-16:]))
    number = sum(ord(char) * pow(48271, place, prime) for place, char in places) + seed % prime * 7919 + 12345
    place = pow(number, 5, prime) / prime * (train + val + test)
    return "train" if place < train else "val" if place < train + val else "test"


@ENGINES
def test_random_split(tmp_path: Path, engine: str) -> None:
    names = [*(f"l{number}" for number in range(30)), "犬", "a label with an id that is longer than others"]
    records = [v1(name) for name in names] + [v1("again", **{"DataRow ID": "row-l1"}), v1("skipped", Skipped=True)]
    store = store_of(tmp_path, engine, records)
    choices: list[dict[str, int]] = [{}, {"seed": 7}, {"seed": -(2**40)}, {"train": 1, "val": 1, "test": 0}]
    for given in choices:
        rows = asked(store, "random-split", project="Roads", **given)
        expected = {f"row-{name}": drawn(f"row-{name}", **given) for name in names}
        assert {row["data_row_id"]: row["split"] for row in rows} == expected
        assert [row["data_row_id"] for row in rows if row["labels"] != 1] == ["row-l1"]
    assert asked(store, "random-split", project="p2") == []


def test_a_random_split_has_the_wanted_shares() -> None:
    for seed in range(3):
        for ids in (
            [f"ck{number:06}" for number in range(3000)],
            [f"{number * 7919 % 3001:x}" for number in range(3000)],
        ):
            splits = [drawn(one, seed, 70, 20, 10) for one in ids]
            shares = [splits.count(split) / len(ids) for split in ("train", "val", "test")]
            assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.03)
    one, other = ([drawn(f"ck{number}", seed) for number in range(1000)] for seed in (0, 1))
    assert 0.55 < sum(a == b for a, b in zip(one, other, strict=True)) / 1000 < 0.77  # 0.8² + 0.1² + 0.1² by chance
