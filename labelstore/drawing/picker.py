"""Links to the other frames and groups of a label."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote

from markupsafe import Markup

from labelstore.drawing.captions import shortened
from labelstore.drawing.svg import element, joined
from labelstore.figures import figure

_AROUND = 4
"""Labelled frames before and after this one that are links."""


def pick_frame(frames: Sequence[int], at: int | None, href: str | None, *, thing: str = "Frame") -> Markup:
    """The first, the last, and the labelled frames around this one; `frames` in order, `href` with `{}` for one."""
    if not frames and at is None:
        return element("p", f"No {thing.lower()} is labelled.", class_="note")
    here = f"{thing} {figure(at)}" if at is not None else f"{figure(len(frames))} {thing.lower()}s"
    if href is None or at is None:
        return element("p", element("b", here), _position(frames, at), class_="picker")
    start, end = bisect_left(frames, at), bisect_right(frames, at)
    before, after = frames[max(start - _AROUND, 0) : start], frames[end : end + _AROUND]
    links = Markup()
    if before:
        links += (
            _link(href, frames[0], f"« {figure(frames[0])}", f"first {thing.lower()}") if frames[0] != before[0] else ""
        )
        links += joined(_link(href, frame, figure(frame)) for frame in before[:-1])
        links += _link(href, before[-1], f"‹ {figure(before[-1])}", f"previous {thing.lower()}", rel="prev")
    links += element("b", here, aria_current="true")
    if after:
        links += _link(href, after[0], f"{figure(after[0])} ›", f"next {thing.lower()}", rel="next")
        links += joined(_link(href, frame, figure(frame)) for frame in after[1:])
        links += (
            _link(href, frames[-1], f"{figure(frames[-1])} »", f"last {thing.lower()}")
            if frames[-1] != after[-1]
            else ""
        )
    links += _form(href, at, thing) + _position(frames, at)
    return element("nav", links, class_="picker", aria_label=f"{thing}s")


def _form(href: str, at: int, thing: str) -> Markup:
    """A field for the number of any frame, labelled or not; the other arguments of the address go along."""
    path, _, query = href.partition("?")
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[1] != "{}"]
    hidden = joined(element("input", type="hidden", name=name, value=value) for name, value in kept)
    field = element("input", type="number", name="frame", value=at, aria_label=f"{thing} number")
    return element("form", hidden, field, element("button", "Go", type="submit"), action=path or None, method="get")


def pick_group(groups: Sequence[str], at: str | None, href: str | None) -> Markup:
    """The groups (axes) of a label; `href` has `{}` for the name of one."""
    if not groups:
        return Markup()
    entries = (
        element("b", shortened(group, 80), aria_current="true")
        if group == at
        else element("span", shortened(group, 80))
        if href is None
        else element("a", shortened(group, 80), href=href.replace("{}", quote(group, safe="", errors="replace")))
        for group in groups
    )
    return element("nav", joined(entries), class_="picker", aria_label="Groups")


def _position(frames: Sequence[int], at: int | None) -> Markup:
    if at is None or not frames:
        return Markup()
    index = bisect_left(frames, at)
    if index == len(frames) or frames[index] != at:
        return element("span", f"not labelled; {figure(len(frames))} others are")
    return element("span", f"{figure(index + 1)} of {figure(len(frames))} labelled")


def _link(href: str, frame: int, text: str, label: str | None = None, rel: str | None = None) -> Markup:
    return element("a", text, href=href.replace("{}", str(frame)), rel=rel, aria_label=label and f"{label}, {frame}")
