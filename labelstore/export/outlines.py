"""The outlines of bitmaps along the edges of their pixels, with holes: they enclose exactly the pixels that are 1."""

from typing import TYPE_CHECKING, Any

from labelstore.export.shapes import Part, Ring, turns_right
from labelstore.figures import figure

if TYPE_CHECKING:
    from numpy import ndarray

_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""Right, down, left, up: the upper, right, lower and left edge of a pixel, around which they go."""


MOST_EDGES = 300_000
"""What is traced of one bitmap: a small file can be a checkerboard of millions of pixels."""


def outlines_of(bitmap: "ndarray[Any, Any]", most: int = MOST_EDGES) -> list[Part] | str:
    """The parts of a bitmap, (height, width) of 0 and 1; or the reason why it has none.

    Pixels that only touch at a corner are of two parts.
    """
    import numpy

    edges = _edges(bitmap, most)
    if edges is None:
        return f"its outlines have more than {figure(most)} edges of pixels"
    loops: dict[int, int] = {}
    """Edge → the part that it is of."""
    parts: list[tuple[Ring, list[Ring]]] = []
    width = bitmap.shape[1] + 1
    for edge in sorted(edges):
        if edge in loops or edge & 1:
            continue
        ring, passed = _ring(edges, edge, width)
        if turns_right(ring):
            part = len(parts)
            parts.append((ring, []))
        else:  # the top of a hole, under a pixel of its part: the edge to the left of that is of the same part
            y, x = divmod(edge >> 2, width)
            zeros = numpy.flatnonzero(bitmap[y - 1, :x] == 0)
            left = int(zeros[-1]) + 1 if len(zeros) else 0
            part = loops[y * width + left << 2 | 3]
            parts[part][1].append(ring)
        loops.update(dict.fromkeys(passed, part))
    return [Part(ring, tuple(holes)) for ring, holes in parts]


def _edges(bitmap: "ndarray[Any, Any]", most: int) -> set[int] | None:
    """The edges between 1 and 0, None where they are too many.

    An edge is the number of the point where it begins, line by line, and two bits of direction.
    """
    import numpy

    around = numpy.pad(bitmap.astype(bool), 1)
    inside = around[1:-1, 1:-1]
    neighbours = around[:-2, 1:-1], around[1:-1, 2:], around[2:, 1:-1], around[1:-1, :-2]
    found: set[int] = set()
    for direction, (neighbour, (right, down)) in enumerate(
        zip(neighbours, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True)
    ):
        edges = inside & ~neighbour
        if len(found) + int(edges.sum()) > most:
            return None
        y, x = numpy.nonzero(edges)
        found.update(((((y + down) * (bitmap.shape[1] + 1) + x + right) << 2) | direction).tolist())
    return found


def _ring(edges: set[int], first: int, width: int) -> tuple[Ring, list[int]]:
    """The corners and the edges of the ring that an edge is of. Where two rings touch, it stays with its pixel."""
    ring: Ring = []
    passed: list[int] = []
    edge = first
    while True:
        passed.append(edge)
        point, direction = edge >> 2, edge & 3
        right, down = _STEPS[direction]
        end = point + down * width + right
        edge = next(found for turn in (1, 0, 3) if (found := end << 2 | (direction + turn) & 3) in edges)
        if edge & 3 != direction:
            y, x = divmod(end, width)
            ring.append((x, y))
        if edge == first:
            return ring, passed
