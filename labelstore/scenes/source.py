"""The interface to a store that scenes are read through."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from labelstore.engines.database import Parameters
from labelstore.engines.result import Result
from labelstore.errors import TooSlowError
from labelstore.schema.dialects import SQLITE, Dialect

Row = dict[str, Any]

_STEPS = 1000
"""So many steps of SQLite's machine are taken between two looks at the clock."""


class Source(Protocol):
    """A store to read from: a `labelstore.engines` database, or a connection of Datasette."""

    def query(self, sql: str, parameters: Mapping[str, Any] = {}, /) -> Iterable[Row]:
        """The rows of a query with parameters `$name`, as dicts."""


class ConnectionSource:
    """A connection of the standard library's sqlite3 as a `Source`, and as a `labelstore.engines.reading.Reading`."""

    dialect: Dialect = SQLITE
    has_full_text = True
    is_columnar = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @cached_property
    def path(self) -> Path:
        """The file of the store."""
        return Path(self.value("select file from pragma_database_list where name = 'main'"))

    def query(self, sql: str, parameters: Parameters = (), /) -> Result:
        """The rows of a query with parameters `$name`."""
        cursor = self.connection.cursor()
        cursor.row_factory = None
        cursor.execute(sql, parameters)
        return Result([column[0] for column in cursor.description], cursor)

    def value(self, sql: str, parameters: Parameters = (), /) -> Any:
        """The first column of the first row, None without one."""
        row = next(self.query(sql, parameters).rows, None)
        return row[0] if row is not None else None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Queries inside raise `TooSlowError` once this time is over; what is found at once is found all the same."""
        until = time.monotonic() + seconds
        self.connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            raise TooSlowError(f"stopped after {seconds:g} seconds", "ask for less") from error
        finally:
            self.connection.set_progress_handler(None, 0)
