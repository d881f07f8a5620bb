"""Records → rows by the compiled core: a shredder runs a program over stretches of a file (labelstore/core/shred.c)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ctypes import (
    CDLL,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_void_p,
    cast,
    sizeof,
)
from struct import iter_unpack
from typing import Any, Final, NamedTuple, Protocol

from labelstore.core.cells import NOTHING, TEXT
from labelstore.core.cells import Array as _Array
from labelstore.core.cells import Cell as _Cell
from labelstore.core.cells import items as _items
from labelstore.core.cells import value as _value
from labelstore.core.library import declared


class Words(Protocol):
    """A program: its words, its texts, and the functions of texts that it asks."""

    words: Any
    texts: bytes
    mappings: Sequence[Callable[[str | None, str | None], str | None]]


class Place(NamedTuple):
    """A record of a file: its byte offset, its length, its position among the records."""

    offset: int
    length: int
    position: int


class _Place(Structure):
    _fields_ = (("offset", c_int64), ("length", c_int64), ("position", c_int64))


class _Claim(Structure):
    _fields_ = (("record", c_int64), ("text", _Cell))


class _Stretch(Structure):
    _fields_ = (
        ("rows", POINTER(_Array)),
        ("tables", c_int),
        ("made", _Array),
        ("back", _Array),
        ("claims", _Array),
        ("missing", _Array),
        ("blocks", c_void_p),
        ("used", c_size_t),
        ("consumed", c_int64),
        ("records", c_int64),
    )


def _places(array: _Array) -> list[Place]:
    return list(map(Place._make, iter_unpack("=3q", _items(array, _Place) or b"")))


_MOST_QUESTIONS: Final = 4
"""So often functions of texts are asked about one stretch, for the answer to one leads to the next."""


class Stretch:
    """What was made of a stretch of a file: rows by table, and the records that Python has to look at."""

    def __init__(self, core: CDLL, widths: Sequence[int], shredder: "Shredder") -> None:
        self._core, self._widths = core, widths
        self.shredder = shredder
        """The one that filled it, in whose program texts of rows are, too."""
        address = core.core_stretch(len(widths))
        if not address:
            raise MemoryError
        self.address: int = address
        self._told = cast(address, POINTER(_Stretch)).contents
        self.data = b""
        """The input, in which the texts of rows are."""

    def __del__(self) -> None:
        with suppress(AttributeError):  # it could not be made
            self._core.core_stretch_free(self.address)

    @property
    def consumed(self) -> int:
        """How many bytes of the input are done with."""
        return int(self._told.consumed)

    @property
    def records(self) -> int:
        """How many records those hold."""
        return int(self._told.records)

    @property
    def made(self) -> list[Place]:
        """The records that were made rows of."""
        return _places(self._told.made)

    @property
    def back(self) -> list[Place]:
        """The records that were not."""
        return _places(self._told.back)

    def last(self) -> Place:
        """The last record."""
        places = [_items(places, _Place)[-1] for places in (self._told.made, self._told.back) if places.size]
        return max((Place(one.offset, one.length, one.position) for one in places), key=lambda place: place.position)

    def digest(self, table: int, content: int, urls: int, digests: bytes) -> None:
        """Put digests into two columns of a table: 16 bytes for each row, 8 more, and whether these are any."""
        self._digests = digests
        self._core.core_digest(self.address, table, self._widths[table], content, urls, digests)

    def claims(self) -> Iterator[tuple[int, str]]:
        """The ids that records bring, each after the place of its record in `made`."""
        return ((one.record, _value(one.text)) for one in _items(self._told.claims, _Claim))

    def count(self, table: int) -> int:
        """How many rows a table gets."""
        return int(self._told.rows[table].size) // (self._widths[table] * sizeof(_Cell))

    def rows(self, table: int) -> Iterator[tuple[Any, ...]]:
        """The rows of a table."""
        width = self._widths[table]
        cells = _items(self._told.rows[table], _Cell)
        return (tuple(map(_value, cells[start : start + width])) for start in range(0, len(cells), width))

    def column(self, table: int, column: int) -> Iterator[Any]:
        """The values of one column of a table."""
        return map(_value, _items(self._told.rows[table], _Cell)[column :: self._widths[table]])

    def cells(self, table: int) -> _Array:
        """The same as the core has them: cells, row by row."""
        found: _Array = self._told.rows[table]
        return found

    def has(self, table: int, column: int) -> bool:
        """Whether a column of a table has a value, looked for without making one of Python."""
        size, cells = sizeof(_Cell), memoryview(_items(self._told.rows[table], _Cell) or b"").cast("B")
        return bool(bytes(cells[size * column :: size * self._widths[table]]).strip(b"\0"))

    def missing(self) -> Iterator[tuple[int, _Cell, _Cell]]:
        """What functions are asked: the number of each, and its two texts."""
        cells = _items(self._told.missing, _Cell)
        return ((cells[at].content.integer, cells[at + 1], cells[at + 2]) for at in range(0, len(cells), 3))


class Ids:
    """The ids that records brought, of all generations."""

    def __init__(self, core: CDLL) -> None:
        self._core = declared(core, _FUNCTIONS)
        self.address: int = core.core_ids()
        if not self.address:
            raise MemoryError

    def __del__(self) -> None:
        if self.address:
            self._core.core_ids_free(self.address)

    def claim(self, text: str) -> bool:
        """Note an id; whether it is new."""
        encoded = text.encode()
        said: int = self._core.core_claim(self.address, encoded, len(encoded))
        if said < 0:
            raise MemoryError
        return said == 1


class Shredder:
    """Runs a program; it remembers what functions of texts said."""

    def __init__(self, core: CDLL, program: Words, widths: Sequence[int], ids: Ids) -> None:
        """`widths`: how many columns each table has. A record that brings a known id is handed back."""
        self._core, self._program, self._widths, self._ids = declared(core, _FUNCTIONS), program, widths, ids
        words = (c_int32 * len(program.words)).from_buffer_copy(program.words)
        texts = program.texts
        self._address = core.core_shredder(words, len(words), texts, len(texts), ids.address)
        if not self._address:
            raise MemoryError

    def __del__(self) -> None:
        with suppress(AttributeError):
            self._core.core_shredder_free(self._address)

    def stretch(self) -> Stretch:
        """An empty stretch, which can be filled again and again."""
        return Stretch(self._core, self._widths, self)

    def shred(
        self,
        stretch: Stretch,
        data: bytes,
        span: tuple[int, int],
        *,
        offset: int,
        in_lines: bool,
        is_last: bool,
        position: int,
        number: int,
        load_id: int,
        only_splits: bool = False,
    ) -> None:
        """Make rows of the records that begin at the start of a span of `data`, one after another.

        `offset` is that of `data` in the file, `position` and `number` are those of the first record in the file and in
        the store. With `only_splits` all records are left to Python.
        """
        numbers = offset, in_lines, is_last, only_splits, position, number, load_id
        stretch.data, stretch.shredder = data, self
        for _ in range(_MOST_QUESTIONS):
            self._shred(stretch, data, span, numbers)
            asked = {(number, _value(one), _value(two)): (one, two) for number, one, two in stretch.missing()}
            if not asked:
                return
            for (mapping, first, second), (one, two) in asked.items():
                self._tell(mapping, one, two, self._program.mappings[mapping](first, second))
            self.give_back(stretch)
        self._shred(stretch, data, span, numbers)

    def _shred(
        self,
        stretch: Stretch,
        data: bytes,
        span: tuple[int, int],
        numbers: tuple[int, bool, bool, bool, int, int, int],
    ) -> None:
        if not self._core.core_shred(self._address, stretch.address, data, *span, *numbers):
            raise MemoryError

    def _tell(self, mapping: int, first: _Cell, second: _Cell, said: str | None) -> None:
        value = _Cell(NOTHING, 0)
        if said is not None:
            encoded = said.encode()
            value.kind, value.length = TEXT, len(encoded)
            value.content.text = cast(c_char_p(encoded), c_void_p).value
        if not self._core.core_tell(self._address, mapping, byref(first), byref(second), byref(value)):
            raise MemoryError

    def give_back(self, stretch: Stretch) -> None:
        """Forget the ids of a stretch, which is to be shredded again."""
        self._core.core_give_back(self._address, stretch.address)


_FUNCTIONS: Final = {
    "core_shredder": (c_void_p, (c_void_p, c_int64, c_char_p, c_int64, c_void_p)),
    "core_shredder_free": (None, (c_void_p,)),
    "core_stretch": (c_void_p, (c_int,)),
    "core_stretch_free": (None, (c_void_p,)),
    "core_shred": (
        c_int,
        (c_void_p, c_void_p, c_char_p, *(c_int64,) * 3, *(c_int,) * 3, *(c_int64,) * 3),
    ),
    "core_digest": (None, (c_void_p, c_int, c_int, c_int, c_int, c_char_p)),
    "core_tell": (c_int, (c_void_p, c_int32, c_void_p, c_void_p, c_void_p)),
    "core_ids": (c_void_p, ()),
    "core_ids_free": (None, (c_void_p,)),
    "core_claim": (c_int, (c_void_p, c_char_p, c_int64)),
    "core_give_back": (None, (c_void_p, c_void_p)),
}
"""What the functions of the library give, and take."""
