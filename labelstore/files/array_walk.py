"""The elements of an array, also of one that is a member of an object, and of further arrays behind it."""

import re
from collections.abc import Iterator
from enum import Enum

from labelstore.files.resync import Between, first_key
from labelstore.files.walk import BRACKETED, MAX_BROKEN_BYTES, REFUSALS, RESYNC_BYTES, Broken, Item, Record, T, Walk
from labelstore.files.window import SPACE, check
from labelstore.files.wrapping import HEAD_BYTES, array_start, members_end

_MAX_MISSES = 32
_MAX_SEPARATOR_BYTES = 200
_VALUE_STARTS = b'{["-0123456789tfn'
_JUNK = re.compile(rb'.[^,\[\]{"]*', re.DOTALL)
_JUNK_BEHIND = re.compile(rb'.[^,\[{"]*', re.DOTALL)


class _Expects(Enum):
    FIRST = "a value or the end of the array"
    VALUE = "a value"
    COMMA = "a comma or the end of the array"
    NOTHING = "the end of the file, or one more array"


class ArrayWalk(Walk[T]):
    """The elements of an array, and of further arrays behind it.

    Once two records are known, the next end is guessed: where the same separator and the same start follow.
    A text that parses up to a comma is a whole value, so decoding proves the guess; msgspec checks it where `decode`
    accepts incomplete texts. After a wrong guess the value is read exactly.

    `is_wrapped`: the array is a member of an object, and `in_object` as long as that is not left.
    """

    is_wrapped = in_object = False

    def items(self) -> Iterator[Item[T]]:
        """All of the source."""
        self.is_wrapped = self.unwrap()
        self.window.position += 1
        yield from self.rest(_Expects.FIRST)

    def rest(self, expects: _Expects = _Expects.VALUE) -> Iterator[Item[T]]:
        """What follows from the position on."""
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

    def element(self, byte: int) -> Iterator[Item[T]]:
        """The element at the position, or what is there instead."""
        if byte == ord("]"):
            if self.expects is _Expects.VALUE:
                yield self.gap("a value is missing before the end of the array")
            self.close()
        elif byte == ord(","):
            yield self.gap("a value is missing before this comma")
            self.advance(_Expects.VALUE)
        else:
            taken = self.taken(in_lines=False)
            if taken is not None:
                yield taken
            else:
                if self.take is None:
                    self.learn_step()
                if self.step:
                    yield from self.guessed()
                yield self.value()
            self.expects = _Expects.COMMA

    def separator(self, byte: int) -> Iterator[Broken]:
        """Move past the comma or the end of the array; yields what is there instead."""
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
        """Move to the array inside the object at the position; False if there is none."""
        start = array_start(self.window.need(HEAD_BYTES))
        self.window.position += start
        return start > 0

    def leave_object(self) -> bool:
        """Move behind the object that contains the array; False if it does not end properly."""
        end = members_end(self.window.need(RESYNC_BYTES))
        self.window.position += end
        self.in_object = False
        return end > 0

    def behind(self, byte: int) -> Iterator[Broken]:
        """Move past what may follow an array; yields what may not."""
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
        """Move past the byte at the position."""
        self.window.position += 1
        self.expects = expects

    def close(self) -> None:
        """Move past the bracket that ends the array."""
        self.advance(_Expects.NOTHING)
        self.was_closed, self.in_object = True, self.is_wrapped

    def gap(self, reason: str) -> Broken:
        """An empty broken part: something is missing at the position."""
        return self.counted(Broken(self.number, self.window.place, b"", reason))

    def junk(self, reason: str, junk: re.Pattern[bytes] = _JUNK) -> Broken:
        """The bytes up to the next separator or value."""
        size = RESYNC_BYTES
        while len(raw := _start(junk, self.window.need(size))) == size and size < MAX_BROKEN_BYTES:
            size *= 2
        item = Broken(self.number, self.window.place, raw.rstrip(SPACE), reason)
        self.window.position += len(raw)
        return self.counted(item)

    def learn_step(self) -> None:
        """Expect what is between the last record and this one, and how that one starts, to repeat."""
        last, window = self.last, self.window
        if self.step or self.misses or not isinstance(last, Record) or last.raw[0] not in BRACKETED:
            return
        begin = last.byte_offset + len(last.raw) - window.offset
        if begin >= 0 and window.position - begin <= _MAX_SEPARATOR_BYTES:
            self.step = window.data[begin : window.position] + (first_key(last.raw) or last.raw[:1])
            self.separator_bytes = window.position - begin
            self.proves = not self.takes(last.raw[:-1])

    def takes(self, half: bytes) -> bool:
        """Whether `decode` takes a text that may be half a value."""
        try:
            self.decode(half)
        except REFUSALS:
            return False
        return True

    def guessed(self) -> Iterator[Record[T]]:
        """Yield records while the guesses are right and in the window."""
        window, decode, step, proves = self.window, self.decode, self.step, self.proves
        data, begin, number = window.data, window.position, self.number
        record: Record[T] | None = None
        while (end := data.find(step, begin + 1)) > 0:
            raw = data[begin:end].rstrip(SPACE)
            try:
                if not proves:
                    check(raw)
                found = Record(number, window.offset + begin, raw, decode(raw))
            except REFUSALS:
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


def _start(pattern: re.Pattern[bytes], part: bytes) -> bytes:
    return pattern.match(part)[0]  # type: ignore[index]
