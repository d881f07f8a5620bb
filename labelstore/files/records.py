"""A source → its records, each with its position and byte offset, and what is broken between them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Generic, TypeVar

import msgspec

from labelstore.files.columns import Form
from labelstore.files.resync import Between, Landmarks, first_key
from labelstore.files.signatures import BOM, HEAD_BYTES, not_json, refuse_foreign
from labelstore.files.tables import form_of, rows
from labelstore.files.window import SPACE, SPACES, Malformed, Readable, Window, check
from labelstore.files.wrapping import HEAD_BYTES as WRAPPING_BYTES
from labelstore.files.wrapping import array_start, content, is_stream, members_end
from labelstore.json.error_location import located

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
MAX_BROKEN_BYTES = 64 << 20
"""A broken part is reported in pieces of this size."""

_REFUSALS = (msgspec.DecodeError, ValueError, RecursionError)
_RESYNC_BYTES = 16 << 10
_MAX_MISSES = 32
_MAX_SEPARATOR_BYTES = 200
_VALUE_STARTS = b'{["-0123456789tfn'
_BRACKETED = b'{["'
_COMMA = ord(",")
_AFTER_VALUE = SPACE + b","
_JUNK = re.compile(rb'.[^,\[\]{"]*', re.DOTALL)
_JUNK_BEHIND = re.compile(rb'.[^,\[{"]*', re.DOTALL)


class Record(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """One value: its number in the source, the byte it starts at (decompressed), its text, its meaning."""

    position: int
    byte_offset: int
    raw: bytes
    value: T


class Broken(msgspec.Struct, frozen=True, gc=False):
    """A part of a source that is no record; it takes a number among the records. `raw` is empty for a gap."""

    position: int
    byte_offset: int
    raw: bytes
    reason: str


def split(
    source: Readable, decode: Callable[[bytes], T], *, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Record[T] | Broken]:
    """The values of `source` in order: the elements of an array, the lines, or the values one after another.

    The array may be a member of an object, as in `{"data": […]}`; lines and values may end in a comma. Of objects of
    the SDK's stream, `{"json_str": "…"}`, the values are the texts in them, at the places of the objects. Of a table
    (CSV), they are its rows as JSON, and `source.table` is set to how it is written.

    `decode` takes the text of one value. What it refuses (msgspec.DecodeError, ValueError, RecursionError)
    becomes a Broken with that reason. It has to be a function of the text alone: it may see a text twice, or
    a part of one. It should parse the text: a line that it accepts is believed to be one record.

    Sets `source.framing`. Raises InputError for a file that holds something else than JSON, and for one that
    cannot be read or decompressed to its end, then after all that is whole.

    Memory is that of a few chunks and of four times the longest record (900 MiB at most). A broken part is
    reported in pieces of 64 MiB at most, up to where the next record surely begins.
    """
    window = Window(source, chunk_bytes)
    head = window.need(HEAD_BYTES)
    refuse_foreign(source.name, head)
    window.position = len(BOM) if head.startswith(BOM) else 0
    if (form := form_of(source.name, window, window.position > 0)) is not None:
        source.framing, source.table = "csv", form
        yield from _rows(window, form, decode)
    elif window.skip_space():
        if is_stream(window.need(WRAPPING_BYTES)):
            yield from _contents(_walk(source, window, content), decode)
        else:
            yield from _walk(source, window, decode)
    elif not window.failure:
        source.framing = "empty"
    if window.failure:
        raise window.failure


def _walk(source: Readable, window: Window, decode: Callable[[bytes], T]) -> "Iterator[Record[T] | Broken]":
    is_array = window.data[window.position] == ord("[") or array_start(window.need(WRAPPING_BYTES))
    return (_Array if is_array else _Values)(source, window, decode).items()


def _rows(window: Window, form: Form, decode: Callable[[bytes], T]) -> "Iterator[Record[T] | Broken]":
    """The rows of a table as elements; one that `decode` refuses is given as JSON, too."""
    for position, row in enumerate(rows(window, form)):
        if row.reason:
            yield Broken(position, row.byte_offset, row.raw.rstrip(b"\r\n"), row.reason)
            continue
        try:
            yield Record(position, row.byte_offset, row.element, decode(row.element))
        except _REFUSALS as error:
            yield Broken(position, row.byte_offset, row.element, located(row.element, error))


def _contents(
    items: "Iterator[Record[bytes] | Broken]", decode: Callable[[bytes], T]
) -> "Iterator[Record[T] | Broken]":
    """The records whose texts are the values of `items`, each at the place of its item."""
    for item in items:
        if isinstance(item, Broken):
            yield item
            continue
        raw = item.value
        try:
            yield Record(item.position, item.byte_offset, raw, decode(raw))
        except _REFUSALS as error:
            yield Broken(item.position, item.byte_offset, raw, located(raw, error))


def split_rest(
    source: Readable, decode: Callable[[bytes], T], framing: str, byte_offset: int, number: int
) -> Iterator[Record[T] | Broken]:
    """The values of the rest of a file as `split` gives them: `source` is at `byte_offset`, where one begins.

    `framing` is that of the file, "array" or "lines"; the values are numbered from `number` on.
    """
    window = Window(source, CHUNK_BYTES)
    window.offset = byte_offset
    walk = (_Array if framing == "array" else _Values)(source, window, decode)
    walk.number = number
    yield from walk.rest()
    if window.failure:
        raise window.failure


class _Walk(ABC, Generic[T]):
    """The walk through one source. `last` is the item before the position, `number` that of the next one."""

    def __init__(self, source: Readable, window: Window, decode: Callable[[bytes], T]) -> None:
        self.source, self.window, self.decode = source, window, decode
        self.number = 0
        self.last: Record[T] | Broken | None = None
        self.last_record: Record[T] | None = None
        self.between = Between.SPACES
        self.is_lost = False
        self.start = b""

    @abstractmethod
    def items(self) -> Iterator[Record[T] | Broken]:
        """All of the source."""

    @abstractmethod
    def rest(self) -> Iterator[Record[T] | Broken]:
        """What follows from the position on, where a value begins that others stood before."""

    def value(self) -> Record[T] | Broken:
        """The value at the position, of which only its own text is read; moves behind it."""
        window = self.window
        if self.is_lost:
            return self.broken("the broken part goes on")
        try:
            end = window.value_end()
        except Malformed as error:
            return self.broken(error.reason, truncated=error.truncated, error=error.error)
        raw = window.data[window.position : end].rstrip(SPACE)
        item = self.decoded(raw)
        window.position += len(raw)
        return item

    def decoded(self, raw: bytes) -> Record[T] | Broken:
        """The whole value `raw` at the position as a Record, or a Broken if `decode` refuses it."""
        try:
            record = Record(self.number, self.window.place, raw, self.decode(raw))
        except _REFUSALS as error:
            return self.counted(Broken(self.number, self.window.place, raw, located(raw, error)))
        if self.last_record is None:
            self.start = first_key(raw)
        self.last = self.last_record = record
        self.number += 1
        return record

    def counted(self, item: Broken) -> Broken:
        self.last = item
        self.number += 1
        return item

    def broken(self, reason: str, *, truncated: bool = False, error: Exception | None = None) -> Broken:
        """The broken part at the position, up to the next record; looks twice as far each time.

        `error` gives the reason, with its place.
        """
        window = self.window
        marks = self.landmarks()
        search = marks.next_start if self.is_lost or truncated else marks.end_of_broken
        size = _RESYNC_BYTES
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
        start = self.start or first_key(self.window.need(_RESYNC_BYTES))
        trusted = self.last_record is not None and self.last_record.raw.find(start, 1) < 0
        return Landmarks(self.between, start, trusted)


class _Expects(Enum):
    FIRST = "a value or the end of the array"
    VALUE = "a value"
    COMMA = "a comma or the end of the array"
    NOTHING = "the end of the file, or one more array"


class _Array(_Walk[T]):
    """The elements of an array, and of further arrays behind it.

    Once two records are known, the next end is guessed: where the same separator and the same start follow.
    A value that is whole up to a comma ends there, so a text that parses proves the guess. `decode` does that
    in passing, or msgspec where `decode` takes halves for whole. After a wrong one the value is read exactly.

    `is_wrapped`: the array is a member of an object, and `in_object` as long as that is not left.
    """

    is_wrapped = in_object = False

    def items(self) -> Iterator[Record[T] | Broken]:
        self.is_wrapped = self.unwrap()
        self.window.position += 1
        yield from self.rest(_Expects.FIRST)

    def rest(self, expects: _Expects = _Expects.VALUE) -> Iterator[Record[T] | Broken]:
        self.source.framing, self.between = "wrapped" if self.is_wrapped else "array", Between.COMMAS
        self.expects, self.was_closed = expects, False
        self.step, self.misses = b"", 0
        self.proves = False
        window = self.window
        while window.skip_space():
            byte = window.data[window.position]
            if self.is_lost:
                yield self.value()
            elif self.expects is _Expects.COMMA:
                yield from self.separator(byte)
            elif self.expects is _Expects.NOTHING:
                yield from self.behind(byte)
            else:
                yield from self.element(byte)
        if not (self.was_closed or window.failure or isinstance(self.last, Broken)):
            yield self.gap("the array is not closed")

    def element(self, byte: int) -> Iterator[Record[T] | Broken]:
        if byte == ord("]"):
            if self.expects is _Expects.VALUE:
                yield self.gap("a value is missing before the end of the array")
            self.close()
        elif byte == ord(","):
            yield self.gap("a value is missing before this comma")
            self.advance(_Expects.VALUE)
        else:
            self.learn_step()
            if self.step:
                yield from self.guessed()
            yield self.value()
            self.expects = _Expects.COMMA

    def separator(self, byte: int) -> Iterator[Broken]:
        if byte == ord(","):
            self.advance(_Expects.VALUE)
        elif byte == ord("]"):
            self.close()
        elif byte in _VALUE_STARTS:
            if not isinstance(self.last, Broken):
                yield self.gap("a comma is missing before this value")
            self.expects = _Expects.VALUE
        else:
            yield self.junk("this is no separator of values")

    def unwrap(self) -> bool:
        """Moves to the array that is a member of the object at the position; False if it is not there."""
        start = array_start(self.window.need(WRAPPING_BYTES))
        self.window.position += start
        return start > 0

    def leave_object(self) -> bool:
        """Moves behind the object that the array is a member of; False if it does not end properly."""
        end = members_end(self.window.need(_RESYNC_BYTES))
        self.window.position += end
        self.in_object = False
        return end > 0

    def behind(self, byte: int) -> Iterator[Broken]:
        if self.in_object and self.leave_object():
            return
        if (self.is_wrapped and byte == ord("{") and self.unwrap()) or byte == ord("["):
            self.advance(_Expects.FIRST)
        elif byte == ord(",") or byte in _VALUE_STARTS:
            yield self.gap("there is text after the end of the array")
            self.expects = _Expects.COMMA
        else:
            yield self.junk("there is text after the end of the array", _JUNK_BEHIND)

    def advance(self, expects: _Expects) -> None:
        self.window.position += 1
        self.expects = expects

    def close(self) -> None:
        self.advance(_Expects.NOTHING)
        self.was_closed, self.in_object = True, self.is_wrapped

    def gap(self, reason: str) -> Broken:
        return self.counted(Broken(self.number, self.window.place, b"", reason))

    def junk(self, reason: str, junk: re.Pattern[bytes] = _JUNK) -> Broken:
        """The bytes up to the next separator or value."""
        size = _RESYNC_BYTES
        while len(raw := _start(junk, self.window.need(size))) == size and size < MAX_BROKEN_BYTES:
            size *= 2
        item = Broken(self.number, self.window.place, raw.rstrip(SPACE), reason)
        self.window.position += len(raw)
        return self.counted(item)

    def learn_step(self) -> None:
        """Takes what is between the last record and this one, and the start of that one, for the usual."""
        last, window = self.last, self.window
        if self.step or self.misses or not isinstance(last, Record) or last.raw[0] not in _BRACKETED:
            return
        begin = last.byte_offset + len(last.raw) - window.offset
        if begin >= 0 and window.position - begin <= _MAX_SEPARATOR_BYTES:
            self.step = window.data[begin : window.position] + (first_key(last.raw) or last.raw[:1])
            self.separator_bytes = window.position - begin
            self.proves = not self.takes(last.raw[:-1])

    def takes(self, half: bytes) -> bool:
        try:
            self.decode(half)
        except _REFUSALS:
            return False
        return True

    def guessed(self) -> Iterator[Record[T]]:
        """Records for as long as the guesses are right and in the window."""
        window, decode, step, proves = self.window, self.decode, self.step, self.proves
        data, begin, number = window.data, window.position, self.number
        record: Record[T] | None = None
        while (end := data.find(step, begin + 1)) > 0:
            raw = data[begin:end].rstrip(SPACE)
            try:
                if not proves:
                    check(raw)
                found = Record(number, window.offset + begin, raw, decode(raw))
            except _REFUSALS:
                break
            yield found
            record = found
            number += 1
            begin = end + self.separator_bytes
        window.position = begin
        if record:
            self.misses, self.number = 0, number
            self.last = self.last_record = record
            return
        self.misses += 1
        if self.misses == _MAX_MISSES:
            self.step = b""


class _Values(_Walk[T]):
    """Values one after another: with any space between them, or each on its line."""

    def items(self) -> Iterator[Record[T] | Broken]:
        first = self.first()
        framing = self.framing_after(first)
        yield first
        yield from self.rest(framing)

    def rest(self, framing: str = "lines") -> Iterator[Record[T] | Broken]:
        self.source.framing = framing
        if framing == "lines":
            self.between = Between.NEWLINES
        while self.skip_comma():
            if self.between is Between.NEWLINES and not self.is_lost and self.begins_line():
                yield from self.lines()
                if not self.skip_comma():
                    return
            yield self.value()

    def begins_line(self) -> bool:
        """Whether there is a line break between the last item and the position."""
        window, last = self.window, self.last
        begin = -1 if last is None else last.byte_offset + len(last.raw) - window.offset
        return begin < 0 or b"\n" in window.data[begin : window.position]

    def skip_comma(self) -> bool:
        """Moves to the next value, behind the comma that may follow a record; False at the end."""
        window = self.window
        if not window.skip_space():
            return False
        if window.data[window.position] != ord(",") or not isinstance(self.last, Record):
            return True
        window.position += 1
        return window.skip_space()

    def first(self) -> Record[T] | Broken:
        """The first value. Raises InputError if the file does not look like JSON."""
        window = self.window
        head = window.need(HEAD_BYTES)
        if head[0] != ord("{") and not self.begins_with_scalar():
            raise not_json(self.source.name, head)
        return self.value()

    def begins_with_scalar(self) -> bool:
        window = self.window
        try:
            end = window.value_end()
        except Malformed as error:
            return error.truncated and window.failure is not None
        return end == len(window.data) or window.data[end - 1] in SPACE or window.data[end] in _BRACKETED

    def framing_after(self, first: Record[T] | Broken) -> str:
        window = self.window
        behind = window.need(HEAD_BYTES)
        space = behind[: len(behind) - len(behind.lstrip(_AFTER_VALUE))]
        if not self.skip_comma():
            return "single"
        return "lines" if b"\n" in space and b"\n" not in first.raw else "concatenated"

    def lines(self) -> Iterator[Record[T]]:
        """The lines that are whole in the window and the next one, up to one that `decode` refuses."""
        window, decode = self.window, self.decode
        while True:
            data, begin, number, record = window.data, window.position, self.number, self.last_record
            while (end := data.find(b"\n", begin)) >= 0:
                line = data[begin:end]
                raw = line.strip(SPACE)
                if not raw:
                    begin = SPACES.match(data, end).end()  # type: ignore[union-attr]
                    continue
                if raw[-1] == _COMMA and len(raw) > 1:
                    raw = raw[:-1].rstrip(SPACE)
                place = begin if len(raw) == len(line) else begin + line.find(raw)
                try:
                    record = Record(number, window.offset + place, raw, decode(raw))
                except _REFUSALS:
                    break
                yield record
                number += 1
                begin = end + 1
            window.position = begin
            if number > self.number:
                self.number, self.last, self.last_record = number, record, record
            if end >= 0 or not window.more() or b"\n" not in window.data:
                return


def _start(pattern: re.Pattern[bytes], part: bytes) -> bytes:
    return pattern.match(part)[0]  # type: ignore[index]
