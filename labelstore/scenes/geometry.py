"""The geometry of one object, from the columns of its table; what cannot be drawn becomes None."""

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from labelstore.assets.run_lengths import RunLengths
from labelstore.formats.kinds import TABLES as KIND_TABLES
from labelstore.scenes.scene import Box, Dot, Geometry, Mask, Path, Pixels, Span

Row = dict[str, Any]
Point = tuple[float, float]
Read = Callable[[Row], Geometry]


class GeometryTable(NamedTuple):
    """The table with the geometry of a kind of objects, and how a row of its `columns` is read."""

    table: str
    columns: tuple[str, ...]
    read: Read
    found_in: str = ""
    """Another table with a part of it, and the columns of that."""
    more: tuple[str, ...] = ()

    @property
    def tables(self) -> dict[str, tuple[str, ...]]:
        """Tables → their columns."""
        return {self.table: self.columns} | ({self.found_in: self.more} if self.more else {})

    def geometry(self, row: Row) -> Geometry:
        """The geometry of a row of objects joined with these tables."""
        return self.read(
            {column: row[f"{table}_{column}"] for table, columns in self.tables.items() for column in columns}
        )


GEOMETRIES: dict[str, GeometryTable] = {}
"""Kind of object → where its geometry is. Messages that were chosen are read by `labelstore.scenes.messages`."""


def draws(kind: str, *columns: str, found_in: str = "", more: tuple[str, ...] = ()) -> Callable[[Read], Read]:
    """Register how objects of a kind are drawn: a function from the columns of their tables to a geometry."""

    def registered(read: Read) -> Read:
        GEOMETRIES[kind] = GeometryTable(KIND_TABLES[kind], columns, read, found_in, more)
        return read

    return registered


@draws("bounding_box", "left", "top", "width", "height", "coordinates")
def read_box(row: Row) -> Box | Path | None:
    """A box; on a map the corners as [longitude, latitude]."""
    if row["coordinates"] is not None:
        return _path(row["coordinates"], closed=True)
    values = row["left"], row["top"], row["width"], row["height"]
    return Box(*values) if are_numbers(*values) else None


@draws("cuboid")
def read_cuboid(_: Row) -> None:
    """Nothing: what its JSON says of the picture is not documented."""


@draws("polygon", "coordinates", "form")
def read_polygon(row: Row) -> Path | None:
    """The rings of a polygon or of several."""
    return _path(row["coordinates"], closed=True)


@draws("polyline", "coordinates", "form")
def read_polyline(row: Row) -> Path | None:
    """A line, or several that belong together."""
    return _path(row["coordinates"], closed=False)


@draws("point", "x", "y", "form")
def read_point(row: Row) -> Dot | None:
    """A point."""
    return Dot(row["x"], row["y"]) if are_numbers(row["x"], row["y"]) else None


@draws(
    "mask",
    "url",
    "composite_url",
    "color_rgb",
    found_in="mask_pixels",
    more=("width", "height", "min_x", "min_y", "max_x", "max_y", "rle"),
)
def read_mask(row: Row) -> Mask | None:
    """Where the picture of a mask is, and its pixels if they are known."""
    url = row["url"] or row["composite_url"]
    rgb = rgb_of(row["color_rgb"]) if row["url"] is None else None  # its own picture has any color
    return Mask(url, rgb, _pixels(row)) if url is not None else None


@draws("text_entity", "start", "end", "message_id", "token", "location", "unit")
def read_span(row: Row) -> Span | None:
    """The characters of an entity; where it is in a document is in `location`, see `labelstore.scenes.documents`."""
    known = row["start"] is not None and row["end"] is not None
    return Span(row["start"], row["end"], row["message_id"], row["token"]) if known else None


TABLES = tuple(GEOMETRIES.values())
_TABLES = {table: columns for one in TABLES for table, columns in one.tables.items() if columns}
COLUMNS = ", ".join(
    f'{table}."{column}" as {table}_{column}' for table, columns in _TABLES.items() for column in columns
)
"""All columns of geometry, for a query of `objects as o` with `JOINS`."""
JOINS = "\n".join(f"left join {table} on {table}.object_id = o.object_id" for table in _TABLES)


def geometry_of(row: Row) -> Geometry:
    """The geometry of a row of objects with `COLUMNS`: that of its kind; of an unknown kind, whatever there is."""
    tables = dict.fromkeys((GEOMETRIES.get(row["kind"], TABLES[0]), *TABLES))
    return next((found for one in tables if (found := one.geometry(row)) is not None), None)


def is_on_map(row: Row) -> bool:
    """Whether the geometry of such a row is in degrees, [longitude, latitude]."""
    forms = (row[f"{one.table}_form"] for one in TABLES if "form" in one.columns)
    return "geo" in forms or row["bounding_boxes_coordinates"] is not None


def _path(coordinates: str | None, *, closed: bool) -> Path | None:
    """Of JSON as `polygons.coordinates` has it: points, rings of points, or parts of rings."""
    if coordinates is None:
        return None
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


def _pixels(row: Row) -> Pixels | None:
    if row["min_x"] is None:
        return None
    bounds = (row["min_x"], row["min_y"], row["max_x"], row["max_y"])
    return Pixels(RunLengths(row["width"], row["height"], row["rle"]), bounds)


def rgb_of(text: str | None) -> tuple[int, int, int] | None:
    """The color of a mask in a picture of several, from its JSON; None without one."""
    try:
        return msgspec.json.decode(text, type=tuple[int, int, int]) if text is not None else None
    except msgspec.DecodeError:
        return None


def are_numbers(*values: Any) -> bool:
    """Whether all are finite numbers that a picture can have as coordinates."""
    return all(type(value) in (int, float) and isfinite(value) and abs(value) < 1e15 for value in values)
