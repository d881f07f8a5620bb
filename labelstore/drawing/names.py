"""Names on shapes: as many as fit, in letters of one size whatever the size of the canvas."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width

from markupsafe import Markup

from labelstore.drawing.captions import shortened
from labelstore.drawing.colors import readable_on
from labelstore.drawing.legend import marks_of
from labelstore.drawing.shapes import Canvas
from labelstore.drawing.svg import element, joined
from labelstore.drawing.window import Bounds, on_screen, percent
from labelstore.scenes.scene import Dot, Shape

MAX_NAMES = 250
"""Names of one canvas at most."""
LONGEST = 28
HEIGHT = 17
"""Pixels of a line of letters, with what is around them."""
_WIDE, _LETTER = 12.5, 7.2
NARROW = 360
"""Pixels of a narrow screen: names that fit only on a wider one are left out there."""
_BESIDE = ((0, -5), (4, 14))
"""Where a name may begin, in pixels from the upper left corner of its shape: above, or inside."""
_BESIDE_DOT = ((9, 4), (-5, -9))

Offset = tuple[int, int]


class Placed(NamedTuple):
    """A shape that has a place on the canvas, with the id of its element."""

    shape: Shape
    bounds: Bounds
    element_id: str


class Name(NamedTuple):
    """A name on a shape; `offset` is None where there is no room for it."""

    of: Placed
    text: str
    offset: Offset | None


class _Taken:
    """The pixels that names have taken, by rows of their height."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.rows: dict[int, list[tuple[float, float, float]]] = {}

    def takes(self, left: float, bottom: float, wide: float) -> bool:
        """Take the room of a line that begins there, if it is free and on the canvas."""
        top, right = bottom - HEIGHT + 4, left + wide
        if left < 0 or top < 0 or right > self.width or top + HEIGHT > self.height:
            return False
        row = int(top // HEIGHT)
        near = (one for index in (row - 1, row, row + 1) for one in self.rows.get(index, ()))
        if any(left < to and start < right and abs(top - at) < HEIGHT for start, to, at in near):
            return False
        self.rows.setdefault(row, []).append((left, right, top))
        return True


def place_names(
    window: Canvas, shapes: Iterable[Placed], hidden: frozenset[str], screen: tuple[float, float]
) -> Iterator[Name]:
    """The names of shapes in the order given, the important ones first, each where there is room on a screen so large.

    Shapes outside the window, and those with a hidden mark, have none.
    """
    scale = min(screen[0] / window.width, screen[1] / window.height)
    taken = _Taken(window.width * scale, window.height * scale)
    for one in shapes:
        text = shortened(one.shape.name, LONGEST)
        corner = seen_corner(window, one.bounds)
        if corner is None or not text.strip() or not hidden.isdisjoint(marks_of(one.shape).split()):
            yield Name(one, text, None)
            continue
        x, y = on_screen(window, scale, corner)
        wide = width_of(text)
        free = (at for at in _offsets(one.shape) if taken.takes(x + at[0], y + at[1], wide))
        yield Name(one, text, next(free, None))


def seen_corner(window: Canvas, bounds: Bounds) -> tuple[float, float] | None:
    """The upper left corner of what the window shows of the bounds; None where that is nothing."""
    left, top, right, bottom = bounds
    if right < window.left or bottom < window.top or left > window.left + window.width:
        return None
    return None if top > window.top + window.height else (max(left, window.left), max(top, window.top))


def width_of(text: str) -> float:
    """About the width of a text in pixels, with its halo."""
    return 6 + sum(_WIDE if east_asian_width(letter) in "WF" else _LETTER for letter in text)


def draw_names(window: Canvas, shapes: Sequence[Placed], hidden: frozenset[str], screen: tuple[float, float]) -> Markup:
    """`<g class="names">` with a text for each: those without room have the class `spare`, and are not shown.

    Where there is room on a wide screen only, the class is `wide`.
    """
    shapes = shapes[:MAX_NAMES]
    names = list(place_names(window, shapes, hidden, screen))
    share = min(NARROW / screen[0], 1.0)
    narrow = place_names(window, shapes, hidden, (screen[0] * share, screen[1]))
    texts = (_text(window, one, fits=small.offset == one.offset) for one, small in zip(names, narrow, strict=True))
    return element("g", joined(texts), class_="names", aria_hidden="true") if names else Markup()


def _text(window: Canvas, name: Name, *, fits: bool) -> Markup:
    shape = name.of.shape
    x, y = percent(window, *(seen_corner(window, name.of.bounds) or name.of.bounds[:2]))
    dx, dy = name.offset or _offsets(shape)[0]
    state = " spare" if name.offset is None else "" if fits else " wide"
    return element(
        "text",
        name.text,
        class_="name" + (" of-dot" if isinstance(shape.geometry, Dot) else "") + state,
        x=x,
        y=y,
        dx=dx,
        dy=dy,
        fill=readable_on(shape.color),
        stroke=shape.color,
        data_of=marks_of(shape),
        data_for=name.of.element_id,
    )


def _offsets(shape: Shape) -> tuple[Offset, Offset]:
    return _BESIDE_DOT if isinstance(shape.geometry, Dot) else _BESIDE
