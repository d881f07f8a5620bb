"""A store in a DuckDB file."""

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import duckdb

from labelstore.core.library import library
from labelstore.core.shredding import Stretch
from labelstore.engines.arrow_columns import table_of
from labelstore.engines.background import Background
from labelstore.engines.database import WAY_OUT, is_new_file
from labelstore.engines.duckdb_marks import mark_store, mirror_mark, schema_version
from labelstore.engines.duckdb_session import DuckdbSession, create_tables, create_views
from labelstore.engines.duckdb_stretches import TOGETHER, CollectedStretches
from labelstore.engines.limits import QUERY
from labelstore.engines.read_only_sql import DUCKDB_CONFIG
from labelstore.errors import InUseError, StoreError
from labelstore.schema.dialects import check_version
from labelstore.schema.tables import NODE_BITS, content_tables, node_column, node_range

if TYPE_CHECKING:
    import pyarrow as pa

STORAGE_VERSION = "v1.5.0"
MEMORY_LIMIT = "700MB"
WRITING_MEMORY_LIMIT = "500MB"
"""Beside which Python has the rows of two batches."""

ROW_GROUP = 30_720
"""Rows that are compressed together in a new store; a multiple of 2,048."""
_ATTACHED = "store"
_USE = f"use {_ATTACHED}"


class DuckdbDatabase(DuckdbSession):
    """A store in a DuckDB file, open for one process."""

    takes_stretches = True
    _collected: CollectedStretches | None = None
    """What is not inserted yet."""

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False) -> None:
        is_new = is_new_file(path, create=create)
        if is_new:
            path.unlink(missing_ok=True)
        reads = read_only and not is_new
        config: dict[str, Any] = {
            "memory_limit": MEMORY_LIMIT if reads else WRITING_MEMORY_LIMIT,
            "autoinstall_known_extensions": "false",
            "preserve_insertion_order": "true",
        }
        if reads:
            config |= DUCKDB_CONFIG | {"max_temp_directory_size": f"{QUERY.temporary}B"}
        try:
            if is_new:
                connection = _new_file(path, config)
            else:
                connection = duckdb.connect(str(path.absolute()), read_only=reads, config=config)
        except duckdb.Error as error:
            raise _open_error(path, error) from error
        super().__init__(path, connection, reads=reads, is_new=is_new)
        try:
            if is_new:
                self._create()
            else:
                found = self._connection.execute(self.dialect.columns).fetchall()
                self._check_mark(found)
        except BaseException:
            connection.close()
            raise

    def _check_mark(self, columns: Iterable[tuple[str, str]]) -> None:
        """Raise `StoreError` for what is no store of this schema version."""
        if mirror_mark(self._connection) is not None:
            raise StoreError(str(self.path), "is the mirror of a SQLite store", "name the store itself")
        check_version(self.path, schema_version(self._connection), self.dialect.title, columns)

    def _filled(self) -> dict[str, int]:
        """The tables of records that have rows, and about how many."""
        sql = "select table_name, estimated_size from duckdb_tables() where estimated_size > 0"
        rows = dict(self._connection.execute(sql).fetchall())
        return {table: rows[table] for table in content_tables() if table in rows}

    def _create(self) -> None:
        Thread(target=import_module, args=("pyarrow",)).start()  # rows need it, and DuckDB leaves a core
        self._connection.execute("begin")
        create_tables(self._connection)
        create_views(self._connection)
        mark_store(self._connection)
        self._connection.execute("commit")

    def build_fast(self) -> None:
        pass  # one transaction writes its row groups once, straight into the file

    def finish(self) -> None:
        self._connection.execute("checkpoint")

    def share(self) -> None:
        pass  # DuckDB admits one process

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        self._insert_collected()
        return super()._connection

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = super()._cursor()
        if self.is_new:
            cursor.execute(_USE)
        return cursor

    def insert_stretch(self, stretch: Stretch) -> None:
        if self._collected is None:
            core = library()
            assert core is not None
            self._collected = CollectedStretches(core)
        self._collected.add(stretch)
        if self._collected.bytes >= TOGETHER:
            self._insert_collected()

    def _insert_collected(self) -> None:
        collected, self._collected = self._collected, None
        if collected is None:
            return
        if self._inserts is None:
            self._inserts = Background()
        self._inserts.wait()  # those before hold memory, too
        self._inserts.begin(_insert_tables, self._own_connection, collected.tables())

    def rollback(self) -> None:
        self._collected = None
        super().rollback()

    def delete_records(self, record_ids: Sequence[int]) -> None:
        self._deleted.update(record_ids)

    def finish_deletions(self) -> None:
        if not self._deleted:
            return
        self.counters.take_away([node_range(record_id) for record_id in self._deleted])
        doomed = table_of({"record_id": list(self._deleted)})
        for table in content_tables():
            record_id = f"{node_column(table)} >> {NODE_BITS}"
            self._rows_given(f"delete from {table} where {record_id} in (select record_id from given)", doomed)
        self._deleted.clear()

    def delete_nodes(self, ranges: Sequence[tuple[int, int]]) -> None:
        if not ranges:
            return
        self.counters.take_away(ranges)
        firsts, lasts = zip(*ranges, strict=True)
        given = table_of({"first": firsts, "last": lasts})
        limits = (min(firsts), max(lasts))
        for table in content_tables()[1:]:
            node = node_column(table)
            self._rows_given(
                f"delete from {table} where {node} between ? and ? and {node} in ("
                f"select t.{node} from {table} as t join given as r on t.{node} between r.first and r.last"
                f" where t.{node} between ? and ?)",
                given,
                limits * 2,
            )


def _new_file(path: Path, config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A connection to a new file with small row groups.

    DuckDB compresses and writes a row group as soon as it is full, if it needs not wait for others, while Python makes
    the next rows; what is left waits for the commit. Only a file that is attached can have such a size.
    """
    options = f"row_group_size {ROW_GROUP}"
    if int(duckdb.__version__.split(".")[0]) >= 2:
        config["storage_compatibility_version"] = STORAGE_VERSION
    config["temp_directory"] = f"{path.absolute()}.tmp"
    connection = duckdb.connect(config=config)
    try:
        quoted = str(path.absolute()).replace("'", "''")
        connection.execute(f"attach '{quoted}' as {_ATTACHED} ({options})")
        connection.execute(_USE)
        connection.execute("set write_buffer_row_group_count = 1")
    except BaseException:
        connection.close()
        raise
    return connection


def _insert_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, "pa.Table"]]) -> None:
    """Insert rows of several tables by one thread of DuckDB: two would take twice the time of the processor."""
    connection.execute("set threads = 1")
    for table, given in tables:  # noqa: B007 # DuckDB finds `given` here
        connection.execute(f"insert into {table} select * from given")
    connection.execute("reset threads")


def _open_error(path: Path, error: duckdb.Error) -> StoreError:
    text = str(error)
    if "lock" in text.lower():
        holder = re.search(r"PID (\d+)", text)
        who = f"process {holder[1]}" if holder else "another process"
        return InUseError(
            str(path),
            f"{who} has it open",
            f"is in use by {who}; DuckDB admits one writer, and no reader beside it",
            "wait for it, as --wait does",
        )
    if "version" in text.lower():
        return StoreError(str(path), "was written by a newer DuckDB than this one", "pip install --upgrade duckdb")
    return StoreError(str(path), f"cannot be opened ({text.splitlines()[0][:160]})", WAY_OUT)
