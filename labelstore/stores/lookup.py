"""Single records of a DuckDB store, rebuilt by SQLite.

DuckDB plans the 23 arms of a pieces view anew for each question, which takes it 60 ms and more; SQLite answers in less
than one. So the rows of a record are copied into a SQLite in memory, which has the same tables and views.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import duckdb
import pyarrow as pa

from labelstore.rows import NODE_BITS, Row, columns, content_tables, node_column, node_range
from labelstore.stores.sqlite import make_tables


class Lookup:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._duckdb = connection
        self._sqlite = sqlite3.connect(":memory:", isolation_level=None)
        make_tables(self._sqlite)

    def record(self, record_id: int) -> str | None:
        """The JSON of a record."""
        return self._rebuilt({record_id}, "record_json", "record_id", [record_id]).get(record_id)

    def labels(self, records: Mapping[str, int]) -> dict[str, str]:
        """The JSON of labels: label id → the record that holds it."""
        return self._rebuilt(set(records.values()), "label_json", "label_id", list(records))

    def _rebuilt(self, record_ids: Set[int], view: str, key: str, wanted: Sequence[Any]) -> dict[Any, str]:
        if not wanted:
            return {}
        self._sqlite.execute("begin")
        try:
            for table, rows in rows_of(self._duckdb, record_ids):
                marks = ",".join("?" * len(columns()[table]))
                self._sqlite.executemany(f"insert into {table} values ({marks})", rows)
            sql = f"select json from {view} where {key} = ?"
            found = ((one, self._sqlite.execute(sql, (one,)).fetchone()) for one in wanted)
            return {one: str(row[0]) for one, row in found if row is not None}
        finally:
            self._sqlite.execute("rollback")


def rows_of(connection: duckdb.DuckDBPyConnection, record_ids: Set[int]) -> Iterator[tuple[str, list[Row]]]:
    """All rows of records, by table."""
    if not record_ids:
        return
    filled = connection.execute("select table_name from duckdb_tables() where estimated_size > 0").fetchall()
    first, last = node_range(min(record_ids))[0], node_range(max(record_ids))[1]
    gaps = max(record_ids) - min(record_ids) >= len(record_ids)
    if gaps:
        connection.register("wanted_records", pa.table({"record_id": list(record_ids)}))
    for table in sorted({name for (name,) in filled}.intersection(content_tables())):
        node = node_column(table)
        among = f" and {node} >> {NODE_BITS} in (select record_id from wanted_records)" if gaps else ""
        sql = f"select * from {table} where {node} between ? and ?{among}"
        yield table, connection.execute(sql, [first, last]).fetchall()
    if gaps:
        connection.unregister("wanted_records")
