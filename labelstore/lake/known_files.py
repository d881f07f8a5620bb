"""The files of a lake as a file system: their sizes are known, so that nobody has to ask a bucket for them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.spec import AbstractBufferedFile

_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)
"""Of all files, as none changes once it is written."""
_BLOCK_BYTES = 1 << 20
"""So many bytes are read at least: file systems of buckets have up to 50 MB, which is all of most columns."""


class KnownFiles(AbstractFileSystem):  # type: ignore[misc]
    """Some files of another file system, by their URLs, with their sizes in bytes; there are no others.

    Without `sizes` all files of it: the size of each is asked once.
    """

    cachable = False

    def __init__(self, system: Any, sizes: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.protocol = system.protocol
        self._system = system
        self._sizes = {system._strip_protocol(url): size for url, size in (sizes or {}).items()}
        self._asks = sizes is None

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """The size of a file."""
        name = self._system._strip_protocol(path)
        if name not in self._sizes:
            if not self._asks:
                raise FileNotFoundError(path)
            self._sizes[name] = self._system.info(name)["size"]
        return {"name": name, "size": self._sizes[name], "type": "file"}

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """The file of this name."""
        return [self.info(path) if detail else self.info(path)["name"]]

    def modified(self, path: str) -> datetime:
        """When a file was written last."""
        return _WRITTEN

    def open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        """A file, to be read."""
        known = self.info(path)
        return AbstractBufferedFile(self, known["name"], mode, block_size=_BLOCK_BYTES, size=known["size"])

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
        """Bytes of a file."""
        found: bytes = self._system.cat_file(path, start=start, end=end)
        return found
