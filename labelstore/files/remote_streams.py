"""The bytes of files at URLs, from their start or at any place; all errors are `InputError` with the name as shown."""

import errno
import io
import os
import tempfile
from collections.abc import Callable
from typing import Any

from labelstore.errors import InputError, LabelstoreError

SECONDS_OF_SILENCE = 60
"""After so long without a byte, a web server is given up."""
FIRST_BYTES, MOST_BYTES = 64 << 10, 8 << 20
"""At a new place a little is fetched at once; who reads on gets more each time, so few requests are made."""


class ForwardStream:
    """The bytes of a remote file from its start; `size` is None where nobody tells it.

    Some file systems have to live as long as their files: therefore streams refer to theirs.
    """

    def __init__(self, name: str, system: Any, file: Any, size: int | None) -> None:
        self._name, self._system, self._file, self.size = name, system, file, size

    def read(self, count: int) -> bytes:
        """Up to `count` bytes, none at the end."""
        data: bytes = tried(self._name, lambda: self._file.read(count))
        return data

    def close(self) -> None:
        """End the request."""
        self._file.close()


class SeekableStream(io.RawIOBase):
    """The bytes of a remote file of `size` bytes at any place."""

    def __init__(self, name: str, system: Any, file: Any, size: int) -> None:
        super().__init__()
        self._name, self._system, self._file, self.size = name, system, file, size
        self._position = 0
        self._block, self._block_start = b"", 0
        self._ahead = FIRST_BYTES

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read at any place."""
        return True

    def tell(self) -> int:
        """The byte that is read next."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place; nothing is fetched before it is read."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = max(start + offset, 0)
        return self._position

    def read(self, count: int | None = -1) -> bytes:
        """`count` bytes, fewer only at the end; all that follow for none."""
        left = max(self.size - self._position, 0)
        wanted = left if count is None or count < 0 else min(count, left)
        parts = []
        while wanted > 0:
            start = self._position - self._block_start
            if not 0 <= start < len(self._block):
                self._fetch(wanted)
                start = 0
            parts.append(self._block[start : start + wanted])
            wanted -= len(parts[-1])
            self._position += len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as far as there are bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file of the file system."""
        if not self.closed:
            self._file.close()
        super().close()

    def _fetch(self, wanted: int) -> None:
        """Make a block of what is at the position."""
        follows = self._position == self._block_start + len(self._block) and self._block
        self._ahead = min(self._ahead * 2, MOST_BYTES) if follows else FIRST_BYTES
        count = min(max(self._ahead, min(wanted, MOST_BYTES)), self.size - self._position)
        self._block_start, self._block = self._position, tried(self._name, lambda: self._read_at(count))
        if not self._block:
            reason = f"ends at byte {self._position} of {self.size}"
            raise InputError(self._name, reason, "it has changed while it was read: try again")

    def _read_at(self, count: int) -> bytes:
        self._file.seek(self._position)  # others may read the same file: fsspec has each of its memory only once
        data: bytes = self._file.read(count)
        return data


def tried(name: str, work: Callable[[], Any]) -> Any:
    """What it returns. Each file system has errors of its own: all of them are `InputError` here."""
    try:
        return work()
    except LabelstoreError:
        raise
    except Exception as error:
        raise InputError(name, *reason_and_hint(error)) from None


def reason_and_hint(error: Exception) -> tuple[str, str]:
    """What is the matter, without what the error says of the URL."""
    if isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # of a web server, about which fsspec says no more
    kind, status = type(error).__name__, getattr(error, "status", None)
    if status in (401, 403) or isinstance(error, PermissionError) or "Credentials" in kind:
        return "may not be read", "a signed link may have expired; a bucket needs the credentials of its cloud"
    if isinstance(error, FileNotFoundError) or status == 404:
        return "no such file", ""
    if status:
        return f"the server answered with status {status}", ""
    if isinstance(error, TimeoutError):
        return f"no answer for {SECONDS_OF_SILENCE} seconds", "try again"
    if "Payload" in kind or "Incomplete" in kind or "Disconnected" in kind:
        return "the connection broke before its end", "try again"
    if "Connect" in kind:
        return f"cannot be reached ({getattr(error, 'strerror', None) or kind})", ""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "has no room on this computer", f"free some in {tempfile.gettempdir()}, or set TMPDIR to another folder"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})", ""
    return f"cannot be read ({kind})", ""
