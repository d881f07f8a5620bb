"""Shapes on a canvas: an image, one frame of a video, a page of a document, a slice, a map."""

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing.captions import left_out
from labelstore.drawing.shapes import (
    Canvas,
    Projection,
    Ring,
    background,
    bounds,
    describe,
    draw_mask,
    draw_shape,
    extent,
    outline,
    picture,
    view_box,
)
from labelstore.drawing.svg import element, joined
from labelstore.scenes.scene import Mask, Shape

__all__ = ["MAX_POINTS", "Canvas", "Outline", "bounds", "describe", "draw_canvas", "thinned"]

MAX_POINTS = 200_000
"""Vertices of all shapes of one drawing together; beyond, of each long outline every n-th is drawn."""
_HALO_POINTS = 50_000
"""Where there are more, outlines have no halo."""
_LIMIT = 2000


class Outline(NamedTuple):
    """A shape with the rings that are drawn of it."""

    shape: Shape
    rings: Sequence[Ring]
    closed: bool


def draw_canvas(
    canvas: Canvas,
    shapes: Sequence[Shape],
    *,
    title: str,
    asset_href: str | None = None,
    mask_hrefs: dict[int, str] | None = None,
    project: Projection | None = None,
    under: Markup | None = None,
    over: Markup | None = None,
    limit: int = _LIMIT,
    count: int | None = None,
    element_ids: Mapping[int, str] | None = None,
) -> Markup:
    """An SVG of the shapes, large ones below small ones, and a note where not all are drawn.

    `project` moves points onto the canvas. Each shape is a group `<g class="shape" id="o<object id>">` whose title says
    what it is; `element_ids` names other ids, where an object is drawn more than once. `under` and `over` are further
    elements, below and above the shapes. At most `limit` shapes are drawn of `count`, or of those given.
    """
    drawable = [shape for shape in shapes[:limit] if has_place(shape, mask_hrefs or {})]
    outlines = thinned(sorted(drawable, key=lambda shape: -extent(shape)), MAX_POINTS)
    halo = sum(len(ring) for one in outlines for ring in one.rings) <= _HALO_POINTS
    ids = element_ids or {}

    def drawn(one: Outline) -> Markup:
        element_id = ids.get(one.shape.object_id)
        if isinstance(one.shape.geometry, Mask):
            return draw_mask(canvas, one.shape, (mask_hrefs or {})[one.shape.object_id], element_id)
        return draw_shape(canvas, one.shape, one.rings, one.closed, project=project, halo=halo, element_id=element_id)

    svg = element(
        "svg",
        element("title", title),
        background(canvas),
        picture(canvas, asset_href) if asset_href is not None else "",
        under or "",
        joined(drawn(one) for one in outlines),
        over or "",
        class_="drawing",
        role="img",
        viewBox=view_box(canvas),
        xmlns="http://www.w3.org/2000/svg",
    )
    return svg + _notes(shapes, limit, count, mask_hrefs or {})


def has_place(shape: Shape, mask_hrefs: Mapping[int, str]) -> bool:
    """Whether there is something to draw: an outline, or the picture of a mask."""
    if isinstance(shape.geometry, Mask):
        return shape.object_id in mask_hrefs
    return bool(outline(shape)[0])


def _notes(shapes: Sequence[Shape], limit: int, count: int | None, mask_hrefs: Mapping[int, str]) -> Markup:
    shown = shapes[:limit]
    missing = sum(isinstance(shape.geometry, Mask) and shape.object_id not in mask_hrefs for shape in shown)
    notes = left_out(len(shown), max(count or 0, len(shapes)), "shapes")
    if missing:
        masks = "mask" if missing == 1 else "masks"
        notes += element("p", f"{missing} {masks} not drawn: no picture available", class_="note")
    return notes


def thinned(shapes: Sequence[Shape], most: int, fewest: int = 12) -> list[Outline]:
    """The outlines with at most about `most` vertices: of rings of more than `fewest`, every n-th.

    Where that is not enough, further rings are left out.
    """
    outlines = [Outline(shape, *outline(shape)) for shape in shapes]
    total = sum(len(ring) for one in outlines for ring in one.rings)
    if total <= most:
        return outlines
    step = math.ceil(1.1 * total / most)
    left, result = most, []
    for one in outlines:
        rings = []
        for ring in one.rings:
            every = min(step, max(len(ring) // fewest, 1))
            kept = list(islice(ring, 0, None, every))
            if left < len(kept):
                break
            left -= len(kept)
            rings.append(kept)
        result.append(one._replace(rings=rings))
    return result
