"""The interface to a store that scenes are read through."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

Row = dict[str, Any]


class Source(Protocol):
    """A store to read from: a `labelstore.engines` database, or a connection of Datasette."""

    def query(self, sql: str, parameters: Mapping[str, Any] = {}, /) -> Iterable[Row]:
        """The rows of a query with parameters `$name`, as dicts."""


class ConnectionSource:
    """A connection of the standard library's sqlite3 as a `Source`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def query(self, sql: str, parameters: Mapping[str, Any] = {}, /) -> Iterator[Row]:
        """The rows of a query with parameters `$name`, as dicts."""
        cursor = self.connection.cursor()
        cursor.row_factory = None
        cursor.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)
