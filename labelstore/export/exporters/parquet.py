"""Every table of the store as a Parquet file, with the names and types of its columns in `sql/schema.sql`.

The rows are in the order of their keys. DuckDB, pandas, polars and Spark read them:
`duckdb -c "select name, count(*) from 'folder/objects.parquet' group by name"`.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from labelstore.engines.arrow_columns import arrow_type, table_of
from labelstore.engines.database import Database
from labelstore.export.constructs import fates, kept
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.sink import Sink
from labelstore.export.whole_store import wrote_all
from labelstore.schema.tables import columns, content_tables, node_column

_ROWS: Final = 10_000
_FATES: Final = fates(kept("rows of its table"))


def write(export: Export) -> FileChunks:
    """A file for each table, also for one without rows."""
    for table, kinds in columns().items():
        for content in _file(export, table, kinds):
            yield FileChunk(f"{table}.parquet", content)
    wrote_all(export)


def _file(export: Export, table: str, kinds: dict[str, str]) -> Iterator[bytes]:
    """The bytes of the file of a table, after each group of rows."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = Sink()
    rows = _rows(export.database, table, kinds)
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in kinds.items()])
    with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        while some := list(islice(rows, _ROWS)):
            writer.write_table(
                table_of(dict(zip(kinds, map(_typed, kinds.values(), zip(*some, strict=True)), strict=True)), kinds)
            )
            export.wrote(len(some))
            yield sink.taken()
    yield sink.taken()


def _rows(database: Database, table: str, kinds: dict[str, str]) -> Iterator[Sequence[Any]]:
    keys = [node_column(table)] if table in content_tables() else [*kinds]
    names, order = (
        ", ".join(f'"{name}"{more}' for name in some) for some, more in ((kinds, ""), (keys, " nulls first"))
    )
    return database.query(f"select {names} from {table} order by {order}").rows


def _typed(kind: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values as the type that the schema declares; SQLite has whole numbers in place of some."""
    convert = {"boolean": bool, "double": float}.get(kind)
    return values if convert is None else [None if value is None else convert(value) for value in values]


EXPORTER = Exporter(
    "parquet",
    "",
    "a folder with a Parquet file for each table of the store",
    write,
    lambda _: _FATES,
    unit="rows",
)
