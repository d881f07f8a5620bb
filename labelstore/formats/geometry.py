"""Geometry as exports write it: JSON kept as text, and the bounds and sizes that SQL searches by."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import inf, isfinite, sqrt
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from labelstore.formats.kinds import GEOJSON_TYPES
from labelstore.formats.lenient_decoding import Misfit, to_json

Bounds = tuple[float | None, float | None, float | None, float | None]
"""min_x, min_y, max_x, max_y"""

Measures = tuple[float | None, ...]
"""Bounds, then area and perimeter of a polygon, or length of a polyline; all None where they cannot be told."""

UNBOUNDED: Bounds = (None, None, None, None)
_TOO_LARGE = 2.0**1023
_NUMBERS = (float, int)


class Vertex(msgspec.Struct, gc=False):
    """One `{"x": …, "y": …}` of a polygon or polyline."""

    x: float
    y: float


class _Position(msgspec.Struct, array_like=True, gc=False):
    """One `[longitude, latitude]`, with an altitude perhaps."""

    x: float
    y: float


class _PlainVertex(Vertex, gc=False, forbid_unknown_fields=True):
    """A vertex with nothing else in it."""


_Point = Vertex | _Position

_vertices = msgspec.json.Decoder(list[Vertex])
_plain_vertices = msgspec.json.Decoder(list[_PlainVertex])
_line = msgspec.json.Decoder(list[_Position])
_rings = msgspec.json.Decoder(list[list[_Position]])
_parts = msgspec.json.Decoder(list[list[list[_Position]]])


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


def path_text(raw: Raw, *, closed: bool) -> tuple[str, Measures]:
    """`array_text` of a polygon (`closed`) or polyline of `{"x", "y"}`, and its measures."""
    try:
        vertices = _plain_vertices.decode(raw)
    except msgspec.ValidationError:
        text = array_text(raw)
        return text, vertex_measures(text, closed=closed)
    text = str(raw, "utf-8")
    if "\n" in text or "\t" in text or "\r" in text:
        text = msgspec.json.format(text, indent=-1)
    if " " in text:  # the keys hold none
        text = text.replace(" ", "")
    return text, _ring_measures(vertices) if closed else _line_measures(vertices)


def vertex_measures(text: str, *, closed: bool) -> Measures:
    """Measures of a JSON array of `{"x", "y"}`; none if it is empty or something else."""
    try:
        vertices = _vertices.decode(text)
    except msgspec.ValidationError:
        vertices = []
    return _ring_measures(vertices) if closed else _line_measures(vertices)


def lnglat_measures(text: str, *, closed: bool) -> Measures:
    """Measures of a polygon or multipolygon (`closed`), or of a line, in longitude and latitude.

    Anything else has no size, but the bounds of the positions in it.
    """
    try:
        if not closed:
            return _line_measures(_line.decode(text))
        try:
            return _polygon_measures([_rings.decode(text)])
        except msgspec.ValidationError:
            return _polygon_measures(_parts.decode(text))
    except msgspec.ValidationError:
        return *lnglat_bounds(text), *((None, None) if closed else (None,))


def _line_measures(points: Sequence[_Point]) -> Measures:
    if not points:
        return *UNBOUNDED, None
    min_x, min_y, max_x, max_y, _, length = _walk(points, points[0])
    return _finite(min_x, min_y, max_x, max_y, length)


def _ring_measures(points: Sequence[_Point]) -> Measures:
    return _finite(*_walk(points, points[-1])) if points else (*UNBOUNDED, None, None)


def _polygon_measures(parts: Sequence[Sequence[Sequence[_Point]]]) -> Measures:
    """Each part is an outer ring and its holes, which are no part of the area; the perimeter goes round them too."""
    walks = []
    for rings in parts:
        for number, ring in enumerate(rings):
            if ring:
                *bounds, area, length = _walk(ring, ring[-1])
                walks.append((*bounds, -area if number else area, length))
    if not walks:
        return *UNBOUNDED, None, None
    min_x, min_y, max_x, max_y, areas, lengths = zip(*walks, strict=True)
    return _finite(min(min_x), min(min_y), max(max_x), max(max_y), sum(areas), sum(lengths))


def _walk(points: Sequence[_Point], start: _Point) -> tuple[float, float, float, float, float, float]:
    """min_x, min_y, max_x, max_y, the area inside and the length of a walk from `start` over the points in their order.

    This is where a load of polygons spends its time: one pass over plain numbers is the quickest. The area is that of
    the shoelace formula, seen from `start` so that no digits get lost.
    """
    origin = min_x = max_x = start.x
    last_y = min_y = max_y = start.y
    last = doubled = length = 0.0
    for point in points:
        x = point.x
        y = point.y
        if x < min_x:
            min_x = x
        elif x > max_x:
            max_x = x
        if y < min_y:
            min_y = y
        elif y > max_y:
            max_y = y
        offset = x - origin
        across = offset - last
        down = y - last_y
        length += sqrt(across * across + down * down)
        doubled += (offset + last) * down
        last = offset
        last_y = y
    return min_x, min_y, max_x, max_y, abs(doubled) / 2, length


def _finite(min_x: float, min_y: float, max_x: float, max_y: float, *sizes: float) -> Measures:
    """The measures, with None for those that are not finite or out of range; without bounds there are no sizes."""
    if not (-_TOO_LARGE < min_x <= max_x < _TOO_LARGE and -_TOO_LARGE < min_y <= max_y < _TOO_LARGE):
        return (None,) * (4 + len(sizes))
    if not sum(sizes) < inf:
        return min_x, min_y, max_x, max_y, *(size if isfinite(size) else None for size in sizes)
    return min_x, min_y, max_x, max_y, *sizes


def lnglat_bounds(text: str) -> Bounds:
    """Bounds of JSON coordinates of any depth whose innermost arrays start with longitude, latitude."""
    positions: list[list[Any]] = []
    try:
        _add_positions(msgspec.json.decode(text), positions)
        xs = [float(position[0]) for position in positions]
        ys = [float(position[1]) for position in positions]
    except (msgspec.ValidationError, RecursionError, OverflowError):
        return UNBOUNDED
    if not positions:
        return UNBOUNDED
    min_x, min_y, max_x, max_y = _finite(min(xs), min(ys), max(xs), max(ys))
    return min_x, min_y, max_x, max_y


def _add_positions(value: Any, found: list[list[Any]]) -> None:
    """The innermost arrays of a decoded value that start with two numbers."""
    if type(value) is list:
        if len(value) >= 2 and type(value[0]) in _NUMBERS and type(value[1]) in _NUMBERS:
            found.append(value)
        else:
            for item in value:
                _add_positions(item, found)


# -- well-known text (v1, 2018–19) ------------------------------------------------------------------------------------

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WKT = re.compile(
    r"\s*((?:MULTI)?(POINT|LINESTRING|POLYGON))\s*(?:\s(?:Z|M|ZM)\s*)?(\(.*\)|\sEMPTY)\s*", re.S | re.IGNORECASE
)
_WKT_POSITION = re.compile(rf"({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}")
_WKT_REST = re.compile(r"[(),\s]*")
_WKT_KINDS = {word.upper(): kind for word, kind in GEOJSON_TYPES.items()}


class Wkt(NamedTuple):
    """What well-known text says: the kind of the objects, and of each the coordinates as JSON.

    A multipolygon is one object; each point or line of a text with several is one.
    """

    kind: str
    parts: Sequence[str]


@lru_cache(maxsize=1)  # a text is asked what it is before it is read
def read_wkt(text: str) -> Wkt | None:
    """What well-known text says; None if it is something else."""
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
