"""Pages of a document on which nothing is annotated: folded, one line for a run of them."""

from markupsafe import Markup

from labelstore.drawing.captions import left_out
from labelstore.drawing.options import Document
from labelstore.drawing.svg import element, joined
from labelstore.figures import figure

MAX_PICTURES = 20
"""Pages of one run that are shown when it is unfolded."""
_USUAL = (612.0, 792.0)


def other_pages(first: int, last: int, document: Document | None) -> Markup:
    """The pages from `first` to `last`, both included: nothing for none, their pictures where there is a file."""
    if first > last or last < 1:
        return Markup()
    several = f"Pages {figure(first)} to {figure(last)}"
    words = f"{several if last > first else f'Page {figure(first)}'}: no annotations"
    if document is None:
        return element("p", words, class_="note other-pages")
    shown = range(first, min(last, first + MAX_PICTURES - 1, document.pages.total) + 1)
    pictures = joined(_picture(page, document) for page in shown)
    note = left_out(len(shown), last - first + 1, "pages", verb="shown")
    return element("details", element("summary", words), element("div", pictures), note, class_="other-pages")


def _picture(page: int, document: Document) -> Markup:
    """Loaded when it is looked at; its place has the right proportions before."""
    width, height = document.pages.of(page) or _USUAL
    picture = element(
        "img",
        src=document.href.replace("{}", str(page)),
        alt=f"Page {figure(page)}",
        width=max(round(width), 1),
        height=max(round(height), 1),
        loading="lazy",
    )
    return element("figure", picture, element("figcaption", figure(page)))
