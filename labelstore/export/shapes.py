"""Objects as shapes of a picture: boxes, polygons with their holes, lines and points, in pixels."""

from collections.abc import Iterable, Iterator
from math import hypot
from typing import Any, NamedTuple

import msgspec

from labelstore.export.annotations import Object

Point = tuple[float, float]
Ring = list[Point]


class Box(NamedTuple):
    """A rectangle in pixels; `left` and `top` are its smallest x and y."""

    left: float
    top: float
    width: float
    height: float

    @property
    def ring(self) -> Ring:
        """Its corners, clockwise from the top left."""
        right, bottom = self.left + self.width, self.top + self.height
        return [(self.left, self.top), (right, self.top), (right, bottom), (self.left, bottom)]


class Part(NamedTuple):
    """A polygon: an outline and its holes, none of them closed."""

    outline: Ring
    holes: tuple[Ring, ...] = ()

    @property
    def area(self) -> float:
        """In square pixels, without the holes."""
        return area_of(self.outline) - sum(map(area_of, self.holes))


class _Vertex(msgspec.Struct):
    x: float
    y: float


_vertices = msgspec.json.Decoder(list[_Vertex])
_LARGEST = 1e15
_PAIRS = 20_000
"""Of points, between which the shortest seam is looked for."""
_TRIED = 200
"""Points of a long ring that are tried."""


def box_of(one: Object) -> Box | None:
    """The box of a bounding box in pixels."""
    values = one.left, one.top, one.width, one.height
    if one.coordinates is not None or not all(map(_is_number, values)):
        return None
    left, top, width, height = values
    return Box(min(left, left + width), min(top, top + height), abs(width), abs(height))  # type: ignore[operator, type-var, arg-type]


def parts_of(one: Object) -> list[Part]:
    """The polygons of a polygon: often one, without holes. Rings of less than three points are left away."""
    if one.coordinates is None:
        return []
    try:
        ring = _open([(point.x, point.y) for point in _vertices.decode(one.coordinates)])
        return [Part(ring)] if len(ring) > 2 else []
    except msgspec.DecodeError:
        pass
    try:
        return [part for rings in _polygons(msgspec.json.decode(one.coordinates)) if (part := _part(rings))]
    except (msgspec.DecodeError, RecursionError):
        return []


def points_of(one: Object) -> list[Ring]:
    """The lines of a polyline, or the one point of a point."""
    if one.kind == "point":
        return [[(one.x, one.y)]] if _is_number(one.x) and _is_number(one.y) else []  # type: ignore[list-item]
    try:
        return [ring for rings in _polygons(msgspec.json.decode(one.coordinates or "[]")) for ring in rings]
    except (msgspec.DecodeError, RecursionError):
        return []


def bounds_of(rings: Iterable[Ring]) -> Box | None:
    """The smallest box around points; None without any."""
    xs, ys = (
        zip(*(point for ring in rings for point in ring), strict=True)
        if (rings := [*rings]) and any(rings)
        else ((), ())
    )
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)) if xs else None


