"""One shape as elements of SVG: a halo, the outline in the color of its class, and a title."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing.captions import in_words, shortened
from labelstore.drawing.colors import readable_on
from labelstore.drawing.legend import marks_of
from labelstore.drawing.svg import Attribute, element, number
from labelstore.scenes.scene import Box, Dot, Mask, Path, Pixels, Shape

Point = tuple[float, float]
Projection = Callable[[float, float], Point]
Ring = Sequence[Point]


class Canvas(NamedTuple):
    """The part of the plane that is shown, in the coordinates of the shapes (y downwards)."""

    left: float
    top: float
    width: float
    height: float

    def clamp(self, x: float, y: float) -> Point:
        """The point, or one in its direction that is a hundred times the canvas away; never infinite."""
        far = 100 * max(self.width, self.height)
        x = self.left if math.isnan(x) else min(max(x, self.left - far), self.left + far)
        y = self.top if math.isnan(y) else min(max(y, self.top - far), self.top + far)
        return x, y


def describe(shape: Shape) -> str:
    """What a shape is, in words: its class, its kind and its answers."""
    answers = "; ".join(
        f"{question.name}: {', '.join(answer.text for answer in question.answers)}" for question in shape.questions
    )
    return shortened(f"{shape.name} ({in_words(shape.kind)})" + (f" – {answers}" if answers else ""), 500)


def outline(shape: Shape) -> tuple[Sequence[Ring], bool]:
    """The rings of a shape that has an outline, and whether they are closed; a point is a ring of one point."""
    match shape.geometry:
        case Box(left, top, width, height):
            right, bottom = left + width, top + height
            return [[(left, top), (right, top), (right, bottom), (left, bottom)]], True
        case Path(rings, closed):
            return [ring for ring in rings if ring], closed
        case Dot(x, y):
            return [[(x, y)]], False
        case Mask(pixels=Pixels() as pixels):
            return pixels.rings, True
    return [], False


def only_in_picture(shape: Shape) -> bool:
    """Whether it is a mask whose pixels are not known, so that only its picture can be shown."""
    return isinstance(shape.geometry, Mask) and not outline(shape)[0]


def path_data(canvas: Canvas, rings: Sequence[Ring], closed: bool, project: Projection | None = None) -> str:
    """The `d` of a path; `project` moves the points onto the canvas."""
    return "".join(_ring(canvas, ring, closed, project) for ring in rings if ring)


def _ring(canvas: Canvas, ring: Ring, closed: bool, project: Projection | None) -> str:
    points = [canvas.clamp(*(project(x, y) if project else (x, y))) for x, y in ring]
    texts = [f"{_short(x, canvas)} {_short(y, canvas)}" for x, y in points]
    if len(texts) == 1:  # a line of no length with round ends is a dot
        return f"M{texts[0]}h0"
    return "M" + "L".join(texts) + ("Z" if closed else "")


def _short(value: float, canvas: Canvas) -> str:
    """No more digits than a picture 10,000 pixels wide shows."""
    digits = min(max(math.ceil(4 - math.log10(max(canvas.width, canvas.height))), 0), 12)
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def draw_shape(
    canvas: Canvas,
    shape: Shape,
    rings: Sequence[Ring],
    closed: bool,
    *,
    project: Projection | None = None,
    halo: bool = True,
    element_id: str | None = None,
) -> Markup:
    """`<g class="shape" id="o<object id>">` with a title; widths are pixels of the screen, whatever the canvas."""
    data = path_data(canvas, rings, closed, project)
    if not data:
        return Markup()
    is_dot = isinstance(shape.geometry, Dot)
    line: dict[str, Attribute] = {"d": data, "fill": "none", "vector_effect": "non-scaling-stroke"}
    line |= {"stroke_linecap": "round", "stroke_linejoin": "round"}
    below = Markup()
    if halo:
        width = 13 if is_dot else 4.5
        below = element("path", class_="halo", **line, stroke=readable_on(shape.color), stroke_width=width, opacity=0.6)
    if closed:
        line |= {"fill": shape.color, "fill_opacity": 0.2, "fill_rule": "evenodd"}
    kind = "line dot" if is_dot else "line"
    above = element("path", class_=kind, **line, stroke=shape.color, stroke_width=9 if is_dot else 2)
    return _group(shape, element_id, below, above)


def draw_mask(canvas: Canvas, shape: Shape, href: str, element_id: str | None = None) -> Markup:
    """The picture of a mask over the whole canvas."""
    image = element("image", class_="mask", **_all_of(canvas), href=href, opacity=0.6, preserveAspectRatio="none")
    return _group(shape, element_id, image)


def picture(canvas: Canvas, href: str) -> Markup:
    """The asset under the shapes."""
    return element("image", class_="asset", **_all_of(canvas), href=href, preserveAspectRatio="none")


def background(canvas: Canvas) -> Markup:
    """What is seen where there is no picture."""
    return element("rect", class_="canvas", **_all_of(canvas), fill="#888888", fill_opacity=0.15)


def view_box(canvas: Canvas) -> str:
    """The canvas as the attribute `viewBox`."""
    return " ".join(number(value) for value in canvas)


def _all_of(canvas: Canvas) -> dict[str, Attribute]:
    return {"x": canvas.left, "y": canvas.top, "width": canvas.width, "height": canvas.height}


def _group(shape: Shape, element_id: str | None, *content: Markup) -> Markup:
    title = element("title", describe(shape))
    return element(
        "g", title, *content, class_="shape", id=element_id or f"o{shape.object_id}", data_of=marks_of(shape)
    )


def extent(shape: Shape) -> float:
    """The area that it covers; the picture of a mask may cover all."""
    if only_in_picture(shape):
        return math.inf
    found = bounds([shape])
    return (found[2] - found[0]) * (found[3] - found[1]) if found else 0.0


def bounds(shapes: Iterable[Shape], project: Projection | None = None) -> tuple[float, float, float, float] | None:
    """left, top, right, bottom of all shapes, placed if `project` is given; None without any."""
    points = (point for shape in shapes for ring in outline(shape)[0] for point in ring)
    xs, ys = [], []
    for x, y in points if project is None else (project(*point) for point in points):
        if math.isfinite(x) and math.isfinite(y):
            xs.append(x)
            ys.append(y)
    return (min(xs), min(ys), max(xs), max(ys)) if xs else None
