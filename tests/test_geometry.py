"""Geometry: the quick way of reading a path gives what the general one gives."""

import json
from fractions import Fraction
from itertools import pairwise
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from labelstore.formats.geometry import array_text, lnglat_measures, path_text, vertex_measures
from labelstore.formats.lenient_decoding import Misfit

numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none(), st.text(max_size=3))
vertices = st.one_of(
    st.fixed_dictionaries({"x": st.integers(-9, 9), "y": st.floats(-9, 9)}),
    st.dictionaries(st.sampled_from(["x", "y", "x y", "z\t"]), numbers, max_size=3),
    st.lists(numbers, max_size=2),
)
separators = st.sampled_from([(",", ":"), (", ", ": "), (",\n", ":\t"), (" , ", " : ")])


@given(st.lists(vertices, max_size=4), separators, st.booleans(), st.booleans())
def test_a_path_is_read_as_an_array_of_vertices_is(
    path: list[object], spaced: tuple[str, str], plain: bool, closed: bool
) -> None:
    raw = Raw(json.dumps(path, separators=spaced, ensure_ascii=plain).encode())
    text, measures = path_text(raw, closed=closed)
    assert text == array_text(raw)
    assert json.loads(text) == path
    assert measures == vertex_measures(text, closed=closed)


def test_measures_of_a_path() -> None:
    raw = Raw(b'[{"x": 3, "y": 4}, {"y": -1, "x": 3}, {"x": 15, "y": -1}]')
    text = '[{"x":3,"y":4},{"y":-1,"x":3},{"x":15,"y":-1}]'
    assert path_text(raw, closed=True) == (text, (3, -1, 15, 4, 30, 30))
    assert path_text(raw, closed=False) == (text, (3, -1, 15, 4, 17))
    assert path_text(Raw(b"[ ]"), closed=True) == ("[]", (None,) * 6)
    assert path_text(Raw(b"[ ]"), closed=False) == ("[]", (None,) * 5)
    raw = Raw(b'[{"x": 1, "y": 2, "a b": 3}]')
    assert path_text(raw, closed=True) == ('[{"x":1,"y":2,"a b":3}]', (1, 2, 1, 2, 0, 0))
    assert path_text(raw, closed=False) == ('[{"x":1,"y":2,"a b":3}]', (1, 2, 1, 2, 0))
    with pytest.raises(Misfit):
        path_text(Raw(b'{"x": 1, "y": 2}'), closed=True)


@pytest.mark.parametrize(
    ("coordinates", "polygon", "line"),
    [
        ([], (None,) * 6, (None,) * 5),
        ([[0, 0], [3, 4, 9]], (0, 0, 3, 4, None, None), (0, 0, 3, 4, 5)),
        ([[[0, 0], [3, 0], [3, 4]]], (0, 0, 3, 4, 6, 12), (0, 0, 3, 4, None)),
        ([[[0, 0], [3, 0], [3, 4]], []], (0, 0, 3, 4, 6, 12), (0, 0, 3, 4, None)),
        # a hole is not inside; two parts add up
        ([[[0, 0], [9, 0], [9, 9], [0, 9]], [[1, 1], [1, 2], [2, 2], [2, 1]]], (0, 0, 9, 9, 80, 40), None),
        ([[[[0, 0], [1, 0], [1, 1], [0, 1]]], [[[5, 5], [8, 5], [8, 9]]]], (0, 0, 8, 9, 7, 16), None),
        ([[[0, 0], [3, None]]], (0, 0, 0, 0, None, None), (0, 0, 0, 0, None)),
        ([[-1e308, 0], [1e308, 0]], (None,) * 6, (None,) * 5),
        ([[[0, 0], [1e200, 0], [1e200, 1e200]]], (0, 0, 1e200, 1e200, None, None), None),
    ],
)
def test_measures_of_longitudes_and_latitudes(
    coordinates: list[object], polygon: tuple[float | None, ...], line: tuple[float | None, ...] | None
) -> None:
    text = json.dumps(coordinates)
    assert lnglat_measures(text, closed=True) == polygon
    if line is not None:
        assert lnglat_measures(text, closed=False) == line


def doubled_area(ring: list[tuple[float, float]]) -> Fraction:
    """By the shoelace formula, exactly."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum((Fraction(a) * Fraction(d) - Fraction(c) * Fraction(b) for (a, b), (c, d) in pairs), Fraction()))


def length(path: list[tuple[float, float]]) -> float:
    pairs = pairwise(path)
    return sum(sqrt((Fraction(c) - Fraction(a)) ** 2 + (Fraction(d) - Fraction(b)) ** 2) for (a, b), (c, d) in pairs)


places = st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
corners = st.sampled_from([(0.0, 0.0), (0.5, 1e6), (-1e6, 1e6)])


@given(st.lists(places, min_size=1, max_size=9), corners)
def test_sizes_are_those_of_the_exact_formulas(path: list[tuple[float, float]], corner: tuple[float, float]) -> None:
    path = [(corner[0] + x, corner[1] + y) for x, y in path]
    raw = Raw(json.dumps([{"x": x, "y": y} for x, y in path]).encode())
    *bounds, area, perimeter = path_text(raw, closed=True)[1]
    xs, ys = zip(*path, strict=True)
    assert bounds == [min(xs), min(ys), max(xs), max(ys)]
    around = length([*path, path[0]])
    # as near as doubles come: in parts of the square around it, where next to nothing is inside
    inside = pytest.approx(float(doubled_area(path) / 2), rel=1e-9, abs=1e-13 * around * around)
    assert area == inside
    assert perimeter == pytest.approx(around, rel=1e-12)
    assert path_text(raw, closed=False)[1] == (*bounds, pytest.approx(length(path), rel=1e-12))
    ring = json.dumps([[*path, path[0]]])  # closed, as GeoJSON has it
    assert lnglat_measures(ring, closed=True) == (*bounds, inside, pytest.approx(around, rel=1e-12))
