"""Local assets: find the file of a data row in a folder by the names that the export has for it."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from labelstore.errors import InputError

LARGEST_TEXT = 64 << 20
"""Bytes; a longer file is not read as the text of an asset."""


class AssetFolder:
    """A folder of downloaded assets. Neither names from an export nor symbolic links lead out of it."""

    def __init__(self, folder: str | Path) -> None:
        """Raises `InputError` for what is no folder."""
        if not Path(folder).is_dir():
            raise InputError(str(folder), "is no folder", "give the folder where the assets were downloaded to")
        self._root = os.path.realpath(folder)

    def find(self, names: Sequence[str | None], *, suffixes: Sequence[str] = ("",)) -> Path | None:
        """The first file with one of the names and one of the suffixes; see `names_of`."""
        for name in names:
            for suffix in suffixes if name else ():
                if (path := self._confined(f"{name}{suffix}")) is not None:
                    return path
        return None

    def _confined(self, name: str) -> Path | None:
        try:
            path = os.path.realpath(os.path.join(self._root, name))
            inside = os.path.commonpath((self._root, path)) == self._root
        except ValueError:  # NUL in the name, or another drive
            return None
        return Path(path) if inside and os.path.isfile(path) else None


def read_text(path: Path) -> str:
    """The text in a file, its line ends as they are, since spans count them.

    Raises `InputError` for a file that is no UTF-8 text.
    """
    try:
        if path.stat().st_size > LARGEST_TEXT:
            raise InputError(str(path), f"is larger than {LARGEST_TEXT >> 20} MB, too large for the text of an asset")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(str(path), f"is not UTF-8 text ({error.reason})") from None
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from error


class Named(Protocol):
    """What tells how the file of a data row may be named."""

    @property
    def data_row_id(self) -> str | None: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def global_key(self) -> str | None: ...
    @property
    def row_data(self) -> str | None: ...


def names_of(
    *,
    external_id: str | None = None,
    global_key: str | None = None,
    data_row_id: str | None = None,
    row_data: str | None = None,
) -> tuple[str, ...]:
    """Names that the file of a data row may have, in search order: its ids, and the file name in its URL."""
    return tuple(dict.fromkeys(_names(external_id, global_key, data_row_id, row_data)))


def _names(*ids: str | None) -> Iterator[str]:
    *names, row_data = ids
    yield from (name for name in names if name)
    if row_data and is_address(row_data):
        try:
            name = unquote(urlsplit(row_data).path).rpartition("/")[2]
        except ValueError:
            return
        if name:
            yield name


def is_address(row_data: str) -> bool:
    """Whether this is the URL of an asset and not its text, by the rule of the canned queries."""
    return "://" in row_data and " " not in row_data
