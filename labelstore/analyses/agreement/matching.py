"""Which objects of two labels are the same: best first, each at most once."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol, TypeVar

from labelstore.assets.run_lengths import RunLengths, iou
from labelstore.geometry import Bounds, Overlap, Place, iou_of_bounds, is_upright, overlap

EXACTNESS: Final = ("boxes", "pixels", "polygons", "bounds")
"""How overlaps are measured, the least exact last."""


class Shape(NamedTuple):
    """A box, polygon or mask, with its bounds: min_x, min_y, max_x, max_y."""

    place: Place
    bounds: Bounds
    is_upright: bool = False
    """Whether it is a box that its bounds are."""
    pixels: RunLengths | None = None
    """Those of a mask, whose place has no rings."""


def shape_of(place: Place) -> Shape | None:
    """None for what has no points."""
    xs, ys = ([point[axis] for ring in place.rings for point in ring] for axis in (0, 1))
    return Shape(place, (min(xs), min(ys), max(xs), max(ys)), is_upright(place)) if xs else None


def shape_of_mask(pixels: RunLengths, bounds: Bounds, page: object = None) -> Shape:
    """A mask that has pixels."""
    return Shape(Place("mask", page=page), bounds, pixels=pixels)


def overlap_of(one: Shape, other: Shape) -> Overlap | None:
    """How much two boxes or polygons overlap, or two masks; None for one of these and one of those."""
    if one.pixels is None and other.pixels is None:
        return overlap(one.place, other.place)
    if one.pixels is None or other.pixels is None:
        return None
    if (one.pixels.width, one.pixels.height) != (other.pixels.width, other.pixels.height):
        return Overlap(iou_of_bounds(one.bounds, other.bounds), "bounds")
    return Overlap(1.0 if one.pixels == other.pixels else iou(one.pixels, other.pixels), "pixels")


class Near(Protocol):
    """Two objects that may match: their numbers in the two labels, and how alike they are, 0 to 1."""

    @property
    def one(self) -> int: ...
    @property
    def other(self) -> int: ...
    @property
    def score(self) -> float: ...


N = TypeVar("N", bound=Near)


def best_first(pairs: Iterable[N]) -> list[N]:
    """The pairs that match: the two objects that are most alike first, then the best of the others.

    Of equal scores the objects that come first match; which label is the first makes no difference.
    """
    matched, taken, given = [], set[int](), set[int]()
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.one, pair.other)):
        if pair.one not in taken and pair.other not in given:
            taken.add(pair.one)
            given.add(pair.other)
            matched.append(pair)
    return matched


class _Overlapping(NamedTuple):
    one: int
    other: int
    overlap: Overlap

    @property
    def score(self) -> float:
        return self.overlap.iou


def matches(one: Sequence[Shape], other: Sequence[Shape], iou: float) -> list[Overlap]:
    """The overlaps of the objects that match, as `best_first` finds them."""
    near = []
    ranked = sorted(range(len(other)), key=lambda second: other[second].bounds[0])
    for first, shape in enumerate(one):
        for second in ranked:
            if other[second].bounds[0] > shape.bounds[2]:
                break
            if _meet(shape, other[second]):
                found = overlap_of(shape, other[second])
                if found is not None and found.iou >= iou:
                    near.append(_Overlapping(first, second, found))
    return [pair.overlap for pair in best_first(near)]


def _meet(one: Shape, other: Shape) -> bool:
    a, b = one.bounds, other.bounds
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
