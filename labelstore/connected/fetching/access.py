"""The store between downloads: read and written in short turns, so that others can use it meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.loading.store_file import Notify, Patience, locked, writing

_USUAL: Final = 60.0
"""Seconds to wait for a program that is not labelstore and has the store open; hours of downloads are worth that."""


class Access(NamedTuple):
    """A store, how long to wait for whoever holds it (None: as long as it takes), and who is told of that."""

    store: Path
    wait: float | None = None
    notify: Notify | None = None

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """The store, to be read. Raises `InUseError` when the time is over."""
        patience = Patience(self.wait, self.notify)
        with patience.attempt(lambda: open_database(self.store, read_only=True), _USUAL) as database:
            yield database

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """The store in a transaction, under its lock. Raises `InUseError` when the time is over."""
        with locked(self.store, "fetch", wait=self.wait, notify=self.notify) as patience:
            others = Patience(_USUAL, self.notify) if self.wait is None else patience
            with writing(self.store, others) as database:
                yield database

    def at_once(self) -> "Access":
        """Without waiting."""
        return Access(self.store, 0.0)