def area_of(ring: Ring) -> float:
    """The area that a ring encloses, if it does not cross itself."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def seamed(part: Part) -> Ring:
    """One ring around a polygon with holes: it goes into each hole and back along one line, which has no area.

    The holes go the other way round than the outline, so that all rules of filling leave them empty.
    """
    ring = part.outline
    for hole in sorted(part.holes, key=min):
        turned = hole if turns_right(hole) != turns_right(ring) else hole[::-1]
        near, far = _seam(ring, turned)
        ring = [*ring[: near + 1], *turned[far:], *turned[: far + 1], *ring[near:]]
    return ring


def _seam(ring: Ring, hole: Ring) -> tuple[int, int]:
    """The numbers of two points with a short way between them: the shortest where there are not too many."""
    ends: Iterable[int] = range(len(hole))
    tried: Iterable[int] = range(len(ring))
    if len(ring) * len(hole) > _PAIRS:
        ends = [hole.index(min(hole))]
        step = len(ring) // _TRIED + 1
        near = min(range(0, len(ring), step), key=lambda one: _distance(ring[one], hole[ends[0]]))
        tried = range(max(near - step, 0), min(near + step, len(ring)))
    return min(((one, end) for one in tried for end in ends), key=lambda pair: _distance(ring[pair[0]], hole[pair[1]]))


def clipped(ring: Ring, width: float, height: float) -> Ring:
    """What of a ring is inside the picture (Sutherland and Hodgman); [] if nothing is."""
    for axis, limit, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        if not all((point[axis] - limit) * sign >= 0 for point in ring):
            ring = list(_cut(ring, axis, limit, sign))
    return ring


def clipped_box(box: Box, width: float, height: float) -> Box:
    """What of a box is inside the picture; it may have no area."""
    left, top = min(max(box.left, 0), width), min(max(box.top, 0), height)
    right, bottom = min(max(box.left + box.width, 0), width), min(max(box.top + box.height, 0), height)
    return (
        box
        if (left, top, right, bottom) == (box.left, box.top, box.left + box.width, box.top + box.height)
        else Box(left, top, right - left, bottom - top)
    )


def smallest_rectangle(points: Ring) -> Ring:
    """The corners of the smallest rectangle around points, turned as it may be; [] where it has no area."""
    hull = _hull(points)
    found: tuple[float, Ring] = (0, [])
    for (x1, y1), (x2, y2) in zip(hull, hull[1:] + hull[:1], strict=True):
        length = hypot(x2 - x1, y2 - y1)
        if not length:
            continue
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        along, across = [x * ux + y * uy for x, y in hull], [y * ux - x * uy for x, y in hull]
        left, right, low, high = min(along), max(along), min(across), max(across)
        area = (right - left) * (high - low)
        if area and (not found[1] or area < found[0]):
            corners = ((left, low), (right, low), (right, high), (left, high))
            found = area, [(a * ux - b * uy, a * uy + b * ux) for a, b in corners]
    return found[1]


def _hull(points: Ring) -> Ring:
    """The convex hull (Andrew's monotone chain), counter-clockwise where y goes up."""
    ordered = sorted(set(points))
    halves: list[Ring] = []
    for some in (ordered, ordered[::-1]):
        half: Ring = []
        for point in some:
            while len(half) > 1 and _turn(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves.append(half[:-1])
    return halves[0] + halves[1]


def _turn(first: Point, second: Point, third: Point) -> float:
    """Positive where three points turn left."""
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0])


def _cut(ring: Ring, axis: int, limit: float, sign: int) -> Iterator[Point]:
    before = ring[-1]
    for point in ring:
        inside, was_inside = ((one[axis] - limit) * sign >= 0 for one in (point, before))
        if inside != was_inside:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            across = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
            yield (limit, across) if axis == 0 else (across, limit)
        if inside:
            yield point
        before = point


def turns_right(ring: Ring) -> bool:
    """Whether a ring goes clockwise, where y goes down."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)) > 0


def _distance(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _part(rings: list[Ring]) -> Part | None:
    outline, *holes = (_open(ring) for ring in rings)
    return Part(outline, tuple(hole for hole in holes if len(hole) > 2)) if len(outline) > 2 else None


def _polygons(value: Any) -> Iterator[list[Ring]]:
    """Of points, rings of points, or parts of rings."""
    if not isinstance(value, list) or not value:
        return
    if (ring := _ring(value)) is not None:
        yield [ring]
    elif rings := [ring for item in value if (ring := _ring(item)) is not None]:
        yield rings
    else:
        for item in value:
            yield from _polygons(item)


def _ring(value: Any) -> Ring | None:
    if not isinstance(value, list) or not value:
        return None
    points = [_point(item) for item in value]
    return None if None in points else points  # type: ignore[return-value]


def _point(item: Any) -> Point | None:
    match item:
        case {"x": x, "y": y} | [x, y, *_] if _is_number(x) and _is_number(y):
            return x, y
    return None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _LARGEST


def _open(ring: Ring) -> Ring:
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
