"""Thumbnails: the shapes of one color in one path, no words, whole numbers, at most a few kilobytes."""

from collections.abc import Sequence

from markupsafe import Markup

from labelstore.drawing.canvas import has_place, thinned
from labelstore.drawing.scene import Dot, Look, Mask, Shape
from labelstore.drawing.shapes import Canvas, Place, extent, path_data
from labelstore.drawing.svg import Attribute, element, joined

MAX_SHAPES = 300
_MAX_POINTS = 700
_MAX_MASKS = 10
_WIDTH, _HEIGHT = 120, 90
"""Of the largest thumbnail, in pixels."""
_FINE = 4
"""So many units of the viewBox are a pixel."""


def draw_small(
    canvas: Canvas, shapes: Sequence[Shape], look: Look, *, place: Place | None = None, title: str = ""
) -> Markup:
    """An SVG of at most 120 × 90 pixels; `title` is for those who hear the page."""
    scale = min(_WIDTH / canvas.width, _HEIGHT / canvas.height) * _FINE
    small = Canvas(0, 0, max(round(canvas.width * scale), 8), max(round(canvas.height * scale), 8))

    def placed(x: float, y: float) -> tuple[float, float]:
        x, y = canvas.clamp(*(place(x, y) if place else (x, y)))
        x, y = (x - canvas.left) * scale, (y - canvas.top) * scale
        return round(min(max(x, -9999), 9999)), round(min(max(y, -9999), 9999))

    drawable = [shape for shape in shapes[:MAX_SHAPES] if has_place(shape, look.mask_hrefs)]
    drawable.sort(key=lambda shape: -extent(shape))
    paths: dict[tuple[str, bool, bool], list[str]] = {}
    for one in thinned([shape for shape in drawable if not isinstance(shape.geometry, Mask)], _MAX_POINTS, 4):
        key = one.shape.color, one.closed, isinstance(one.shape.geometry, Dot)
        paths.setdefault(key, []).append(path_data(small, one.rings, one.closed, placed))
    masks = [look.mask_hrefs[shape.object_id] for shape in drawable if isinstance(shape.geometry, Mask)]
    return element(
        "svg",
        element("title", title) if title else "",
        element("rect", class_="canvas", width=small.width, height=small.height, fill="#888888", fill_opacity=0.15),
        _image(small, look.asset_href) if look.asset_href is not None else "",
        joined(_image(small, href, 0.6) for href in masks[:_MAX_MASKS]),
        joined(_path(key, "".join(data)) for key, data in paths.items()),
        class_="thumbnail",
        role="img",
        width=max(round(small.width / _FINE), 2),
        height=max(round(small.height / _FINE), 2),
        viewBox=f"0 0 {small.width} {small.height}",
        xmlns="http://www.w3.org/2000/svg",
    )


def _path(key: tuple[str, bool, bool], data: str) -> Markup:
    color, closed, is_dot = key
    return element(
        "path",
        d=data,
        fill=color if closed else "none",
        fill_opacity=0.25 if closed else None,
        stroke=color,
        stroke_width=(5 if is_dot else 1.5) * _FINE,
        stroke_linecap="round",
        stroke_linejoin="round",
    )


def _image(canvas: Canvas, href: str, opacity: float | None = None) -> Markup:
    size: dict[str, Attribute] = {"width": canvas.width, "height": canvas.height, "opacity": opacity}
    return element("image", href=href, **size, preserveAspectRatio="none")
