"""Labels of one data row compared: which objects match, also of other classes, and which answers differ."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from labelstore.analyses.agreement.likeness import BY_DISTANCE, FAMILIES, POLYGONS, Likeness, Rule
from labelstore.analyses.agreement.matching import EXACTNESS, Shape, best_first
from labelstore.geometry import Bounds

MOST_TRIED: Final = 300_000
"""Pairs of boxes that are tried for one comparison; polygons count more."""
_BOUNDS: Final = 8
"""So many bounds are looked at in the time of one pair of boxes."""
_TALL: Final = 50
"""What reaches over more rows than that is looked at in each of them."""


class Item(NamedTuple):
    """An object of a label. Objects match within a `place`: a frame, a page, a message …"""

    name: str | None
    shape: Shape
    place: Hashable = None


class Pair(NamedTuple):
    """Objects of two labels that match, by their numbers; of another class unless `same_class`."""

    one: int
    other: int
    likeness: Likeness
    same_class: bool

    @property
    def score(self) -> float:
        """How alike they are."""
        return self.likeness.score


class Figures(NamedTuple):
    """How far two labels agree. `unmatched` and `f1` are those of `labelstore agreement`.

    `matched` counts pairs of one class, `confused` pairs of different classes, `unmatched` objects without a partner
    of their class (so both of a confused pair). `mean_iou` is that of the matched pairs that have any. `measured` says
    of what: the least exact of boxes, polygons, bounds.
    """

    matched: int
    confused: int
    unmatched: int
    mean_iou: float | None
    f1: float | None
    measured: str | None


class Group(NamedTuple):
    """The same object in several labels: its number in each, None where a label lacks it.

    `likeness` is that of the two members that are least alike of those that matched directly; None of one alone.
    """

    members: tuple[int | None, ...]
    likeness: Likeness | None = None
    same_class: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether all labels have it, as one class."""
        return None not in self.members and self.same_class


class Matched(NamedTuple):
    """`figures`: (number of a label, of another) → how far they agree. `all_tried`: whether all pairs were tried."""

    groups: tuple[Group, ...]
    figures: dict[tuple[int, int], Figures]
    all_tried: bool = True


class _Tries:
    def __init__(self, most: int) -> None:
        self.left = most

    def takes(self, cost: int) -> bool:
        self.left -= cost
        return self.left >= 0


def matched(sides: Sequence[Sequence[Item]], rule: Rule, most: int = MOST_TRIED) -> Matched:
    """The objects of two or more labels, matched: first within each class, then what is left with other classes."""
    tries = _Tries(most)
    found = {
        (one, other): list(_pairs(sides[one], sides[other], rule, tries))
        for one, other in combinations(range(len(sides)), 2)
    }
    chosen = {ends: _chosen(pairs) for ends, pairs in found.items()}
    figures = {ends: _figures(pairs, len(sides[ends[0]]) + len(sides[ends[1]])) for ends, pairs in chosen.items()}
    return Matched(_groups(sides, found), figures, tries.left >= 0)


def _chosen(pairs: Sequence[Pair]) -> list[Pair]:
    first = best_first(pair for pair in pairs if pair.same_class)
    taken, given = {pair.one for pair in first}, {pair.other for pair in first}
    left = (pair for pair in pairs if not pair.same_class and pair.one not in taken and pair.other not in given)
    return first + best_first(left)


def _figures(pairs: Sequence[Pair], objects: int) -> Figures:
    same = [pair for pair in pairs if pair.same_class]
    ious = [iou for pair in same if (iou := pair.likeness.iou) is not None]
    measured = (pair.likeness.of for pair in same if pair.likeness.of in EXACTNESS)
    return Figures(
        len(same),
        len(pairs) - len(same),
        objects - 2 * len(same),
        round(sum(ious) / len(ious), 4) if ious else None,
        round(2 * len(same) / objects, 4) if objects else None,
        max(measured, key=EXACTNESS.index, default=None),
    )


def _pairs(one: Sequence[Item], other: Sequence[Item], rule: Rule, tries: _Tries) -> Iterator[Pair]:
    """All pairs that could match."""
    theirs = _by_place(other)
    for key, ours in _by_place(one).items():
        near = rule.near if key[0] in BY_DISTANCE else 0.0
        for first, second in _meeting(one, ours, other, theirs.get(key, ()), near, tries):
            shapes = one[first].shape, other[second].shape
            if not tries.takes(1 if all(shape.is_upright for shape in shapes) else POLYGONS):
                return
            likeness = rule.likeness(*shapes)
            if likeness is not None:
                yield Pair(first, second, likeness, one[first].name == other[second].name)


