"""Where text entities lie in a text, and the text with them marked."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing.asset_text import visible
from labelstore.drawing.captions import shortened
from labelstore.drawing.colors import color_class
from labelstore.drawing.legend import marks_of
from labelstore.drawing.shapes import describe
from labelstore.drawing.svg import element, joined
from labelstore.figures import figure
from labelstore.formats.spans import Claim, Offsets, Unit, span_problem
from labelstore.scenes.scene import Shape, Span

MAX_DEPTH = 12
"""So many entities may lie over one another; a further one is listed below the text."""
LONG = 200_000
"""Characters; of a longer text only the neighbourhoods of the entities are shown."""
_NEAR = 1000


class Placed(NamedTuple):
    """An entity in the text: the code points from `start` to before `stop`."""

    start: int
    stop: int
    shape: Shape


class Layout(NamedTuple):
    """The entities in the text, and what is to be said of some: those that are not in it, and doubtful ones."""

    placed: tuple[Placed, ...]
    missing: tuple[tuple[Shape, str], ...]
    doubtful: tuple[tuple[Shape, str], ...]


def claims(text: str, shapes: Iterable[Shape]) -> Iterator[Claim]:
    """What the entities say of the text."""
    for shape in shapes:
        if isinstance(shape.geometry, Span):
            yield Claim(text, shape.geometry.start, shape.geometry.end, shape.geometry.token)


def lay_out(text: str, shapes: Iterable[Shape], unit: Unit) -> Layout:
    """Every entity into the text, or the reason why it cannot be."""
    offsets = Offsets(text, unit)
    placed, missing, doubtful = [], [], []
    for shape in shapes:
        span = shape.geometry
        if not isinstance(span, Span):
            missing.append((shape, "no span"))
            continue
        problem = span_problem(span.start, span.end, token=span.token, offsets=offsets)
        if problem is None or (span.end < offsets.length and 0 <= span.start <= span.end):
            placed.append(Placed(offsets.point(span.start), offsets.point(span.end) + 1, shape))
            if problem is not None:
                doubtful.append((shape, f"the {problem}"))
        elif problem is not None:
            missing.append((shape, problem))
    kept, deep = _bounded(placed)
    too_deep = ((one.shape, f"more than {MAX_DEPTH} entities lie over one another here") for one in deep)
    return Layout(tuple(kept), (*missing, *too_deep), tuple(doubtful))


def _bounded(placed: Iterable[Placed]) -> tuple[list[Placed], list[Placed]]:
    """The entities in the order of the text, the longer ones first; and those that lie too deep."""
    kept: list[Placed] = []
    deep: list[Placed] = []
    stops: list[int] = []
    for one in sorted(placed, key=lambda one: (one.start, -one.stop)):
        stops = [stop for stop in stops if stop > one.start]
        if len(stops) >= MAX_DEPTH:
            deep.append(one)
        else:
            stops.append(one.stop)
            kept.append(one)
    return kept, deep


def windows(length: int, placed: Sequence[Placed], long: int = LONG) -> list[tuple[int, int]]:
    """The parts of a text to show: all of it, or around the ends of entities where it is longer than `long`."""
    if length <= long:
        return [(0, length)]
    if not placed:
        return [(0, long // 10)]
    near = max(min(_NEAR, long // (4 * len(placed))), 20)
    parts: list[tuple[int, int]] = []
    for edge in sorted({edge for one in placed for edge in (one.start, one.stop)}):
        start, stop = max(edge - near, 0), min(edge + near, length)
        if parts and start <= parts[-1][1]:
            parts[-1] = parts[-1][0], stop
        else:
            parts.append((start, stop))
    return parts


def marked(text: str, placed: Sequence[Placed], parts: Sequence[tuple[int, int]]) -> Markup:
    """The parts of the text with `<mark class="shape">` around the entities, as `_bounded` orders them.

    The first piece of an object has the id `o<object id>`, a further one the attribute data-object; the last one has
    its name, which the style sheet shows behind it. Ends of entities lie within the parts.
    """
    writer = _Writer(text)
    starting = list(reversed(placed))
    edges = sorted(
        {edge for one in placed for edge in (one.start, one.stop)} | {edge for part in parts for edge in part}
    )
    open_at = dict(parts)
    waiting: list[Placed] = []  # to be opened (again) where the text goes on
    end = 0
    for edge, following in zip(edges, [*edges[1:], len(text)], strict=True):
        waiting += writer.close(edge, everything=edge == end)
        if edge in open_at:
            writer.gap(end, edge)
            end = open_at[edge]
        if edge >= end:
            continue
        while starting and starting[-1].start == edge:
            waiting.append(starting.pop())
        for one in sorted(waiting, key=lambda one: (-one.stop, one.start)):
            writer.open(one)
        waiting = []
        writer.write(edge, min(following, end))
    writer.close(len(text))
    writer.gap(end, len(text))
    return joined(writer.levels[0])


class _Writer:
    """The marks that are open, each with what it holds so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.levels: list[list[Markup | str]] = [[]]
        self.opened: list[Placed] = []
        self.seen: set[int] = set()

    def open(self, one: Placed) -> None:
        self.opened.append(one)
        self.levels.append([])

    def write(self, start: int, stop: int) -> None:
        self.levels[-1].append(visible(self.text, start, stop))

    def gap(self, start: int, stop: int) -> None:
        if stop > start:
            note = f" … {figure(stop - start)} characters left out … "
            self.levels[0].append(element("span", note, class_="gap"))

    def close(self, edge: int, *, everything: bool = False) -> list[Placed]:
        """Close the marks that end here, and those within them, which are given back to be opened again."""
        ends = (level for level, one in enumerate(self.opened) if everything or one.stop <= edge)
        lowest = next(ends, len(self.opened))
        again = []
        while len(self.opened) > lowest:
            one, content = self.opened.pop(), self.levels.pop()
            self.levels[-1].append(self.piece(one, content, last=one.stop <= edge))
            if one.stop > edge:
                again.append(one)
        return again

    def piece(self, one: Placed, content: Iterable[str], *, last: bool) -> Markup:
        object_id = one.shape.object_id
        first = object_id not in self.seen
        self.seen.add(object_id)
        return element(
            "mark",
            joined(content),
            class_=f"shape {color_class(one.shape.color)}",
            id=f"o{object_id}" if first else None,
            data_object=None if first else object_id,
            data_name=shortened(one.shape.name) if last else None,
            title=shortened(describe(one.shape), 300),
            data_of=marks_of(one.shape),
        )
