"""The spool: the chunks of an export on this computer, each a gzip member of one file that grows.

A file beside it says how much of it is complete and of which task that is. So a pull that was stopped, whatever stopped
it, goes on after its last complete chunk; and the file can be read while it grows, from its start as often as wanted.
"""

import gzip
import io
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Condition
from typing import Any, BinaryIO, Final, cast

import msgspec

from labelstore.files.opening import Streamed

_LEVEL: Final = 1
"""Of compression: a chunk waits for it, and with the usual 6 the export is a sixth smaller."""
_EMPTY: Final = gzip.compress(b"", mtime=0)
_UNREADABLE: Final = (OSError, ValueError)


@dataclass
class State:
    """How far the export of a task is: `offset` is the first byte that is not on this computer yet, of `total`.

    `size`: bytes of the spool that are complete. `asked` is what was asked for, `watermark` the time from when on the
    next pull has to ask, None where it cannot build on this one.
    """

    task_id: str
    asked: dict[str, Any]
    since: str | None
    is_full: bool
    started_at: str
    watermark: str | None = None
    offset: int = 0
    total: int | None = None
    size: int = 0


class Spool:
    """The file of one export; `state` is None where there is nothing to go on with."""

    def __init__(self, folder: Path, name: str) -> None:
        """The folder is made if need be. Raises `OSError`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.ndjson.gz.part"
        self._state_path = folder / f"{name}.json"
        self._changed = Condition()
        self._failure: BaseException | None = None
        self.state = self._read_state()

    @property
    def is_complete(self) -> bool:
        """Whether all bytes of the export are there."""
        return self.state is not None and self.state.offset == self.state.total

    def begin(self, state: State) -> None:
        """Begin the export of another task; what there was is gone."""
        self.path.write_bytes(b"")
        self.state = state
        self.save()

    def save(self) -> None:
        """Have the disk know the state."""
        assert self.state is not None
        scratch = self._state_path.with_suffix(".new")
        with scratch.open("wb") as file:
            file.write(msgspec.json.encode(asdict(self.state)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, self._state_path)

    def append(self, content: bytes, end: int) -> None:
        """Add a chunk that ends before byte `end` of the export; its bytes are on the disk before the state says so."""
        assert self.state is not None
        member = gzip.compress(content, _LEVEL, mtime=0)
        with self.path.open("r+b") as file:
            file.truncate(self.state.size)
            file.seek(self.state.size)
            file.write(member)
            file.flush()
            os.fsync(file.fileno())
        with self._changed:
            self.state.offset, self.state.size = end, self.state.size + len(member)
            self.save()
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """Have who reads the file raise this once it has read what is there."""
        with self._changed:
            self._failure = error
            self._changed.notify_all()

    def stream(self, name: str) -> Streamed:
        """The file as an export to be loaded under this name, which waits for what is still to come."""
        return Streamed(name, lambda: cast(BinaryIO, _Following(self)))

    def wait_beyond(self, place: int) -> int:
        """The bytes that are complete, once there are more than `place` or there will be no more."""
        with self._changed:
            while True:
                assert self.state is not None
                if self.state.size > place or self.is_complete:
                    return self.state.size
                if self._failure is not None:
                    raise self._failure
                self._changed.wait()

    def keep_as(self, path: Path) -> None:
        """Give the complete file its name and forget the state."""
        if not self.path.stat().st_size:
            self.path.write_bytes(_EMPTY)
        os.replace(self.path, path)
        self._state_path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the file and the state; the folder too, if nothing else is in it."""
        for path in (self._state_path, self.path):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            self.path.parent.rmdir()

    def _read_state(self) -> State | None:
        try:
            state = msgspec.json.decode(self._state_path.read_bytes(), type=State)
            return state if self.path.stat().st_size >= state.size else None
        except _UNREADABLE:  # there is none, or a disk lost it
            return None


class _Following(io.RawIOBase):
    """A spool as bytes from its start; reading waits for those that are still to come."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._file = spool.path.open("rb")
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        complete = self._spool.wait_beyond(self._place)
        data = self._file.read(min(len(buffer), complete - self._place))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
