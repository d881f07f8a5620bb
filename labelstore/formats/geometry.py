"""Geometry as exports write it: JSON kept as text, and the bounding values that SQL searches by."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from labelstore.formats.fitting import Misfit, to_json

Bounds = tuple[float | None, float | None, float | None, float | None]
"""min_x, min_y, max_x, max_y"""

UNBOUNDED: Bounds = (None, None, None, None)
_TOO_LARGE = 2.0**1023
_NUMBERS = (float, int)


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

    Geometry holds no strings that matter, so its text is kept as it came, number spelling included. Raises
    `msgspec.ValidationError` for a number out of range, which no decoder has seen so far.
    """
    msgspec.json.decode(raw)
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
    positions: list[list[Any]] = []
    try:
        _add_positions(msgspec.json.decode(text), positions)
    except (msgspec.ValidationError, RecursionError):
        return UNBOUNDED
    if not positions:
        return UNBOUNDED
    xs = [position[0] for position in positions]
    ys = [position[1] for position in positions]
    return _finite(min(xs), min(ys), max(xs), max(ys))


def _add_positions(value: Any, found: list[list[Any]]) -> None:
    """The innermost arrays of a decoded value that start with two numbers."""
    if type(value) is list:
        if len(value) >= 2 and type(value[0]) in _NUMBERS and type(value[1]) in _NUMBERS:
            found.append(value)
        else:
            for item in value:
                _add_positions(item, found)


def _finite(min_x: float, min_y: float, max_x: float, max_y: float) -> Bounds:
    if -_TOO_LARGE < min_x <= max_x < _TOO_LARGE and -_TOO_LARGE < min_y <= max_y < _TOO_LARGE:
        return float(min_x), float(min_y), float(max_x), float(max_y)
    return UNBOUNDED


# -- well-known text (v1, 2018–19) ------------------------------------------------------------------------------------

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WKT = re.compile(
    r"\s*((?:MULTI)?(POINT|LINESTRING|POLYGON))\s*(?:\s(?:Z|M|ZM)\s*)?(\(.*\)|\sEMPTY)\s*", re.S | re.IGNORECASE
)
_WKT_POSITION = re.compile(rf"({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}")
_WKT_REST = re.compile(r"[(),\s]*")
_WKT_KINDS = {"POINT": "point", "LINESTRING": "polyline", "POLYGON": "polygon"}


class Wkt(NamedTuple):
    """What well-known text says: the kind of the objects, and of each the coordinates as JSON.

    A multipolygon is one object; each point or line of a text with several is one.
    """

    kind: str
    parts: Sequence[str]


@lru_cache(maxsize=1)  # a text is asked what it is before it is read
def read_wkt(text: str) -> Wkt | None:
    """Well-known text, read; None if it is something else."""
    match = _WKT.fullmatch(text)
    if match is None:
        return None
    name, shape, body = match.groups()
    kind, is_multiple = _WKT_KINDS[shape.upper()], len(name) > len(shape)
    if body[0] != "(":
        return Wkt(kind, ["[]"])
    pieces = _WKT_POSITION.split(body)
    brackets = pieces[::3]
    if not _WKT_REST.fullmatch("".join(brackets)):
        return None
    positions = [f"[{_json_number(x)},{_json_number(y)}]" for x, y in zip(pieces[1::3], pieces[2::3], strict=True)]
    pieces = [piece for pair in zip(brackets, [*positions, ""], strict=True) for piece in pair]
    try:
        text = msgspec.json.format("".join(pieces).replace("(", "[").replace(")", "]"), indent=-1)
        if kind == "polygon" or (kind == "polyline" and not is_multiple):
            return Wkt(kind, [text])
        read = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    parts: list[Any] = read
    if kind == "point":
        parts = []
        _add_positions(read, parts)
    return Wkt(kind, [to_json(part) for part in parts]) if parts and (is_multiple or len(parts) == 1) else None


def _json_number(text: str) -> str:
    number = float(text)
    return repr(number) if isfinite(number) else "null"
