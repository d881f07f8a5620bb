"""Split a source into records with position and byte offset, and the broken parts between them."""

from collections.abc import Callable, Iterator
from typing import cast

from labelstore.files.array_walk import ArrayWalk
from labelstore.files.columns import Form
from labelstore.files.signatures import BOM, HEAD_BYTES, refuse_foreign
from labelstore.files.tables import form_of, rows
from labelstore.files.values_walk import ValuesWalk
from labelstore.files.walk import REFUSALS, Broken, Item, Record, T, Take
from labelstore.files.window import Readable, Window
from labelstore.files.wrapping import HEAD_BYTES as WRAPPING_BYTES
from labelstore.files.wrapping import array_start, content, is_stream
from labelstore.json.error_location import located

CHUNK_BYTES = 1 << 20


def split(
    source: Readable, decode: Callable[[bytes], T], *, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Record[T] | Broken]:
    """Yield the values of `source` in order: the elements of an array, the lines, or concatenated values.

    The array may be a member of an object, as in `{"data": […]}`; lines and values may end in a comma. For objects of
    the SDK's stream, `{"json_str": "…"}`, the values are the texts in them, at the offsets of the objects. For a table
    (CSV) they are its rows as JSON, and `source.table` is set to its form.

    `decode` takes the text of one value. What it refuses (msgspec.DecodeError, ValueError, RecursionError) becomes a
    Broken with that reason. It has to be a pure function: it may see a text twice, or a part of one. It has to parse
    the text: a line that it accepts counts as one record.

    Sets `source.framing`. Raises InputError for a file of something other than JSON, and, after all complete records,
    for one that cannot be read or decompressed to its end.

    Memory is a few chunks and four times the longest record (900 MiB at most). A broken part is reported in pieces of
    at most 64 MiB, up to where the next record certainly begins.
    """
    return cast(Iterator[Record[T] | Broken], split_taking(source, decode, None, chunk_bytes=chunk_bytes))


def split_taking(
    source: Readable, decode: Callable[[bytes], T], take: Take | None, *, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Item[T]]:
    """Yield the values of `source` as `split` does; in arrays and lines, `take` reads those at once that it can."""
    window = Window(source, chunk_bytes)
    head = window.need(HEAD_BYTES)
    refuse_foreign(source.name, head)
    window.position = len(BOM) if head.startswith(BOM) else 0
    if (form := form_of(source.name, window, window.position > 0)) is not None:
        source.framing, source.table = "csv", form
        yield from _rows(window, form, decode)
    elif window.skip_space():
        if is_stream(window.need(WRAPPING_BYTES)):
            contents = cast(Iterator[Record[bytes] | Broken], _walk(source, window, content, None))
            yield from _contents(contents, decode)
        else:
            yield from _walk(source, window, decode, take)
    elif not window.failure:
        source.framing = "empty"
    if window.failure:
        raise window.failure


def _walk(source: Readable, window: Window, decode: Callable[[bytes], T], take: Take | None) -> Iterator[Item[T]]:
    is_array = window.data[window.position] == ord("[") or array_start(window.need(WRAPPING_BYTES))
    walk = (ArrayWalk if is_array else ValuesWalk)(source, window, decode)
    walk.take = take
    return walk.items()


def _rows(window: Window, form: Form, decode: Callable[[bytes], T]) -> Iterator[Record[T] | Broken]:
    """The rows of a table as elements; a Broken has the row as JSON, too."""
    for position, row in enumerate(rows(window, form)):
        if row.reason:
            yield Broken(position, row.byte_offset, row.raw.rstrip(b"\r\n"), row.reason)
            continue
        try:
            yield Record(position, row.byte_offset, row.element, decode(row.element))
        except REFUSALS as error:
            yield Broken(position, row.byte_offset, row.element, located(row.element, error))


def _contents(items: Iterator[Record[bytes] | Broken], decode: Callable[[bytes], T]) -> Iterator[Record[T] | Broken]:
    """The records inside the values of `items`, each at the offset of its item."""
    for item in items:
        if isinstance(item, Broken):
            yield item
            continue
        raw = item.value
        try:
            yield Record(item.position, item.byte_offset, raw, decode(raw))
        except REFUSALS as error:
            yield Broken(item.position, item.byte_offset, raw, located(raw, error))


def split_rest(
    source: Readable, decode: Callable[[bytes], T], framing: str, byte_offset: int
) -> Iterator[Record[T] | Broken]:
    """Yield the values of the remainder of a file as `split` does: `source` is at `byte_offset`, where one begins.

    `framing` is that of the file, "array" or "lines"; positions start at 0.
    """
    window = Window(source, CHUNK_BYTES)
    window.offset = byte_offset
    walk = (ArrayWalk if framing == "array" else ValuesWalk)(source, window, decode)
    yield from cast(Iterator[Record[T] | Broken], walk.rest())
    if window.failure:
        raise window.failure
