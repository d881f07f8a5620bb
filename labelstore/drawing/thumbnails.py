"""Thumbnails: small drawings without words, at most a few kilobytes each.

The shapes of one color are one path of whole numbers; of what is read or heard, bars show where the annotations are.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from labelstore.drawing.asset_text import text_of
from labelstore.drawing.canvas import has_place, thinned
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.shapes import Canvas, Projection, extent, only_in_picture, path_data
from labelstore.drawing.svg import Attribute, element, joined
from labelstore.scenes.scene import Dot, Mask, Messages, Path, Scene, Shape, Span

MAX_SHAPES = 300
_MAX_POINTS = 700
_MAX_MASKS = 10
_WIDTH, _HEIGHT = 120, 90
"""Of the largest thumbnail, in pixels."""
_CARD_WIDTH, _CARD_HEIGHT = 120, 72
_LINES, _STEP, _MARGIN = 6, 11, 6
MAX_WORD_SHAPES = 200
_FINE = 4
"""So many units of the viewBox are a pixel."""


def draw_small(
    canvas: Canvas, shapes: Sequence[Shape], options: DrawOptions, *, project: Projection | None = None, title: str = ""
) -> Markup:
    """An SVG of at most 120 × 90 pixels; `title` is for those who hear the page."""
    scale = min(_WIDTH / canvas.width, _HEIGHT / canvas.height) * _FINE
    small = Canvas(0, 0, max(round(canvas.width * scale), 8), max(round(canvas.height * scale), 8))

    def placed(x: float, y: float) -> tuple[float, float]:
        x, y = canvas.clamp(*(project(x, y) if project else (x, y)))
        x, y = (x - canvas.left) * scale, (y - canvas.top) * scale
        return round(min(max(x, -9999), 9999)), round(min(max(y, -9999), 9999))

    drawable = [shape for shape in map(_coarse, shapes[:MAX_SHAPES]) if has_place(shape, options.mask_hrefs)]
    drawable.sort(key=lambda shape: -extent(shape))
    paths: dict[tuple[str, bool, bool], list[str]] = {}
    for one in thinned([shape for shape in drawable if not only_in_picture(shape)], _MAX_POINTS, 4):
        key = one.shape.color, one.closed, isinstance(one.shape.geometry, Dot)
        paths.setdefault(key, []).append(path_data(small, one.rings, one.closed, placed))
    masks = [options.mask_hrefs[shape.object_id] for shape in drawable if only_in_picture(shape)]
    return element(
        "svg",
        element("title", title) if title else "",
        element("rect", class_="canvas", width=small.width, height=small.height, fill="#888888", fill_opacity=0.15),
        _image(small, options.asset_href) if options.asset_href is not None else "",
        joined(_image(small, href, 0.6) for href in masks[:_MAX_MASKS]),
        joined(_path(key, "".join(data)) for key, data in paths.items()),
        class_="thumbnail",
        role="img",
        width=max(round(small.width / _FINE), 2),
        height=max(round(small.height / _FINE), 2),
        viewBox=f"0 0 {small.width} {small.height}",
        xmlns="http://www.w3.org/2000/svg",
    )


def _coarse(shape: Shape) -> Shape:
    """A mask whose pixels are known with an outline of no more of them than are seen."""
    if not isinstance(shape.geometry, Mask) or shape.geometry.pixels is None:
        return shape
    left, top, right, bottom = shape.geometry.pixels.bounds
    rings = shape.geometry.pixels.rings_of(max(right - left, bottom - top) // _WIDTH + 1)
    return shape._replace(geometry=Path(rings, closed=True)) if rings else shape


def _path(key: tuple[str, bool, bool], data: str) -> Markup:
    color, closed, is_dot = key
    return element(
        "path",
        d=data,
        fill=color if closed else "none",
        fill_opacity=0.25 if closed else None,
        stroke=color,
        stroke_width=(5 if is_dot else 1.5) * _FINE,
        stroke_linecap="round",
        stroke_linejoin="round",
    )


def _image(canvas: Canvas, href: str, opacity: float | None = None) -> Markup:
    size: dict[str, Attribute] = {"width": canvas.width, "height": canvas.height, "opacity": opacity}
    return element("image", href=href, **size, preserveAspectRatio="none")


def thumbnail_text(scene: Scene, options: DrawOptions) -> Markup:
    """Six lines for the text, with the spans of its entities in their colors."""
    spans = [(shape, shape.geometry) for shape in scene.shapes[:MAX_WORD_SHAPES] if isinstance(shape.geometry, Span)]
    text = text_of(scene, options)
    length = len(text) if text is not None else max([0, *(span.end + 1 for _, span in spans)])
    per_line = max(-(-length // _LINES), 40)
    lines = (
        _bar(line, 0, min(length - line * per_line, per_line), per_line) for line in range(_lines(length, per_line))
    )
    marks = (
        _bar(line, start, stop, per_line, shape.color)
        for shape, span in spans
        if 0 <= span.start <= span.end < length
        for line, start, stop in _folded(span.start, span.end + 1, per_line)
    )
    return _card(scene, joined(lines) + joined(marks))


def thumbnail_conversation(scene: Scene, options: DrawOptions) -> Markup:
    """A bar for each of the first messages that annotations name, with a dot for each annotation."""
    rows: dict[str, list[str]] = {}
    for shape in scene.shapes[:MAX_WORD_SHAPES]:
        for key in _message_ids(shape):
            rows.setdefault(key, []).append(shape.color)
    for question in scene.questions[:MAX_WORD_SHAPES]:
        if question.message_id is not None:
            rows.setdefault(question.message_id, []).append("#888888")
    bars = (
        _bar(line, 15 * (line % 2), 85 + 15 * (line % 2), 100) + _dots(line, colors)
        for line, colors in enumerate(list(rows.values())[:_LINES])
    )
    return _card(scene, joined(bars))


def thumbnail_audio(scene: Scene, options: DrawOptions) -> Markup:
    """A bar for each of the first tracks, with its runs in their colors."""
    last = max([1, *(end + 1 for track in scene.tracks for _, end in track.runs)])
    duration = scene.asset.duration
    last = max(last, round(duration * 1000)) if duration is not None and 0 < duration < 1e9 else last
    rows = (
        _bar(line, 0, last, last)
        + joined(_bar(line, max(start, 0), end + 1, last, track.color) for start, end in track.runs[:MAX_WORD_SHAPES])
        for line, track in enumerate(scene.tracks[:_LINES])
    )
    return _card(scene, joined(rows))


def thumbnail_html(scene: Scene, options: DrawOptions) -> Markup:
    """A sheet of paper with a line for each answer."""
    count = sum(len(question.answers) for question in scene.questions)
    return _card(scene, joined(_bar(line, 0, 60 + 7 * (line % 3), 100) for line in range(min(count, _LINES))))


def _message_ids(shape: Shape) -> Iterator[str]:
    if isinstance(shape.geometry, Span) and shape.geometry.message_id is not None:
        yield shape.geometry.message_id
    elif isinstance(shape.geometry, Messages):
        yield from (key for key, _, _ in shape.geometry.chosen if key is not None)


def _lines(length: int, per_line: int) -> int:
    return min(-(-length // per_line), _LINES)


def _folded(start: int, stop: int, per_line: int) -> Iterator[tuple[int, int, int]]:
    """The parts of a span on the lines: (line, start, stop)."""
    for line in range(start // per_line, min((stop - 1) // per_line, _LINES - 1) + 1):
        yield line, max(start - line * per_line, 0), min(stop - line * per_line, per_line)


def _bar(line: int, start: float, stop: float, full: float, color: str | None = None) -> Markup:
    room = _CARD_WIDTH - 2 * _MARGIN
    return element(
        "rect",
        x=round(_MARGIN + start / full * room, 1),
        y=_MARGIN + line * _STEP,
        width=max(round((stop - start) / full * room, 1), 1.5),
        height=5,
        rx=1,
        fill=color or "#888888",
        fill_opacity=None if color else 0.35,
    )


def _dots(line: int, colors: Sequence[str]) -> Markup:
    y = _MARGIN + line * _STEP + 2.5
    return joined(
        element("circle", cx=_MARGIN + 22 + 9 * index, cy=y, r=3, fill=color) for index, color in enumerate(colors[:8])
    )


def _card(scene: Scene, content: Markup) -> Markup:
    return element(
        "svg",
        element("title", f"Label {scene.label_id}"),
        element("rect", class_="canvas", width=_CARD_WIDTH, height=_CARD_HEIGHT, fill="#888888", fill_opacity=0.15),
        content,
        class_="thumbnail",
        role="img",
        width=_CARD_WIDTH,
        height=_CARD_HEIGHT,
        viewBox=f"0 0 {_CARD_WIDTH} {_CARD_HEIGHT}",
        xmlns="http://www.w3.org/2000/svg",
    )
