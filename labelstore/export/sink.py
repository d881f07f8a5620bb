"""A file in memory that is only written to, so that libraries write what an exporter yields."""

from typing import Any


class Sink:
    """A file that is only written to, and gives away what was written since the last time."""

    closed = False

    def __init__(self) -> None:
        self._place = 0
        self._written: list[bytes] = []

    def write(self, content: Any) -> int:
        """Take the next bytes."""
        self._written.append(bytes(content))
        self._place += len(self._written[-1])
        return len(self._written[-1])

    def tell(self) -> int:
        """How many bytes were written, with those that were taken."""
        return self._place

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        content = b"".join(self._written)
        self._written.clear()
        return content
