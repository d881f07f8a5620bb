"""HTML from an export, made anew of elements that can do nothing: no scripts, styles, pictures, links or forms.

The standard library's parser is not used: what is left open costs it the square of the length.
"""

import re

from markupsafe import Markup, escape

from labelstore.drawing.asset_text import visible
from labelstore.drawing.svg import Attribute, element


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEPT = _names("""
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn
    div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark nav ol p pre q rp rt
    ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
""")
_EMPTY = _names("br col hr wbr")
_DROPPED = _names("""
    script style template iframe object embed svg math noscript noembed noframes xmp title textarea select
""")
"""Elements that go with all they hold."""
_ATTRIBUTES = _names("align bgcolor border cellpadding cellspacing color colspan dir lang rowspan size width")
MAX_DEPTH = 200
"""Elements in one another; what is deeper stands without its tags."""

_START = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})([^<>]{0,10000})>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]{1,20})\s*=\s*(?:\"([^\"]{0,200})\"|'([^']{0,200})'|([^\s\"'>]{1,200}))")


def sanitized(html: str) -> Markup:
    """The text and structure of HTML, in time that grows as its length; tags that are not known are left out."""
    maker, place, done = _Maker(), 0, 0
    while (found := _START.search(html, place)) is not None:
        start, tag = found.start(), None
        if html.startswith("<!--", start):
            end = _behind(html, "-->", start + 4)
        elif (tag := _TAG.match(html, start)) is not None:
            end = tag.end()
        elif html[start + 1] in "!?/":
            end = _behind(html, ">", start)
        else:
            place = start + 1  # an open tag without an end is text
            continue
        maker.text(html[done:start])
        if tag is not None:
            end = _taken(maker, tag, html)
        place = done = end
    maker.text(html[done:])
    return maker.finished()


def _taken(maker: "_Maker", tag: re.Match[str], html: str) -> int:
    """Write the tag; where the text goes on behind it, and behind all that goes with it."""
    closes, name, attributes = tag.groups()
    if not closes and name.lower() in _DROPPED:
        end = re.compile(f"</{name}", re.I | re.A).search(html, tag.end())
        return end.start() if end is not None else len(html)
    maker.tag(name.lower(), attributes, closes=bool(closes))
    return tag.end()


def _behind(html: str, mark: str, start: int) -> int:
    end = html.find(mark, start)
    return end + len(mark) if end >= 0 else len(html)


class _Maker:
    def __init__(self) -> None:
        self.parts: list[Markup] = []
        self.opened: list[str] = []

    def text(self, text: str) -> None:
        """Character references stay what they are: they make no tag."""
        if not text:
            return
        self.parts.append(Markup(str(escape(visible(text))).replace("&amp;", "&")))  # escaped but for the &

    def tag(self, name: str, attributes: str, *, closes: bool) -> None:
        if name == "img" and not closes:
            alt = _attributes(attributes, frozenset({"alt"})).get("alt")
            self.text(f" [picture{f': {alt}' if alt else ''}] ")
        elif name not in _KEPT:
            return
        elif closes:
            if name in self.opened[-20:]:
                while self.opened and (last := self.opened.pop()):
                    self.parts.append(Markup("</{}>").format(last))
                    if last == name:
                        break
        elif name in _EMPTY or len(self.opened) < MAX_DEPTH:
            made = element(name, **_attributes(attributes, _ATTRIBUTES))
            self.parts.append(Markup(str(made).removesuffix(f"</{name}>")))  # our own element, opened only
            if name not in _EMPTY:
                self.opened.append(name)

    def finished(self) -> Markup:
        while self.opened:
            self.parts.append(Markup("</{}>").format(self.opened.pop()))
        return Markup("").join(self.parts)


def _attributes(text: str, names: frozenset[str]) -> dict[str, Attribute]:
    found = ((match[1].lower(), match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(text))
    return {name: visible(value) for name, value in found if name in names}
