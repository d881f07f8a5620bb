"""Rows written to Parquet files of a lake, one file a table; nobody else knows them until a commit names them."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from uuid import uuid4

from labelstore.engines.arrow_columns import arrow_schema, table_of
from labelstore.lake.place import Place
from labelstore.schema.tables import Row, columns, content_tables, node_column

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP_BYTES = 32 << 20
"""So many bytes of rows, as Arrow has them, become a row group."""
_GROUP_ROWS = 200_000


class TableFile(NamedTuple):
    """One Parquet file: its path from the folder of its table, and what Delta says of it.

    `first` and `last` are the smallest and the largest node in it; None for a table without nodes.
    """

    path: str
    rows: int
    bytes: int
    first: int | None
    last: int | None


class TableFiles:
    """Writes rows; a table gets its file with its first row. After the block, `written` has the files.

    `folder` is where the files lie in the folders of their tables, `apart` for tables that are written beside the
    lake's own: those files lie in this folder.
    """

    def __init__(self, place: Place, name: str, apart: str = "") -> None:
        self.written: dict[str, list[TableFile]] = {}
        self._place, self._apart = place, apart
        self._file_name = f"{name}-{uuid4().hex}.parquet"
        self._writers: dict[str, _TableWriter] = {}
        self._stack = ExitStack()

    def add(self, table: str, rows: list[Row]) -> None:
        """Write rows of a table."""
        if rows:
            kinds = columns()[table]
            values = dict(zip(kinds, zip(*rows, strict=True), strict=True))
            self.add_arrow(table, table_of(values, kinds))

    def add_arrow(self, table: str, rows: "pa.Table") -> None:
        """Write rows of a table, its columns as the schema has them."""
        if table not in self._writers:
            folder = f"{self._apart}/{table}" if self._apart else table
            self._writers[table] = _TableWriter(self._stack, self._place, table, folder, self._file_name)
        self._writers[table].add(rows)

    def __enter__(self) -> Self:
        self._stack.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        try:
            if kind is None:
                for writer in self._writers.values():
                    writer.finish()
        finally:
            self._stack.__exit__(kind, *error)
            if kind is not None:
                for writer in self._writers.values():
                    self._place.remove(writer.name)
        self.written = {table: [writer.file()] for table, writer in self._writers.items()}


class _TableWriter:
    """The file of one table."""

    def __init__(self, stack: ExitStack, place: Place, table: str, folder: str, name: str) -> None:
        from pyarrow.parquet import ParquetWriter

        self.name = f"{folder}/{name}"
        self._path = name
        self._node = node_column(table) if table in content_tables() else None
        self._schema = arrow_schema(table)
        self._file = stack.enter_context(place.writing(self.name))
        self._writer: ParquetWriter = stack.enter_context(ParquetWriter(self._file, self._schema, compression="zstd"))
        self._waiting: list[pa.Table] = []
        self._waiting_rows = self._waiting_bytes = self._rows = self._bytes = 0
        self._first: int | None = None
        self._last: int | None = None

    def add(self, rows: "pa.Table") -> None:
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        self._waiting_bytes += rows.nbytes
        if self._waiting_rows >= _GROUP_ROWS or self._waiting_bytes >= _GROUP_BYTES:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not self._waiting:
            return
        group = pa.concat_tables(self._waiting)
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0
        if self._node is not None:
            ends = pc.min_max(group[self._node]).as_py()
            self._first = ends["min"] if self._first is None else min(self._first, ends["min"])
            self._last = ends["max"] if self._last is None else max(self._last, ends["max"])
            group = _in_order(group, self._node)
        self._rows += group.num_rows
        self._writer.write_table(group, row_group_size=_GROUP_ROWS)

    def finish(self) -> None:
        self._write()
        self._writer.close()
        self._bytes = self._file.tell()

    def file(self) -> TableFile:
        return TableFile(self._path, self._rows, self._bytes, self._first, self._last)


def _in_order(group: "pa.Table", node: str) -> "pa.Table":
    """The rows in the order of their nodes, by which readers leave out what they do not need."""
    import pyarrow.compute as pc

    nodes = group[node].combine_chunks()
    rises = pc.all(pc.greater_equal(nodes.slice(1), nodes.slice(0, len(nodes) - 1))).as_py()
    return group if rises else group.sort_by(node)
