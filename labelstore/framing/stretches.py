"""Parts of one file that several processes read at the same time, none of them what the others read."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, NamedTuple, TypeVar

from labelstore.errors import InputError, NeedsOneProcess
from labelstore.framing.records import Broken, Record, split, split_rest
from labelstore.framing.resync import first_key
from labelstore.framing.sources import Source
from labelstore.framing.window import check

T = TypeVar("T")

_LOOK_BYTES = 1 << 20
_MAX_LOOK_BYTES = 64 << 20
_RECORD_BYTES = 32
"""Fewer bytes than this in the mean of a stretch, and its numbers would run into those of the next one."""


class Stretch(NamedTuple):
    """The records that begin from byte `start` on and before `end` of a file of `size` bytes.

    Nobody has counted those before: they are numbered from `number` on, which is more than there are.
    """

    framing: str
    start: int
    end: int
    size: int

    @property
    def number(self) -> int:
        return self.start // _RECORD_BYTES

    @property
    def numbers(self) -> int:
        """How many the whole file has."""
        return self.size // _RECORD_BYTES


def stretches(path: str, parts: Sequence[float]) -> list[Stretch] | None:
    """As many stretches of a file as it has `parts` of its bytes; None where only reading it shows what it is.

    Where they meet is guessed: by the text that separates the first two records and begins the second. The reader of
    a stretch proves the guess when it comes by (see `split_stretch`).
    """
    try:
        with open(path, "rb") as file:
            framing, step, indent = _separation(path, file)
            if not step:
                return None
            size = file.seek(0, io.SEEK_END)
            starts, done = [0], 0.0
            for part in parts[:-1]:
                done += part
                found = _find(file, step, max(int(done * size), starts[-1]))
                starts.append(size if found is None else found + indent)
    except OSError:
        return None
    ends = [*starts[1:], size]
    return [Stretch(framing, start, end, size) for start, end in zip(starts, ends, strict=True)]


def split_stretch(source: Source, decode: Callable[[bytes], T], stretch: Stretch) -> Iterator[Record[T] | Broken]:
    """The records of a stretch, as `split` gives those of a file.

    Raises `NeedsOneProcess` if no record begins where the next stretch does, or for more records than numbers.
    """
    framing, start, end, size = stretch
    source.begin_at(start)
    source.framing = framing
    if start == end:
        return
    last = end // _RECORD_BYTES
    for item in split_rest(source, decode, framing, start, stretch.number) if start else split(source, decode):
        if item.position > last or (item.byte_offset >= end and end < size):
            if item.byte_offset == end and isinstance(item, Record):
                return
            raise NeedsOneProcess
        yield item
    if end < size:
        raise NeedsOneProcess


def _separation(path: str, file: BinaryIO) -> tuple[str, bytes, int]:
    """The framing, the text between the first records with the start of the second, and the length of the former."""
    source = Source(path, file, closes=False)
    if source.compression == "none" and not source.is_zip:
        with suppress(InputError):
            items = split(source, check)
            first, second = next(items, None), next(items, None)
            if isinstance(first, Record) and isinstance(second, Record) and source.framing in ("array", "lines"):
                begin = first.byte_offset + len(first.raw)
                indent = second.byte_offset - begin
                file.seek(begin)
                key = first_key(second.raw)
                step = file.read(indent) + key
                if key and step not in first.raw and step not in second.raw:
                    return source.framing, step, indent
    return "", b"", 0


def _find(file: BinaryIO, text: bytes, offset: int) -> int | None:
    """Where a text begins after a byte of a file, within reach."""
    file.seek(offset)
    data = b""
    while len(data) < _MAX_LOOK_BYTES and (more := file.read(max(_LOOK_BYTES, len(data)))):
        data += more
        found = data.find(text)
        if found >= 0:
            return offset + found
    return None
