"""The rows of a stretch as SQLite reads them: virtual tables of one connection (labelstore/core/table.c)."""

from ctypes import CDLL, c_void_p
from typing import Any

import apsw

from labelstore.core.library import PATH
from labelstore.core.shredding import Stretch

UNABLE = (AttributeError, UnicodeError, apsw.Error)
"""SQLite may be compiled without extensions; it takes no path that is no Unicode."""

PREFIX = "stretch_"
"""Before the name of a table: the virtual table with rows for it."""


class StretchTables:
    """Lets a connection of apsw read the rows of stretches from temporary tables, one for each table of the store.

    Raises one of `UNABLE` for a connection that takes no extension, or not this one.
    """

    def __init__(self, core: CDLL, connection: Any, widths: dict[str, int]) -> None:
        """`widths`: the tables, in the order of stretches, and how many columns each has."""
        core.core_source.restype, core.core_read.argtypes = c_void_p, (c_void_p, c_void_p)
        self._core, self._connection, self._tables = core, connection, list(widths)
        self._source = core.core_source()  # which the connection gives back when it is closed
        if not self._source:
            raise MemoryError
        self._extend()
        for number, (table, width) in enumerate(widths.items()):
            connection.execute(f"create virtual table temp.{PREFIX}{table} using stretch_rows({number}, {width})")

    def _extend(self) -> None:
        """Let the connection have the virtual tables, and no other extension afterwards."""
        self._connection.enable_load_extension(True)
        try:
            self._connection.load_extension(str(PATH), "core_extension")
        finally:
            self._connection.enable_load_extension(False)

    def insert(self, stretch: Stretch) -> None:
        """Copy the rows of a stretch into the tables."""
        self._core.core_read(self._source, stretch.address)
        try:
            for number, table in enumerate(self._tables):
                if stretch.count(number):
                    self._connection.execute(f"insert into main.{table} select * from temp.{PREFIX}{table}")
        finally:
            self._core.core_read(self._source, None)
