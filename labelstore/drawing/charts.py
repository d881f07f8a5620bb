"""Small charts: bars of categories, columns over time, each with its numbers in a table for screen readers."""

from collections.abc import Sequence
from math import isfinite
from urllib.parse import quote

from markupsafe import Markup

from labelstore.drawing.asset_text import visible
from labelstore.drawing.svg import element, joined, number
from labelstore.figures import figure
from labelstore.json.truncate import truncated

MAX_BARS = 12
MAX_COLUMNS = 120
"""Points beyond are added to their neighbours."""
_WIDTH = 600
_ROW, _LABEL, _VALUE = 22, 190, 70
_HIGH, _LEFT, _FOOT = 140, 56, 22
_LETTER = 7.0
"""Width of a letter, in the units of the drawing."""

Values = Sequence[tuple[str, float]]


def bars(values: Values, *, title: str, href: str | None = None, most: int = MAX_BARS) -> Markup:
    """Horizontal bars in the order given, each with its name and number; at most so many, then "and 12 more".

    `href` is where a bar leads, with `{}` for its name, which is percent-encoded.
    """
    kept = [(visible(name), _finite(value)) for name, value in values]
    shown, rest = kept[:most], len(kept) - most
    largest = max([0.0, *(value for _, value in shown)]) or 1
    rows = (_bar(index, name, value, largest, href) for index, (name, value) in enumerate(shown))
    svg = _svg(joined(rows), max(len(shown), 1) * _ROW + 4, title, kept)
    note = element("p", f"and {figure(rest)} more", class_="note") if rest > 0 else ""
    return _figure(title, svg, note, _table(kept, "name"))


def columns_over_time(points: Values, *, title: str) -> Markup:
    """A column for each point in the order given; the first, middle and last are named below, the largest beside."""
    kept = [(visible(name), _finite(value)) for name, value in points]
    shown = _thinned(kept)
    largest = max([0.0, *(value for _, value in shown)]) or 1
    step = (_WIDTH - _LEFT) / max(len(shown), 1)
    columns = joined(_column(_LEFT + index * step, step, point, largest) for index, point in enumerate(shown))
    firsts = [name for name, _ in kept[:: _together(kept)]]
    names = joined(_foot(index, name, step, len(firsts)) for index, name in enumerate(firsts))
    frame = element("line", class_="axis", x1=_LEFT, x2=_WIDTH, y1=_HIGH, y2=_HIGH)
    scale = _text(_LEFT - 6, 14, figure(largest), "end") + _text(_LEFT - 6, _HIGH, "0", "end") if shown else ""
    return _figure(title, _svg(columns + frame + names + scale, _HIGH + _FOOT, title, kept), "", _table(kept, "time"))


def _bar(index: int, name: str, value: float, largest: float, href: str | None) -> Markup:
    top = index * _ROW
    room = _WIDTH - _LABEL - _VALUE
    width = max(value, 0) / largest * room
    drawn = (
        element("title", f"{name}: {figure(value)}")
        + _text(_LABEL - 8, top + 15, _fitting(name, (_LABEL - 8) / _LETTER), "end")
        + element("rect", class_="bar", x=_LABEL, y=top + 3, width=max(width, 1 if value else 0), height=_ROW - 6, rx=2)
        + _text(_LABEL + width + 6, top + 15, figure(value), "start", "dim")
    )
    return element("g", drawn) if href is None else element("a", drawn, href=href.replace("{}", quote(name, safe="")))


def _column(x: float, step: float, point: tuple[str, float], largest: float) -> Markup:
    name, value = point
    height = max(value, 0) / largest * (_HIGH - 6)
    height = max(height, 1) if value > 0 else height
    gap = min(step * 0.15, 2)
    return element(
        "rect",
        element("title", f"{name}: {figure(value)}"),
        class_="bar",
        x=x + gap,
        y=_HIGH - height,
        width=min(step - 2 * gap, 60),
        height=height,
    )


def _foot(index: int, name: str, step: float, count: int) -> Markup:
    """The names of the first and last column, and of the middle one where there is room."""
    if index not in {0, count - 1} and not (index == count // 2 and count >= 5):
        return Markup()
    anchor = "start" if index == 0 else "end" if index == count - 1 else "middle"
    x = _LEFT if index == 0 else _WIDTH if index == count - 1 else _LEFT + (index + 0.5) * step
    if anchor == "end" and count < 5:
        anchor, x = "middle", _LEFT + index * step + min(step, 60) / 2
    return _text(x, _HIGH + 16, _fitting(name, 20), anchor, "dim")


def _together(points: Values) -> int:
    """So many points make one column."""
    return max(-(-len(points) // MAX_COLUMNS), 1)


def _thinned(points: list[tuple[str, float]]) -> list[tuple[str, float]]:
    step = _together(points)
    if step == 1:
        return points
    parts = (points[index : index + step] for index in range(0, len(points), step))
    return [(f"{part[0][0]} – {part[-1][0]}", sum(value for _, value in part)) for part in parts]


def _svg(content: Markup, height: float, title: str, values: Values) -> Markup:
    largest = max(values, key=lambda pair: pair[1], default=None)
    about = f"{len(values)} values" + (f"; the largest: {largest[0]}, {figure(largest[1])}" if largest else "")
    return element(
        "svg",
        element("title", title),
        element("desc", about),
        content,
        role="img",
        aria_label=f"{title}: {about}"[:500],
        viewBox=f"0 0 {_WIDTH} {number(height)}",
        xmlns="http://www.w3.org/2000/svg",
    )


def _figure(title: str, svg: Markup, note: Markup | str, table: Markup) -> Markup:
    return element("figure", element("figcaption", title), svg, note, table, class_="chart")


def _table(values: Values, first: str) -> Markup:
    """The same numbers, for screen readers; at most 1000."""
    head = element("tr", element("th", first, scope="col"), element("th", "number", scope="col"))
    rows = (element("tr", element("td", name[:200]), element("td", figure(value))) for name, value in values[:1000])
    return element("div", element("table", head, joined(rows)), class_="hidden")


def _text(x: float, y: float, text: str, anchor: str, class_: str | None = None) -> Markup:
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=class_)


def _fitting(text: str, letters: float) -> str:
    return truncated(text, int(letters))


def _finite(value: float) -> float:
    return value if isfinite(value) else 0.0
