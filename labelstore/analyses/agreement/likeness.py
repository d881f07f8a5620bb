"""How alike two objects are: areas and spans of text by what they share, points and lines by their distance."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from labelstore.analyses.agreement.matching import Shape, overlap_of, shape_of
from labelstore.geometry import Place, iou_of_bounds

Point = tuple[float, float]

FAMILIES: Final = {
    "bounding_box": "area",
    "polygon": "area",
    "mask": "mask",
    "point": "point",
    "polyline": "line",
    "text_entity": "text",
}
"""Kind → family: only objects of the same family can be alike. Other kinds are not compared."""
BY_DISTANCE: Final = ("point", "line")
"""The families that match by distance."""
POLYGONS: Final = 20
"""How many overlaps of boxes take as long as one of polygons or masks."""
_FINE = 9
"""Digits of a score: so that it does not depend on which object comes first."""
_MOST_VERTICES = 100


class Likeness(NamedTuple):
    """`score`: 0 to 1. `of`: boxes, polygons, pixels, bounds (of polygons or masks), characters, points or lines.

    For points and lines `distance` is that in the unit of their coordinates, of lines the largest of a vertex from the
    other line; the score is 1 at 0 and 0 at twice the distance at which they still match. For all others the score is
    intersection over union.
    """

    score: float
    of: str
    distance: float | None = None

    @property
    def iou(self) -> float | None:
        """Intersection over union, for what has any."""
        return self.score if self.distance is None else None


class Rule(NamedTuple):
    """From which intersection over union on, and up to which distance, objects match."""

    iou: float = 0.5
    near: float = 0.0

    def likeness(self, one: Shape, other: Shape) -> Likeness | None:
        """How alike two objects of one family are; None where they do not match."""
        family = FAMILIES[one.place.kind]
        if family in BY_DISTANCE:
            return self._by_distance(one.place, other.place, f"{family}s")
        found = _by_span(one.place, other.place) if family == "text" else _by_area(one, other)
        return found if found is not None and found.score >= self.iou else None

    def _by_distance(self, one: Place, other: Place, of: str) -> Likeness | None:
        distance = lines_apart(one.rings, other.rings)
        if distance > self.near:
            return None
        return Likeness(round(1 - distance / (2 * self.near), _FINE) if distance else 1.0, of, distance)


def shape_with_place(place: Place) -> Shape | None:
    """As `shape_of`, and for spans of text: their bounds are the characters."""
    if place.span is not None:
        _, first, last = place.span
        return Shape(place, (first, 0.0, last, 0.0)) if first <= last else None
    return shape_of(place)


def _by_area(one: Shape, other: Shape) -> Likeness | None:
    if one.is_upright and other.is_upright:
        iou = 1.0 if one.bounds == other.bounds else iou_of_bounds(one.bounds, other.bounds)
        return Likeness(round(iou, _FINE), "boxes")
    if one.pixels is None and one.place == other.place:
        return Likeness(1.0, "polygons")
    found = overlap_of(one, other)
    return None if found is None else Likeness(round(found.iou, _FINE), found.of)


def _by_span(one: Place, other: Place) -> Likeness:
    _, first, last = one.span or (None, 0, -1)
    _, start, end = other.span or (None, 0, -1)
    common = max(min(last, end) - max(first, start) + 1, 0)
    return Likeness(round(common / ((last - first + 1) + (end - start + 1) - common), _FINE), "characters")


def lines_apart(one: Sequence[Sequence[Point]], other: Sequence[Sequence[Point]]) -> float:
    """The largest distance of a vertex of one from the other, in both directions; of long lines, of some vertices."""
    return max(_apart(one, other), _apart(other, one))


def _apart(lines: Sequence[Sequence[Point]], others: Sequence[Sequence[Point]]) -> float:
    return max(
        min(_from_line(point, other) for other in others if other)
        for line in lines
        for point in line[:: math.ceil(len(line) / _MOST_VERTICES) or 1]
    )


def _from_line(point: Point, line: Sequence[Point]) -> float:
    every = math.ceil(len(line) / _MOST_VERTICES)
    kept = line if every == 1 else [*line[::every], line[-1]]
    if len(kept) == 1:
        return math.dist(point, kept[0])
    return min(_from_segment(point, *ends) for ends in pairwise(kept))


def _from_segment(point: Point, start: Point, end: Point) -> float:
    x, y = end[0] - start[0], end[1] - start[1]
    length = x * x + y * y
    along = ((point[0] - start[0]) * x + (point[1] - start[1]) * y) / length if length else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.dist(point, (start[0] + along * x, start[1] + along * y))
