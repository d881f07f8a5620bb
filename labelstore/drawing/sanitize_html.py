"""HTML from an export without what could run or load: nh3 keeps the elements named here, and nothing of the rest.

What a parser does with a tag costs time that grows with the number of open elements. So a page of many tags is cleaned
in parts, each of which opens again what is open where it begins, and the whole takes time that grows as its length.
"""

import re
from collections.abc import Iterator
from html import escape, unescape

from markupsafe import Markup

from labelstore.drawing.asset_text import visible


def _names(text: str) -> set[str]:
    return set(text.split())


_KEPT = _names("""
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn
    div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q
    rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul
    var wbr
""")
_DROPPED = _names("script style template iframe object embed noscript noembed noframes xmp title textarea select")
"""Elements that go with all they hold; what else is not kept goes without its tags."""
_ATTRIBUTES = _names("align bgcolor border cellpadding cellspacing colspan dir lang rowspan width")
_PLAIN = re.compile(r"[\w#%. -]{0,200}", re.A)
MAX_TAGS = 2000
"""Tags of one part."""
_MOST_TIMES = 20
"""A part that becomes longer than so many times itself (open elements that each paragraph repeats) is shown as text."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_DROPPED_ELEMENT = re.compile(
    rf"<!--.*?(?:-->|\Z)|<({'|'.join(sorted(_DROPPED, key=len, reverse=True))})\b.*?(?:</\1\b[^<>]*>?|\Z)",
    re.I | re.S | re.A,
)
_FORMATTING = re.compile(r"(<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u))[\s/][^<>]*", re.I | re.A)
"""What a parser opens again in every paragraph until it is closed; it does so with three of the same at most, and
without attributes they are the same."""
_PICTURE = re.compile(r'<img(?: alt="([^"]*)")?>')


def sanitized(html: str) -> Markup:
    """The text and structure of HTML; pictures become `[picture: alternative text]`."""
    html = _FORMATTING.sub(r"\1", _DROPPED_ELEMENT.sub("", visible(html)))
    return Markup("").join(Markup(_cleaned(part)) for part in _parts(html))


def _parts(html: str) -> Iterator[str]:
    opened: list[str] = []
    start, reopened = 0, ""
    for count, tag in enumerate(_TAG.finditer(html), 1):
        if count % MAX_TAGS == 0:
            yield reopened + html[start : tag.start()]
            start, reopened = tag.start(), "".join(f"<{name}>" for name in dict.fromkeys(opened) if name in _KEPT)
        name = tag[2].lower()
        if not tag[1]:
            opened.append(name)
        elif name in opened[-20:]:
            while opened.pop() != name:
                pass
    yield reopened + html[start:]


def _cleaned(html: str) -> str:
    import nh3

    cleaned = nh3.clean(
        html,
        tags=_KEPT,
        clean_content_tags=_DROPPED,
        attributes={"*": _ATTRIBUTES, "img": {"alt"}},
        attribute_filter=_attribute,
        link_rel=None,
        url_schemes=set(),
    )
    if len(cleaned) > _MOST_TIMES * (len(html) + MAX_TAGS):
        return escape(re.sub(r"<[^<>]*>", " ", html))
    return _PICTURE.sub(_picture, cleaned)


def _attribute(element: str, name: str, value: str) -> str | None:
    """No `<` in any attribute, so that `_PICTURE` finds nothing but elements."""
    if element == "img":
        return escape(value) if name == "alt" else None
    return value if _PLAIN.fullmatch(value) else None


def _picture(found: re.Match[str]) -> str:
    alt = unescape(found[1] or "")
    return f" [picture{f': {alt}' if alt else ''}] "
