"""Documents: their pages, and where text entities are on them (v1) or what their tokens say (v2)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from labelstore.scenes.geometry import are_numbers
from labelstore.scenes.scene import Box, Shape

MAX_BLOCKS = 2000


def blocks_of(location: str | None) -> tuple[tuple[int | None, Box], ...]:
    """(page, box) of `text_entities.location` as v1 has it; the page as exported."""
    blocks = []
    for item in _items(location):
        box = item.get("text-bbox")
        if isinstance(box, dict):
            values: list[Any] = [box.get(name) for name in ("left", "top", "width", "height")]
            if are_numbers(*values):
                blocks.append((page_number(box.get("page")), Box(*values)))
    return tuple(blocks)


def texts_of(location: str | None) -> tuple[tuple[int | None, str], ...]:
    """(page, text) of the groups of tokens in `text_entities.location` as v2 has it; the page as exported.

    The tokens are ids in a file of the document's text, which an export does not hold: so their positions are unknown.
    """
    return tuple(
        (page_number(item.get("page_number")), item["text"] if isinstance(item.get("text"), str) else "")
        for item in _items(location)
        if "text-bbox" not in item
    )


def page_number(value: Any) -> int | None:
    """A page as a whole number; None for anything else."""
    return int(value) if are_numbers(value) else None


def in_pages(shapes: Iterable[Shape], generation: str | None) -> tuple[Shape, ...]:
    """The shapes in the order of their pages, those without one last; pages count from 1.

    v1 counts the pages of boxes from 0 and those of text entities from 1. v2 is not known for sure: it counts from 1
    unless a page 0 occurs. A text entity gets the first page that it is on.
    """
    shapes = tuple(shapes)
    numbers = {page for shape in shapes for page in (shape.page, *_pages_of_text(shape))}
    if numbers <= {None}:
        return shapes
    later = 1 if generation == "v2" and 0 in numbers else 0
    of_boxes = 1 if generation == "v1" else later
    counted = (_counted(shape, of_boxes, later) for shape in shapes)
    return tuple(sorted(counted, key=lambda shape: (shape.page is None, shape.page or 0)))


def _counted(shape: Shape, of_boxes: int, of_text: int) -> Shape:
    blocks = tuple((None if page is None else page + of_text, box) for page, box in shape.blocks)
    texts = tuple((None if page is None else page + of_text, text) for page, text in shape.texts)
    on = [page for page, _ in (*blocks, *texts) if page is not None]
    page = min(on, default=None) if shape.page is None else shape.page + of_boxes
    return shape._replace(page=page, blocks=blocks, texts=texts)


def _pages_of_text(shape: Shape) -> Iterable[int | None]:
    return (page for page, _ in (*shape.blocks, *shape.texts))


def _items(location: str | None) -> list[dict[str, Any]]:
    if location is None:
        return []
    try:
        value = msgspec.json.decode(location)
    except (msgspec.DecodeError, RecursionError):
        return []
    if isinstance(value, dict):
        value = value.get("groups")
    return [item for item in value if isinstance(item, dict)][:MAX_BLOCKS] if isinstance(value, list) else []
