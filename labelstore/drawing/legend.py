"""The classes and kinds of what is drawn, and the marks by which a page switches them off."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from labelstore.formats.kinds import OBJECT_KINDS
from labelstore.scenes.scene import Scene, Shape, Track

MAX_ENTRIES = 60
"""Classes of one legend; the rarest beyond are left out."""


class Entry(NamedTuple):
    """A class or a kind of object: the color of the first, and how many have it."""

    name: str
    color: str
    number: int


class Legend(NamedTuple):
    """The classes and the kinds of objects, the most frequent first; `classes_left_out` are not among them."""

    classes: tuple[Entry, ...]
    kinds: tuple[Entry, ...]
    classes_left_out: int = 0


def legend_of(scene: Scene) -> Legend:
    """What there is to switch on and off; with frames, also what is in others, counted by its tracks."""
    tracks = [track for track in scene.tracks if track.kind in OBJECT_KINDS]
    followed = {track.feature_id for track in tracks}
    found: list[Shape | Track] = [
        *tracks,
        *(shape for shape in scene.shapes if not tracks or shape.feature_id not in followed),
    ]
    classes = _entries((one.name, one.color) for one in found)
    kinds = _entries((one.kind, one.color) for one in found)
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


def marks_of(shape: Shape | Track) -> str:
    """The value of `data-of`, by which a rule `[data-of~="…"]` finds all that is drawn of a class or kind."""
    return f"{class_mark(shape.name)} {kind_mark(shape.kind)}"


def _number(text: str) -> str:
    return f"{crc32(text.encode('utf-8', 'replace')):x}"
