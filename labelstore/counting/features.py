"""The features of one role, counted: how often each was used, in how many labels, and when first and last."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple


class Feature(NamedTuple):
    """One feature at its place, or what several have in common, as the columns of `counts` have it."""

    kind: str | None = None
    name: str | None = None
    value: str | None = None
    schema_id: str | None = None
    color: str | None = None
    parent_role: str | None = None
    parent_schema_id: str | None = None
    parent_name: str | None = None
    parent_kind: str | None = None
    is_text: bool | None = None


Parent = tuple[str | None, str | None, str | None, str | None]
"""Role, schema id, name and kind of what a question was asked of."""


class Amounts(NamedTuple):
    """How much there is of a feature, as the columns of `counts` have it."""

    annotations: int = 0
    by_frame: int = 0
    times_answered: int = 0
    labels: int = 0


class Times(NamedTuple):
    """When a label was first and last seen."""

    first: str | None = None
    last: str | None = None


class Numbers(dict[Any, int]):
    """Numbers keys from 0, in the order in which they come."""

    def __init__(self) -> None:
        super().__init__()
        self.by_number: list[Any] = []

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self)
        self.by_number.append(key)
        return number


def add_up(counter: Counter[Any], counted: Iterable[Any], sign: int = 1) -> None:
    """Count what comes, or take it away."""
    if sign > 0:
        counter.update(counted)
    else:
        counter.subtract(counted)


class Role:
    """The features of one role. A key is what tells them apart in rows; `place` gives its group of labels and feature.

    `grains`: by name, what features have in common among which a label counts once; None for one that does not count.
    """

    def __init__(
        self,
        name: str,
        place: Callable[[Any], tuple[int, Feature]],
        grains: Mapping[str, Callable[[Feature], Feature | None]],
    ) -> None:
        self.name = name
        self.places: list[tuple[int, Feature]] = []
        """By number, the group of labels and the feature."""
        self.parents: list[Parent] = []
        """By number, the feature as the parent of others."""
        self.annotations: Counter[int] = Counter()
        self.by_frame: Counter[int] = Counter()
        self.times_answered: Counter[int] = Counter()
        self.lost: dict[int, Times] = {}
        """Times of labels that were taken away and that no label stands for which was added since."""
        self.grains, self._place = grains, place
        self._numbers = Numbers()
        self._common = Numbers()
        """Name of a grain, group of labels, what features have in common."""
        self._common_of: list[frozenset[int]] = []
        """By number, what a feature has in common with others."""
        self._labels: Counter[int] = Counter()
        """By what their features have in common."""
        self._first: list[str | None] = []
        self._last: list[str | None] = []

    def numbered(self, keys: Iterable[Any]) -> list[int]:
        """The numbers of features, some of which may be new."""
        numbers = list(map(self._numbers.__getitem__, keys))
        for key in self._numbers.by_number[len(self.places) :]:
            group, feature = self._place(key)
            common = ((name, group, of(feature)) for name, of in self.grains.items())
            self._common_of.append(frozenset(self._common[one] for one in common if one[2] is not None))
            self.places.append((group, feature))
            self.parents.append((self.name, feature.schema_id, feature.name, feature.kind))
            self._first.append(None)
            self._last.append(None)
        return numbers

    def add(self, labels: Sequence[frozenset[int]], times: Sequence[Times]) -> None:
        """Add labels: the features of each, and its times."""
        self._count(labels, 1)
        firsts, lasts = self._first, self._last
        for features, (first, last) in zip(labels, times, strict=True):
            if first is None or last is None:
                continue
            for one in features:
                known = firsts[one]
                if known is None or first < known:
                    firsts[one] = first
                known = lasts[one]
                if known is None or last > known:
                    lasts[one] = last
            for one in features & self.lost.keys() if self.lost else ():
                was_first, was_last = self.lost[one]
                if was_first is not None and first <= was_first:
                    was_first = None
                if was_last is not None and last >= was_last:
                    was_last = None
                self.lost[one] = Times(was_first, was_last)

    def take_away(self, labels: Sequence[frozenset[int]], times: Sequence[Times], *, were_stored: bool) -> None:
        """Take labels away; `were_stored` if they were there before any was added."""
        self._count(labels, -1)
        for features, (first, last) in zip(labels, times, strict=True):
            if first is None or last is None:
                continue
            for one in features:
                was_first, was_last = self.lost.get(one, Times())
                new_first = self._first[one] if were_stored else None
                new_last = self._last[one] if were_stored else None
                if new_first is None or first < new_first:
                    was_first = first if was_first is None else min(first, was_first)
                if new_last is None or last > new_last:
                    was_last = last if was_last is None else max(last, was_last)
                self.lost[one] = Times(was_first, was_last)

    def _count(self, labels: Sequence[frozenset[int]], sign: int) -> None:
        common_of, none = self._common_of.__getitem__, frozenset[int]()
        common = (none.union(*map(common_of, features)) for features in labels)
        add_up(self._labels, chain.from_iterable(common), sign)

    def uses(self) -> Iterator[tuple[int, Feature, Amounts, Times]]:
        """How often each feature was used, by group of labels."""
        for number, (group, feature) in enumerate(self.places):
            amounts = Amounts(self.annotations[number], self.by_frame[number], self.times_answered[number])
            yield group, feature, amounts, Times(self._first[number], self._last[number])

    def labels(self) -> Iterator[tuple[int, str, Feature, Amounts]]:
        """In how many labels features were used that have something in common, by group and name of the grain."""
        for number, (name, group, common) in enumerate(self._common.by_number):
            yield group, name, common, Amounts(labels=self._labels[number])
