"""Shapes in longitude and latitude as a map; those of "simple" tile layers on a canvas of pixels."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from markupsafe import Markup

from labelstore.drawing.canvas import Canvas, draw_canvas
from labelstore.drawing.captions import left_out
from labelstore.drawing.image import LARGEST_SIDE, canvas_around
from labelstore.drawing.map_projection import Map, map_around
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.shapes import Projection, bounds
from labelstore.drawing.svg import joined
from labelstore.drawing.thumbnails import draw_small
from labelstore.drawing.window import window_of
from labelstore.scenes.scene import Asset, Scene, Shape

NOWHERE = (-180.0, -85.0, 180.0, 85.0)


class Ground(NamedTuple):
    """A map, or a canvas of pixels (without `project`), its key, the shapes on it, and what lies below and above."""

    canvas: Canvas
    shapes: tuple[Shape, ...]
    key: str = ""
    project: Projection | None = None
    under: Markup = Markup()
    over: Markup = Markup()


def grounds(asset: Asset, shapes: tuple[Shape, ...], options: DrawOptions) -> Iterator[Ground]:
    """A map with graticule and scale, north up; shapes with pixel coordinates get a canvas of their own."""
    plane = pixel_plane(asset.row_data)
    on_map, on_pixels = _apart(shapes, plane)
    if on_map or not (on_pixels or plane):
        area = _map(asset, on_map, mercator=options.tile_url is not None)
        window = window_of(area.canvas, options.view.zoom)
        under = area.tiles(options.tile_url) + area.graticule(window)
        yield Ground(area.canvas, on_map, "", area.project, under, area.names(window) + area.scale_bar(window))
    if on_pixels or plane:
        yield Ground(_around(on_pixels, plane), on_pixels, "pixels")


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The map, the canvas of pixels, or both."""
    shown = scene.shapes[: options.limit]
    drawings = (
        draw_canvas(
            ground.canvas,
            ground.shapes,
            title=f"Label {scene.label_id}",
            project=ground.project,
            mask_hrefs=options.mask_hrefs,
            under=ground.under,
            over=ground.over,
            limit=options.limit,
            relations=scene.relations,
            view=options.view,
            key=ground.key,
        )
        for ground in grounds(scene.asset, shown, options)
    )
    return joined(drawings) + left_out(len(shown), max(scene.shape_count, len(scene.shapes)), "shapes")


def thumbnail(scene: Scene, options: DrawOptions) -> Markup:
    """The shapes on the map, or on the canvas of pixels, as a thumbnail."""
    plane = pixel_plane(scene.asset.row_data)
    on_map, on_pixels = _apart(scene.shapes, plane)
    title = f"Label {scene.label_id}"
    if on_map:
        area = _map(scene.asset, on_map, mercator=False)
        return draw_small(area.canvas, on_map, options, project=area.project, title=title)
    return draw_small(_around(on_pixels, plane), on_pixels, options, title=title)


def _apart(shapes: tuple[Shape, ...], plane: Canvas | None) -> tuple[tuple[Shape, ...], tuple[Shape, ...]]:
    """The shapes in degrees and those in pixels; on a plane of pixels all are."""
    if plane is not None:
        return (), tuple(shape._replace(geo=False) for shape in shapes)
    return tuple(shape for shape in shapes if shape.geo), tuple(shape for shape in shapes if not shape.geo)


def _around(shapes: tuple[Shape, ...], plane: Canvas | None) -> Canvas:
    """The plane, if all shapes are on it."""
    if plane is None:
        return canvas_around(shapes)
    left, top, right, bottom = bounds(shapes) or (plane.left, plane.top, plane.left, plane.top)
    is_inside = left >= plane.left and top >= plane.top
    is_inside &= right <= plane.left + plane.width and bottom <= plane.top + plane.height
    return plane if is_inside else canvas_around(shapes)


def _map(asset: Asset, shapes: tuple[Shape, ...], *, mercator: bool) -> Map:
    return map_around(bounds(shapes) or tile_bounds(asset.row_data) or NOWHERE, mercator=mercator)


def tile_bounds(row_data: str | None) -> tuple[float, float, float, float] | None:
    """west, south, east, north of a tile layer as v1 has it, whose bounds are [latitude, longitude]; None without."""
    layer = _layer(row_data)
    found = None if _is_simple(layer) else _bounds(layer)
    return found if found is not None and all(abs(value) <= 360 for value in found) else None


def pixel_plane(row_data: str | None) -> Canvas | None:
    """The extent of a tile layer in pixels, whose epsg is Simple; None for any other asset."""
    layer = _layer(row_data)
    if not _is_simple(layer):
        return None
    left, top, right, bottom = _bounds(layer) or (0.0, 0.0, 0.0, 0.0)
    if right <= left or bottom <= top or max(right - left, bottom - top) > LARGEST_SIDE:
        return Canvas(0.0, 0.0, 100.0, 60.0)
    return Canvas(left, top, right - left, bottom - top)


def _layer(row_data: str | None) -> dict[str, Any]:
    if row_data is None or "{" not in row_data[:200]:
        return {}
    try:
        layer: Any = msgspec.json.decode(row_data)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return {}
    return layer if isinstance(layer, dict) else {}


def _is_simple(layer: dict[str, Any]) -> bool:
    return str(layer.get("epsg", "")).lower() == "simple"


def _bounds(layer: dict[str, Any]) -> tuple[float, float, float, float] | None:
    """The smallest second and first values, then the largest."""
    match layer.get("bounds"):
        case [[int() | float() as a, int() | float() as b], [int() | float() as c, int() | float() as d]] if all(
            math.isfinite(value) for value in (a, b, c, d)
        ):
            return float(min(b, d)), float(min(a, c)), float(max(b, d)), float(max(a, c))
    return None
