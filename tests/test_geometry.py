"""Geometry: the quick way of reading a path gives what the general one gives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from labelstore.formats.fitting import Misfit
from labelstore.formats.geometry import UNBOUNDED, array_text, path_text, vertex_bounds

numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none(), st.text(max_size=3))
vertices = st.one_of(
    st.fixed_dictionaries({"x": st.integers(-9, 9), "y": st.floats(-9, 9)}),
    st.dictionaries(st.sampled_from(["x", "y", "x y", "z\t"]), numbers, max_size=3),
    st.lists(numbers, max_size=2),
)
separators = st.sampled_from([(",", ":"), (", ", ": "), (",\n", ":\t"), (" , ", " : ")])


@given(st.lists(vertices, max_size=4), separators, st.booleans())
def test_a_path_is_read_as_an_array_of_vertices_is(path: list[object], spaced: tuple[str, str], plain: bool) -> None:
    raw = Raw(json.dumps(path, separators=spaced, ensure_ascii=plain).encode())
    text, bounds = path_text(raw)
    assert text == array_text(raw)
    assert json.loads(text) == path
    assert bounds == vertex_bounds(text)


def test_bounds_of_a_path() -> None:
    raw = Raw(b'[{"x": 3, "y": 4.5}, {"y": -1, "x": 7}]')
    assert path_text(raw) == ('[{"x":3,"y":4.5},{"y":-1,"x":7}]', (3.0, -1.0, 7.0, 4.5))
    assert path_text(Raw(b"[ ]")) == ("[]", UNBOUNDED)
    assert path_text(Raw(b'[{"x": 1, "y": 2, "a b": 3}]')) == ('[{"x":1,"y":2,"a b":3}]', (1.0, 2.0, 1.0, 2.0))
    with pytest.raises(Misfit):
        path_text(Raw(b'{"x": 1, "y": 2}'))
