"""Where records of a file begin and end, by the compiled core (labelstore/core/shred.c): nothing is made of them."""

from array import array
from collections.abc import Callable, Sequence
from ctypes import CDLL
from typing import NamedTuple

from labelstore.core.shredding import Ids, Place, Shredder


class _NoProgram:
    """What makes no rows."""

    words = array("i", bytes(48))
    texts = b""
    mappings: Sequence[Callable[[str | None, str | None], str | None]] = ()


class Split(NamedTuple):
    """Records that stand one after another in `data`, a part of the file that begins at `offset`."""

    data: bytes
    offset: int
    places: Sequence[Place]
    consumed: int

    @property
    def records(self) -> int:
        """How many there are."""
        return len(self.places)

    def last(self) -> Place:
        """The last one."""
        return self.places[-1]

    def text(self, place: Place) -> bytes:
        """That of a record."""
        begin = place.offset - self.offset
        return self.data[begin : begin + place.length]


class Splitter:
    """Finds the records of one file, as `Take` of labelstore/files/walk.py: objects, in UTF-8 and well-formed."""

    gave_up = False

    def __init__(self, core: CDLL) -> None:
        self._shredder = Shredder(core, _NoProgram(), (), Ids(core))
        self._found = self._shredder.stretch()

    def __call__(
        self, data: bytes, begin: int, *, offset: int, position: int, in_lines: bool, is_last: bool
    ) -> Split | None:
        self._shredder.shred(
            self._found,
            data,
            (begin, len(data)),
            offset=offset,
            in_lines=in_lines,
            is_last=is_last,
            position=position,
            number=0,
            load_id=0,
            only_splits=True,
        )
        places = self._found.back
        return Split(data, offset, places, self._found.consumed) if places else None
