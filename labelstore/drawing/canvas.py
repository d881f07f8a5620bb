"""Shapes on a canvas: an image, one frame of a video, a page of a document, a slice, a map."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing.arrows import draw_arrows
from labelstore.drawing.captions import left_out
from labelstore.drawing.names import Placed, draw_names
from labelstore.drawing.options import DrawView
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
    only_in_picture,
    outline,
    picture,
    view_box,
)
from labelstore.drawing.svg import element, joined
from labelstore.drawing.window import window_of
from labelstore.drawing.zoom_links import zoom_links
from labelstore.scenes.scene import Relation, Shape

__all__ = ["MAX_POINTS", "Canvas", "Outline", "bounds", "describe", "draw_canvas", "placed_shapes", "thinned"]

MAX_POINTS = 200_000
"""Vertices of all shapes of one drawing together; beyond, of each long outline every n-th is drawn."""
_HALO_POINTS = 50_000
"""Where there are more, outlines have no halo."""
_LIMIT = 2000
_LONGER_SIDE = 2000
"""Pixels of the longer side where the page has so much room."""


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
    relations: Sequence[Relation] = (),
    view: DrawView = DrawView(),  # noqa: B008
    key: str = "",
) -> Markup:
    """An SVG of the shapes, large ones below small ones, and a note where not all are drawn.

    The outer SVG is as large as the page lets it be and counts in pixels; in it is a second one with the canvas, or the
    part of it that `view` zooms to, and over that what keeps its size: names, arrows of relationships, `over`.
    `key` names the canvas among those of a drawing.

    `project` moves points onto the canvas. Each shape is a group `<g class="shape" id="o<object id>">` whose title says
    what it is; `element_ids` names other ids, where an object is drawn more than once. `under` is below the shapes. At
    most `limit` shapes are drawn of `count`, or of those given.
    """
    window = window_of(canvas, view.zoom, key)
    drawable = [shape for shape in shapes[:limit] if has_place(shape, mask_hrefs or {})]
    outlines = thinned(sorted(drawable, key=lambda shape: -extent(shape)), MAX_POINTS)
    halo = sum(len(ring) for one in outlines for ring in one.rings) <= _HALO_POINTS
    ids = element_ids or {}

    def drawn(one: Outline) -> Markup:
        element_id = ids.get(one.shape.object_id)
        if only_in_picture(one.shape):
            return draw_mask(canvas, one.shape, (mask_hrefs or {})[one.shape.object_id], element_id)
        return draw_shape(canvas, one.shape, one.rings, one.closed, project=project, halo=halo, element_id=element_id)

    inner = element(
        "svg",
        background(canvas),
        picture(canvas, asset_href) if asset_href is not None else "",
        under or "",
        joined(drawn(one) for one in outlines),
        class_="view",
        viewBox=view_box(window),
        width="100%",
        height="100%",
        data_whole=view_box(canvas) if view.zoom_href else None,
        data_key=key if view.zoom_href else None,
    )
    placed = placed_shapes(drawable, project, ids) if view.names or relations else []
    scale = _LONGER_SIDE / max(canvas.width, canvas.height)
    svg = element(
        "svg",
        element("title", title),
        inner,
        over or "",
        draw_arrows(window, relations, placed) if relations else "",
        draw_names(window, placed, view.hidden, view.screen) if view.names else "",
        class_="drawing",
        role="img",
        width=max(canvas.width * scale, 1),
        height=max(canvas.height * scale, 1),
        xmlns="http://www.w3.org/2000/svg",
    )
    links = zoom_links(canvas, window, view.zoom_href, key) if view.zoom_href else Markup()
    return links + svg + _notes(shapes, limit, count, mask_hrefs or {})


def placed_shapes(
    shapes: Iterable[Shape], project: Projection | None = None, element_ids: Mapping[int, str] | None = None
) -> list[Placed]:
    """The shapes with their bounds on the canvas, the largest first; those without an outline are left out."""
    found = []
    for shape in shapes:
        box = bounds([shape], project)
        if box is not None:
            found.append(Placed(shape, box, (element_ids or {}).get(shape.object_id, f"o{shape.object_id}")))
    return sorted(found, key=lambda one: -(one.bounds[2] - one.bounds[0]) * (one.bounds[3] - one.bounds[1]))


def has_place(shape: Shape, mask_hrefs: Mapping[int, str]) -> bool:
    """Whether there is something to draw: an outline, or the picture of a mask."""
    if only_in_picture(shape):
        return shape.object_id in mask_hrefs
    return bool(outline(shape)[0])


def _notes(shapes: Sequence[Shape], limit: int, count: int | None, mask_hrefs: Mapping[int, str]) -> Markup:
    shown = shapes[:limit]
    missing = sum(only_in_picture(shape) and shape.object_id not in mask_hrefs for shape in shown)
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
