"""A walk through a source, value by value: what is a record, and how far a broken part goes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeAlias, TypeVar

import msgspec

from labelstore.files.resync import Between, Landmarks, first_key
from labelstore.files.window import SPACE, Malformed, Readable, Window
from labelstore.json.error_location import located

T = TypeVar("T")

MAX_BROKEN_BYTES = 64 << 20
"""A broken part is reported in pieces of this size."""

REFUSALS = (msgspec.DecodeError, ValueError, RecursionError)
"""What a decoder raises for a text that is no record."""

RESYNC_BYTES = 16 << 10
"""How far to look for the end of a broken part at first."""

LARGEST_TAKEN = 8 << 20
"""A longer record is read by itself, for Python makes its rows. Some of nearly this size, or twice, load in 250 MiB."""

BRACKETED = b'{["'
"""What begins a value that ends with a mark of its own."""


class Record(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """One value: its position among the records, its byte offset (decompressed), its text, its decoded value."""

    position: int
    byte_offset: int
    raw: bytes
    value: T


class Broken(msgspec.Struct, frozen=True, gc=False):
    """A part of a source that is no record; it takes a position among the records. `raw` is empty for a gap."""

    position: int
    byte_offset: int
    raw: bytes
    reason: str


class Taken(Protocol):
    """Records that were read at once, one after another."""

    @property
    def records(self) -> int:
        """How many there are."""

    @property
    def consumed(self) -> int:
        """Up to the end of the last one, so many bytes."""

    def last(self) -> tuple[int, int, int]:
        """Of the last one the byte offset in the source, the length, and the position among all records."""


Item: TypeAlias = Record[T] | Broken | Taken


class Take(Protocol):
    """Reads many records at once."""

    gave_up: bool
    """Whether this source is none for it."""

    def __call__(
        self, data: bytes, begin: int, *, offset: int, position: int, in_lines: bool, is_last: bool
    ) -> Taken | None:
        """The records that begin at a place in `data`; None if the first of them is not for it, or not whole.

        `offset` is that of `data` in the source, `position` that of the first record. `in_lines`: a line break ends
        each, else a comma. `is_last`: nothing comes after `data`.
        """


class Walk(ABC, Generic[T]):
    """A walk through one source. `last` is the item before the position, `number` the position of the next one."""

    take: Take | None = None
    """What reads many records at once, where that is possible."""

    def __init__(self, source: Readable, window: Window, decode: Callable[[bytes], T]) -> None:
        self.source, self.window, self.decode = source, window, decode
        self.number = 0
        self.last: Record[T] | Broken | None = None
        self.last_record: Record[T] | None = None
        self.between = Between.SPACES
        self.is_lost = False
        self.start = b""

    @abstractmethod
    def items(self) -> Iterator["Item[T]"]:
        """All of the source."""

    @abstractmethod
    def rest(self) -> Iterator["Item[T]"]:
        """The values from the position on, where one begins that is not the first."""

    def taken(self, *, in_lines: bool) -> Taken | None:
        """Records that are read at once, the first at the position; moves behind the last.

        None if the first one is to be read by itself.
        """
        window = self.window
        if self.take is not None and self.take.gave_up:
            self.take = None
        if self.take is None or self.is_lost or self.last_record is None or window.data[window.position] != ord("{"):
            return None
        if len(window.data) - window.position < window.chunk_bytes // 2:
            window.more()
        while True:
            found = self.take(
                window.data,
                window.position,
                offset=window.offset,
                position=self.number,
                in_lines=in_lines,
                is_last=window.ended and window.failure is None,
            )
            if found is not None:
                break
            is_whole = in_lines and window.data.find(b"\n", window.position) >= 0
            if is_whole or window.ended or len(window.data) - window.position > LARGEST_TAKEN:
                return None
            window.more()  # the record may be cut
        offset, length, position = found.last()
        begin = offset - window.offset
        raw = window.data[begin : begin + length]
        self.last = self.last_record = Record(position, offset, raw, self.last_record.value)
        window.position += found.consumed
        self.number += found.records
        return found

    def value(self) -> Record[T] | Broken:
        """The value at the position, read exactly; moves behind it."""
        window = self.window
        if self.is_lost:
            return self.broken("the broken part goes on")
        try:
            end = window.value_end()
        except Malformed as error:
            return self.broken(error.reason, truncated=error.truncated, error=error.error)
        place = window.place
        return self.decoded(window.take(end), place)

    def decoded(self, raw: bytes, place: int) -> Record[T] | Broken:
        """The whole value `raw` at a byte offset as a Record, or a Broken if `decode` refuses it."""
        try:
            record = Record(self.number, place, raw, self.decode(raw))
        except REFUSALS as error:
            return self.counted(Broken(self.number, place, raw, located(raw, error)))
        if self.last_record is None:
            self.start = first_key(raw)
        self.last = self.last_record = record
        self.number += 1
        return record

    def counted(self, item: Broken) -> Broken:
        """A broken part that takes the next number."""
        self.last = item
        self.number += 1
        return item

    def broken(self, reason: str, *, truncated: bool = False, error: Exception | None = None) -> Broken:
        """The broken part at the position, up to the next record; searches twice as far each time.

        `error` has the reason, with its position.
        """
        window = self.window
        marks = self.landmarks()
        search = marks.next_start if self.is_lost or truncated else marks.end_of_broken
        size = RESYNC_BYTES
        end = search(part := window.need(size))
        while end is None and len(part) == size < MAX_BROKEN_BYTES:
            size *= 2
            end = search(part := window.need(size))
        at_end = end is None and len(part) < size
        self.is_lost = end is None and not at_end
        if truncated and not at_end:
            reason = "the value is not closed"
        raw = (part if end is None else part[:end]).rstrip(SPACE)
        if error is not None:
            reason = located(raw, error)
        item = Broken(self.number, window.place, raw, reason)
        window.position += len(raw)
        return self.counted(item)

    def landmarks(self) -> Landmarks:
        """Marks of the next record, from the records seen so far."""
        start = self.start or first_key(self.window.need(RESYNC_BYTES))
        trusted = self.last_record is not None and self.last_record.raw.find(start, 1) < 0
        return Landmarks(self.between, start, trusted)
