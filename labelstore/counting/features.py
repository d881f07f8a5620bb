"""The features of one role, counted: how often each was used, in how many labels, and when first and last."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
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
    """Numbers keys from 0, in the order in which they come, and tells of each new one."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        super().__init__()
        self._tell = tell

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self)
        self._tell(key)
        return number


Labels = dict[frozenset[int], list[Any]]
"""The features that labels have → the number of such labels, and when the first and the last of them were seen."""


class Grain:
    """Labels with at least one of the features that have something in common."""

    def __init__(self, common: Callable[[Feature], Feature | None]) -> None:
        self.common = common
        self.numbers: dict[tuple[int, Feature], int] = {}
        """Group of labels, and what features have in common."""
        self.of: list[int | None] = []
        """By the number of a feature, the number of what it has in common with others."""
        self.shared: set[int] = set()
        """The features that have something in common with another."""
        self.repeats: Counter[int] = Counter()
        """How often labels have another feature with that, where they are counted already."""
        self._first: list[int] = []

    def add(self, number: int, group: int, feature: Feature) -> None:
        """Add a feature, the next by number."""
        what = self.common(feature)
        if what is None:
            self.of.append(None)
            return
        one = self.numbers.setdefault((group, what), len(self.numbers))
        self.of.append(one)
        if one == len(self._first):
            self._first.append(number)
        else:
            self.shared |= {number, self._first[one]}


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
        self.numbers = Numbers(self._add)
        self.places: list[tuple[int, Feature]] = []
        """By number, the group of labels and the feature."""
        self.parents: list[Parent] = []
        """By number, the feature as the parent of others."""
        self.annotations: Counter[int] = Counter()
        self.by_frame: Counter[int] = Counter()
        self.times_answered: Counter[int] = Counter()
        self.lost: dict[int, Times] = {}
        """Times of labels that were taken away and that no label stands for which was added since."""
        self._place, self.grains = place, {name: Grain(common) for name, common in grains.items()}
        self._labels: list[int] = []
        self._first: list[str | None] = []
        self._last: list[str | None] = []

    def _add(self, key: Any) -> None:
        group, feature = self._place(key)
        for grain in self.grains.values():
            grain.add(len(self.places), group, feature)
        self.places.append((group, feature))
        self.parents.append((self.name, feature.schema_id, feature.name, feature.kind))
        self._labels.append(0)
        self._first.append(None)
        self._last.append(None)

    def add(self, labels: Labels) -> None:
        """Add labels."""
        firsts, lasts = self._first, self._last
        for features, (number, first, last) in labels.items():
            self._count(features, number)
            for one in features:
                known = firsts[one]
                if first is not None and (known is None or first < known):
                    firsts[one] = first
                known = lasts[one]
                if last is not None and (known is None or last > known):
                    lasts[one] = last
            for one in features & self.lost.keys() if self.lost else ():
                was_first, was_last = self.lost[one]
                if was_first is not None and first is not None and first <= was_first:
                    was_first = None
                if was_last is not None and last is not None and last >= was_last:
                    was_last = None
                self.lost[one] = Times(was_first, was_last)

    def take_away(self, labels: Labels, *, were_stored: bool) -> None:
        """Take labels away; `were_stored` if they were there before any was added."""
        for features, (number, first, last) in labels.items():
            self._count(features, -number)
            for one in features:
                was_first, was_last = self.lost.get(one, Times())
                new_first = self._first[one] if were_stored else None
                new_last = self._last[one] if were_stored else None
                if first is not None and (new_first is None or first < new_first):
                    was_first = first if was_first is None else min(first, was_first)
                if last is not None and (new_last is None or last > new_last):
                    was_last = last if was_last is None else max(last, was_last)
                self.lost[one] = Times(was_first, was_last)

    def _count(self, features: frozenset[int], number: int) -> None:
        for one in features:
            self._labels[one] += number
        for grain in self.grains.values():
            shared = grain.shared & features
            if len(shared) > 1:
                met: set[int | None] = set()
                for common in map(grain.of.__getitem__, shared):
                    if common in met:
                        grain.repeats[common] += number  # type: ignore[index]
                    else:
                        met.add(common)

    def uses(self) -> Iterator[tuple[int, Feature, Amounts, Times]]:
        """How often each feature was used, by group of labels."""
        for number, (group, feature) in enumerate(self.places):
            amounts = Amounts(self.annotations[number], self.by_frame[number], self.times_answered[number])
            yield group, feature, amounts, Times(self._first[number], self._last[number])

    def labels(self) -> Iterator[tuple[int, str, Feature, Amounts]]:
        """In how many labels features were used that have something in common, by group and name of the grain."""
        for name, grain in self.grains.items():
            counts = Counter({one: -count for one, count in grain.repeats.items()})
            for one, count in zip(grain.of, self._labels, strict=True):
                if one is not None:
                    counts[one] += count
            for (group, common), one in grain.numbers.items():
                yield group, name, common, Amounts(labels=counts[one])
