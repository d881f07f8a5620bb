"""Rows of stretches counted by the compiled core, as rules say that know the tables (labelstore/core/count.c)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from ctypes import CDLL, Structure, byref, c_int, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p, string_at
from enum import IntEnum
from typing import Any, Final, NamedTuple

from labelstore.core.cells import Array, Cell, items, value
from labelstore.core.library import declared
from labelstore.core.shredding import Stretch

_MOST_RULES, _MOST_SLOTS, _MOST_GRAINS = 8, 12, 5

PAIRS: Final = -1
"""In place of the number of a rule: pairs of classes."""


class From(IntEnum):
    """Where the value of a slot is, in the order of labelstore/core/count.c."""

    OF_ROW = 0
    OF_RECORD = 1
    OF_PARENT = 2
    IS_GIVEN = 3
    LABEL_COUNT = 4
    PARENT_KIND = 5


class Slot(NamedTuple):
    """One of the values that rows are counted by.

    A column of the row or of its record; of its parent, a column for each kind of parent. Or whether a column is given
    while another, if there is one, is not.
    """

    source: From
    column: int = -1
    other: int = -1


class Rule(NamedTuple):
    """How the rows of a table are counted; columns and tables are numbers, and -1 is none.

    `label`: where the id of the label is; None for rows that are in no label. `grains`: the slots that each keeps.
    `classes`: a grain that labels have pairs of, and the slot of it that has to be given.
    """

    table: int
    columns: int
    node: int
    parents: tuple[int, int]
    label: Slot | None
    slots: Mapping[str, Slot]
    grains: Sequence[Sequence[str]] = ()
    classes: tuple[int, str] | None = None


class Counted(NamedTuple):
    """Rows that have the same in the slots of their rule, or labels that have something in common of it."""

    number: int
    grain: int
    """-1 for rows."""
    values: Sequence[Any]
    """By slot; of pairs, the numbers of both classes."""
    annotations: int
    times_answered: int
    labels: int
    last_label: int
    seen: tuple[str | None, str | None]


class _Slot(Structure):
    _fields_ = (("source", c_int32), ("column", c_int32 * 2))


class _Rule(Structure):
    _fields_ = (
        ("table", c_int32),
        ("columns", c_int32),
        ("node", c_int32),
        ("parent", c_int32 * 2),
        ("label", _Slot),
        ("slots", c_int32),
        ("grains", c_int32),
        ("slot", _Slot * _MOST_SLOTS),
        ("grain", c_int32 * _MOST_GRAINS),
        ("classes", c_int32),
        ("name", c_int32),
        ("at", c_size_t),
        ("end", c_size_t),
    )


class _Time(Structure):
    _fields_ = (("text", c_void_p), ("length", c_uint32), ("most", c_uint32))


class _Count(Structure):
    _fields_ = (
        ("hash", c_uint64),
        ("rule", c_int32),
        ("grain", c_int32),
        ("annotations", c_int64),
        ("times_answered", c_int64),
        ("labels", c_int64),
        ("last_label", c_int64),
        ("seen", _Time * 2),
        ("of_grain", c_int32 * _MOST_GRAINS),
        ("cells", Cell * _MOST_SLOTS),
    )


class _Label(Structure):
    _fields_ = (("id", Cell), ("seen", Cell * 2), ("number", c_int64), ("count", c_int64))


class _Counter(Structure):
    _fields_ = (
        ("rules", _Rule * _MOST_RULES),
        ("count", c_int32),
        ("most_paired", c_int32),
        ("label_id", c_int32),
        ("created_at", c_int32),
        ("updated_at", c_int32),
        ("counts", Array),
        ("wide", Array),
        ("blocks", c_void_p),
        ("used", c_size_t),
        ("places", c_void_p),
        ("most_places", c_size_t),
        ("record", c_void_p),
        ("nodes", Array),
        ("labels", Array),
        ("classes", Array),
        ("paired", _Label),
        ("label", c_size_t),
        ("label_number", c_int64),
    )


class Counter:
    """Counts rows. The first rule is that of records, the second that of labels."""

    def __init__(self, core: CDLL, rules: Sequence[Rule], most_paired: int, of_label: tuple[int, int, int]) -> None:
        """`of_label`: the columns of labels with their id, and when they were created and updated."""
        self._core, self._rules = declared(core, _FUNCTIONS), rules
        self._told = counter_words(rules, most_paired, of_label)
        self._read: dict[int, list[Counted]] | None = None

    def __del__(self) -> None:
        with suppress(AttributeError):  # it could not be made
            self._core.core_count_free(byref(self._told))

    def add(self, stretch: Stretch) -> None:
        """Count the rows of a stretch, in which no label is twice."""
        self._read = None
        if not self._core.core_count(byref(self._told), stretch.address):
            raise MemoryError

    def __len__(self) -> int:
        return len(items(self._told.counts, _Count))

    def counts(self, rule: int) -> Sequence[Counted]:
        """What was counted by a rule, or of `PAIRS`, in the order in which it came."""
        if self._read is None:
            self._read = {}
            for number, one in enumerate(items(self._told.counts, _Count)):
                self._read.setdefault(one.rule, []).append(self._counted(number, one))
        return self._read.get(rule, ())

    def _counted(self, number: int, one: _Count) -> Counted:
        slots = 2 if one.rule == PAIRS else len(self._rules[one.rule].slots)
        first, last = map(_time, one.seen)
        amounts = one.annotations, one.times_answered, one.labels, one.last_label
        return Counted(number, one.grain, list(map(value, one.cells[:slots])), *amounts, (first, last))

    def wide(self) -> Iterator[tuple[int, str]]:
        """Labels with too many classes for their pairs: the number of what counts the label itself, and its id."""
        cells = items(self._told.wide, Cell)
        return ((value(cells[at]), value(cells[at + 1])) for at in range(0, len(cells), 2))


def counter_words(rules: Sequence[Rule], most_paired: int, of_label: tuple[int, int, int]) -> _Counter:
    """What the core is told of rules: a counter that has counted nothing."""
    told = _Counter(count=len(rules), most_paired=most_paired)
    told.label_id, told.created_at, told.updated_at = of_label
    for number, rule in enumerate(rules):
        told.rules[number] = _rule(rule)
    return told


def _rule(rule: Rule) -> _Rule:
    names = list(rule.slots)
    grains = [sum(1 << names.index(name) for name in grain) for grain in rule.grains]
    classes, name = (-1, -1) if rule.classes is None else (rule.classes[0], names.index(rule.classes[1]))
    return _Rule(
        rule.table,
        rule.columns,
        rule.node,
        rule.parents,
        _slot(rule.label or Slot(From.OF_RECORD)),
        len(names),
        len(grains),
        (_Slot * _MOST_SLOTS)(*map(_slot, rule.slots.values())),
        (c_int32 * _MOST_GRAINS)(*grains),
        classes,
        name,
    )


def _slot(slot: Slot) -> _Slot:
    return _Slot(slot.source, (slot.column, slot.other))


def _time(time: _Time) -> str | None:
    return string_at(time.text, time.length).decode() if time.text else None


_FUNCTIONS: Final = {
    "core_count": (c_int, (c_void_p, c_void_p)),
    "core_count_free": (None, (c_void_p,)),
}
