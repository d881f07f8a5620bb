"""Single records of a DuckDB store, rebuilt by SQLite.

DuckDB plans the 23 arms of a pieces view anew for each question, which takes it 60 ms and more; SQLite answers in less
than one. So the rows of a record are copied into a SQLite in memory, which has the same tables and views.
"""

import sqlite3

import duckdb

from labelstore.rows import columns, content_tables, node_column, node_range
from labelstore.stores.sqlite import make_tables


class Lookup:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._duckdb = connection
        self._sqlite = sqlite3.connect(":memory:", isolation_level=None)
        make_tables(self._sqlite)

    def record(self, record_id: int) -> str | None:
        """The JSON of a record."""
        return self._rebuilt(record_id, "select json from record_json where record_id = ?", record_id)

    def label(self, record_id: int, label_id: str) -> str | None:
        """The JSON of a label in a record."""
        return self._rebuilt(record_id, "select json from label_json where label_id = ?", label_id)

    def _rebuilt(self, record_id: int, sql: str, wanted: object) -> str | None:
        self._sqlite.execute("begin")
        try:
            self._copy(*node_range(record_id))
            row = self._sqlite.execute(sql, (wanted,)).fetchone()
            return None if row is None else str(row[0])
        finally:
            self._sqlite.execute("rollback")

    def _copy(self, first: int, last: int) -> None:
        filled = self._duckdb.execute("select table_name from duckdb_tables() where estimated_size > 0").fetchall()
        for table in sorted({name for (name,) in filled}.intersection(content_tables())):
            sql = f"select * from {table} where {node_column(table)} between ? and ?"
            rows = self._duckdb.execute(sql, [first, last]).fetchall()
            marks = ",".join("?" * len(columns()[table]))
            self._sqlite.executemany(f"insert into {table} values ({marks})", rows)
