"""The words of a program of rows: operations, where the machine finds values, and objects that it holds."""

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Any, Final


class Operation(IntEnum):
    """What the machine can do, in the order of labelstore/core/shredder.h."""

    DONE = 0
    HAND_BACK = auto()
    COPY = auto()
    NUMBER_NEXT = auto()
    JUMP = auto()
    JUMP_IF = auto()
    JUMP_UNLESS = auto()
    IS_KIND = auto()
    IS_EQUAL = auto()
    NEXT_ITEM = auto()
    IS_LAST = auto()
    CALL = auto()
    RETURN = auto()
    ADD_ROW = auto()
    PATCH_ROW = auto()
    LOOK_UP = auto()
    JOIN = auto()
    QUOTE = auto()
    PARAMETER = auto()
    SUFFIX = auto()
    ADD = auto()
    SET_BITS = auto()
    HAS_BITS = auto()
    CLAIM = auto()
    BEGINS_JSON = auto()
    WHICH = auto()
    WHOLE_NUMBER = auto()
    READ = auto()
    CONTAINS = auto()


class Kind(IntEnum):
    """What a cell holds, in the order of labelstore/core/shred.h."""

    NOTHING = 0
    NIL = auto()
    INTEGER = auto()
    REAL = auto()
    BOOLEAN = auto()
    TEXT = auto()
    JSON = auto()
    BLOB = auto()
    OBJECT = auto()
    LIST = auto()
    MAP = auto()


class Source(IntEnum):
    """What an operand is, in the order of labelstore/core/shred.c."""

    NO_VALUE = 0
    REGISTER = auto()
    CONSTANT = auto()
    GLOBAL = auto()
    FIELD = auto()
    COUNT_OF = auto()
    IS_THERE = auto()


@dataclass(frozen=True, slots=True)
class Operand:
    """Where the machine finds a value."""

    source: Source = Source.NO_VALUE
    index: int = 0
    slot: int = 0

    @property
    def code(self) -> int:
        """The operand as a word of the program."""
        return self.source | self.index << 3 | self.slot << 15


NOTHING: Final = Operand()
RECORD_ID, FIRST_NODE, LOAD_ID, POSITION, BYTE_OFFSET = (Operand(Source.GLOBAL, place) for place in range(5))
"""What the machine knows of the record at hand."""


Given = Operand | str | int | bool | None


@dataclass(frozen=True, slots=True)
class Item:
    """An object in a register; its members by the names of their fields."""

    cls: Any
    register: int
    slots: dict[str, int]

    def __getitem__(self, name: str) -> Operand:
        return Operand(Source.FIELD, self.register, self.slots[name])

    def count(self, name: str) -> Operand:
        """How many elements a list or map has; NULL without one, and for a list kept as JSON that is not empty."""
        return Operand(Source.COUNT_OF, self.register, self.slots[name])

    def has(self, name: str) -> Operand:
        """Whether a member is there, be it null."""
        return Operand(Source.IS_THERE, self.register, self.slots[name])

    @property
    def note(self) -> Operand:
        """What the program noted about the object, nothing at first."""
        return self["note"]

    @property
    def itself(self) -> Operand:
        """The object."""
        return Operand(Source.REGISTER, self.register)
