"""The files of a snapshot as a file system: their sizes are known, so that nobody has to ask a bucket for them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fsspec import AbstractFileSystem

_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)
"""Of all files, as none changes once it is written."""


class KnownFiles(AbstractFileSystem):  # type: ignore[misc]
    """Some files of another file system, by their URLs, with their sizes in bytes; there are no others."""

    cachable = False

    def __init__(self, system: Any, sizes: Mapping[str, int]) -> None:
        super().__init__()
        self.protocol = system.protocol
        self._system = system
        self._sizes = {system._strip_protocol(url): size for url, size in sizes.items()}

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """The size of a file."""
        name = self._system._strip_protocol(path)
        if name not in self._sizes:
            raise FileNotFoundError(path)
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
        return self._system.open(known["name"], mode, size=known["size"])
