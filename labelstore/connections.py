"""The databases that an open store reads through: each thread has its own, and none outlives a fork."""

import os
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from labelstore.engines import engine_at, open_database
from labelstore.engines.database import Database
from labelstore.errors import StoreError
from labelstore.mirroring import check_engine, is_current, open_mirror

if TYPE_CHECKING:
    from labelstore.engines.duckdb_mirror import MirrorDatabase


class _Own(threading.local):
    """What one thread has open."""

    store: Database | None = None
    mirror: "MirrorDatabase | None" = None


class Connections:
    """Opens the store at `path`, or the mirror that answers for it, when a thread first asks.

    Several threads may ask at once. Raises `StoreError` in a process that was forked meanwhile.
    """

    def __init__(self, path: Path, engine: str | None) -> None:
        self.path: Path = path
        self.engine: str = engine_at(path).name
        check_engine(path, engine)
        self._asked = engine or self.engine
        self._process = os.getpid()
        self._own = _Own()
        self._all: weakref.WeakSet[Database] = weakref.WeakSet()
        self._lock = threading.Lock()

    def store(self) -> Database:
        """The store itself, open for reading."""
        self._check_process()
        database = self._own.store
        if database is None or database.is_closed:
            database = self._own.store = open_database(self.path, read_only=True)
            self._all.add(database)
        return database

    def questioned(self) -> Database:
        """What answers questions: the store, or the mirror of what it holds now."""
        if self._asked == self.engine:
            return self.store()
        self._check_process()
        with self._lock:  # one thread makes the mirror, the others wait for it
            mirror = self._own.mirror
            if mirror is not None and not mirror.is_closed and not is_current(mirror):
                mirror.close()
            if mirror is None or mirror.is_closed:
                mirror = self._own.mirror = open_mirror(self.path)
                self._all.add(mirror)
        return mirror

    def close(self) -> None:
        """Close those of all threads; whoever asks next opens them again."""
        if os.getpid() != self._process:
            return  # they belong to another process, whose threads would be waited for
        for database in list(self._all):
            database.close()
        self._all.clear()

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise StoreError(
                str(self.path),
                "was opened before this process was forked",
                "open it again here, with labelstore.open; or start processes with the method spawn",
            )
