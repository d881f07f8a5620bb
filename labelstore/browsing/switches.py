"""The switches of a drawing: links to the same page with another view, which the script of the page takes over."""

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup

from labelstore.browsing.view import OPACITIES, View, entry_of, hiding, mark_of
from labelstore.drawing.captions import in_words, shortened
from labelstore.drawing.legend import Entry, legend_of
from labelstore.scenes.scene import Scene

Address = Callable[[View], str]
"""A view → the address of this page with it."""


class Switch(NamedTuple):
    """A link that hides or shows a class, a kind or the names. `css` is in force while it is off.

    `key` is the mark of what it is about, `entry` how an address names that.
    """

    key: str
    entry: str
    text: str
    href: str
    is_off: bool
    css: Markup
    number: int | None = None
    color: str | None = None


class Choice(NamedTuple):
    """One opacity of fills; None is the usual one."""

    percent: int | None
    href: str
    is_chosen: bool


class Switches(NamedTuple):
    """All switches of a page. `more_classes` have none; `all_href` is the page with nothing hidden.

    `any_off` says whether anything is hidden now.
    """

    classes: tuple[Switch, ...]
    kinds: tuple[Switch, ...]
    names: Switch
    opacities: tuple[Choice, ...]
    more_classes: int
    all_href: str
    any_off: bool

    def all(self) -> tuple[Switch, ...]:
        """The switches, in the order of the page."""
        return (*self.classes, *self.kinds, self.names)


def switches_of(scene: Scene, view: View, address: Address) -> Switches:
    """The switches for the objects of a scene, and for what is hidden though it has none."""
    legend = legend_of(scene)
    classes, kinds = (
        tuple(_switches(what, entries, view, address))
        for what, entries in (("class", legend.classes), ("kind", legend.kinds))
    )
    names_css = Markup(".drawing .names { display: none } .words mark::after { content: none !important }")
    return Switches(
        classes,
        kinds,
        Switch("names", "", "Names", address(view._replace(names=not view.names)), not view.names, names_css),
        tuple(
            Choice(percent, address(view._replace(opacity=percent)), view.opacity == percent)
            for percent in (None, *OPACITIES)
        ),
        legend.classes_left_out,
        address(view._replace(hidden=())),
        bool(view.hidden),
    )


def _switches(what: str, entries: tuple[Entry, ...], view: View, address: Address) -> list[Switch]:
    found = [_switch(what, entry_of(what, one.name), one.name, view, address, one.number, one.color) for one in entries]
    known = {switch.key for switch in found}
    absent = (one for one in view.hidden if one.startswith(f"{what}:") and mark_of(one) not in known)
    return [*found, *(_switch(what, one, one.partition(":")[2], view, address, 0, None) for one in absent)]


def _switch(what: str, entry: str, name: str, view: View, address: Address, count: int, color: str | None) -> Switch:
    mark = mark_of(entry)
    is_off = mark in view.marks()
    text = shortened(in_words(name) if what == "kind" else name, 80) or "no name"
    href = address(view.toggled(entry))
    return Switch(mark, entry, text, href, is_off, hiding(mark), count, color if what == "class" else None)
