"""An HTML asset: its answers, a rendering that can do nothing, and its source."""

from markupsafe import Markup

from labelstore.drawing.answers import draw_questions
from labelstore.drawing.asset_text import text_of, visible
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.sanitize_html import sanitized
from labelstore.drawing.svg import element
from labelstore.drawing.text import unplaced_list
from labelstore.figures import figure
from labelstore.scenes.scene import Scene

MAX_SOURCE = 200_000
MAX_PAGE = 500_000
"""Characters of the source that are shown, as text and as a page."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The page in a frame without scripts, styles, pictures and links, with the answers and its source."""
    text = text_of(scene, options)
    answers = draw_questions(scene.questions)
    unplaced = unplaced_list([(shape, "objects of HTML are not drawn") for shape in scene.shapes[: options.limit]])
    if text is None:
        page = element("p", "The HTML is not available.", class_="note")
        return element("div", page, answers, unplaced, class_="words html")
    return element("div", _frame(text), answers, _source(text), unplaced, class_="words html")


def document(text: str) -> str:
    """The HTML document of the frame; its own policy forbids every request, whatever is in the text."""
    policy = element("meta", http_equiv="Content-Security-Policy", content=_POLICY)
    head = "<!doctype html>" + str(policy).removesuffix("</meta>") + "<title>HTML asset</title>"
    return head + str(sanitized(text[:MAX_PAGE]))


def _frame(text: str) -> Markup:
    return element(
        "iframe",
        sandbox="",
        srcdoc=document(text),
        title="The HTML asset, without scripts, styles, pictures and links",
        referrerpolicy="no-referrer",
        loading="lazy",
        class_="html-page",
    )


def _source(text: str) -> Markup:
    cut = len(text) > MAX_SOURCE
    note = f"The first {figure(MAX_SOURCE)} of {figure(len(text))} characters." if cut else ""
    return element(
        "details",
        element("summary", "Source"),
        element("pre", visible(text, 0, MAX_SOURCE), class_="text source", dir="auto"),
        element("p", note, class_="note") if note else "",
    )
