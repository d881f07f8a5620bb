"""The tables of a store in Parquet files: looked over before they are read, and read in the order of their keys."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from labelstore.engines.arrow_columns import arrow_schema
from labelstore.engines.parquet_files import listed
from labelstore.errors import InputError
from labelstore.schema.tables import columns, key_column

if TYPE_CHECKING:
    import pyarrow as pa

_MEMORY: Final = "400MB"
_ROWS: Final = 2048  # what DuckDB computes at a time
_TYPES: Final = {"integer": "bigint", "double": "double", "boolean": "boolean", "text": "varchar", "blob": "blob"}
"""Those of DuckDB for those of the schema."""


class ParquetTables:
    """Parquet files by table, read in bounded memory.

    `name` is what messages call them, `way_out` how to get better ones. Files are paths, or URLs that `filesystem`
    opens, one of fsspec. Methods raise `InputError`.
    """

    def __init__(self, name: str, files: Mapping[str, Sequence[str]], way_out: str, filesystem: Any = None) -> None:
        self.name, self.way_out = name, way_out
        self._files = {table: list(some) for table, some in files.items()}
        self._connection = duckdb.connect(config={"memory_limit": _MEMORY, "autoinstall_known_extensions": "false"})
        if filesystem is not None:
            self._connection.register_filesystem(filesystem)

    def sort_in(self, scratch: Path) -> None:
        """Name the folder for what does not fit into memory."""
        self._connection.execute("set temp_directory = ?", [str(scratch)])

    def __contains__(self, table: str) -> bool:
        return table in self._files

    def check(self) -> None:
        """Look at the files first. Raises `InputError` for other columns than in the schema, and for no Parquet."""
        for table, files in self._files.items():
            if not files:
                continue
            with self._reading(table):
                source = f"read_parquet({listed(files)}, hive_partitioning = false)"
                self._connection.execute(f"create view {table} as select * from {source}")
                rows = self._connection.execute(f"describe {table}").fetchall()
            if reason := _difference({row[0]: row[1].lower() for row in rows}, columns()[table]):
                raise self._refused(table, reason)

    def count(self, table: str, where: str = "true") -> int:
        """How many rows a table has; `where` is SQL about the table and the others."""
        if not self._files[table]:
            return 0
        with self._reading(table):
            (count,) = self._connection.execute(f"select count(*) from {table} where {where}").fetchone() or (0,)
        return int(count)

    def batches(self, table: str, where: str = "true") -> "Iterator[pa.RecordBatch]":
        """The rows of a table by its key, which no two have; of one without key in the order of the files.

        `where` is SQL about the table and the others.
        """
        if not self._files[table]:
            return
        key = key_column(table)
        schema = arrow_schema(table)
        with self._reading(table):
            sql = self._sql(table, key, where)
            result = self._connection.cursor().sql(sql)
            reader = getattr(result, "to_arrow_reader", None) or result.fetch_arrow_reader
            last = None
            for batch in reader(_ROWS):
                if key is not None and batch.num_rows:
                    last = self._last_key(table, key, batch, last)
                yield batch.cast(schema)

    def close(self) -> None:
        """Close the files."""
        self._connection.close()

    def _sql(self, table: str, key: str | None, where: str) -> str:
        names = ", ".join(f'"{name}"' for name in columns()[table])
        order = f" order by {key} nulls first" if key is not None and not self._is_sorted(table, key) else ""
        return f"select {names} from {table} where {where}{order}"

    def _is_sorted(self, table: str, key: str) -> bool:
        """Whether the rows are in order as they are; to look at a column takes a tenth of what sorting does."""
        steps = f"select {key} as now, lag({key}) over () as before from {table}"
        return self._connection.execute(f"select 1 from ({steps}) where now <= before limit 1").fetchone() is None

    def _last_key(self, table: str, key: str, batch: "pa.RecordBatch", before: object) -> object:
        """The key of the last row. Raises `InputError` unless each is greater than the one before."""
        from pyarrow import compute

        keys = batch.column(key)
        first, last = keys[0].as_py(), keys[-1].as_py()
        if keys.null_count:
            raise self._refused(table, f"has a row without {key}")
        if first == before or compute.all(compute.greater(keys[1:], keys[:-1])).as_py() not in (True, None):
            raise self._refused(table, f"has two rows of the same {key}")
        return last

    @contextmanager
    def _reading(self, table: str) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise self._refused(table, f"cannot be read ({str(error).splitlines()[0][:160]})") from None

    def _refused(self, table: str, reason: str) -> InputError:
        return InputError(self.name, f"{table} {reason}", self.way_out)


def _difference(found: Mapping[str, str], wanted: Mapping[str, str]) -> str | None:
    """How the columns of a file differ from those of the schema; `found` has the types of DuckDB."""
    for name, kind in wanted.items():
        if name not in found:
            return f"has no column {name}"
        if found[name] != _TYPES[kind]:
            return f"has {found[name]} in the column {name}, which is {kind}"
    more = [name for name in found if name not in wanted]
    return f"has a column {more[0]}, which this version does not know" if more else None
