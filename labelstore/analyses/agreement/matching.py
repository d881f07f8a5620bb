"""Which objects of two labels are the same: best first, each at most once."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from labelstore.geometry import Overlap, Place, overlap

EXACTNESS: Final = ("boxes", "polygons", "bounds")
"""How overlaps are measured, the least exact last."""


class Shape(NamedTuple):
    """A box or polygon, with its bounds: min_x, min_y, max_x, max_y."""

    place: Place
    bounds: tuple[float, float, float, float]


def shape_of(place: Place) -> Shape | None:
    """None for what has no points."""
    xs, ys = ([point[axis] for ring in place.rings for point in ring] for axis in (0, 1))
    return Shape(place, (min(xs), min(ys), max(xs), max(ys))) if xs else None


def matches(one: Sequence[Shape], other: Sequence[Shape], iou: float) -> list[Overlap]:
    """The overlaps of the objects that match: the two that overlap most first, then the best of the others.

    Of equal overlaps the objects that come first match.
    """
    near = []
    ranked = sorted(range(len(other)), key=lambda second: other[second].bounds[0])
    for first, shape in enumerate(one):
        for second in ranked:
            if other[second].bounds[0] > shape.bounds[2]:
                break
            if _meet(shape, other[second]):
                found = overlap(shape.place, other[second].place)
                if found is not None and found.iou >= iou:
                    near.append((-found.iou, first, second, found))
    matched, taken, given = [], set[int](), set[int]()
    for _, first, second, found in sorted(near, key=lambda pair: pair[:3]):
        if first not in taken and second not in given:
            taken.add(first)
            given.add(second)
            matched.append(found)
    return matched


def _meet(one: Shape, other: Shape) -> bool:
    a, b = one.bounds, other.bounds
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
