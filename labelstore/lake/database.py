"""The tables of a lake as a database: DuckDB in memory, whose content tables are views of Parquet files."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import duckdb

from labelstore.engines.database import Relation
from labelstore.engines.duckdb import MEMORY_LIMIT, WRITING_MEMORY_LIMIT
from labelstore.engines.duckdb_session import DuckdbSession, create_tables, create_views
from labelstore.engines.limits import QUERY
from labelstore.engines.parquet_files import listed, literal, quoted
from labelstore.engines.read_only_sql import DUCKDB_CONFIG
from labelstore.errors import StoreError
from labelstore.schema.derived_views import data_rows_query
from labelstore.schema.dialects import DUCKDB
from labelstore.schema.tables import DERIVED, NODE_BITS, Row, columns, content_tables, node_column, node_range

if TYPE_CHECKING:
    import pyarrow as pa

    Hidden: TypeAlias = pa.Array | pa.ChunkedArray | str | None
    """Record ids, or the Parquet file that has them in the column `record_id`."""

DERIVED_IN_LAKES = tuple(table for table in DERIVED if table != "data_rows")
"""The small tables that a lake has as files; `data_rows` is computed when it is asked for."""
TABLES = (*content_tables(), "loads", "rejects", *DERIVED_IN_LAKES)
"""The tables of a lake."""

_TOGETHER = 16
_WAY_OUT = "bring it back, ask an earlier snapshot with --at, or load the exports into a new lake"


class LakeDatabase(DuckdbSession):
    """The rows of some Parquet files of a lake, by table.

    `name` is the folder or URL of the lake, `files` the files of each table of `TABLES`: paths, or URLs that
    `filesystem` opens, one of fsspec. A table without files is empty. Records of `without` are in no content table.
    SQL of users may read what is below `name`, and nothing else. Only with `read_only=False` can rows be added, which
    stay in memory: of the derived tables, and of content tables without files. Raises `StoreError` for a file that
    cannot be read.
    """

    derived_views: ClassVar[frozenset[str]] = frozenset({"data_rows"})

    def __init__(
        self,
        name: str,
        files: Mapping[str, Sequence[str]],
        *,
        filesystem: Any = None,
        without: "Hidden" = None,
        rows: Mapping[str, int] | None = None,
        read_only: bool = True,
        views: bool = True,
    ) -> None:
        """`rows` are the numbers of rows of the content tables where they are known.

        Without `views` it has the tables alone, in half the time: a load asks no view.
        """
        self._name = name
        self._files = {table: list(some) for table, some in files.items() if some}
        self._rows = rows
        connection = duckdb.connect(":memory:", config=_config(read_only))
        super().__init__(Path(name), connection, reads=read_only)
        try:
            connection.execute("set parquet_metadata_cache = true")
            if filesystem is not None:
                connection.register_filesystem(filesystem)
                self._look_ahead()
            self._create(without, views)
            if read_only:
                _lock(connection, name)
        except duckdb.Error as error:
            connection.close()
            raise _unreadable(name, error) from error
        except BaseException:
            connection.close()
            raise

    def _look_ahead(self) -> None:
        """Read the footer of the first file of each table, for which each has to wait: views are then made of them."""

        def read(path: str) -> None:
            with self._own_connection.cursor() as cursor:
                cursor.execute(f"select 1 from read_parquet({listed([path])}) limit 0")

        with ThreadPoolExecutor(_TOGETHER) as pool:
            list(pool.map(read, (paths[0] for paths in self._files.values())))

    def _create(self, without: "Hidden", views: bool) -> None:
        self._connection.execute("begin")
        create_tables(self._connection)
        if views:
            create_views(self._connection)
        self._connection.execute("create table hidden_records (record_id bigint)")
        self._connection.execute("drop table data_rows")
        self._connection.execute(f"create view data_rows as {self.dialect.translate(data_rows_query())}")
        for table in self._files:
            if table in DERIVED:
                self._connection.execute(f"insert into {table} {self._from_files(table)}")
            else:
                self._connection.execute(f"drop table {table}")
                self._connection.execute(f"create view {table} as {self._from_files(table)}")
        self._connection.execute("commit")
        if isinstance(without, str):
            self._hide(f"select record_id from read_parquet({listed([without])})")
        elif without is not None and len(without):
            self._hide_all(without)

    def _from_files(self, table: str) -> str:
        names = ", ".join(f'"{name}"' for name in columns()[table])
        return f"select {names} from read_parquet({listed(self._files[table])}, hive_partitioning = false)"

    # -- records that are gone ----------------------------------------------------------------------------------------

    def _hide_all(self, record_ids: "Sequence[int] | pa.Array | pa.ChunkedArray") -> None:
        import pyarrow as pa

        self._rows_given("insert into hidden_records select record_id from given", pa.table({"record_id": record_ids}))
        self._hide()

    def _hide(self, sql: str = "") -> None:
        """Take the records with these ids out of all content tables."""
        if sql:
            self._connection.execute(f"insert into hidden_records {sql}")
        for table in self._files.keys() & set(content_tables()):
            self._connection.execute(
                f"create or replace view {table} as {self._from_files(table)} as of_files"
                f" anti join hidden_records as h on h.record_id = of_files.{node_column(table)} >> {NODE_BITS}"
            )

    def use(self, files: Mapping[str, Sequence[str]]) -> None:
        """Have these files in place of those of the content tables, of `loads` and of `rejects`; hide no record."""
        self._connection.execute("delete from hidden_records")
        for table in set(TABLES) - set(DERIVED):
            was_there = table in self._files
            self._files.pop(table, None)
            if some := list(files.get(table, ())):
                self._files[table] = some
                if not was_there:
                    self._connection.execute(f"drop table {table}")
                self._connection.execute(f"create or replace view {table} as {self._from_files(table)}")
            elif was_there:
                self._connection.execute(f"create or replace view {table} as {_without_rows(table)}")

    def append_files(self, table: str, files: Sequence[str]) -> None:
        """Add the rows of Parquet files to a derived table."""
        if files:
            self._connection.execute(f"insert into {table} select * from read_parquet({listed(files)})")

    def delete_records(self, record_ids: Sequence[int]) -> None:
        self._deleted.update(record_ids)

    def finish_deletions(self) -> None:
        if self._deleted:
            self.counters.take_away([node_range(record_id) for record_id in self._deleted])
            self._hide_all(list(self._deleted))
            self._deleted.clear()

    def delete_nodes(self, ranges: Sequence[tuple[int, int]]) -> None:
        raise NotImplementedError("files of a lake lose whole records")

    # -- what is in it ------------------------------------------------------------------------------------------------

    def derived_rows(self, table: str) -> "pa.Table":
        """The rows of a derived table, as they are now."""
        return self._connection.sql(f"select * from {table} order by all").to_arrow_table()

    @property
    def name(self) -> str:
        return self._name

    @property
    def way_to_ids(self) -> str:
        return f'find ids with: labelstore lake query {self._name} "select label_id, data_row_id from labels"'

    def relations(self) -> list[Relation]:
        """Those of a store: what is read from files counts as a table."""
        found = [one for one in super().relations() if one.name != "hidden_records"]
        return [one._replace(is_view=one.is_view and one.name not in columns()) for one in found]

    def _filled(self) -> dict[str, int]:
        return self._filled_in_files

    @cached_property
    def _filled_in_files(self) -> dict[str, int]:
        if self._rows is not None:
            return {table: count for table, count in self._rows.items() if count and table in content_tables()}
        filled = {table: self._count(table) for table in content_tables() if table in self._files}
        return {table: count for table, count in filled.items() if count}

    def _count(self, table: str) -> int:
        return int(self.value(f"select sum(num_rows) from parquet_file_metadata({listed(self._files[table])})"))

    def insert_rows(self, table: str, rows: Sequence[Row]) -> None:
        if table in self._files and table not in DERIVED:
            raise NotImplementedError("rows of content tables come by files")
        super().insert_rows(table, rows)

    def build_fast(self) -> None:
        pass  # there is nothing to build

    def finish(self) -> None:
        pass

    def share(self) -> None:
        pass


def _config(read_only: bool) -> dict[str, Any]:
    config: dict[str, Any] = {
        "memory_limit": MEMORY_LIMIT if read_only else WRITING_MEMORY_LIMIT,
        "autoinstall_known_extensions": "false",
        "preserve_insertion_order": "true",
        "temp_directory": os.path.join(tempfile.gettempdir(), f"labelstore-lake-{os.getpid()}"),
        "max_temp_directory_size": f"{QUERY.temporary}B",
    }
    later = ("enable_external_access", "lock_configuration")
    return config | {key: value for key, value in DUCKDB_CONFIG.items() if read_only and key not in later}


def _lock(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Leave SQL nothing but the lake. What may be read is set once DuckDB runs, so this is no part of its config."""
    folder = name if "://" in name else os.path.realpath(name)
    folder = folder.rstrip("/") + "/"
    connection.execute(f"set allowed_directories = [{', '.join(map(quoted, {folder, literal(folder)}))}]")
    for setting in ("enable_external_access", "lock_configuration"):
        connection.execute(f"set {setting} = {DUCKDB_CONFIG[setting]}")


def _without_rows(table: str) -> str:
    kinds = columns()[table].items()
    named = ", ".join(f'cast(null as {DUCKDB.translate(kind)}) as "{name}"' for name, kind in kinds)
    return f"select {named} where false"


def _unreadable(name: str, error: duckdb.Error) -> StoreError:
    text = str(error).splitlines()[0][:200]
    return StoreError(name, f"has a file that cannot be read ({text})", _WAY_OUT)
