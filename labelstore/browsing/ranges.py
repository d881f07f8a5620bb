"""A file as a response by byte ranges, as players of audio and video ask for it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from datasette.utils.asgi import NotFound

CHUNK = 1 << 18
"""Bytes that are read at a time."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ByteRange(NamedTuple):
    """Bytes `start` to before `stop` of a file."""

    start: int
    stop: int


def range_of(header: str | None, size: int) -> ByteRange | None:
    """The range that a `Range` header asks for, within the file; None for all of it.

    Of several ranges, or another unit, all of the file is the answer. Raises `ValueError` for a range outside of it.
    """
    found = _RANGE.fullmatch((header or "").replace(" ", ""))
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None  # no range at all, so it counts for nothing
    if start >= stop:
        raise ValueError(f"the file has {size} bytes")
    return ByteRange(start, stop)


class RangedFile:
    """The response of a file, or of the range of it that the request asks for; it has what Datasette calls."""

    def __init__(self, request: Any, path: Path, content_type: str, headers: Mapping[str, str]) -> None:
        self._request, self._path = request, path
        self._headers = {**headers, "Content-Type": content_type, "Accept-Ranges": "bytes"}

    async def asgi_send(self, send: Send) -> None:
        """Send it; raises `NotFound` for a file that cannot be read (any more)."""
        try:
            file = self._path.open("rb")
        except OSError:
            raise NotFound("the file cannot be read") from None
        with file:
            await self._send(send, file)

    async def _send(self, send: Send, file: BinaryIO) -> None:
        size = file.seek(0, 2)
        self._headers["ETag"] = f'"{self._path.stat().st_mtime_ns:x}-{size:x}"'
        try:
            part = range_of(self._wanted(), size)
        except ValueError:
            self._headers["Content-Range"] = f"bytes */{size}"
            await self._start(send, 416, 0)
            await send({"type": "http.response.body", "body": b""})
            return
        start, stop = part or (0, size)
        if part is not None:
            self._headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        await self._start(send, 200 if part is None else 206, stop - start)
        file.seek(start)
        await self._body(send, file, stop - start)

    def _wanted(self) -> str | None:
        """The range, unless it is meant for another state of the file."""
        headers: Mapping[str, str] = self._request.headers
        same = headers.get("if-range") in (None, self._headers["ETag"])
        return headers.get("range") if same else None

    async def _start(self, send: Send, status: int, length: int) -> None:
        self._headers["Content-Length"] = str(length)
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})

    async def _body(self, send: Send, file: BinaryIO, left: int) -> None:
        """Send the bytes, until whoever asked is gone: players leave often."""
        gone = asyncio.ensure_future(self._gone())
        try:
            while left > 0 and not gone.done() and self._request.method != "HEAD":
                data = await asyncio.to_thread(file.read, min(CHUNK, left))
                if not data:  # it became shorter meanwhile
                    break
                left -= len(data)
                await send({"type": "http.response.body", "body": data, "more_body": left > 0})
            if left > 0 and not gone.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone

    async def _gone(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
