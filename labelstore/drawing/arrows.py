"""Relationships on a canvas: lines from object to object, with arrows."""

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from labelstore.drawing.captions import shortened
from labelstore.drawing.legend import marks_of
from labelstore.drawing.names import LONGEST, Placed
from labelstore.drawing.shapes import Canvas, Point
from labelstore.drawing.svg import element, joined
from labelstore.drawing.window import Bounds, percent
from labelstore.scenes.scene import Relation

MAX_ARROWS = 200


def draw_arrows(window: Canvas, relations: Sequence[Relation], shapes: Iterable[Placed]) -> Markup:
    """`<g class="arrows">` with a line for each relationship of two objects of the canvas, at most `MAX_ARROWS`."""
    by_feature: dict[str, Placed] = {}
    for one in shapes:
        if one.shape.feature_id is not None:
            by_feature.setdefault(one.shape.feature_id, one)
    drawn = [
        _arrow(window, relation, by_feature[relation.source], by_feature[relation.target])
        for relation in relations
        if relation.source in by_feature and relation.target in by_feature and relation.source != relation.target
    ]
    return element("g", joined(drawn[:MAX_ARROWS]), class_="arrows") if drawn else Markup()


def _arrow(window: Canvas, relation: Relation, source: Placed, target: Placed) -> Markup:
    both = relation.kind == "bidirectional"
    start, end = _middle(source.bounds), _middle(target.bounds)
    start, end = _leaving(source.bounds, start, end), _leaving(target.bounds, end, start)
    (x1, y1), (x2, y2) = percent(window, *start), percent(window, *end)
    x, y = percent(window, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    what = f"{source.shape.name} {'↔' if both else '→'} {target.shape.name}"
    return element(
        "g",
        element("title", shortened(f"{relation.name}: {what}", 300)),
        element("line", class_="halo", x1=x1, y1=y1, x2=x2, y2=y2),
        element("line", x1=x1, y1=y1, x2=x2, y2=y2),
        _head(window, start, end),
        _head(window, end, start) if both else "",
        element("text", shortened(relation.name, LONGEST), class_="name", x=x, y=y, dy=4, text_anchor="middle"),
        class_="arrow",
        data_of=f"{marks_of(source.shape)} {marks_of(target.shape)}",
    )


def _head(window: Canvas, start: Point, end: Point) -> Markup:
    """The head of an arrow at its end, in pixels."""
    x, y = percent(window, *end)
    angle = round(math.degrees(math.atan2(end[1] - start[1], end[0] - start[0])), 1)
    turned = element("path", d="M-11 -5L0 0L-11 5Z", transform=f"rotate({angle:g})")
    return element("svg", turned, x=x, y=y, overflow="visible")


def _middle(bounds: Bounds) -> Point:
    return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def _leaving(bounds: Bounds, start: Point, end: Point) -> Point:
    """Where the line from the middle of the bounds to `end` leaves them; the middle where `end` lies in them."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    reach = [
        half / abs(way) for half, way in ((bounds[2] - start[0], dx), (bounds[3] - start[1], dy)) if abs(way) > 1e-12
    ]
    share = min(reach, default=1.0)
    return (start[0] + share * dx, start[1] + share * dy) if share < 1 else start
