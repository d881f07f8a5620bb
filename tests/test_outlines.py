"""Outlines of bitmaps: drawn again, they are the same pixels."""

from random import Random

import pytest

from labelstore.export.shapes import Part, seamed

numpy = pytest.importorskip("numpy")


def test_parts_and_holes() -> None:
    from labelstore.export.outlines import outlines_of

    rows = ["#####..", "#...#..", "#.#.#..", "#...#.#", "#####.#", ".....#."]
    found = outlines_of(numpy.array([[one == "#" for one in row] for row in rows]))
    square = [(5, 0), (5, 5), (0, 5), (0, 0)]
    hole = [(1, 1), (1, 4), (4, 4), (4, 1)]
    assert not isinstance(found, str)
    assert [(sorted(part.outline), [sorted(ring) for ring in part.holes]) for part in found] == [
        (sorted(square), [sorted(hole)]),
        ([(2, 2), (2, 3), (3, 2), (3, 3)], []),
        ([(6, 3), (6, 5), (7, 3), (7, 5)], []),
        ([(5, 5), (5, 6), (6, 5), (6, 6)], []),
    ]
    assert outlines_of(numpy.zeros((2, 3), dtype="uint8")) == []


def test_a_checkerboard_is_not_traced() -> None:
    from labelstore.export.outlines import outlines_of

    board = numpy.indices((2000, 2000)).sum(axis=0) % 2
    assert outlines_of(board) == "its outlines have more than 300,000 edges of pixels"


def test_what_is_drawn_again_is_the_same() -> None:
    """Also along one seam, as readers of COCO fill it; holes in holes, and what touches at corners."""
    pytest.importorskip("pycocotools")
    from labelstore.export.bitmaps import drawn
    from labelstore.export.outlines import outlines_of

    random = Random(1)
    for number in range(200):
        height, width = random.randint(1, 12), random.randint(1, 12)
        share = random.choice((0.2, 0.5, 0.8, 1))
        bitmap = numpy.array(
            [[int(random.random() < share) for _ in range(width)] for _ in range(height)], dtype="uint8"
        )
        parts = outlines_of(bitmap)
        assert not isinstance(parts, str)
        assert (drawn(parts, width, height) == bitmap).all(), number
        assert sum(part.area for part in parts) == bitmap.sum()
        assert (drawn([Part(seamed(part)) for part in parts], width, height) == bitmap).all(), number
