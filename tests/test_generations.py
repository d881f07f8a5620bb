"""Generations: the ids of their records tell them apart, in the order of the records; each is registered once."""

import pytest

from labelstore.schema.generations import generation_in, lowest_id, number_after, record_id

GENERATIONS = {"v1": "v1", "v2": "v2", "frames": "v1"}
"""A generation of records → that of the views which rebuild them."""


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("number", [0, 1, 2, 1 << 30])
def test_an_id_tells_number_and_generation(number: int, generation: str) -> None:
    found = record_id(number, generation)
    assert generation_in(found).name == GENERATIONS[generation]
    assert number_after(found) == number + 1
    assert lowest_id(number) <= found < lowest_id(number + 1)


def test_an_empty_store_begins_at_zero() -> None:
    assert number_after(-1) == 0
    assert lowest_id(0) == 0
