"""Single records of a DuckDB store, rebuilt by SQLite.

DuckDB plans the 23 arms of a pieces view anew for each question, which takes it 60 ms and more; SQLite answers in less
than one. So the rows of a record are copied into a SQLite in memory, which has the same tables and views: those columns
that the view of its generation reads, as to read a column takes DuckDB up to a millisecond.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from labelstore.engines.duckdb_places import Place
from labelstore.engines.pieces import unmarked
from labelstore.engines.sqlite import make_tables
from labelstore.schema.generations import generation_in
from labelstore.schema.tables import NODE_BITS, Row, columns

Columns = Mapping[str, Sequence[str]]
"""Some columns by table."""

Rows = Iterable[tuple[str, list[Row]]]
"""Rows by table."""


class Lookup:
    """A SQLite database in memory, in which single records are rebuilt."""

    def __init__(self, rows_of: Callable[[set[int], Columns], Rows]) -> None:
        """`rows_of` gives the rows of records, by table, with these columns of them."""
        self._rows_of = rows_of
        self._sqlite = sqlite3.connect(":memory:", isolation_level=None)
        make_tables(self._sqlite)
        self._sqlite.execute("drop index labels_label_id")  # a lake has a label several times while it is loaded
        self._read_by: dict[str, Columns] = {}

    def texts(self, places: Iterable[Place]) -> dict[Place, bytes]:
        """The JSON of records and labels; nothing of what there is not."""
        by_view: dict[str, list[Place]] = {}
        for place in places:
            by_view.setdefault(generation_in(place.first >> NODE_BITS).pieces_view, []).append(place)
        found: dict[Place, bytes] = {}
        for view, some in by_view.items():
            sql = f"select piece from {view} where node_id between ? and ? and pos between ? and ? order by pos, rank"
            if view not in self._read_by:
                self._read_by[view] = self._read(sql)
            empty = frozenset.intersection(*(place.empty for place in some))
            wanted = {table: names for table, names in self._read_by[view].items() if table not in empty}
            with self._holding(self._rows_of({place.first >> NODE_BITS for place in some}, wanted), wanted):
                for place in some:
                    pieces = self._sqlite.execute(sql, (place.first, place.last) * 2).fetchall()
                    if text := unmarked("".join(piece or "" for (piece,) in pieces).encode()):
                        found[place] = text
        return found

    def first_row(self, view: str, rows: Rows) -> Row | None:
        """The first row of a view of these rows."""
        with self._holding(rows, columns()):
            row: Row | None = self._sqlite.execute(f'select * from "{view}" limit 1').fetchone()
            return row

    def _read(self, sql: str) -> Columns:
        """The columns that a statement reads, as SQLite asks whether it may."""
        found: set[tuple[str, str]] = set()

        def allowed(action: int, table: str | None, column: str | None, *_: str | None) -> int:
            if action == sqlite3.SQLITE_READ and table and column:
                found.add((table, column))
            return sqlite3.SQLITE_OK

        self._sqlite.set_authorizer(allowed)
        self._sqlite.execute(sql, (0,) * 4)
        self._sqlite.set_authorizer(None)
        kinds = columns().items()
        return {table: some for table, all_ in kinds if (some := [name for name in all_ if (table, name) in found])}

    @contextmanager
    def _holding(self, rows: Rows, given: Mapping[str, Collection[str]]) -> Iterator[None]:
        self._sqlite.execute("begin")
        try:
            for table, new in rows:
                names = ",".join(f'"{name}"' for name in given[table])
                marks = ",".join("?" * len(given[table]))
                self._sqlite.executemany(f"insert into {table} ({names}) values ({marks})", new)
            yield
        finally:
            self._sqlite.execute("rollback")
