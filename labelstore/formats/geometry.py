"""Geometry as exports write it: JSON kept as text, and the bounding values that SQL searches by."""

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import msgspec
from msgspec import Raw

from labelstore.formats.fitting import Misfit

Bounds = tuple[float | None, float | None, float | None, float | None]
"""min_x, min_y, max_x, max_y"""

UNBOUNDED: Bounds = (None, None, None, None)
_TOO_LARGE = 2.0**1023


class Vertex(msgspec.Struct, gc=False):
    """One `{"x": …, "y": …}` of a polygon or polyline."""

    x: float
    y: float


class _PlainVertex(Vertex, gc=False, forbid_unknown_fields=True):
    """A vertex that says no more."""


_vertices = msgspec.json.Decoder(list[Vertex])
_plain_vertices = msgspec.json.Decoder(list[_PlainVertex])


def array_text(raw: Raw) -> str:
    """A JSON array as text without blanks; `Misfit` for any other value.

    Geometry holds no strings that matter, so its text is kept as it came, number spelling included.
    """
    text = str(raw, "utf-8")
    if text[0] != "[":
        raise Misfit
    if " " in text or "\n" in text or "\t" in text or "\r" in text:
        text = msgspec.json.format(text, indent=-1)
    return text


def path_text(raw: Raw) -> tuple[str, Bounds]:
    """`array_text` of a polygon or polyline of `{"x", "y"}`, and its bounds."""
    try:
        vertices = _plain_vertices.decode(raw)
    except msgspec.ValidationError:
        text = array_text(raw)
        return text, vertex_bounds(text)
    text = str(raw, "utf-8")
    if "\n" in text or "\t" in text or "\r" in text:
        text = msgspec.json.format(text, indent=-1)
    if " " in text:  # the keys hold none
        text = text.replace(" ", "")
    return text, _bounds(vertices)


def vertex_bounds(text: str) -> Bounds:
    """Bounds of a JSON array of `{"x", "y"}`; none if it is empty or something else."""
    try:
        return _bounds(_vertices.decode(text))
    except msgspec.ValidationError:
        return UNBOUNDED


def _bounds(vertices: Sequence[Vertex]) -> Bounds:
    if not vertices:
        return UNBOUNDED
    xs = [vertex.x for vertex in vertices]
    ys = [vertex.y for vertex in vertices]
    xs.sort()  # twice as fast as min and max
    ys.sort()
    return _finite(xs[0], ys[0], xs[-1], ys[-1])


def lnglat_bounds(text: str) -> Bounds:
    """Bounds of JSON coordinates of any depth whose innermost arrays start with longitude, latitude."""
    try:
        positions = list(_positions(msgspec.json.decode(text)))
    except (msgspec.ValidationError, RecursionError):
        return UNBOUNDED
    if not positions:
        return UNBOUNDED
    xs, ys = zip(*positions, strict=True)
    return _finite(min(xs), min(ys), max(xs), max(ys))


def _positions(value: Any) -> Iterator[tuple[float, float]]:
    if isinstance(value, list):
        if len(value) >= 2 and all(_is_number(number) for number in value[:2]):
            yield value[0], value[1]
        else:
            for item in value:
                yield from _positions(item)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(min_x: float, min_y: float, max_x: float, max_y: float) -> Bounds:
    if -_TOO_LARGE < min_x <= max_x < _TOO_LARGE and -_TOO_LARGE < min_y <= max_y < _TOO_LARGE:
        return float(min_x), float(min_y), float(max_x), float(max_y)
    return UNBOUNDED


# -- well-known text (v1, 2018–19) ------------------------------------------------------------------------------------

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WKT = re.compile(r"\s*(POINT|LINESTRING|POLYGON|MULTIPOLYGON)\s*(\(.*\))\s*", re.S)
_WKT_POSITION = re.compile(rf"({_NUMBER})\s+({_NUMBER})")
_WKT_KINDS = {"POINT": "point", "LINESTRING": "polyline", "POLYGON": "polygon", "MULTIPOLYGON": "polygon"}


def read_wkt(text: str) -> tuple[str, str] | None:
    """Kind and coordinates (JSON arrays as nested as the text) of well-known text; None if it is something else."""
    match = _WKT.fullmatch(text)
    if match is None:
        return None
    if match[1] == "POINT" and not _is_one_position(match[2]):
        return None
    body = _WKT_POSITION.sub(lambda m: f"[{_json_number(m[1])},{_json_number(m[2])}]", match[2])
    coordinates = body.replace("(", "[").replace(")", "]")
    if match[1] == "POINT":
        coordinates = coordinates.strip()[1:-1]
    try:
        return _WKT_KINDS[match[1]], msgspec.json.format(coordinates, indent=-1)
    except (msgspec.DecodeError, RecursionError):
        return None


def _is_one_position(body: str) -> bool:
    position = _WKT_POSITION.fullmatch(body.strip("() \t\r\n"))
    return position is not None and all(isfinite(float(number)) for number in position.groups())


def _json_number(text: str) -> str:
    return repr(float(text)) if isfinite(float(text)) else "null"
