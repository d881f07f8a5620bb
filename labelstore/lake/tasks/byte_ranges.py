"""Divide a plain file into byte ranges that several processes read in parallel."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple, TypeVar

from labelstore.errors import InputError, WrongSplitError
from labelstore.files.opening import File, open_at_random
from labelstore.files.records import split, split_rest
from labelstore.files.resync import first_key
from labelstore.files.sources import Source
from labelstore.files.urls import name_of
from labelstore.files.walk import Broken, Record
from labelstore.files.window import check

T = TypeVar("T")

_LOOK_BYTES = 1 << 20
_MAX_LOOK_BYTES = 64 << 20


class ByteRange(NamedTuple):
    """The records that begin from byte `start` on and before `end` of a file of `size` bytes.

    `framing` is that of the file; it may be empty for a file that is not divided.
    """

    framing: str
    start: int
    end: int
    size: int


def byte_ranges(file: File, size: int, cuts: Sequence[int]) -> list[ByteRange] | None:
    """Divide a plain file at the next record after each of `cuts`; None where that cannot be guessed.

    The guess searches for the text that separates the first two records and begins the second. The reader of the range
    before proves it (see `split_range`). A cut at the start or end of the file is no guess. One in a record that goes
    on for more than 64 MB divides nothing: the range before it is empty.
    """
    framing, starts = "", [0]
    try:
        with open_at_random(file) as stream:
            for cut in cuts:
                start = max(cut, starts[-1])
                if cut > 0 and start < size:
                    if not framing:
                        framing, step, indent = _separation(name_of(file), stream)
                    if not framing:
                        return None
                    found = _find(stream, step, start)
                    if found is not None:
                        start = found + indent
                    else:  # a very long record goes on, or the file ends with it
                        start = starts[-1] if start + _MAX_LOOK_BYTES < size else size
                starts.append(start)
    except (OSError, InputError):
        return None
    ends = [*starts[1:], size]
    return [ByteRange(framing, start, end, size) for start, end in zip(starts, ends, strict=True)]


def split_range(
    source: Source, decode: Callable[[bytes], T], byte_range: ByteRange, numbers: int
) -> Iterator[Record[T] | Broken]:
    """The records of a byte range, as `split` yields those of a file; the position of its first is 0.

    Raises `WrongSplitError` if no record begins where the next range does, or for more records than `numbers`.
    """
    framing, start, end, size = byte_range
    source.begin_at(start)
    source.framing = framing
    if start == end:
        return
    for item in split_rest(source, decode, framing, start) if start else split(source, decode):
        if item.position >= numbers or (item.byte_offset >= end and end < size):
            if item.byte_offset == end and isinstance(item, Record):
                return
            raise WrongSplitError(f"{source.name}: no record begins at byte {end}, or too many before it")
        yield item
    if end < size:
        raise WrongSplitError(f"{source.name}: ends before byte {end}")


def _separation(name: str, file: BinaryIO) -> tuple[str, bytes, int]:
    """The framing, the text between the first two records with the start of the second, and the length of the gap."""
    source = Source(name, file, closes=False)
    with suppress(InputError):
        items = split(source, check)
        first, second = next(items, None), next(items, None)
        if (
            source.framing in ("array", "lines")
            and isinstance(first, Record)
            and isinstance(second, Record)
            and _is_there(first, file)
            and _is_there(second, file)
        ):
            begin = first.byte_offset + len(first.raw)
            indent = second.byte_offset - begin
            file.seek(begin)
            key = first_key(second.raw)
            step = file.read(indent) + key
            if key and step not in first.raw and step not in second.raw:
                return source.framing, step, indent
    return "", b"", 0


def _is_there(item: Record[Any], file: BinaryIO) -> bool:
    """Whether the text of a record is in the file literally."""
    file.seek(item.byte_offset)
    return file.read(len(item.raw)) == item.raw


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
