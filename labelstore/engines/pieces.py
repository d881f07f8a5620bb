"""The JSON of records and labels, from the pieces that a pieces view gives in the order of the text."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

import msgspec

from labelstore.schema.generations import CODE_BITS

MANY = 50_000
"""A record with so many nodes, some megabytes of text, is large: its text is read in parts."""
_TOGETHER = 5_000
"""So many nodes of small records are joined by one statement: of more, the text gets fresh memory each time."""

_MARK = b"\1"


def unmarked(pieces: bytes) -> bytes:
    """The joined pieces of a record, or of several, as JSON.

    They have a comma before each member and element, and a mark behind each bracket that opens.
    """
    return pieces.replace(b"\1,", b"").replace(_MARK, b"")[1:]


def unmarked_parts(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same, where the joined pieces come in parts."""
    before, is_first = b"", True
    for part in parts:
        marked = before + part
        before = _MARK if marked.endswith(_MARK) else b""
        text = marked.replace(b"\1,", b"").replace(_MARK, b"")
        if text and is_first:
            text, is_first = text[1:], False
        yield text


def whole(parts: Iterable[bytes]) -> bytes:
    """All parts as one text, which is never there twice."""
    text = BytesIO()
    text.writelines(parts)
    return text.getvalue()


class Span(NamedTuple):
    """The nodes of a record."""

    record_id: int
    first: int
    last: int


class Joined(NamedTuple):
    """The joined pieces of records, as `unmarked` takes them."""

    record_ids: Sequence[int]
    pieces: bytes


def runs(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Records whose numbers follow each other, so that nothing stands between them; a large record is alone."""
    run: list[Span] = []
    nodes = 0
    for span in spans:
        size = span.last - span.first
        if run and (span.record_id - run[-1].record_id != 1 << CODE_BITS or nodes + size > _TOGETHER):
            yield run
            run, nodes = [], 0
        run.append(span)
        nodes += size
    if run:
        yield run


def elements(text: bytes, count: int) -> list[bytes] | None:
    """The JSON of so many records between which there are commas; None if these are not as many values."""
    if count == 1:
        return [text]
    try:
        found = _elements.decode(b"[%b]" % text)
    except msgspec.DecodeError:
        return None
    return [bytes(element) for element in found] if len(found) == count else None


_elements = msgspec.json.Decoder(list[msgspec.Raw])
