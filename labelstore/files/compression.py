"""Decompress gzip and zstd data piece by piece, member after member."""

import importlib
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from labelstore.errors import InputError

ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
"""The module that decompresses zstd: Python's own, or its backport."""
FEED_BYTES = 4096
"""Compressed bytes handed to a decoder at a time: they hold 4 MiB of gzip or 128 MiB of zstd at most."""


class DamagedError(Exception):
    """Compressed data that cannot be decompressed any further; its text is the reason."""


class Decoder(Protocol):
    """The common interface of the decoders of zlib and zstd: one member of a stream."""

    @property
    def eof(self) -> bool:
        """Whether the compressed stream has ended."""

    @property
    def unused_data(self) -> bytes:
        """What follows after its end."""

    def decompress(self, data: bytes, /) -> bytes:
        """What can be decompressed of the data and what came before."""


def gunzip(name: str, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The content of gzip data, all of its members. Raises DamagedError."""
    return _members("gzip", read, lambda: zlib.decompressobj(wbits=31), (zlib.error,))


def unzstd(name: str, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The content of zstd data, all of its frames. Raises DamagedError; InputError without a zstd package."""
    try:
        package: Any = importlib.import_module(ZSTD)
    except ImportError:
        hint = 'run: pip install "labelstore-db[zstd]"'
        raise InputError(name, "zstd support is not installed", hint) from None
    return _members("zstd", read, package.ZstdDecompressor, (package.ZstdError,))


def _members(
    kind: str, read: Callable[[int], bytes], new: Callable[[], Decoder], errors: tuple[type[Exception], ...]
) -> Iterator[bytes]:
    data = read(FEED_BYTES)
    while data:
        decoder = new()
        while not decoder.eof:
            if not data:
                raise DamagedError(f"the {kind} data ends too early")
            yield from _fed(kind, decoder, data, errors)
            data = b"" if decoder.eof else read(FEED_BYTES)
        data = _after_padding(decoder.unused_data, read)


def _fed(kind: str, decoder: Decoder, data: bytes, errors: tuple[type[Exception], ...]) -> Iterator[bytes]:
    """The output of `decoder` for `data`: all before the damage, if the decoder can be copied."""
    copy = getattr(decoder, "copy", None)
    before = copy() if copy else None
    try:
        yield decoder.decompress(data)
    except errors as error:
        if before is not None:
            yield from _bytewise(before, data, errors)
        raise DamagedError(f"the {kind} data is damaged ({error})") from None


def _bytewise(decoder: Decoder, data: bytes, errors: tuple[type[Exception], ...]) -> Iterator[bytes]:
    for position in range(len(data)):
        try:
            yield decoder.decompress(data[position : position + 1])
        except errors:
            return


def _after_padding(data: bytes, read: Callable[[int], bytes]) -> bytes:
    """The bytes after a member, without the NULs that tapes and some writers pad with."""
    while not (rest := data.lstrip(b"\0")):
        data = read(FEED_BYTES)
        if not data:
            return b""
    return rest
