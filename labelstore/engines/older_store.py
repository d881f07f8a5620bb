"""A store of any schema version, to be upgraded: it is read by what its own file says."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from labelstore.engines.database import WAY_OUT
from labelstore.engines.engine import DUCKDB
from labelstore.engines.holders import writer_of
from labelstore.engines.opening import engine_at
from labelstore.errors import InUseError, StoreError
from labelstore.schema import dialects
from labelstore.schema.dialects import SCHEMA_VERSION, Dialect, check_not_newer, has_columns
from labelstore.schema.tables import NODE_BITS

T = TypeVar("T")

_OPEN = "is open in another program"
_CLOSE = "close it there first"


class OlderStore(ABC):
    """An open store of which only the tables and views are known that it says it has."""

    dialect: ClassVar[Dialect]
    batch_records: ClassVar[int]
    """So many records are best rebuilt together."""
    catalogue: ClassVar[str]
    """What has the names of the tables."""

    def __init__(self, path: Path, connection: Any) -> None:
        self.path, self.connection = path, connection
        version = self._version()
        if version is None:
            raise StoreError(str(path), "is a database, but not a labelstore", "give another name")
        check_not_newer(path, version)
        self.version = version

    @abstractmethod
    def _version(self) -> int | None:
        """The schema version; None for what is no store."""

    def is_current(self) -> bool:
        """Whether nothing is to be done."""
        return self.version == SCHEMA_VERSION and has_columns(self.rows(self.dialect.columns))

    @abstractmethod
    def rebuilt(self, first: int, last: int) -> dict[int, str]:
        """The JSON of records, by their ids, from the views."""

    def keep_writers_out(self) -> None:  # noqa: B027
        """Let nobody write until this is closed, and leave no log that the new file could be taken for."""

    def rows(self, sql: str, **parameters: int | str) -> list[tuple[Any, ...]]:
        """The rows of a query, whose parameters begin with $."""
        found: list[tuple[Any, ...]] = self.connection.execute(sql, parameters).fetchall()
        return found

    def table(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a table, nothing for a table that this version has not."""
        if not self.rows(f"select 1 from {self.catalogue} where name = $name", name=name):
            return
        cursor = self.connection.execute(f"select * from {name}")
        names = [column[0] for column in cursor.description]
        while batch := cursor.fetchmany(100):
            yield from (dict(zip(names, row, strict=True)) for row in batch)


class _SqliteStore(OlderStore):
    dialect = dialects.SQLITE
    batch_records = 200
    catalogue = "sqlite_master"

    def _version(self) -> int | None:
        from labelstore.engines.sqlite import schema_version

        return schema_version(self.connection)

    def rebuilt(self, first: int, last: int) -> dict[int, str]:
        sql = "select record_id, json from record_json where record_id >= $first and record_id <= $last"
        return dict(self.rows(sql, first=first, last=last))

    def keep_writers_out(self) -> None:
        _unless_locked(self.path, self.connection.execute, "pragma journal_mode = delete")
        _unless_locked(self.path, self.connection.execute, "begin immediate")


class _DuckdbStore(OlderStore):
    dialect = dialects.DUCKDB
    batch_records = 1000
    catalogue = "(select table_name as name from duckdb_tables())"

    def _version(self) -> int | None:
        from labelstore.engines.duckdb_marks import schema_version

        return schema_version(self.connection)

    def rebuilt(self, first: int, last: int) -> dict[int, str]:
        return dict(self.rows(DUCKDB_REBUILT, first=first, last=last))


DUCKDB_REBUILT = f"""
    select
        node_id >> {NODE_BITS},
        substr(replace(replace(string_agg(piece, '' order by pos * 4 + rank), chr(1) || ',', ''), chr(1), ''), 2)
    from (select * from v1_pieces union all select * from v2_pieces)
    where node_id >= cast($first as bigint) << {NODE_BITS} and node_id < cast($last + 1 as bigint) << {NODE_BITS}
    group by 1
"""
"""What record_json says, with the filter where it sinks: that view is grouped."""


@contextmanager
def older_store(path: Path, patiently: Callable[[Callable[[], Any]], Any]) -> Iterator[OlderStore]:
    """The store at `path`, open; `patiently` tries that again while another program holds it. Raises `StoreError`."""
    if engine_at(path) is DUCKDB:
        with patiently(lambda: _duckdb_connection(path)) as connection:
            yield _DuckdbStore(path, connection)
        return
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0.1)
    try:
        yield patiently(lambda: _unless_locked(path, _SqliteStore, path, connection))
    except sqlite3.DatabaseError as error:
        raise StoreError(str(path), f"cannot be upgraded ({error})", WAY_OUT) from error
    finally:
        connection.close()


def _unless_locked(path: Path, action: Callable[..., T], *arguments: Any) -> T:
    try:
        return action(*arguments)
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise InUseError(str(path), writer_of(path), _OPEN, _CLOSE) from error


def _duckdb_connection(path: Path) -> Any:
    import duckdb

    config: dict[str, Any] = {"memory_limit": "500MB", "autoinstall_known_extensions": "false"}
    try:
        duckdb.connect(str(path.absolute()), config=config).close()  # takes in what a log beside it says
        return duckdb.connect(str(path.absolute()), read_only=True, config=config)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise InUseError(str(path), "another process has it open", _OPEN, _CLOSE) from error
        raise StoreError(str(path), f"cannot be opened ({str(error).splitlines()[0][:160]})", WAY_OUT) from error
