"""Single records of a DuckDB store, rebuilt by SQLite.

DuckDB plans the 23 arms of a pieces view anew for each question, which takes it 60 ms and more; SQLite answers in less
than one. So the rows of a record are copied into a SQLite in memory, which has the same tables and views.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from itertools import chain
from types import MappingProxyType
from typing import Any

from labelstore.engines.sqlite import make_tables
from labelstore.schema.tables import Row, columns

Rows = Iterable[tuple[str, list[Row]]]
"""Rows by table."""


class Lookup:
    """A SQLite database in memory, in which single records are rebuilt."""

    def __init__(self, rows_of: Callable[[Set[int], Set[str]], Rows]) -> None:
        """`rows_of` gives all rows of records, by table, but for some tables."""
        self._rows_of = rows_of
        self._sqlite = sqlite3.connect(":memory:", isolation_level=None)
        make_tables(self._sqlite)

    def record(self, record_id: int) -> str | None:
        """The JSON of a record."""
        return self._rebuilt({record_id}, "record_json", "record_id", [record_id]).get(record_id)

    def labels(self, records: Mapping[str, int], rows: list[Row]) -> dict[str, str]:
        """The JSON of labels: label id → the record that holds it. `rows` are those of `labels` itself."""
        return self._rebuilt(set(records.values()), "label_json", "label_id", list(records), {"labels": rows})

    def first_row(self, view: str, rows: Rows) -> Row | None:
        """The first row of a view of these rows."""
        with self._holding(rows):
            row: Row | None = self._sqlite.execute(f'select * from "{view}" limit 1').fetchone()
            return row

    def _rebuilt(
        self,
        record_ids: Set[int],
        view: str,
        key: str,
        wanted: Sequence[Any],
        known: Mapping[str, list[Row]] = MappingProxyType({}),
    ) -> dict[Any, str]:
        if not wanted:
            return {}
        with self._holding(chain(known.items(), self._rows_of(record_ids, known.keys()))):
            sql = f"select json from {view} where {key} = ?"
            found = ((one, self._sqlite.execute(sql, (one,)).fetchone()) for one in wanted)
            return {one: str(row[0]) for one, row in found if row is not None}

    @contextmanager
    def _holding(self, rows: Rows) -> Iterator[None]:
        self._sqlite.execute("begin")
        try:
            for table, new in rows:
                marks = ",".join("?" * len(columns()[table]))
                self._sqlite.executemany(f"insert into {table} values ({marks})", new)
            yield
        finally:
            self._sqlite.execute("rollback")
