"""Invented identifiers: cuids and UUIDs like Labelbox's, unique within a stream, and addresses of people."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from uuid import UUID

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
PAIRS = ["".join(pair) for pair in product(LETTERS, repeat=2)]
LABELERS = tuple([f"labeler-{number:02}@example.com" for number in range(1, 9)])
REVIEWERS = ("reviewer-1@example.com", "reviewer-2@example.com")


def word(random: Callable[[], float], length: int) -> str:
    """`length` letters and digits."""
    return "".join([LETTERS[int(random() * 36)] for _ in range(length)])


# Prepared once, so that an id costs one concatenation; the counter in front of an ending makes it unique.
ENDINGS = [pair + word(random, 10) for random in [Random("ids").random] for pair in PAIRS]


def cuids(random: Callable[[], float]) -> Iterator[str]:
    """Endless ids: "c", 8 letters that are the stream's own, a counter of 6, 10 letters of decoration."""
    stream = "c" + word(random, 8)
    for counter in product(LETTERS, repeat=4):
        head = stream + "".join(counter)
        for ending in ENDINGS:
            yield head + ending


def uuid(random: Callable[[], float]) -> str:
    """A version 4 UUID, as model runs and batches use them."""
    number = 0
    for _ in range(4):
        number = number << 32 | int(random() * 2**32)
    return str(UUID(int=number, version=4))
