"""Geometry as exports write it: JSON kept as text, and the bounding values that SQL searches by."""

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from labelstore.formats.fitting import Misfit, to_json

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


def read_wkt(text: str) -> Wkt | None:
    """Well-known text, read; None if it is something else."""
    match = _WKT.fullmatch(text)
    if match is None:
        return None
    name, shape, body = match.groups()
    kind, is_multiple = _WKT_KINDS[shape.upper()], len(name) > len(shape)
    if body[0] != "(":
        return Wkt(kind, ["[]"])
    if not _WKT_REST.fullmatch(_WKT_POSITION.sub("", body)):
        return None
    try:
        text = msgspec.json.format(
            _WKT_POSITION.sub(_json_position, body).replace("(", "[").replace(")", "]"), indent=-1
        )
        if kind == "polygon" or (kind == "polyline" and not is_multiple):
            return Wkt(kind, [text])
        read = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    parts: list[Any] = list(_positions(read)) if kind == "point" else read
    return Wkt(kind, [to_json(part) for part in parts]) if parts and (is_multiple or len(parts) == 1) else None


def _json_position(match: re.Match[str]) -> str:
    x, y = (repr(float(text)) if isfinite(float(text)) else "null" for text in match.groups())
    return f"[{x},{y}]"
