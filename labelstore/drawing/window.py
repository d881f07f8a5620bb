"""The part of a canvas that is shown."""

import math
import re

from labelstore.drawing.options import Zoom
from labelstore.drawing.shapes import Canvas, Point
from labelstore.drawing.svg import number

CLOSEST = 1000
"""A window is at least a thousandth of the canvas wide and high."""
_ZOOM = re.compile(r"(-?[\d.]{1,16}),(-?[\d.]{1,16}),([\d.]{1,16}),([\d.]{1,16})(?:@([a-z0-9]{1,12}))?", re.A)
_MARGIN = 0.35

Bounds = tuple[float, float, float, float]
"""left, top, right, bottom"""


def parse_zoom(text: str | None) -> Zoom | None:
    """`left,top,width,height` or `left,top,width,height@key` of an address; None for anything else."""
    found = _ZOOM.fullmatch(text or "")
    if found is None:
        return None
    try:
        left, top, width, height = (float(part) for part in found.groups()[:4])
    except ValueError:
        return None
    return Zoom(left, top, width, height, found[5] or "") if width > 0 and height > 0 else None


def write_zoom(window: Canvas, key: str = "") -> str:
    """The window as an address has it."""
    return ",".join(number(value) for value in window) + (f"@{key}" if key else "")


def window_of(canvas: Canvas, zoom: Zoom | None, key: str = "") -> Canvas:
    """What a zoom shows of the canvas `key`: a part of the canvas's proportions and within it.

    All of it where the zoom is another canvas's, or lies outside.
    """
    if zoom is None or zoom.key != key or not _overlaps(canvas, zoom):
        return canvas
    share = max(zoom.width / canvas.width, zoom.height / canvas.height)
    return part(canvas, zoom.left + zoom.width / 2, zoom.top + zoom.height / 2, share)


def part(canvas: Canvas, x: float, y: float, share: float) -> Canvas:
    """The part of the canvas around a point, `share` of its width and height, moved to lie within it."""
    share = min(max(share, 1 / CLOSEST), 1.0)
    width, height = canvas.width * share, canvas.height * share
    left = min(max(x - width / 2, canvas.left), canvas.left + canvas.width - width)
    top = min(max(y - height / 2, canvas.top), canvas.top + canvas.height - height)
    return Canvas(left, top, width, height)


def window_around(canvas: Canvas, bounds: Bounds) -> Canvas:
    """The part of the canvas that shows what lies in the bounds, with a margin."""
    left, top, right, bottom = bounds
    wide = max((right - left) / canvas.width, (bottom - top) / canvas.height) * (1 + 2 * _MARGIN)
    return part(canvas, (left + right) / 2, (top + bottom) / 2, max(wide, 20 / CLOSEST))


def _overlaps(canvas: Canvas, zoom: Zoom) -> bool:
    return (
        zoom.left < canvas.left + canvas.width
        and zoom.top < canvas.top + canvas.height
        and zoom.left + zoom.width > canvas.left
        and zoom.top + zoom.height > canvas.top
    )


def percent(window: Canvas, x: float, y: float) -> tuple[str, str]:
    """A point of the canvas as shares of the window: what is drawn in pixels of the screen is put there."""
    return _percent((x - window.left) / window.width), _percent((y - window.top) / window.height)


def on_screen(window: Canvas, scale: float, point: Point) -> Point:
    """The pixel of a point, where the window is drawn with `scale` pixels to a unit."""
    return (point[0] - window.left) * scale, (point[1] - window.top) * scale


def _percent(share: float) -> str:
    share = min(max(share, -1000.0), 1000.0) if math.isfinite(share) else -1000.0
    return number(round(100 * share, 2)) + "%"
