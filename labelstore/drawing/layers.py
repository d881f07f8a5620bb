"""Objects of several labels, or of several versions of one, on one canvas: each in a line of its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from labelstore.drawing import document, geospatial
from labelstore.drawing.asset_text import text_of
from labelstore.drawing.canvas import MAX_POINTS, Outline, has_place, placed_shapes, thinned
from labelstore.drawing.captions import left_out, shortened
from labelstore.drawing.image import canvas_of
from labelstore.drawing.marked_text import LONG, claims, lay_out, marked, windows
from labelstore.drawing.names import draw_names
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.shapes import (
    Canvas,
    Point,
    Projection,
    background,
    bounds,
    draw_mask,
    draw_shape,
    extent,
    only_in_picture,
    picture,
    view_box,
)
from labelstore.drawing.svg import element, joined
from labelstore.drawing.text import entity_list, unplaced_list
from labelstore.figures import figure
from labelstore.formats.spans import unit_of
from labelstore.scenes.scene import Scene, Shape, Span

SIDE: Final = 1000.0
"""The longer side of a canvas: so letters on it have one size."""
_HEAD: Final = 12.0
"""Length of an arrow's head."""
_ID: Final = re.compile(r' id="o(\d+)"')


class Layer(NamedTuple):
    """An object on the canvas. `style` is a class of the style sheet, and `color` the color of its line.

    `word` is said before its name; with a `mark`, that and the name stand on it.
    """

    shape: Shape
    style: str
    color: str
    word: str
    mark: str = ""


class Join(NamedTuple):
    """A thin line from one object to another, by their ids; an arrow where the second is what became of the first."""

    one: int
    other: int
    arrow: bool = False


class Layers(NamedTuple):
    """What is drawn on one canvas, what matters most first; `total` is how many there are, if not all were given."""

    layers: Sequence[Layer]
    joins: Sequence[Join] = ()
    total: int = 0


class _Plane(NamedTuple):
    """Where shapes are drawn: a canvas, how points come onto it, and what lies below and above them."""

    canvas: Canvas
    project: Projection
    under: Markup = Markup()
    over: Markup = Markup()


def draw_layers(scene: Scene, drawn: Layers, options: DrawOptions, title: str) -> Markup | None:
    """The objects on the asset of the scene; None for assets that objects cannot be laid over each other on.

    The element of an object has the id `o<object id>-c`, in a text the attribute data-object, so that the one in the
    drawing of its own label keeps its id.
    """
    draw = _DRAWINGS.get(scene.asset.asset_type, _by_objects)
    kept = drawn.layers[: options.limit]
    result = draw(scene, kept, drawn.joins, options, title)
    if result is None:
        return None
    return result + left_out(len(kept), max(drawn.total, len(drawn.layers)), "objects")


_Draw = Callable[[Scene, Sequence[Layer], Sequence[Join], DrawOptions, str], Markup | None]


def _on_image(scene: Scene, layers: Sequence[Layer], joins: Sequence[Join], options: DrawOptions, title: str) -> Markup:
    canvas = canvas_of(scene._replace(shapes=tuple(layer.shape for layer in layers)))
    return _canvas(_scaled(canvas), layers, joins, options, title, options.asset_href)


def _on_map(scene: Scene, layers: Sequence[Layer], joins: Sequence[Join], options: DrawOptions, title: str) -> Markup:
    shapes = tuple(layer.shape for layer in layers)
    by_id = {layer.shape.object_id: layer for layer in layers}
    result = Markup()
    for ground in geospatial.grounds(scene.asset, shapes, options):
        plane = _Plane(ground.canvas, ground.project, ground.under, ground.over) if ground.project else None
        here = [by_id[shape.object_id]._replace(shape=shape) for shape in ground.shapes]
        result += _canvas(plane or _scaled(ground.canvas), here, joins, options, title, None)
    return result


def _on_pages(scene: Scene, layers: Sequence[Layer], joins: Sequence[Join], options: DrawOptions, title: str) -> Markup:
    by_id = {layer.shape.object_id: layer for layer in layers}
    pages = document.pages_of(layer.shape for layer in layers)
    result = Markup()
    for page in pages[: document.MAX_PAGES]:
        here = [by_id[shape.object_id]._replace(shape=shape) for shape in page.shapes]
        href = options.asset_href if page.number in (None, 1) else None
        name = f"Page {figure(page.number)}" if page.number is not None else "Unknown page"
        drawing = _canvas(_scaled(Canvas(0, 0, *page.size)), here, joins, options, f"{name}. {title}", href)
        items = (
            element("li", element("b", _called(by_id[shape.object_id]).name), " ", element("q", shortened(text, 1000)))
            for shape, text in page.texts
        )
        told = element("ul", joined(items), class_="page-texts") if page.texts else Markup()
        result += element("div", element("h4", name), drawing, told, class_="page-drawing")
    return result + left_out(min(len(pages), document.MAX_PAGES), len(pages), "pages")


def _on_text(scene: Scene, layers: Sequence[Layer], joins: Sequence[Join], options: DrawOptions, title: str) -> Markup:
    shapes = [_called(layer) for layer in layers]
    text = text_of(scene, options)
    if text is None:
        absent = element("p", "The text is not available: these are the entities in the exports.", class_="note")
        return element("div", absent, entity_list(shapes), class_="words")
    layout = lay_out(text, shapes, unit_of(claims(text, shapes)))
    html = marked(text, layout.placed, windows(len(text), layout.placed))
    words = element("div", Markup(_ID.sub(_further, html)), class_="text", dir="auto")
    note = f"Of the {figure(len(text))} characters, the parts around the ends of entities are shown."
    cut = element("p", note, class_="note") if len(text) > LONG else ""
    return element("div", words, cut, unplaced_list(layout.missing), class_="words overlaid")


