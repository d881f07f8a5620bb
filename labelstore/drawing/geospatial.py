"""Shapes in longitude and latitude as a map; those of "simple" tile layers on a canvas of pixels."""

import math
from typing import Any

import msgspec
from markupsafe import Markup

from labelstore.drawing.canvas import draw_canvas
from labelstore.drawing.image import canvas_around
from labelstore.drawing.mapping import Map, map_around
from labelstore.drawing.notes import left_out
from labelstore.drawing.scene import Asset, Look, Scene, Shape
from labelstore.drawing.shapes import bounds
from labelstore.drawing.small import draw_small

NOWHERE = (-180.0, -85.0, 180.0, 85.0)


def draw(scene: Scene, look: Look) -> Markup:
    """A map with graticule and scale, north up; shapes with pixel coordinates get a canvas of their own."""
    shown = scene.shapes[: look.limit]
    on_map, on_pixels = _apart(shown)
    result = Markup()
    title = f"Label {scene.label_id}"
    if on_map or not on_pixels:
        place = _map(scene.asset, on_map, mercator=look.tile_url is not None)
        result += draw_canvas(
            place.canvas,
            on_map,
            title=title,
            place=place.place,
            mask_hrefs=look.mask_hrefs,
            under=place.tiles(look.tile_url) + place.graticule(),
            over=place.scale_bar(),
            limit=look.limit,
        )
    if on_pixels:
        canvas = canvas_around(on_pixels)
        result += draw_canvas(canvas, on_pixels, title=title, mask_hrefs=look.mask_hrefs, limit=look.limit)
    return result + left_out(len(shown), max(scene.shape_count, len(scene.shapes)), "shapes")


def thumbnail(scene: Scene, look: Look) -> Markup:
    """The shapes on the map, or those on the canvas of pixels, in small."""
    on_map, on_pixels = _apart(scene.shapes)
    title = f"Label {scene.label_id}"
    if on_map:
        place = _map(scene.asset, on_map, mercator=False)
        return draw_small(place.canvas, on_map, look, place=place.place, title=title)
    return draw_small(canvas_around(on_pixels), on_pixels, look, title=title)


def _apart(shapes: tuple[Shape, ...]) -> tuple[tuple[Shape, ...], tuple[Shape, ...]]:
    return tuple(shape for shape in shapes if shape.geo), tuple(shape for shape in shapes if not shape.geo)


def _map(asset: Asset, shapes: tuple[Shape, ...], *, mercator: bool) -> Map:
    return map_around(bounds(shapes) or tile_bounds(asset.row_data) or NOWHERE, mercator=mercator)


def tile_bounds(row_data: str | None) -> tuple[float, float, float, float] | None:
    """west, south, east, north of a tile layer as v1 has it, whose bounds are [latitude, longitude]; None without."""
    if row_data is None or "{" not in row_data[:200]:
        return None
    try:
        layer: Any = msgspec.json.decode(row_data)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    if not isinstance(layer, dict) or str(layer.get("epsg", "")).lower() == "simple":
        return None
    match layer.get("bounds"):
        case [[int() | float() as a, int() | float() as b], [int() | float() as c, int() | float() as d]] if all(
            math.isfinite(value) and abs(value) <= 360 for value in (a, b, c, d)
        ):
            return float(min(b, d)), float(min(a, c)), float(max(b, d)), float(max(a, c))
    return None
