"""The style sheet of drawings, and rules that highlight what a link points to."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import islice

_SHEETS = ("charts.css", "drawing.css", "media.css", "words.css")
MAX_HIGHLIGHTS = 1000
"""A browser tests each rule whenever the pointer moves."""


@cache
def style_sheet() -> str:
    """CSS for all classes of drawings, for light and dark."""
    folder = files("labelstore.drawing")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in _SHEETS)


MAX_LIT = 500
"""Objects that light up their entries in a list."""


def highlights(object_ids: Iterable[int]) -> str:
    """CSS: while a link `<a href="#o12">` is pointed at or has the focus, the element `o12` is lit up.

    An object that is drawn more than once has further elements `o12-…`, or such with `data-object="12"`; they light up
    too. In turn the entry of a list with the class `for-o12` lights up while `o12` is pointed at. For a `<style>` of
    the page that has the drawing, at most 1,000 objects, and 500 entries.
    """
    ids = [int(one) for one in islice(object_ids, MAX_HIGHLIGHTS)]
    objects = (
        f':root:has([href="#o{one}"]:is(:hover,:focus-visible)) :is([id="o{one}"],[id^="o{one}-"],'
        f'[data-object="{one}"])'
        "{--lit:1!important}"
        for one in ids
    )
    entries = (f':root:has([id="o{one}"]:hover) .for-o{one}{{--lit:1!important}}' for one in ids[:MAX_LIT])
    return "\n".join((*objects, *entries))
