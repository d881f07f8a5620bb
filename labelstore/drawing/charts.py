"""Small charts: bars of names, columns over time, each with its numbers in a table for screen readers."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from labelstore.drawing.asset_text import visible
from labelstore.drawing.axes import LETTER, apart, ticks
from labelstore.drawing.svg import element, joined, number
from labelstore.figures import figure
from labelstore.json.truncate import truncated

MAX_BARS = 12
MAX_COLUMNS = 120
"""Points beyond are added to their neighbours."""
MAX_SERIES = 6
"""Series beyond are added up as `others`."""
_WIDTH = 720
_ROW, _LABEL, _VALUE = 22, 240, 90
_HIGH, _TOP, _FOOT = 160, 22, 22
_WIDEST = 48
"""Width of a column at most."""

Values = Sequence[tuple[str, float]]


class Series(NamedTuple):
    """What one color of a chart shows: a value for each time."""

    name: str
    values: Sequence[float]


class _Frame(NamedTuple):
    """Where the columns stand: the left end, the width of each with its gap, the value at the top."""

    left: float
    step: float
    top: float

    def height(self, value: float) -> float:
        return max(value, 0) / self.top * _HIGH


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
    return _figure(
        title,
        _scrolling(svg, title),
        note,
        _table("name", [name for name, _ in kept], [Series("number", _numbers(kept))]),
    )


def columns_over_time(points: Values, *, title: str, unit: str = "", hrefs: Sequence[str] = ()) -> Markup:
    """A column for each point in the order given; see `columns`."""
    return columns(
        [name for name, _ in points], [Series("number", _numbers(points))], title=title, unit=unit, hrefs=hrefs
    )


def columns(
    times: Sequence[str], series: Sequence[Series], *, title: str, unit: str = "", hrefs: Sequence[str] = ()
) -> Markup:
    """A column for each time in the order given, the series stacked in it, over lines at round numbers.

    Times are named below as far as there is room, `unit` says what is counted, `hrefs` where each column leads.
    """
    names = [visible(time) for time in times]
    kept = _together([Series(visible(one.name), [_finite(value) for value in one.values]) for one in series])
    shown, spans = _thinned(kept, len(names))
    labels = [names[span[0]] if span[0] == span[-1] else f"{names[span[0]]} – {names[span[-1]]}" for span in spans]
    totals = [sum(values) for values in zip(*(one.values for one in shown), strict=True)]
    whole = all(value == int(value) for one in shown for value in one.values)
    scale = ticks(max([0.0, *totals]), whole=whole)
    left = max(len(figure(tick)) for tick in scale) * LETTER + 12
    frame = _Frame(left, (_WIDTH - left) / max(len(spans), 1), scale[-1])
    leads = hrefs if len(hrefs) == len(spans) else ()
    content = (
        joined(_grid(frame, scale, unit))
        + joined(_column(frame, index, name, shown, leads) for index, name in enumerate(labels))
        + joined(_feet(frame, [names[span[0]] for span in spans]))
    )
    svg = _svg(content, _TOP + _HIGH + _FOOT, title, list(zip(labels, totals, strict=True)))
    return _figure(title, _legend(kept), _scrolling(svg, title), _table("time", names, kept))


def _bar(index: int, name: str, value: float, largest: float, href: str | None) -> Markup:
    top = index * _ROW
    room = _WIDTH - _LABEL - _VALUE
    width = max(value, 0) / largest * room
    drawn = (
        element("title", f"{name}: {figure(value)}")
        + _text(_LABEL - 8, top + 15, truncated(name, int((_LABEL - 8) / LETTER)), "end")
        + element("rect", class_="bar", x=_LABEL, y=top + 3, width=max(width, 1 if value else 0), height=_ROW - 6, rx=2)
        + _text(_LABEL + width + 6, top + 15, figure(value), "start", "dim")
    )
    return element("g", drawn) if href is None else element("a", drawn, href=href.replace("{}", quote(name, safe="")))


def _grid(frame: _Frame, scale: Sequence[float], unit: str) -> Iterator[Markup]:
    """Lines at round numbers, each with its number beside it."""
    for tick in scale:
        y = _TOP + _HIGH - frame.height(tick)
        yield element("line", class_="axis" if tick == 0 else "grid", x1=frame.left, x2=_WIDTH, y1=y, y2=y)
        yield _text(frame.left - 6, y + 4, figure(tick), "end", "dim tick")
    if unit:
        yield _text(frame.left, 10, unit, "start", "dim")


def _column(frame: _Frame, index: int, name: str, series: Sequence[Series], hrefs: Sequence[str]) -> Markup:
    """The parts of one column, from the foot up."""
    gap = min(frame.step * 0.15, 2)
    width = min(frame.step - 2 * gap, _WIDEST)
    x, y = frame.left + index * frame.step + (frame.step - width) / 2, float(_TOP + _HIGH)
    said = [f"{one.name}: {figure(one.values[index])}" for one in series if one.values[index]]
    text = f"{name}: {figure(series[0].values[index])}" if len(series) == 1 else "\n".join([name, *said])
    parts = element("title", text)
    for place, one in enumerate(series):
        value = one.values[index]
        height = max(frame.height(value), 1.0) if value > 0 else 0.0
        y -= height
        class_ = "bar" if len(series) == 1 else f"bar s{place}"
        parts += element("rect", class_=class_, x=x, y=y, width=width, height=height)
    return (
        element("a", parts, href=hrefs[index], aria_label=text[:500].replace("\n", ", "))
        if hrefs
        else element("g", parts)
    )


def _feet(frame: _Frame, names: Sequence[str]) -> Iterator[Markup]:
    """The times below the columns, as many as do not touch."""
    shown = [truncated(name, 24) for name in names]
    for index in apart(shown, frame.step, _WIDTH - frame.left, frame.left):
        wide = len(shown[index]) * LETTER
        middle = frame.left + (index + 0.5) * frame.step
        x = max(middle, wide / 2)
        yield _text(x, _TOP + _HIGH + 16, shown[index], "middle", "dim foot")


def _legend(series: Sequence[Series]) -> Markup:
    """The colors, where there are several."""
    if len(series) < 2:
        return Markup()
    square = (
        '<svg width="12" height="12" aria-hidden="true"><rect class="bar s{}" width="12" height="12" rx="2"/></svg> '
    )
    items = (
        element("li", Markup(square.format(place)) + Markup.escape(truncated(one.name, 60)), title=one.name)
        for place, one in enumerate(series)
    )
    return element("ul", joined(items), class_="legend-of-chart")


def _together(series: list[Series]) -> list[Series]:
    """At most so many series; the last one is all others."""
    if len(series) <= MAX_SERIES:
        return series
    rest = series[MAX_SERIES - 1 :]
    return [
        *series[: MAX_SERIES - 1],
        Series("others", [sum(values) for values in zip(*(one.values for one in rest), strict=True)]),
    ]


def _thinned(series: Sequence[Series], points: int) -> tuple[list[Series], list[range]]:
    """The series with neighbours added up where there are too many points, and which points each column is of."""
    together = max(-(-points // MAX_COLUMNS), 1)
    spans = [range(start, min(start + together, points)) for start in range(0, points, together)]
    return [Series(one.name, [sum(one.values[index] for index in span) for span in spans]) for one in series], spans


def _svg(content: Markup, height: float, title: str, values: Values) -> Markup:
    largest = max(values, key=lambda pair: pair[1], default=None)
    about = f"{figure(len(values))} values" + (f"; the largest: {largest[0]}, {figure(largest[1])}" if largest else "")
    return element(
        "svg",
        element("title", title),
        element("desc", about),
        content,
        role="group" if "<a " in content else "img",  # nothing in an image can be gone to
        aria_label=f"{title}: {about}"[:500],
        viewBox=f"0 0 {_WIDTH} {number(height)}",
        xmlns="http://www.w3.org/2000/svg",
    )


def _scrolling(svg: Markup, title: str) -> Markup:
    """A box that scrolls on narrow screens, where letters would be too small."""
    return element("div", svg, class_="chart-scroll", tabindex=0, role="group", aria_label=f"Chart: {title}"[:200])


def _figure(title: str, *content: Markup | str) -> Markup:
    return element("figure", element("figcaption", title), *content, class_="chart")


def _table(first: str, names: Sequence[str], series: Sequence[Series]) -> Markup:
    """The same numbers, for screen readers; at most 1000."""
    head = element("tr", *(element("th", word[:200], scope="col") for word in (first, *(one.name for one in series))))
    rows = (
        element("tr", element("td", name[:200]), *(element("td", figure(one.values[index])) for one in series))
        for index, name in enumerate(names[:1000])
    )
    return element("div", element("table", head, joined(rows)), class_="hidden")


def _text(x: float, y: float, text: str, anchor: str, class_: str | None = None) -> Markup:
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=class_)


def _numbers(values: Values) -> list[float]:
    return [_finite(value) for _, value in values]


def _finite(value: float) -> float:
    return value if isfinite(value) else 0.0
