"""Every table of the store as a Parquet file, with the names and types of its columns in `sql/schema.sql`.

The rows are in the order of their keys. DuckDB, pandas, polars and Spark read them:
`duckdb -c "select name, count(*) from 'folder/objects.parquet' group by name"`.
"""

from collections.abc import Iterator
from typing import Final

from labelstore.engines.arrow_columns import arrow_schema
from labelstore.export.constructs import fates, kept
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.sink import Sink
from labelstore.export.whole_store import all_rows, wrote_all
from labelstore.schema.tables import columns

_FATES: Final = fates(kept("rows of its table"))


def write(export: Export) -> FileChunks:
    """A file for each table, also for one without rows."""
    for table in columns():
        for content in _file(export, table):
            yield FileChunk(f"{table}.parquet", content)
    wrote_all(export)


def _file(export: Export, table: str) -> Iterator[bytes]:
    """The bytes of the file of a table, after each group of rows."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = Sink()
    with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), arrow_schema(table), compression="zstd") as writer:
        for rows in all_rows(export.database, table):
            writer.write_table(rows)
            export.wrote(rows.num_rows)
            yield sink.taken()
    yield sink.taken()


EXPORTER = Exporter(
    "parquet",
    "",
    "a folder with a Parquet file for each table of the store",
    write,
    lambda _: _FATES,
    unit="rows",
)
