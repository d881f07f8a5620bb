"""A document: each page with the boxes and text entities on it.

All is drawn in points, 72 to an inch. Pages count from 1.
"""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing.canvas import draw_canvas
from labelstore.drawing.captions import left_out, shortened
from labelstore.drawing.legend import marks_of
from labelstore.drawing.options import Document, DrawOptions, PageSizes
from labelstore.drawing.other_pages import other_pages
from labelstore.drawing.shapes import Canvas, bounds, describe
from labelstore.drawing.svg import element
from labelstore.drawing.thumbnails import draw_small
from labelstore.figures import figure
from labelstore.scenes.scene import Box, Path, Scene, Shape

MAX_PAGES = 30
"""Pages with annotations that are drawn."""
_MOST_PAGES = 1_000_000
_LETTER = (612.0, 792.0)
_LARGEST = 20_000.0
"""Points; a larger page is drawn as large as its boxes need."""
_POINTS = {"POINTS": 1.0, "INCHES": 72.0}
"""Points in one of a unit; PIXELS have no known size and are drawn as points."""


class Page(NamedTuple):
    """A page, counted from 1 (None: unknown), with its shapes in points."""

    number: int | None
    size: tuple[float, float]
    shapes: tuple[Shape, ...]
    texts: tuple[tuple[Shape, str], ...]


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The pages with annotations, one below the other, and a line for each run of others between them."""
    shown = scene.shapes[: options.limit]
    pages = pages_of(shown, options.document)
    parts, seen, last = Markup(), set[int](), 0
    for page in pages[:MAX_PAGES] or [_bare(options.document)]:
        if page.number is not None:
            parts += other_pages(last + 1, page.number - 1, options.document)
            last = max(last, page.number)
        parts += _page(page, scene, options, seen)
    if len(pages) <= MAX_PAGES:
        parts += other_pages(last + 1, _count(scene, options.document), options.document)
    notes = left_out(len(shown), max(scene.shape_count, len(scene.shapes)), "shapes")
    return parts + notes + left_out(min(len(pages), MAX_PAGES), len(pages), "pages")


def _count(scene: Scene, document: Document | None) -> int:
    """Pages of the document by its file, else by the export; 0 where neither tells."""
    if document is not None:
        return document.pages.total
    told = scene.asset.page_count
    return int(told) if told is not None and 1 <= told <= _MOST_PAGES else 0


def _bare(document: Document | None) -> Page:
    """The first page of a document on which nothing is annotated."""
    known = document.pages.of(1) if document is not None else None
    return Page(1 if known else None, known or _LETTER, (), ())


def thumbnail(scene: Scene, options: DrawOptions) -> Markup:
    """The first page with annotations, as a thumbnail."""
    pages = pages_of(scene.shapes[:1000])
    page = next((page for page in pages if page.shapes), Page(None, _LETTER, (), ()))
    return draw_small(Canvas(0, 0, *page.size), page.shapes, options, title=f"Label {scene.label_id}")


def _page(page: Page, scene: Scene, options: DrawOptions, seen: set[int]) -> Markup:
    """Draw one page; an object that was drawn on an earlier page gets another id here."""
    name = f"Page {figure(page.number)}" if page.number is not None else "Unknown page"
    heading = element("h4", name) if page.number is not None or page.shapes or page.texts else ""
    ids = {shape.object_id: f"o{shape.object_id}-{page.number}" for shape in page.shapes if shape.object_id in seen}
    seen.update(shape.object_id for shape in page.shapes)
    picture = draw_canvas(
        Canvas(0, 0, *page.size),
        page.shapes,
        title=f"{name} of label {scene.label_id}",
        asset_href=_href(page, options),
        mask_hrefs=options.mask_hrefs,
        limit=max(len(page.shapes), 1),
        element_ids=ids,
        relations=scene.relations,
        view=options.view,
        key=key_of(page),
    )
    return element("div", heading, picture, _texts(page, seen), class_="page-drawing")


def key_of(page: Page) -> str:
    """How a zoom names the canvas of the page."""
    return "" if page.number is None else str(page.number)


def _href(page: Page, options: DrawOptions) -> str | None:
    """The picture of a page; a picture in place of the document is its first."""
    if options.document is not None and page.number is not None and 1 <= page.number <= options.document.pages.total:
        return options.document.href.replace("{}", str(page.number))
    return options.asset_href if page.number in (None, 1) else None


def _texts(page: Page, seen: set[int]) -> Markup:
    """The text entities of v2, whose words are exported without positions."""
    if not page.texts:
        return Markup()
    items = Markup()
    for index, (shape, text) in enumerate(page.texts):
        element_id = f"o{shape.object_id}" + (f"-{page.number}-{index}" if shape.object_id in seen else "")
        seen.add(shape.object_id)
        words = element("q", shortened(text, 1000)) if text else ""
        items += element(
            "li",
            element("b", shape.name),
            " ",
            words,
            class_="shape",
            id=element_id,
            title=describe(shape),
            data_of=marks_of(shape),
        )
    return element("ul", items, class_="page-texts")


def pages_of(shapes: Iterable[Shape], document: Document | None = None) -> list[Page]:
    """The pages with annotations in their order, the unknown one last; as large as the export or the file tells."""
    parts: dict[int | None, list[Shape]] = {}
    texts: dict[int | None, list[tuple[Shape, str]]] = {}
    for shape in shapes:
        if shape.geometry is not None and not shape.blocks and isinstance(shape.geometry, Box | Path):
            parts.setdefault(shape.page, []).append(shape)
        boxes: dict[int | None, list[Box]] = {}
        for page, box in shape.blocks:
            boxes.setdefault(page, []).append(box)
        for number, found in boxes.items():
            rings = tuple(_corners(box) for box in found)
            parts.setdefault(number, []).append(shape._replace(geometry=Path(rings, closed=True), blocks=()))
        for page, text in shape.texts:
            texts.setdefault(page, []).append((shape, text))
    numbers = sorted({*parts, *texts}, key=lambda number: (number is None, number or 0))
    sizes = document.pages if document is not None else PageSizes(0, ())
    return [_sized(number, parts.get(number, []), tuple(texts.get(number, ())), sizes.of(number)) for number in numbers]


def _sized(
    number: int | None,
    shapes: list[Shape],
    texts: tuple[tuple[Shape, str], ...],
    of_file: tuple[float, float] | None,
) -> Page:
    sizes = [size for size in (*(shape.page_size for shape in shapes), of_file) if size is not None]
    known = next((size for size in sizes if all(1 <= side <= _LARGEST for side in size)), None)
    width, height = known or _LETTER
    placed = tuple(_in_points(shape, width, height) for shape in shapes)
    if known is None and (found := bounds(placed)) is not None:
        larger = max(1.0, found[2] * 1.02 / width, found[3] * 1.02 / height)
        larger = min(larger, _LARGEST / height)
        width, height = width * larger, height * larger
    return Page(number, (width, height), placed, texts)


def _in_points(shape: Shape, width: float, height: float) -> Shape:
    across = along = _POINTS.get((shape.unit or "").upper(), 1.0)
    if (shape.unit or "").upper() == "PERCENT":
        across, along = width / 100, height / 100
    if (across, along) == (1.0, 1.0):
        return shape
    match shape.geometry:
        case Box(left, top, wide, high):
            return shape._replace(geometry=Box(left * across, top * along, wide * across, high * along))
        case Path(rings, closed):
            moved = tuple(tuple((x * across, y * along) for x, y in ring) for ring in rings)
            return shape._replace(geometry=Path(moved, closed))
    return shape


def _corners(box: Box) -> tuple[tuple[float, float], ...]:
    right, bottom = box.left + box.width, box.top + box.height
    return (box.left, box.top), (right, box.top), (right, bottom), (box.left, bottom)
