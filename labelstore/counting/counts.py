"""Labels and the features in them, counted from rows: by project, by asset type, and skipped or not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations
from typing import NamedTuple

from labelstore.counting.counted_rows import CountedLabel, CountedRows
from labelstore.counting.features import Amounts, Feature, Numbers, Times, add_up
from labelstore.counting.roles import Roles
from labelstore.counting.tally import Members, Tally

MOST_PAIRED = 50
"""The pairs of a label with more classes than these are counted when somebody asks."""
_MOST_FEATURES = 20_000
_MOST_PAIRS = 100_000


class Group(NamedTuple):
    """Labels that are counted together."""

    project_id: str | None
    asset_type: str | None
    skipped: bool


class Count(NamedTuple):
    """How much there is of a feature in a group of labels; with a `grain` of what features have in common."""

    group: Group
    role: str
    grain: str | None
    feature: Feature
    amounts: Amounts
    times: Times


class Counts:
    """What was added and taken away since it was made."""

    def __init__(self) -> None:
        self.wide: set[str] = set()
        """Labels with too many classes for their pairs to be counted."""
        self._roles = Roles()
        self._groups: dict[tuple[str | None, str | None, bool], int] = {}
        self._classes = Numbers()
        """Project and name."""
        self._class_of: list[int] = []
        """By the number of a tool, the number of its class; -1 without name."""
        self._pairs: Counter[tuple[int, int]] = Counter()
        """Pairs of numbers of classes, the smaller first."""

    def is_large(self) -> bool:
        """Whether it should be written down, and another begun."""
        return sum(len(role.places) for role in self._roles.all) > _MOST_FEATURES or len(self._pairs) > _MOST_PAIRS

    def add(self, rows: CountedRows, more: Iterable[CountedRows] = ()) -> None:
        """Add labels with what is in them, also that in `more`; those in model runs do not count."""
        members, times = self._count(rows, 1, more)
        for role, labels in members.items():
            role.add(list(labels.values()), list(map(times.__getitem__, labels)))

    def take_away(self, rows: CountedRows, *, were_stored: bool) -> None:
        """Take labels away; `were_stored` if they were there before any was added."""
        members, times = self._count(rows, -1)
        for role, labels in members.items():
            role.take_away(list(labels.values()), list(map(times.__getitem__, labels)), were_stored=were_stored)

    def rows(self) -> Iterator[Count]:
        """What was counted; less than nothing where more was taken away than added."""
        groups = list(map(Group._make, self._groups))
        for role in self._roles.all:
            for group, feature, amounts, times in role.uses():
                yield Count(groups[group], role.name, None, feature, amounts, times)
            for group, grain, common, amounts in role.labels():
                yield Count(groups[group], role.name, grain, common, amounts, Times())

    def pairs(self) -> Mapping[tuple[str | None, str, str], int]:
        """(project, class, class that comes after it) → labels with both, but for labels with too many classes."""
        classes = self._classes.by_number
        found: Counter[tuple[str | None, str, str]] = Counter()
        for (one, other), labels in self._pairs.items():
            (project_id, name), (_, other_name) = classes[one], classes[other]
            found[project_id, min(name, other_name), max(name, other_name)] += labels
        return found

    def lost(self) -> Iterator[tuple[Group, str, Feature, Times]]:
        """Times of what was taken away, for which nothing stands that was added."""
        groups = list(map(Group._make, self._groups))
        for role in self._roles.all:
            for number, times in role.lost.items():
                if times != (None, None):
                    group, feature = role.places[number]
                    yield groups[group], role.name, feature, times

    def _count(
        self, rows: CountedRows, sign: int, more: Iterable[CountedRows] = ()
    ) -> tuple[Members, Mapping[str, Times]]:
        labels = [label for label in rows.labels if label.model_run_id is None]
        groups = {label.label_id: self._groups.setdefault(_group(label), len(self._groups)) for label in labels}
        if not groups:
            return {}, {}
        members = Tally(groups, self._roles, sign).count(chain((rows,), more))
        self._pair(members[self._roles.tools], sign)
        return members, {label.label_id: _times(label) for label in labels}

    def _pair(self, labels: Mapping[str, frozenset[int]], sign: int) -> None:
        """Count the pairs of classes in labels."""
        groups = list(self._groups)
        for group, tool in self._roles.tools.places[len(self._class_of) :]:
            self._class_of.append(-1 if tool.name is None else self._classes[groups[group][0], tool.name])
        class_of = self._class_of.__getitem__
        classes = [{*map(class_of, tools)} - {-1} for tools in labels.values()]
        self.wide.update(label_id for label_id, some in zip(labels, classes, strict=True) if len(some) > MOST_PAIRED)
        few = (sorted(some) for some in classes if 1 < len(some) <= MOST_PAIRED)
        add_up(self._pairs, chain.from_iterable(combinations(some, 2) for some in few), sign)


def _group(label: CountedLabel) -> tuple[str | None, str | None, bool]:
    return label.project_id, label.asset_type, bool(label.skipped)


def _times(label: CountedLabel) -> Times:
    created_at, updated_at = label.created_at, label.updated_at
    return Times(updated_at if created_at is None else created_at, created_at if updated_at is None else updated_at)
