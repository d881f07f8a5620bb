"""The part of a source in memory, and where the JSON value at its position ends."""

import re
from io import SEEK_END, BytesIO
from typing import NoReturn, Protocol

import msgspec

from labelstore.errors import InputError
from labelstore.files.columns import Form

SPACE = b" \t\r\n"
MAX_RECORD_BYTES = 900 << 20
"""A value longer than this is held for malformed: SQLite takes no more than 10^9 bytes, and it bounds the memory that
an unclosed bracket can take."""

_CLOSED = b'}]" \t\r\n'
SPACES = re.compile(rb"[ \t\r\n]*")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_HALF_PAIR = re.compile("invalid utf-16 surrogate pair|unexpected end of hex escape")
_LETTER = rb"\\u0041"
_TRAILING = "JSON is malformed: trailing characters (byte "
_ERROR_BYTE = re.compile(r"\(byte (\d+)\)$")
_TOKEN_BYTES = 16
_TAIL_BYTES = 1 << 16
check = msgspec.json.Decoder(msgspec.Raw).decode
"""Raises what msgspec raises for a text that is not exactly one JSON value, but leaves UTF-8 unchecked."""


class Readable(Protocol):
    """A source as `split` needs it."""

    name: str
    framing: str | None
    table: Form | None

    def read(self, count: int, /) -> bytes:
        """Up to so many bytes, none at the end."""


class Malformed(Exception):
    """No JSON value begins at the position. `truncated`: its end may be missing.

    `error` is the parser's, to be located once the extent of the broken part is known.
    """

    def __init__(self, reason: str, *, truncated: bool = False, error: Exception | None = None) -> None:
        super().__init__(reason)
        self.reason, self.truncated, self.error = reason, truncated, error


class Window:
    """`data` holds the bytes of the source from `offset` on; those before `position` are done.

    `ended`: nothing more comes, because the source ends or fails with `failure`.
    """

    def __init__(self, source: Readable, chunk_bytes: int) -> None:
        self.data, self.offset, self.position = b"", 0, 0
        self.ended = False
        self.failure: InputError | None = None
        self._source, self.chunk_bytes = source, chunk_bytes
        self._parsed = self.data

    @property
    def place(self) -> int:
        """The byte offset of the position in the source."""
        return self.offset + self.position

    def move(self, count: int) -> None:
        """Move past so many bytes; many are dropped at once, for they take the memory of a large record."""
        self.position += count
        if count > self.chunk_bytes:
            self.data = self._parsed = self.data[self.position :]
            self.offset += self.position
            self.position = 0

    def take(self, end: int) -> bytes:
        """The text from the position to a place in `data`, without spaces at its end; moves behind it.

        That of a large record is no copy.
        """
        if self.position or end <= self.chunk_bytes:
            text = self.data[self.position : end].rstrip(SPACE)
            self.move(len(text))
            return text
        end = _without_spaces(self.data, end)
        rest, kept = self.data[end:], self._kept()
        kept.truncate(end)
        self.data = self._parsed = rest
        self.offset += end
        return kept.getvalue()

    def more(self) -> bool:
        """Drop what is before the position and read a chunk, or as much again as is kept, within the limit."""
        if self.ended:
            return False
        size = len(self.data) - self.position
        wanted = max(self.chunk_bytes, min(size, MAX_RECORD_BYTES - size))
        kept = self._kept()
        while wanted > 0 and (part := self._read(min(wanted, self.chunk_bytes))):
            kept.write(part)
            wanted -= len(part)
        self.offset += self.position
        self.position = 0
        self.data = self._parsed = kept.getvalue()
        return len(self.data) > size

    def _kept(self) -> BytesIO:
        """`data` from the position on; much of it only here, for `BytesIO` copies no bytes that nothing else holds."""
        kept = BytesIO(self.data[self.position :])
        if len(self.data) - self.position > self.chunk_bytes:
            self.data = self._parsed = b""
        kept.seek(0, SEEK_END)
        return kept

    def need(self, count: int) -> bytes:
        """The next `count` bytes, fewer only at the end."""
        while len(self.data) - self.position < count and self.more():
            pass
        return self.data[self.position : self.position + count]

    def skip_space(self) -> bool:
        """Move to the next byte that is not a space; False at the end."""
        while True:
            self.position = SPACES.match(self.data, self.position).end()  # type: ignore[union-attr]
            if self.position < len(self.data):
                return True
            if not self.more():
                return False

    def value_end(self) -> int:
        """Where in `data` the value at the position ends, spaces after it included. Raises Malformed.

        msgspec reads one value and then complains about the byte after it, so only the value costs time.
        """
        while True:
            try:
                check(memoryview(self._parsed)[self.position :])
            except RecursionError as error:
                raise Malformed("the value is nested too deeply", error=error) from None
            except msgspec.DecodeError as error:
                text = str(error)
                if text.startswith(_TRAILING):
                    return self.position + int(text[len(_TRAILING) : -1]) - 1
                found = _ERROR_BYTE.search(text)
                if (not found or _HALF_PAIR.search(text)) and self._mask_surrogates():
                    continue
                if not (self._may_go_on(found) and self.more()):
                    self._refuse(error if found else None)
            else:
                if self.data[-1] in _CLOSED or (self.ended and not self.failure):
                    return len(self.data)
                if not self.more() and self.failure:
                    raise Malformed("the file ends inside this value", truncated=True)

    def _read(self, count: int) -> bytes:
        try:
            part = self._source.read(count)
        except InputError as error:
            self.failure, part = error, b""
        self.ended = not part
        return part

    def _mask_surrogates(self) -> bool:
        """Replace halves of surrogate pairs by a letter for msgspec, which takes one for the end of the data."""
        if not _SURROGATE.search(self._parsed, self.position):
            return False
        rest = _SURROGATE.sub(_LETTER, self._parsed[self.position :])
        self._parsed = self._parsed[: self.position] + rest
        return True

    def _may_go_on(self, error_byte: re.Match[str] | None) -> bool:
        """Whether more data could resolve the error: the value, or a token at its very end, is cut."""
        if len(self.data) - self.position >= MAX_RECORD_BYTES:
            return False
        return not error_byte or self.position + int(error_byte[1]) > len(self.data) - _TOKEN_BYTES

    def _refuse(self, error: Exception | None) -> NoReturn:
        """Raise Malformed with `error`, or with the reason why msgspec misses the end."""
        if error is not None:
            raise Malformed(str(error), error=error)
        if self.ended:
            raise Malformed("the file ends inside this value", truncated=True)
        raise Malformed(f"the value is longer than {MAX_RECORD_BYTES >> 20} MiB")


def _without_spaces(data: bytes, end: int) -> int:
    """Where the spaces before `end` begin; the first byte of `data` is none."""
    while not (tail := data[max(0, end - _TAIL_BYTES) : end].rstrip(SPACE)):
        end -= _TAIL_BYTES
    return max(0, end - _TAIL_BYTES) + len(tail)
