"""Progress as one line on standard error, only on a terminal."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from labelstore.displaying.cells import visible

_SECONDS_BETWEEN = 0.1
_BAR = 24


class _Read(Protocol):
    """A file that is being read, as the line needs it."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int | None: ...
    @property
    def bytes_read(self) -> int: ...


class ProgressLine:
    """One line, overwritten ten times a second at most; call it with the file that is being read."""

    def __init__(self) -> None:
        self._name = ""
        self._started = self._drawn = 0.0
        self._written = 0

    def __call__(self, source: _Read) -> None:
        now = time.perf_counter()
        if source.name != self._name:
            self._name, self._started = source.name, now
        if now - self._drawn >= _SECONDS_BETWEEN:
            self._drawn = now
            self._draw(f"{_amount(source)}  {visible(source.name)}")

    def wrote(self, count: int) -> None:
        """Count `count` more bytes written."""
        self._written += count
        now = time.perf_counter()
        if now - self._drawn >= _SECONDS_BETWEEN:
            self._drawn = now
            self._draw(f"{self._written / 1e6:,.0f} MB")

    def counted(self, done: int, total: int) -> None:
        """Show `done` of `total`."""
        now = time.perf_counter()
        if now - self._drawn >= _SECONDS_BETWEEN:
            self._drawn = now
            self._draw(f"{done:,} of {total:,}")

    def said(self, text: str) -> None:
        """Show what is under way."""
        self._drawn = time.perf_counter()
        self._draw(visible(text))

    def fetched(self, done: int, total: int, count: int) -> None:
        """Show `done` of `total` files, and their bytes."""
        now = time.perf_counter()
        if now - self._drawn >= _SECONDS_BETWEEN:
            self._drawn = now
            self._draw(f"{done:,} of {total:,}, {count / 1e6:,.1f} MB")

    def items(self, count: int) -> None:
        """Show how much was written."""
        now = time.perf_counter()
        if now - self._drawn >= _SECONDS_BETWEEN:
            self._drawn = now
            self._draw(f"{count:,}")

    def _draw(self, text: str) -> None:
        width = shutil.get_terminal_size().columns
        sys.stderr.write(f"\r\x1b[K{text[: width - 1]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Erase the line."""
        if self._drawn:
            self._draw("")


def _amount(source: _Read) -> str:
    done = source.bytes_read
    if not source.size:
        return f"{done / 1e6:,.1f} MB"
    share = min(done / source.size, 1.0)
    filled = round(share * _BAR)
    return f"{'█' * filled}{'░' * (_BAR - filled)} {share:4.0%} of {source.size / 1e6:,.1f} MB"


@contextmanager
def shown() -> Iterator[ProgressLine | None]:
    """A progress line that is cleared at the end; None if standard error is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    line = ProgressLine()
    try:
        yield line
    finally:
        line.clear()