def _further(found: re.Match[str]) -> Markup:
    """The attribute of an object that is drawn elsewhere too; quotes of the text itself are escaped."""
    return Markup(f' data-object="{found[1]}"')


def _by_objects(
    scene: Scene, layers: Sequence[Layer], joins: Sequence[Join], options: DrawOptions, title: str
) -> Markup | None:
    spans = [layer.shape.geometry for layer in layers if isinstance(layer.shape.geometry, Span)]
    if any(span.message_id for span in spans):
        return None
    return (_on_text if spans else _on_image)(scene, layers, joins, options, title)


def _none(*_: object) -> None:
    return None


_DRAWINGS: Mapping[str, _Draw] = {
    "image": _on_image,
    "video": _on_image,
    "dicom": _on_image,
    "geospatial": _on_map,
    "document": _on_pages,
    "text": _on_text,
    "conversation": _none,
    "llm": _none,
    "audio": _none,
    "html": _none,
}


def _called(layer: Layer) -> Shape:
    """The shape in the color and with the word of its layer."""
    name = f"{layer.word}: {layer.shape.name}" if layer.word else layer.shape.name
    return layer.shape._replace(name=name, color=layer.color)


def _named(layer: Layer) -> Shape:
    """The shape with the name that stands on it."""
    return layer.shape._replace(name=f"{layer.mark} {layer.shape.name}", color=layer.color)


def _scaled(canvas: Canvas) -> _Plane:
    scale = SIDE / max(canvas.width, canvas.height)

    def project(x: float, y: float) -> Point:
        x, y = canvas.clamp(x, y)
        return (x - canvas.left) * scale, (y - canvas.top) * scale

    return _Plane(Canvas(0.0, 0.0, canvas.width * scale, canvas.height * scale), project)


def _canvas(
    plane: _Plane,
    layers: Sequence[Layer],
    joins: Sequence[Join],
    options: DrawOptions,
    title: str,
    asset_href: str | None,
) -> Markup:
    placed = sorted(
        (layer for layer in layers if has_place(layer.shape, options.mask_hrefs)),
        key=lambda layer: -extent(layer.shape),
    )
    outlines = thinned([_called(layer) for layer in placed], MAX_POINTS)
    centers = {layer.shape.object_id: _center(plane, layer.shape) for layer in placed}
    inner = element(
        "svg",
        background(plane.canvas),
        picture(plane.canvas, asset_href) if asset_href is not None else "",
        plane.under,
        joined(_drawn(plane, *pair, options) for pair in zip(placed, outlines, strict=False)),
        joined(_join(join, centers) for join in joins),
        class_="view",
        viewBox=view_box(plane.canvas),
        width="100%",
        height="100%",
    )
    named = [_named(layer) for layer in placed if layer.mark]
    ids = {shape.object_id: f"o{shape.object_id}-c" for shape in named}
    names = placed_shapes(named, plane.project, ids)
    svg = element(
        "svg",
        element("title", title),
        inner,
        plane.over,
        draw_names(plane.canvas, names, frozenset(), options.view.screen) if options.view.names else "",
        class_="drawing layers",
        role="img",
        width=max(2 * plane.canvas.width, 1),
        height=max(2 * plane.canvas.height, 1),
        xmlns="http://www.w3.org/2000/svg",
    )
    missing = sum(only_in_picture(layer.shape) for layer in layers) - sum(
        only_in_picture(layer.shape) for layer in placed
    )
    note = f"{figure(missing)} masks not drawn: no picture available" if missing else ""
    return svg + (element("p", note, class_="note") if note else "")


def _drawn(plane: _Plane, layer: Layer, outline: Outline, options: DrawOptions) -> Markup:
    element_id = f"o{layer.shape.object_id}-c"
    if only_in_picture(layer.shape):
        inside = draw_mask(plane.canvas, outline.shape, options.mask_hrefs[layer.shape.object_id], element_id)
    else:
        inside = draw_shape(
            plane.canvas, outline.shape, outline.rings, outline.closed, project=plane.project, element_id=element_id
        )
    return element("g", inside, class_=layer.style)


def _center(plane: _Plane, shape: Shape) -> Point | None:
    found = bounds([shape], plane.project)
    return ((found[0] + found[2]) / 2, (found[1] + found[3]) / 2) if found else None


def _join(join: Join, centers: Mapping[int, Point | None]) -> Markup:
    start, end = centers.get(join.one), centers.get(join.other)
    if start is None or end is None:
        return Markup()
    x, y = end[0] - start[0], end[1] - start[1]
    length = (x * x + y * y) ** 0.5
    if length < 1:
        return Markup()
    data = f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"
    if join.arrow:
        x, y = x / length * _HEAD, y / length * _HEAD
        left = end[0] - x - y / 2, end[1] - y + x / 2
        right = end[0] - x + y / 2, end[1] - y - x / 2
        data += f"M{left[0]:.1f} {left[1]:.1f}L{end[0]:.1f} {end[1]:.1f}L{right[0]:.1f} {right[1]:.1f}"
    kind = "join arrow" if join.arrow else "join"
    return element("path", class_=kind, d=data, fill="none", vector_effect="non-scaling-stroke", aria_hidden="true")
