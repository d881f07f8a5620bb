"""What a page of a label shows of its drawing, as its address says: what is hidden, zoom, opacity, names."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.drawing.legend import class_mark, kind_mark
from labelstore.drawing.options import DrawView, Zoom
from labelstore.drawing.svg import number
from labelstore.drawing.window import parse_zoom

MOST_HIDDEN = 60
"""Classes and kinds that an address can hide."""
LONGEST = 200
"""Characters of a name in an address."""
OPACITIES = (0, 25, 50, 100)
NAMES = ("hide", "zoom", "opacity", "names")
"""The arguments of an address that are the view's."""

_MARK = re.compile(r"[ck][0-9a-f]{1,8}", re.A)
_MARKERS = {"class": class_mark, "kind": kind_mark}


class View(NamedTuple):
    """`hidden` has entries such as `class:Car` and `kind:polygon`; `opacity` is that of fills, in percent."""

    hidden: tuple[str, ...] = ()
    zoom: Zoom | None = None
    opacity: int | None = None
    names: bool = True

    def arguments(self, *, zoom: bool = True) -> list[tuple[str, str]]:
        """The arguments of an address with this view; another label has another picture, so no `zoom`."""
        found = [("hide", entry) for entry in self.hidden]
        if zoom and self.zoom is not None:
            window, key = self.zoom[:4], self.zoom.key
            found.append(("zoom", ",".join(map(number, window)) + (f"@{key}" if key else "")))
        if self.opacity is not None:
            found.append(("opacity", str(self.opacity)))
        return found if self.names else [*found, ("names", "no")]

    def marks(self) -> frozenset[str]:
        """The marks of what is hidden (see `labelstore.drawing.legend`)."""
        return frozenset(map(mark_of, self.hidden))

    def toggled(self, entry: str) -> "View":
        """The same with this entry hidden, or shown if it is hidden."""
        others = tuple(one for one in self.hidden if one != entry)
        return self._replace(hidden=others if entry in self.hidden else (*others, entry))

    def drawn(self, zoom_href: str) -> DrawView:
        """How the drawing is to be made; `zoom_href` has `{}` for a zoom."""
        return DrawView(self.zoom, zoom_href, self.names, self.marks())

    def fills(self) -> Markup:
        """CSS of our own making: how opaque fills and masks are."""
        return Markup() if self.opacity is None else Markup(f":root {{ --fill: {self.opacity / 100} }}")


def view_of(arguments: Any) -> View:
    """The view of an address, from the arguments of a request of Datasette; what is no view is left out."""
    hidden = dict.fromkeys(entry for entry in arguments.getlist("hide")[:MOST_HIDDEN] if _is_entry(entry))
    opacity = arguments.get("opacity") or ""
    return View(
        tuple(hidden),
        parse_zoom(arguments.get("zoom")),
        int(opacity) if re.fullmatch(r"\d\d?|100", opacity, re.A) else None,
        arguments.get("names") != "no",
    )


def entry_of(what: str, name: str) -> str:
    """`class:Car`: how an address names a class or (`what` is "kind") a kind; by its mark where the name is odd."""
    is_plain = len(name) <= LONGEST and name.isprintable()
    return f"{what}:{name}" if is_plain else f"mark:{_MARKERS[what](name)}"


def mark_of(entry: str) -> str:
    """The mark of an entry."""
    what, _, name = entry.partition(":")
    return name if what == "mark" else _MARKERS[what](name)


def _is_entry(entry: str) -> bool:
    what, _, name = entry.partition(":")
    return bool(_MARK.fullmatch(name)) if what == "mark" else what in _MARKERS and len(name) <= LONGEST


def hiding(mark: str) -> Markup:
    """CSS that hides what has the mark; the words of a text stay, and the rows of a timeline are dimmed."""
    of = f'[data-of~="{mark}"]'
    return Markup(
        f":is(.drawing, .objects, .words ul, .page-texts) {of} {{ display: none }} "
        f".words mark{of} {{ background: none; border-color: transparent; outline: none }} "
        f".words mark{of}::after {{ content: none }} .timeline {of} {{ opacity: 0.25 }}"
    )


def without(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The arguments of an address that are not the view's."""
    return [(name, value) for name, value in pairs if name not in NAMES]
