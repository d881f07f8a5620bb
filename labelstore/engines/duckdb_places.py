"""Where the labels of a DuckDB store are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from labelstore.schema.tables import NODE_BITS, node_column

if TYPE_CHECKING:
    import duckdb

_SCANS = 20


class Place(NamedTuple):
    """The nodes of a label or a record, and the tables that are known to have no rows of its record."""

    first: int
    last: int
    empty: frozenset[str] = frozenset()


class LabelPlaces:
    """The places of labels by their ids, in a store that nobody writes to meanwhile.

    A scan of all labels finds one. After some of them a table of this connection does, ordered by a hash, so that
    DuckDB reads no more than one block of it. It also tells which of the `rare` tables the record of a label has.
    """

    def __init__(self, connection: "duckdb.DuckDBPyConnection", rare: Sequence[str]) -> None:
        self._connection = connection
        self._rare = rare
        self._scanned = 0

    def find(self, label_id: str) -> Place | None:
        """The place of a label; None for one that the store does not hold."""
        if self._scanned < _SCANS:
            self._scanned += 1
            sql = "select node_id, end_id from labels where label_id = ?"
            found = self._connection.execute(sql, [label_id]).fetchone()
            return Place(*found) if found else None
        if self._scanned == _SCANS:
            self._create()
            self._scanned += 1
        sql = "select node_id, end_id, tables from label_places where hash = hash(?::varchar) and label_id = ?"
        found = self._connection.execute(sql, [label_id, label_id]).fetchone()
        if found is None:
            return None
        first, last, tables = found
        return Place(first, last, frozenset(table for bit, table in enumerate(self._rare) if not tables >> bit & 1))

    def _create(self) -> None:
        arms = "".join(
            f" union all select {node_column(table)} >> {NODE_BITS}, {1 << bit}::bigint from {table}"
            for bit, table in enumerate(self._rare)
        )
        self._connection.execute(
            f"create temp table label_places as with held (record_id, bit) as (select -1, 0{arms}),"
            " of_records as (select record_id, bit_or(bit) as tables from held group by record_id)"
            " select hash(label_id) as hash, label_id, node_id, end_id, coalesce(tables, 0) as tables"
            f" from labels left join of_records on of_records.record_id = node_id >> {NODE_BITS} order by hash"
        )
