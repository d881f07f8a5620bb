"""Tracks over frames or milliseconds: a row for each feature, a bar for each of its runs, a dot for each key frame."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from markupsafe import Markup

from labelstore.drawing.captions import clock, in_words, left_out, shortened
from labelstore.drawing.legend import marks_of
from labelstore.drawing.svg import element, joined
from labelstore.figures import figure
from labelstore.scenes.scene import Track

Unit = Literal["frames", "ms"]
Runs = Sequence[tuple[int, int]]

MAX_ROWS = 200
MAX_MARKS = 4000
"""Bars and dots of one timeline; where there are more, neighbours that are hardly apart become one."""
_MAX_DOTS = 100
"""Of one track; more would cover its bar."""
_PLACES = 120
"""Parts of the line that are links of their own."""
_HEAD, _ROW, _BAR = 22, 26, 8
"""Heights in pixels: of the scale, of a row with its name, of the bar in it."""


def draw_timeline(
    tracks: Sequence[Track],
    *,
    first: int,
    last: int,
    unit: Unit,
    at: int | None = None,
    href: str | None = None,
    count: int | None = None,
    labelled: Sequence[int] = (),
) -> Markup:
    """The tracks between `first` and `last`, both included, with a line at `at`.

    As wide as the page lets it be; letters keep their size. `href` has `{}` for a frame number (or seconds): with it
    the bars and dots are links, and so is every place behind them: to the first frame there of `labelled`, which is
    in order, or to its middle. `count` is how many tracks there are, if not all of them were given.
    """
    if not tracks:
        return Markup()
    first, last = min(first, last), max(first, last)
    shown = tracks[:MAX_ROWS]
    scale = _Scale(first, last, unit, href, _resolution(shown, first, last))
    height = _HEAD + _ROW * len(shown) + 4
    svg = element(
        "svg",
        element(
            "title", f"Timeline, {'frames' if unit == 'frames' else 'time'} {scale.text(first)} to {scale.text(last)}"
        ),
        scale.ticks(height),
        scale.places(height, labelled),
        joined(scale.row(track, _HEAD + _ROW * row) for row, track in enumerate(shown)),
        scale.cursor(at, height) if at is not None else "",
        class_="timeline",
        role="img" if href is None else "group",
        width="100%",
        height=height,
        xmlns="http://www.w3.org/2000/svg",
        data_first=first,
        data_last=last,
    )
    note = left_out(len(shown), max(count or 0, len(tracks)), "tracks", verb="shown")
    return element("div", svg, note, class_="timeline-frame")


class _Scale:
    """Places on the timeline, in percent of its width."""

    def __init__(self, first: int, last: int, unit: Unit, href: str | None, resolution: int) -> None:
        self.first, self.last, self.unit, self.href = first, last, unit, href
        self.span = last - first + 1
        self.apart = self.span / resolution

    def percent(self, value: float) -> str:
        share = (value - self.first) / self.span
        return f"{100 * min(max(share, 0.0), 1.0):.3f}".rstrip("0").rstrip(".") + "%"

    def text(self, value: int) -> str:
        """Frame 1 200 as `1 200`; 83 500 ms as `1:23.5`."""
        return figure(value) if self.unit == "frames" else clock(value)

    def address(self, value: int) -> str:
        """Of a place: by the number of the frame, or by seconds as a media fragment has them."""
        number = str(value) if self.unit == "frames" else f"{max(value, 0) / 1000:.3f}"
        return (self.href or "").replace("{}", number)

    def link(self, value: int, *content: str) -> Markup:
        if self.href is None:
            return joined(content)
        return element("a", *content, href=self.address(value))

    def ticks(self, height: int) -> Markup:
        return joined(self._tick(value, height) for value in _round_values(self.first, self.last, self.unit))

    def places(self, height: int, labelled: Sequence[int]) -> Markup:
        """Links over the whole line; by keyboard one goes by the bars, or by the number of a frame."""
        if self.href is None:
            return Markup()
        parts = min(self.span, _PLACES)
        edges = [self.first + self.span * part // parts for part in range(parts + 1)]
        return joined(self._place(start, stop, height, labelled) for start, stop in pairwise(edges))

    def _place(self, start: int, stop: int, height: int, labelled: Sequence[int]) -> Markup:
        index = bisect_left(labelled, start)
        to = labelled[index] if index < len(labelled) and labelled[index] < stop else (start + stop - 1) // 2
        title = element("title", self.text(to))
        width = self.percent(self.first + stop - start)
        rect = element("rect", title, x=self.percent(start), y=0, width=width, height=height, fill="none")
        return element("a", rect, href=self.address(to), class_="place", tabindex=-1)

    def _tick(self, value: int, height: int) -> Markup:
        x, share = self.percent(value), (value - self.first) / self.span
        anchor = "start" if share < 0.04 else "end" if share > 0.96 else "middle"
        return element(
            "line", class_="tick", x1=x, x2=x, y1=_HEAD - 6, y2=height, stroke="#888888", stroke_opacity=0.4
        ) + (element("text", self.text(value), class_="tick", x=x, y=11, text_anchor=anchor, font_size=11))

    def row(self, track: Track, top: int) -> Markup:
        runs = merged(track.runs, self.first, self.last, self.apart)
        name = " · ".join(part for part in (track.group_name, track.name) if part)
        bars = (self._bar(track, name, run, top + 14) for run in runs)
        dots = (self._dot(track, name, at, top + 14 + _BAR / 2) for at in self._key_frames(track))
        about = f"{name} ({in_words(track.kind)})"
        return element(
            "g",
            element("title", about),
            element("text", shortened(name, 60), class_="name", x=2, y=top + 11, font_size=11),
            element(
                "rect", class_="lane", x=0, y=top + 14, width="100%", height=_BAR, fill="#888888", fill_opacity=0.15
            ),
            joined(bars),
            joined(dots),
            class_="track",
            data_of=marks_of(track),
        )

    def _bar(self, track: Track, name: str, run: tuple[int, int], y: float) -> Markup:
        start, end = run
        rect = element(
            "rect",
            element("title", f"{name}: {self.text(start)}" + (f"–{self.text(end)}" if end > start else "")),
            class_="run",
            x=self.percent(start),
            y=y,
            width=self.percent(self.first + end - start + 1),
            height=_BAR,
            fill=track.color,
            stroke=track.color,
        )
        return self.link(start, rect)

    def _dot(self, track: Track, name: str, value: int, y: float) -> Markup:
        circle = element(
            "circle",
            element("title", f"{name}: key frame {self.text(value)}"),
            class_="key",
            cx=self.percent(value + 0.5),
            cy=y,
            r=3.5,
            fill="#ffffff",
            stroke="#000000",
        )
        return self.link(value, circle)

    def _key_frames(self, track: Track) -> list[int]:
        kept: list[int] = []
        apart = max(self.apart, self.span / _MAX_DOTS)
        for value in sorted(set(track.key_frames)):
            if self.first <= value <= self.last and (not kept or value - kept[-1] >= apart):
                kept.append(value)
        return kept

    def cursor(self, at: int, height: int) -> Markup:
        x = self.percent(at + 0.5)
        return element(
            "line", element("title", self.text(at)), class_="at", x1=x, x2=x, y1=0, y2=height, stroke="#d00000"
        )


def merged(runs: Runs, first: int, last: int, apart: float = 1) -> list[tuple[int, int]]:
    """The runs between first and last, in order; those with gaps of less than `apart` between them as one."""
    result: list[tuple[int, int]] = []
    for one, other in sorted(runs):
        start, end = max(min(one, other), first), min(max(one, other), last)
        if start > end:
            continue
        if result and start - result[-1][1] - 1 < max(apart, 1):
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result


def _resolution(tracks: Iterable[Track], first: int, last: int) -> int:
    """Parts of the width that are distinguished, so that there are not too many marks."""
    span = last - first + 1
    for parts in (1000, 400, 100, 50):
        marks = sum(
            len(merged(track.runs, first, last, span / parts)) + min(len(track.key_frames), parts, _MAX_DOTS)
            for track in tracks
        )
        if marks <= MAX_MARKS:
            return parts
    return 10


_SECONDS = (1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000)


def _round_values(first: int, last: int, unit: Unit) -> list[int]:
    """About eight round numbers from first to last; at least the first. Milliseconds are round as a clock has them."""
    least = max((last - first) / 8, 1)
    power = 10 ** math.floor(math.log10(least))
    steps: Iterable[int] = (power, 2 * power, 5 * power, 10 * power)
    if unit == "ms" and 1000 < least <= _SECONDS[-1]:
        steps = _SECONDS
    step = next((step for step in steps if step >= least), 10 * power)
    values = list(range(-(-first // step) * step, last + 1, step))
    return values if values else [first]
