"""The classes and kinds of what is drawn, and the marks by which a page switches them off."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from labelstore.scenes.scene import Shape

MAX_ENTRIES = 60
"""Classes of one legend; the rarest beyond are left out."""


class Entry(NamedTuple):
    """A class or a kind of object: the color of the first, and how many of the shapes have it."""

    name: str
    color: str
    number: int


class Legend(NamedTuple):
    """The classes and the kinds of shapes, the most frequent first; `classes_left_out` are not among them."""

    classes: tuple[Entry, ...]
    kinds: tuple[Entry, ...]
    classes_left_out: int = 0


def legend_of(shapes: Iterable[Shape]) -> Legend:
    """What there is to switch on and off."""
    shapes = tuple(shapes)
    classes = _entries((shape.name, shape.color) for shape in shapes)
    kinds = _entries((shape.kind, shape.color) for shape in shapes)
    return Legend(classes[:MAX_ENTRIES], kinds[:MAX_ENTRIES], max(len(classes) - MAX_ENTRIES, 0))


def _entries(named: Iterable[tuple[str, str]]) -> tuple[Entry, ...]:
    counts: Counter[str] = Counter()
    colors: dict[str, str] = {}
    for name, color in named:
        counts[name] += 1
        colors.setdefault(name, color)
    return tuple(Entry(name, colors[name], count) for name, count in counts.most_common())


def class_mark(name: str) -> str:
    """A word for a class that is safe in CSS whatever the name; two classes practically never share one."""
    return "c" + _number(name)


def kind_mark(kind: str) -> str:
    """The same for a kind."""
    return "k" + _number(kind)


def marks_of(shape: Shape) -> str:
    """The value of `data-of`, by which a rule `[data-of~="…"]` finds all that is drawn of a class or kind."""
    return f"{class_mark(shape.name)} {kind_mark(shape.kind)}"


def _number(text: str) -> str:
    return f"{crc32(text.encode('utf-8', 'replace')):x}"
