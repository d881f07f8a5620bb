"""Open a file by its path or URL, from its start or at any place; both raise `InputError` with the name as shown."""

import errno
import os
import stat
from collections.abc import Callable
from typing import BinaryIO, Self, cast

from labelstore.errors import InputError
from labelstore.files.urls import Fetched, RemoteFile, is_url, name_of, remote_file


class Streamed(str):
    """An export that a function opens, from its start each time; as a text it is the name that it is loaded under."""

    open: Callable[[], BinaryIO]

    def __new__(cls, name: str, opens: Callable[[], BinaryIO]) -> Self:
        """`opens` gives its bytes, and may wait for them."""
        made = super().__new__(cls, name)
        made.open = opens
        return made


File = str | RemoteFile
"""A path, a URL of one file, or such a file found already."""


def located(file: File) -> File:
    """A file at a URL as its file system knows it, a path as it is. Raises `InputError`."""
    return remote_file(file) if isinstance(file, str) and not isinstance(file, Fetched) and is_url(file) else file


def open_stream(file: File) -> tuple[BinaryIO, int | None]:
    """The bytes of a file from its start, and how many they are, None if nobody tells, as of pipes.

    Raises `InputError`; what is local is plain, so that its stream raises `OSError`.
    """
    if isinstance(file, Streamed):
        return file.open(), None
    found = located(file)
    if isinstance(found, RemoteFile):
        remote = found.open()
        return cast(BinaryIO, remote), remote.size
    stream = _open_path(found)
    status = os.fstat(stream.fileno())
    return stream, status.st_size if stat.S_ISREG(status.st_mode) else None


def open_at_random(file: File) -> BinaryIO:
    """The bytes of a file at any place. Raises `InputError`, also for a web server that only sends whole files.

    So does its stream for a URL; what is local is plain, so that its stream raises `OSError`.
    """
    found = located(file)
    if not isinstance(found, RemoteFile):
        return _open_path(found)
    stream = found.open_at_random()
    if stream is None:
        raise InputError(found.name, "its server only sends whole files", "copy it to this computer first")
    return cast(BinaryIO, stream)


def _open_path(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except (OSError, ValueError) as error:
        hint = f'name its files: "{path}/*.json"' if isinstance(error, IsADirectoryError) else ""
        raise InputError(name_of(path), reason_of(error), hint) from None


def reason_of(error: Exception) -> str:
    """Why a local file cannot be read."""
    if isinstance(error, IsADirectoryError):
        return "is a directory"
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, PermissionError):
        return "may not be read"
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read ({os.strerror(error.errno)}, {errno.errorcode.get(error.errno, error.errno)})"
    return str(error) or "ends too early"