def _by_place(items: Sequence[Item]) -> dict[tuple[str, Hashable], list[int]]:
    """The numbers of the objects of each family in each place, those that begin furthest to the left first."""
    found: dict[tuple[str, Hashable], list[int]] = {}
    for number in sorted(range(len(items)), key=lambda number: items[number].shape.bounds[0]):
        item = items[number]
        found.setdefault((FAMILIES[item.shape.place.kind], item.place), []).append(number)
    return found


def _meeting(
    one: Sequence[Item],
    ours: Sequence[int],
    other: Sequence[Item],
    theirs: Sequence[int],
    near: float,
    tries: _Tries,
) -> Iterator[tuple[int, int]]:
    """Pairs whose bounds meet, or nearly: a line that sweeps from the left to the right keeps those that it crosses."""
    bounds = [other[number].shape.bounds for number in theirs]
    crossed = _Crossed(sum(box[3] - box[1] for box in bounds) / max(len(bounds), 1) + near)
    following = 0
    for first in ours:
        left, top, right, bottom = one[first].shape.bounds
        a = (left - near, top - near, right + near, bottom + near)
        while following < len(theirs) and bounds[following][0] <= a[2]:
            crossed.add(theirs[following], bounds[following])
            following += 1
        looked, found = crossed.meeting(a)
        if not tries.takes(looked // _BOUNDS):
            return
        yield from ((first, second) for second in found)


class _Crossed:
    """The objects that a line crosses which sweeps to the right, in rows by their heights."""

    def __init__(self, height: float) -> None:
        self.height = height or 1.0
        self.rows: dict[int | None, list[tuple[int, Bounds]]] = {}

    def _of(self, box: Bounds) -> list[int | None]:
        first, last = box[1] / self.height, box[3] / self.height
        return [None] if last - first > _TALL else list(range(int(first // 1), int(last // 1) + 1))

    def add(self, number: int, box: Bounds) -> None:
        for row in self._of(box):
            self.rows.setdefault(row, []).append((number, box))

    def meeting(self, a: Bounds) -> tuple[int, list[int]]:
        """How many were looked at, and those that the bounds meet; what ends before them is forgotten."""
        found: dict[int, None] = {}
        looked = 0
        wanted = self._of(a)
        for row in list(self.rows) if wanted == [None] else [*wanted, None]:
            held = self.rows.get(row)
            if held is None:
                continue
            kept = self.rows[row] = [pair for pair in held if pair[1][2] >= a[0]]
            looked += len(held)
            found |= {number: None for number, b in kept if b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]}
        return looked, list(found)


def _groups(sides: Sequence[Sequence[Item]], found: Mapping[tuple[int, int], Sequence[Pair]]) -> tuple[Group, ...]:
    """Pairs that share an object become one group, the best first, each label at most once in it."""
    alone = {(side, number): {side: number} for side, items in enumerate(sides) for number in range(len(items))}
    lowest: dict[int, Likeness] = {}
    order = sorted(
        ((not pair.same_class, -pair.score, *ends, pair) for ends, pairs in found.items() for pair in pairs),
        key=lambda one: (*one[:4], one[4].one, one[4].other),
    )
    for _, _, first, second, pair in order:
        ours, theirs = alone[first, pair.one], alone[second, pair.other]
        if ours is theirs or ours.keys() & theirs.keys():
            continue
        likeness = [pair.likeness, *(lowest[id(one)] for one in (ours, theirs) if id(one) in lowest)]
        ours |= theirs
        lowest[id(ours)] = min(likeness, key=lambda one: one.score)
        for side, number in theirs.items():
            alone[side, number] = ours
    distinct = {id(members): members for members in alone.values()}.values()
    return tuple(_group(sides, members, lowest.get(id(members))) for members in distinct)


def _group(sides: Sequence[Sequence[Item]], members: Mapping[int, int], likeness: Likeness | None) -> Group:
    names = {sides[side][number].name for side, number in members.items()}
    return Group(tuple(members.get(side) for side in range(len(sides))), likeness, len(names) == 1)


class Answered(NamedTuple):
    """A question and its answers in each label, sorted; None where it was not answered there."""

    question: Hashable
    answers: tuple[tuple[str, ...] | None, ...]

    @property
    def differs(self) -> bool:
        """Whether not all labels say the same."""
        return len(set(self.answers)) > 1


def answered(sides: Sequence[Mapping[Hashable, Iterable[str]]]) -> tuple[Answered, ...]:
    """The questions of all labels, in the order in which they come; of each label question → answers."""
    questions = dict.fromkeys(question for side in sides for question in side)
    return tuple(
        Answered(question, tuple(tuple(sorted(side[question])) if question in side else None for side in sides))
        for question in questions
    )
