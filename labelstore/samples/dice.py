"""The source of every random choice and every id of one stream of samples."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from labelstore.samples.ids import cuids

T = TypeVar("T")


class Dice:
    """Draws in a fixed order from one seed, a tuple of anything printable.

    Only `Random.random` is used: of all draws it alone is promised to stay the same between Python versions.
    """

    __slots__ = ("id", "random")

    def __init__(self, *seed: object) -> None:
        self.random: Callable[[], float] = Random("/".join(map(str, seed))).random
        self.id: Callable[[], str] = cuids(self.random).__next__

    def chance(self, share: float) -> bool:
        """True in that share of the calls."""
        return self.random() < share

    def between(self, low: int, high: int) -> int:
        """An integer, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.random() * len(items))]

    def some(self, items: Sequence[T], most: int) -> list[T]:
        """Between one and `most` different items, in their own order."""
        start = self.between(0, len(items) - 1)
        chosen = items[start : start + self.between(1, most)]
        return list(chosen)
