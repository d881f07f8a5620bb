"""The style sheet of drawings, and rules that highlight what a link points to."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import islice

MAX_HIGHLIGHTS = 1000
"""A browser tests each rule whenever the pointer moves."""


@cache
def style_sheet() -> str:
    """CSS for all classes of drawings, for light and dark."""
    folder = files("labelstore.drawing")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("drawing.css", "words.css"))


def highlights(object_ids: Iterable[int]) -> str:
    """CSS: while a link `<a href="#o12">` is pointed at or has the focus, the element `o12` is lit up.

    An object that is drawn more than once has further elements `o12-…`, or such with `data-object="12"`; they light up
    too. For a `<style>` of the page that has the drawing, at most 1,000 objects.
    """
    return "\n".join(
        f':root:has([href="#o{int(one)}"]:is(:hover,:focus-visible)) :is([id="o{int(one)}"],[id^="o{int(one)}-"],'
        f'[data-object="{int(one)}"])'
        "{--lit:1!important}"
        for one in islice(object_ids, MAX_HIGHLIGHTS)
    )
