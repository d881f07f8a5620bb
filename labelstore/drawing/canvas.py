"""Shapes on a canvas: an image, one frame of a video, a page of a document, a slice, a map."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing.scene import Box, Dot, Mask, Path, Shape
from labelstore.drawing.svg import Attribute, element, joined, number

MAX_POINTS = 200_000
"""Vertices of all shapes of one drawing together; a path beyond is drawn with every n-th of its own."""


class Canvas(NamedTuple):
    """The part of the plane that is shown, in the coordinates of the shapes (y downwards)."""

    left: float
    top: float
    width: float
    height: float

    @property
    def unit(self) -> float:
        """A thousandth of the longer side: the measure of strokes and letters."""
        return max(self.width, self.height) / 1000


def draw_canvas(
    canvas: Canvas,
    shapes: Sequence[Shape],
    *,
    title: str,
    asset_href: str | None = None,
    mask_hrefs: dict[int, str] | None = None,
    place: Callable[[float, float], tuple[float, float]] | None = None,
    under: Markup | None = None,
    over: Markup | None = None,
) -> Markup:
    """An SVG of the shapes, large ones below small ones; `place` moves their points onto the canvas.

    Each is a group `<g class="shape" id="o<object id>">` whose title says what it is. `under` and `over` are further
    elements, below and above the shapes.
    """
    painter = _Painter(canvas.unit, mask_hrefs or {}, canvas, place)
    picture = Markup()
    if asset_href is not None:
        picture = element(
            "image",
            href=asset_href,
            x=canvas.left,
            y=canvas.top,
            width=canvas.width,
            height=canvas.height,
            preserveAspectRatio="none",
        )
    drawn = (painter.group(shape) for shape in sorted(shapes, key=lambda shape: -_extent(shape)))
    return element(
        "svg",
        element("title", title),
        element("rect", class_="canvas", x=canvas.left, y=canvas.top, width=canvas.width, height=canvas.height),
        picture,
        under or "",
        joined(drawn),
        over or "",
        class_="drawing",
        role="img",
        viewBox=" ".join(number(value) for value in canvas),
        xmlns="http://www.w3.org/2000/svg",
    )


def describe(shape: Shape) -> str:
    """What a shape is, in words: its class, its kind and its answers."""
    answers = "; ".join(
        f"{question.name}: {', '.join(answer.text for answer in question.answers)}" for question in shape.questions
    )
    return f"{shape.name} ({shape.kind.replace('_', ' ')})" + (f" – {answers}" if answers else "")


class _Painter:
    def __init__(
        self,
        unit: float,
        mask_hrefs: dict[int, str],
        canvas: Canvas,
        place: Callable[[float, float], tuple[float, float]] | None,
    ) -> None:
        self.unit, self.mask_hrefs, self.canvas = unit, mask_hrefs, canvas
        self.place = place or (lambda x, y: (x, y))
        self.points_left = MAX_POINTS

    def group(self, shape: Shape) -> Markup:
        inner = self.geometry(shape)
        if not inner:
            return Markup()
        return element("g", element("title", describe(shape)), inner, class_="shape", id=f"o{shape.object_id}")

    def geometry(self, shape: Shape) -> Markup:
        color, geometry = shape.color, shape.geometry
        stroke: dict[str, Attribute] = {"stroke": color, "stroke_width": 2 * self.unit}
        match geometry:
            case Box(left, top, width, height):
                (x, y), (right, bottom) = self.place(left, top), self.place(left + width, top + height)
                size: dict[str, Attribute] = {"width": abs(right - x), "height": abs(bottom - y)}
                return element(
                    "rect", x=min(x, right), y=min(y, bottom), **size, fill=color, fill_opacity=0.2, **stroke
                )
            case Path(rings, closed):
                path = " ".join(self.ring(ring, closed) for ring in rings if ring)
                if not closed:
                    return element("path", d=path, fill="none", **stroke)
                return element("path", d=path, fill=color, fill_opacity=0.25, fill_rule="evenodd", **stroke)
            case Dot(x, y):
                x, y = self.place(x, y)
                return element(
                    "circle", cx=x, cy=y, r=5 * self.unit, fill=color, stroke="#ffffff", stroke_width=self.unit
                )
            case Mask() if shape.object_id in self.mask_hrefs:
                return self.mask(shape)
        return Markup()

    def ring(self, ring: Sequence[tuple[float, float]], closed: bool) -> str:
        """Path data; a ring of more points than are left for the drawing is thinned out."""
        step = max(1, math.ceil(len(ring) / max(self.points_left, 3)))
        self.points_left = max(self.points_left - len(ring) // step, 0)
        points = (self.place(x, y) for x, y in ring[::step])
        return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else "")

    def mask(self, shape: Shape) -> Markup:
        left, top, width, height = self.canvas
        return element(
            "image",
            href=self.mask_hrefs[shape.object_id],
            x=left,
            y=top,
            width=width,
            height=height,
            opacity=0.55,
            preserveAspectRatio="none",
        )


def _extent(shape: Shape) -> float:
    left, top, right, bottom = bounds([shape]) or (0.0, 0.0, 0.0, 0.0)
    return (right - left) * (bottom - top) if not isinstance(shape.geometry, Mask) else math.inf


def bounds(shapes: Sequence[Shape]) -> tuple[float, float, float, float] | None:
    """left, top, right, bottom of all shapes, before they are placed; None without any."""
    points = [point for shape in shapes for point in _points(shape)]
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _points(shape: Shape) -> Sequence[tuple[float, float]]:
    match shape.geometry:
        case Box(left, top, width, height):
            return (left, top), (left + width, top + height)
        case Path(rings, _):
            return [point for ring in rings for point in ring]
        case Dot(x, y):
            return ((x, y),)
    return ()
