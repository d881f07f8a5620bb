"""Links that zoom and move a canvas."""

from markupsafe import Markup

from labelstore.drawing.shapes import Canvas
from labelstore.drawing.svg import element
from labelstore.drawing.window import part, write_zoom

_STEP = 0.3
"""Share of the window by which it is moved."""
_WAYS = (("left", "←", -1, 0), ("up", "↑", 0, -1), ("down", "↓", 0, 1), ("right", "→", 1, 0))


def zoom_links(canvas: Canvas, window: Canvas, href: str, key: str) -> Markup:
    """In, and where the window is a part of the canvas: out, all of it, and to the sides.

    `href` has `{}` for the window; each link says in `data-zoom` what it does.
    """
    share, middle = window.width / canvas.width, _middle(window)
    whole = window == canvas
    links = _link(href, canvas, part(canvas, *middle, share / 2), key, "in", "+", "Zoom in")
    links += _link(href, canvas, part(canvas, *middle, share * 2), key, "out", "−", "Zoom out", hidden=whole)
    links += _link(href, canvas, canvas, key, "whole", "whole", "Show the whole", hidden=whole)
    for name, arrow, across, along in _WAYS:
        x, y = middle[0] + across * _STEP * window.width, middle[1] + along * _STEP * window.height
        links += _link(href, canvas, part(canvas, x, y, share), key, name, arrow, f"Move {name}", hidden=whole)
    return element("nav", links, class_="zoom-links", aria_label="Zoom")


def _link(
    href: str, canvas: Canvas, window: Canvas, key: str, name: str, text: str, label: str, *, hidden: bool = False
) -> Markup:
    """A link that is hidden where it would do nothing; the script of a page shows it once it does."""
    where = "" if window == canvas else write_zoom(window, key)
    hides = "" if hidden else None
    address = href.replace("{}", where)
    return element("a", text, href=address, data_zoom=name, aria_label=label, title=label, hidden=hides)


def _middle(window: Canvas) -> tuple[float, float]:
    return window.left + window.width / 2, window.top + window.height / 2
