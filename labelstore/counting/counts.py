"""Labels and the features in them, counted from rows: by project, by asset type, and skipped or not."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from labelstore.counting.counted_rows import CountedLabel, CountedRows
from labelstore.counting.features import Amounts, Feature, Labels, Role, Times
from labelstore.counting.roles import Roles
from labelstore.counting.tally import Tally

MOST_PAIRED = 50
"""The pairs of a label with more classes than these are counted when somebody asks."""
_MOST_FEATURES = 20_000
_MOST_SETS = 2_000
"""So many different sets of features of labels wait until they are spread over the features."""
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
        self.pairs: Counter[tuple[str | None, str, str]] = Counter()
        """(project, class, class that comes after it) → labels with both, but for labels with too many classes."""
        self.wide: set[str] = set()
        """Those labels."""
        self._roles = Roles()
        self._groups: dict[Group, int] = {}
        self._added: dict[Role, Labels] = {role: {} for role in self._roles.all}

    def is_large(self) -> bool:
        """Whether it should be written down, and another begun."""
        return sum(len(role.places) for role in self._roles.all) > _MOST_FEATURES or len(self.pairs) > _MOST_PAIRS

    def add(self, rows: CountedRows) -> None:
        """Add labels with what is in them; those in model runs do not count."""
        self._count(rows, self._added, 1)
        if sum(map(len, self._added.values())) > _MOST_SETS:
            self._spread()

    def take_away(self, rows: CountedRows, *, were_stored: bool) -> None:
        """Take labels away; `were_stored` if they were there before any was added."""
        self._spread()
        found: dict[Role, Labels] = {role: {} for role in self._roles.all}
        self._count(rows, found, -1)
        for role, labels in found.items():
            role.take_away(labels, were_stored=were_stored)
        self._pair(found[self._roles.tools], -1)

    def rows(self) -> Iterator[Count]:
        """What was counted; less than nothing where more was taken away than added."""
        self._spread()
        groups = list(self._groups)
        for role in self._roles.all:
            for group, feature, amounts, times in role.uses():
                yield Count(groups[group], role.name, None, feature, amounts, times)
            for group, grain, common, amounts in role.labels():
                yield Count(groups[group], role.name, grain, common, amounts, Times())

    def lost(self) -> Iterator[tuple[Group, str, Feature, Times]]:
        """Times of what was taken away, for which nothing stands that was added."""
        self._spread()
        groups = list(self._groups)
        for role in self._roles.all:
            for number, times in role.lost.items():
                if times != (None, None):
                    group, feature = role.places[number]
                    yield groups[group], role.name, feature, times

    def _spread(self) -> None:
        """Spread the labels added so far over their features."""
        for role, labels in self._added.items():
            role.add(labels)
        self._pair(self._added[self._roles.tools], 1)
        self._added = {role: {} for role in self._roles.all}

    def _pair(self, labels: Labels, sign: int) -> None:
        groups, places = list(self._groups), self._roles.tools.places
        for tools, (number, *_) in labels.items():
            names = {name for one in tools if (name := places[one][1].name) is not None}
            if 1 < len(names) <= MOST_PAIRED:
                project_id = groups[places[next(iter(tools))][0]].project_id
                for first, second in combinations(sorted(names), 2):
                    self.pairs[project_id, first, second] += sign * number

    def _count(self, rows: CountedRows, found: Mapping[Role, Labels], sign: int) -> None:
        labels = {label.label_id: label for label in rows.labels if label.model_run_id is None}
        groups = {name: self._groups.setdefault(_group(label), len(self._groups)) for name, label in labels.items()}
        if groups:
            times = {name: _times(label) for name, label in labels.items()}
            Tally(rows, groups, times, self._roles, found, sign).count()
            self.wide |= _wide(rows, groups)


def _group(label: CountedLabel) -> Group:
    return Group(label.project_id, label.asset_type, bool(label.skipped))


def _times(label: CountedLabel) -> Times:
    created_at, updated_at = label.created_at, label.updated_at
    return Times(updated_at if created_at is None else created_at, created_at if updated_at is None else updated_at)


def _wide(rows: CountedRows, label_ids: Collection[str]) -> set[str]:
    """The labels with more than `MOST_PAIRED` classes."""
    label_of, name_of = rows.getter("objects", "label_id"), rows.getter("objects", "name")
    many = {name for name, count in Counter(map(label_of, rows["objects"])).items() if count > MOST_PAIRED}
    many.intersection_update(label_ids)
    if not many:
        return many
    classes = {(label_of(row), name_of(row)) for row in rows["objects"] if label_of(row) in many}
    counts = Counter(label_id for label_id, name in classes if name is not None)
    return {label_id for label_id, count in counts.items() if count > MOST_PAIRED}
