"""Where the labels of a DuckDB store are."""

from typing import TYPE_CHECKING

from labelstore.schema.tables import NodeRange

if TYPE_CHECKING:
    import duckdb

_SCANS = 20


class LabelPlaces:
    """The nodes of labels by their ids, in a store that nobody writes to meanwhile.

    A scan of all labels finds one. After some of them a table of this connection does, ordered by a hash, so that
    DuckDB reads no more than one block of it.
    """

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection
        self._scanned = 0

    def find(self, label_id: str) -> NodeRange | None:
        """The first and the last node of a label; None for one that the store does not hold."""
        if self._scanned < _SCANS:
            self._scanned += 1
            return self._one("select node_id, end_id from labels where label_id = ?", [label_id])
        if self._scanned == _SCANS:
            self._scanned += 1
            self._connection.execute(
                "create temp table label_places as"
                " select hash(label_id) as hash, label_id, node_id, end_id from labels order by 1"
            )
        sql = "select node_id, end_id from label_places where hash = hash(?::varchar) and label_id = ?"
        return self._one(sql, [label_id, label_id])

    def _one(self, sql: str, parameters: list[str]) -> NodeRange | None:
        found: NodeRange | None = self._connection.execute(sql, parameters).fetchone()
        return found
