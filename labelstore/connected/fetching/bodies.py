"""One body: streamed to a scratch file with its SHA-256, whole or not at all, within its limits."""

import hashlib
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from labelstore.connected.fetching.results import FAILED, NotFetchedError, StoppedError
from labelstore.figures import size

_PIECE: Final = 1 << 20
_SLOWEST: Final = 256
"""Bytes a second; a server that gives less for longer than the timeout only holds the line."""
_ENCODINGS: Final = ("gzip", "x-gzip", "deflate")


class Body(NamedTuple):
    """What a body was: its digest, and its bytes."""

    sha256: str
    bytes: int


def receive(
    response: httpx.Response, scratch: Path, *, most: int, timeout: float, is_stopped: Callable[[], bool]
) -> Body:
    """Write the body of an answer to `scratch`, without the encoding of its transport.

    Raises `NotFetchedError` for a body that is cut or larger than `most`, `StoppedError`, `OSError`, and httpx's own.
    """
    told = response.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise _too_large(most)
    digest, count, started = hashlib.sha256(), 0, time.monotonic()
    with scratch.open("wb") as file:
        for piece in _decoded(response):
            if is_stopped():
                raise StoppedError
            count += len(piece)
            if count > most:
                raise _too_large(most)
            digest.update(piece)
            file.write(piece)
            passed = time.monotonic() - started
            if passed > timeout and count < passed * _SLOWEST:
                raise NotFetchedError(FAILED, f"less than {_SLOWEST} bytes a second", True)
    return Body(digest.hexdigest(), count)


def _too_large(most: int) -> NotFetchedError:
    return NotFetchedError(FAILED, f"is larger than {size(most)}; --max-size allows more")


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """The pieces of a body, none of them large, however much a few bytes decompress to."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_raw()
        return
    if encoding not in _ENCODINGS:
        raise NotFetchedError(FAILED, f"is encoded as {encoding[:40]}, which was not asked for")
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        for raw in response.iter_raw():
            rest = raw
            while rest and not decoder.eof:
                yield decoder.decompress(rest, _PIECE)
                rest = decoder.unconsumed_tail
        while not decoder.eof and (piece := decoder.decompress(b"", _PIECE)):
            yield piece
    except zlib.error as error:
        raise NotFetchedError(FAILED, f"is not encoded as it says ({error})", True) from None
    if not decoder.eof:
        raise NotFetchedError(FAILED, "ends too early", True)
