"""Text entities of documents: where on which page they are (v1), or what their tokens say (v2)."""

from typing import Any

import msgspec

from labelstore.drawing.scene import Box
from labelstore.scenes.geometry import are_numbers

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

    The tokens are ids in a file of the document's text, which an export does not hold: nothing tells their places.
    """
    return tuple(
        (page_number(item.get("page_number")), item["text"] if isinstance(item.get("text"), str) else "")
        for item in _items(location)
        if "text-bbox" not in item
    )


def page_number(value: Any) -> int | None:
    """A page as a whole number, or None for what is none."""
    return int(value) if are_numbers(value) else None


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
