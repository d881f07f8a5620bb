"""The geometry of one object, from the columns of its table; what cannot be drawn becomes None."""

from math import isfinite
from typing import Any

import msgspec

from labelstore.scenes.scene import Box, Dot, Geometry, Mask, Path, Span

Point = tuple[float, float]


def geometry_of(row: dict[str, Any]) -> Geometry:
    """The geometry of a row of objects joined with the tables of geometry; geospatial as [longitude, latitude]."""
    kind = row["kind"]
    if row["box_coordinates"] is not None:
        return _path(row["box_coordinates"], closed=True)
    if kind == "bounding_box":
        return _box(row)
    if row["coordinates"] is not None:
        return _path(row["coordinates"], closed=kind != "polyline")
    if kind == "point":
        return Dot(row["x"], row["y"]) if are_numbers(row["x"], row["y"]) else None
    if row["url"] is not None or row["composite_url"] is not None:
        return Mask(row["url"] or row["composite_url"], _rgb(row["color_rgb"]))
    if row["start"] is not None and row["end"] is not None:
        return Span(row["start"], row["end"], row["message_id"], row["token"])
    return None


def _box(row: dict[str, Any]) -> Box | None:
    values = row["left"], row["top"], row["width"], row["height"]
    return Box(*values) if are_numbers(*values) else None


def _path(coordinates: str, *, closed: bool) -> Path | None:
    """Of JSON as `polygons.coordinates` has it: points, rings of points, or parts of rings."""
    try:
        rings = tuple(_rings(msgspec.json.decode(coordinates)))
    except (msgspec.DecodeError, RecursionError):
        return None
    return Path(rings, closed) if rings else None


def _rings(value: Any) -> list[tuple[Point, ...]]:
    if not isinstance(value, list):
        return []
    points = tuple(point for item in value if (point := _point(item)) is not None)
    return [points] if points else [ring for item in value for ring in _rings(item)]


def _point(item: Any) -> Point | None:
    x: Any
    y: Any
    if isinstance(item, dict):
        x, y = item.get("x"), item.get("y")
    elif isinstance(item, list) and len(item) >= 2:
        x, y = item[0], item[1]
    else:
        return None
    return (float(x), float(y)) if are_numbers(x, y) else None


def _rgb(text: str | None) -> tuple[int, int, int] | None:
    try:
        return msgspec.json.decode(text, type=tuple[int, int, int]) if text is not None else None
    except msgspec.DecodeError:
        return None


def are_numbers(*values: Any) -> bool:
    """Whether all are finite numbers that a picture can have as coordinates."""
    return all(type(value) in (int, float) and isfinite(value) and abs(value) < 1e15 for value in values)
