"""A store in a SQLite file.

The standard library makes the tables and reads; apsw writes: it binds a row in less than half the time, NULLs
above all. One process must not open a file with both at once, since each would drop the other's locks when it closes:
a load is alone with its file, and what reads may share its process with a user's own connections.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any

import apsw

from labelstore.core.library import library
from labelstore.core.rows import UNABLE, StretchTables
from labelstore.core.shredding import Stretch
from labelstore.engines import engine
from labelstore.engines.column_origins import declared_types
from labelstore.engines.database import (
    MARKS,
    NOTES,
    TOGETHER,
    WAY_OUT,
    Database,
    Parameters,
    Relation,
    is_new_file,
    relations,
    together,
)
from labelstore.engines.holders import writer_of
from labelstore.engines.limits import limit_sqlite
from labelstore.engines.pieces import MANY, Joined, Span, elements, runs, unmarked, unmarked_parts, whole
from labelstore.engines.read_only_sql import Guard
from labelstore.engines.result import Result
from labelstore.errors import InUseError, RefusedError, StoreError
from labelstore.schema.dialects import SCHEMA_VERSION, SQLITE, check_version, view_files
from labelstore.schema.generations import generation_in, lowest_id, number_after
from labelstore.schema.tables import (
    NODE_BITS,
    NodeRange,
    Row,
    content_tables,
    content_widths,
    node_column,
    node_range,
)

OLDEST = (3, 38, 0)
APPLICATION_ID = 0x4C626C73  # "Lbls"
_FILLED = " union all ".join(f"select '{table}' where exists (select 1 from {table})" for table in content_tables())
"""The content tables that have rows: a store of one asset type has few of them."""


class SqliteDatabase(Database):
    """A new store has no indexes for queries until `finish`.

    `alone` reads all rows in half the time, for it takes no mutex around each value; for a process that has no other
    connection to the store, as closing this one drops the locks of those that Python's own SQLite has.
    """

    dialect = SQLITE
    errors = (sqlite3.Error, sqlite3.Warning, apsw.Error)
    batch_records, batch_bytes = 100, 4_000_000
    sought_records, sought_bytes = 1500, 16_000_000
    is_columnar = False
    has_full_text = True

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False, alone: bool = False) -> None:
        super().__init__(path, is_new=is_new_file(path, create=create))
        if sqlite3.sqlite_version_info < OLDEST:
            raise StoreError(
                str(path),
                f"needs SQLite {'.'.join(map(str, OLDEST))} or newer, this Python has {sqlite3.sqlite_version}",
                "use a newer Python, or a .duckdb store",
            )
        try:
            if self.is_new:
                _create(path)
            self._connection: Any = self._opened(read_only=read_only, alone=alone)
        except self.errors as error:
            self._raise_if_busy(error)
            raise StoreError(str(path), f"cannot be opened ({error})", WAY_OUT) from error
        try:
            found: list[Any] = self._connection.execute(self.dialect.columns).fetchall()
            check_version(path, schema_version(self._connection), self.dialect.title, found)
        except self.errors as error:
            self._connection.close()
            self._raise_if_busy(error)
            raise StoreError(str(path), f"cannot be opened ({error})", WAY_OUT) from error
        except StoreError:
            self._connection.close()
            raise

    def _opened(self, *, read_only: bool, alone: bool) -> sqlite3.Connection | apsw.Connection:
        if not read_only:
            return self._writer()
        return self._reader_alone() if alone else self._reader()

    def _reader(self) -> sqlite3.Connection:
        # one thread at a time reads a result, but another may close the store
        connection = sqlite3.connect(
            self._uri, uri=True, isolation_level=None, cached_statements=256, check_same_thread=False
        )
        # the cache stays as small as SQLite makes it: to fill fresh memory costs more than to read a page again
        connection.execute("pragma busy_timeout = 60000")
        return connection

    def _reader_alone(self) -> apsw.Connection:
        _count_no_memory()
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOMUTEX
        connection = apsw.Connection(self._uri, flags=flags)
        connection.set_busy_timeout(60_000)
        connection.execute("pragma cache_size = -16000")  # which the pieces of a run are sorted in
        return connection

    def beside(self) -> "SqliteDatabase":
        return SqliteDatabase(self.path, read_only=True, alone=isinstance(self._connection, apsw.Connection))

    @property
    def _uri(self) -> str:
        """The address of the file, to read it."""
        access = "mode=ro" if os.access(self.path.absolute().parent, os.W_OK) or self._has_log() else "immutable=1"
        return f"{self.path.absolute().as_uri()}?{access}"

    def _writer(self) -> apsw.Connection:
        # used by one thread, which needs no mutex around the binding of each value
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
        # the cache holds all statements that replacing a record takes, those of the views above all
        connection = apsw.Connection(str(self.path.absolute()), flags=flags, statementcachesize=100)
        # else a statement may be planned anew for each parameter, which takes those of the views fifty times their run
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        connection.set_busy_timeout(100)
        connection.execute("pragma cache_size = -32000")
        return connection

    def _has_log(self) -> bool:
        """Whether a writer's log stands beside the file; reading one takes a folder that can be written."""
        return self.path.with_name(self.path.name + "-wal").exists()

    def build_fast(self) -> None:
        self._connection.execute("pragma journal_mode = off")
        self._connection.execute("pragma synchronous = off")

    def finish(self) -> None:
        for statement in SQLITE.statements("indexes.sql"):
            self._connection.execute(statement)
        self._connection.execute("pragma analysis_limit = 1000")
        self._connection.execute("analyze")

    def share(self) -> None:
        try:
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = normal")
        except self.errors as error:
            self._raise_if_busy(error)
            raise

    def _raise_if_busy(self, error: Exception) -> None:
        if isinstance(error, apsw.BusyError | apsw.LockedError) or "locked" in str(error):
            raise InUseError(str(self.path), writer_of(self.path)) from error

    def query(self, sql: str, parameters: Parameters = ()) -> Result:
        names: list[str] = []
        cursor = self._connection.cursor()
        if isinstance(cursor, sqlite3.Cursor):
            cursor.execute(sql, parameters)
            names += (column[0] for column in cursor.description or ())
        else:

            def describe(running: apsw.Cursor, *_: object) -> bool:  # a finished cursor no longer knows its columns
                names.extend(name for name, _ in running.get_description())
                return True

            cursor.exec_trace = describe
            cursor.execute(sql, parameters)
        return Result(names, iter(cursor))

    @cached_property
    def _guarded(self) -> tuple[sqlite3.Connection, Guard]:
        """A connection for SQL of users."""
        connection = self._reader()
        connection.execute("pragma query_only = on")
        connection.execute("pragma temp_store = file")
        tables = dict(connection.execute("select name, sql from sqlite_master where type = 'table'").fetchall())
        virtual = [name for name, sql in tables.items() if sql.lower().startswith("create virtual table")]
        for name in virtual:  # wakes it, which the guard would refuse; `pragma table_list` would resolve all views too
            connection.execute("select name from pragma_table_info(?)", (name,)).fetchall()
        guard = Guard({name for name in tables if name.startswith(tuple(f"{table}_" for table in virtual))})
        if self.limits is not None:
            limit_sqlite(connection, self.limits)
        connection.set_authorizer(guard)
        return connection, guard

    def asked(self, sql: str, parameters: Parameters = ()) -> Result:
        connection, guard = self._guarded
        guard.refused = None
        cursor = connection.cursor()
        try:
            cursor.execute(sql, parameters)
        except (sqlite3.ProgrammingError, sqlite3.Warning) as error:
            raise (
                RefusedError("more than one statement", "ask one at a time") if "one statement" in str(error) else error
            ) from None
        except sqlite3.DatabaseError as error:
            if guard.refused is not None:
                raise RefusedError(guard.refused) from None
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                raise RefusedError("writing") from None
            raise
        names = [column[0] for column in cursor.description or ()]
        return Result(names, cursor, declared=lambda: declared_types(sql, parameters))

    def interrupt(self) -> None:
        self._guarded[0].interrupt()

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        self._connection.execute(sql, parameters)

    def begin(self) -> None:
        """Raises `InUseError` while another connection writes."""
        try:
            self._connection.execute("begin immediate")
        except self.errors as error:
            self._raise_if_busy(error)
            raise
        if isinstance(self._connection, apsw.Connection):  # from here on nobody else writes, but may read for a moment
            self._connection.set_busy_timeout(60_000)

    def commit(self) -> None:
        self._connection.execute("commit")

    def rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("rollback")

    @property
    def takes_stretches(self) -> bool:
        return self._stretches is not None

    @cached_property
    def _stretches(self) -> StretchTables | None:
        core = library()
        if core is None:
            return None
        try:
            return StretchTables(core, self._connection, content_widths())
        except UNABLE:
            return None

    def insert_stretch(self, stretch: Stretch) -> None:
        assert self._stretches is not None
        self._stretches.insert(stretch)

    def insert_rows(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            self._connection.executemany(f"insert into {table} values ({','.join('?' * len(rows[0]))})", rows)

    def select_in(self, sql: str, values: Sequence[Any], *before: Any) -> Iterator[tuple[Any, ...]]:
        for some in together(values):
            more = (1 << (len(some) - 1).bit_length()) - len(some)  # so that there are few statements to prepare
            marks = ",".join("?" * (len(some) + more))
            parameters = (*before, *some, *repeat(some[0], more))
            yield from self._connection.execute(sql.replace(MARKS, marks), parameters).fetchall()

    def select_within(self, sql: str, node: str, ranges: Sequence[NodeRange]) -> Iterator[tuple[Any, ...]]:
        sql = f"{sql}{' and' if ' where ' in sql else ' where'} {node} between ? and ? order by {node}"
        for first, last in ranges:
            yield from self._connection.execute(sql, (first, last)).fetchall()

    def relations(self) -> list[Relation]:
        sql = (
            "select t.name, t.type = 'view', c.name, lower(c.type)"
            " from pragma_table_list as t, pragma_table_info(t.name) as c"
            " where t.schema = 'main' and t.type <> 'shadow' and t.name not like 'sqlite@_%' escape '@'"
            " order by t.name, c.cid"
        )
        return relations(self.query(sql).rows)

    def functions(self) -> list[str]:
        return [row[0] for row in self.query("select distinct name from pragma_function_list").rows]

    def where_parsing_stops(self, sql: str) -> int | None:
        """Of the two modules for SQLite only apsw tells, and it needs no tables for that."""
        connection = apsw.Connection(":memory:")
        try:
            connection.execute(sql)
        except apsw.Error as error:
            offset = getattr(error, "error_offset", -1)
            if offset >= 0 and ("syntax error" in str(error) or "token" in str(error)):
                return len(sql.encode()[:offset].decode(errors="ignore"))
            if str(error) == "incomplete input":
                return len(sql.rstrip())
        finally:
            connection.close()
        return None

    def note(self, what: str, ids: Sequence[Any]) -> None:
        self._connection.execute(f"create temp table if not exists {what} (id {NOTES[what]} primary key) without rowid")
        self._connection.executemany(f"insert or ignore into {what} values (?)", [(some_id,) for some_id in ids])

    def update_rows(self, table: str, keys: Sequence[str], changed: Sequence[str], rows: Sequence[Row]) -> None:
        places = {column: number for number, column in enumerate((*keys, *changed), 1)}
        values = ", ".join(f'"{column}" = ?{places[column]}' for column in changed)
        same = " and ".join(f"{column} = ?{places[column]}" for column in keys)
        other = " or ".join(f'"{column}" is not ?{places[column]}' for column in changed)
        self._connection.executemany(f"update {table} set {values} where {same} and ({other})", rows)

    def delete_records(self, record_ids: Sequence[int]) -> None:
        ranges = _joined(record_ids)
        self.counters.take_away(ranges)
        self._delete_nodes(content_tables(), ranges)

    def delete_nodes(self, ranges: Sequence[NodeRange]) -> None:
        self.counters.take_away(ranges)
        self._delete_nodes(content_tables()[1:], ranges)

    def _delete_nodes(self, tables: Sequence[str], ranges: Sequence[NodeRange]) -> None:
        if not ranges:
            return
        filled = {name for (name,) in self._connection.execute(_FILLED)}
        for table in tables:
            if table in filled:
                node = node_column(table)
                self._connection.executemany(f"delete from {table} where {node} between ? and ?", ranges)

    def rebuilt(self, record_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        for some in together(record_ids):
            yield from self._texts(self._spans(some))

    def joined(self, record_ids: Sequence[int]) -> Iterator[Joined]:
        for some in together(record_ids):
            for run in runs(self._spans(some)):
                yield Joined([span.record_id for span in run], self._pieces(run))

    def _spans(self, record_ids: Sequence[int]) -> Iterator[Span]:
        """Of those that there are, in this order."""
        sql = f"select record_id, node_id, end_id from records where record_id in ({MARKS})"
        spans = {row[0]: Span(*row) for row in self.select_in(sql, record_ids)}
        return (spans[record_id] for record_id in record_ids if record_id in spans)

    def rebuilt_all(self, generation: str, first: int, last: int) -> Iterator[bytes]:
        sql = (
            "select record_id, node_id, end_id from records"
            " where generation = ? and record_id between ? and ? order by record_id"
        )
        spans = (Span(*row) for row in self._connection.execute(sql, (generation, first, last)))
        yield from (text for _, text in self._texts(spans))

    def _texts(self, spans: Iterable[Span]) -> Iterator[tuple[int, bytes]]:
        for run in runs(spans):
            first, last = run[0].first, run[-1].last
            if last - first >= MANY and len(run) == 1:
                yield run[0].record_id, whole(self.parts_of_text(first, last))
                continue
            texts = elements(unmarked(self._pieces(run)), len(run))
            if texts is None:  # what no load has written
                yield from (found for span in run for found in self._texts([span]))
            else:
                yield from ((span.record_id, text) for span, text in zip(run, texts, strict=True))

    def _pieces(self, run: Sequence[Span]) -> bytes:
        """The pieces of records between which nothing stands, joined."""
        if len(run) == 1 and run[0].last - run[0].first >= MANY:
            return whole(chain([b","], self.parts_of_text(run[0].first, run[0].last)))
        sql = (
            "select cast(group_concat(piece, '') as blob) from"
            f" (select piece from {generation_in(run[0].record_id).pieces_view}"
            " where node_id between ? and ? order by pos, rank)"
        )
        (pieces,) = self._connection.execute(sql, (run[0].first, run[-1].last)).fetchone()
        return pieces or b""

    def parts_of_text(self, first: int, last: int) -> Iterator[bytes]:
        view = generation_in(first >> NODE_BITS).pieces_view
        sql = (
            f"select pos, rank, cast(piece as blob) from {view}"
            " where node_id between ? and ? and pos between ? and ? order by pos, rank"
        )
        rows = iter(self._connection.execute(sql, (first, last, first, last)))
        some = iter(lambda: [piece or b"" for _, _, piece in islice(rows, TOGETHER)], [])
        yield from unmarked_parts(map(b"".join, some))

    def labels_json(self, label_ids: Sequence[str]) -> dict[str, str]:
        sql = (
            f"select node_id, end_id, case when end_id - node_id < {MANY} then ("
            "select json from label_json as j where j.label_id = l.label_id) end from labels as l where label_id = ?"
        )
        found: dict[str, str] = {}
        for wanted in label_ids:
            for first, last, text in self._connection.execute(sql, (wanted,)):
                found[wanted] = whole(self.parts_of_text(first, last)).decode() if text is None else text
        return found

    def close(self) -> None:
        self.is_closed = True
        if "_guarded" in self.__dict__:
            self._guarded[0].close()
        self._connection.close()


def _count_no_memory() -> None:
    """Have SQLite no longer count its memory, where no connection of apsw is open.

    It would take a lock for each piece of it: a third of the time of one thread, and two would wait for each other most
    of theirs.
    """
    if not apsw.connections():
        apsw.shutdown()
        apsw.config(apsw.SQLITE_CONFIG_MEMSTATUS, False)
        apsw.initialize()  # apsw's SQLite does not do so by itself


def _joined(record_ids: Iterable[int]) -> list[NodeRange]:
    """The nodes of records: one range for those between which no record can be."""
    ranges: list[NodeRange] = []
    free = -1
    for record_id in sorted(record_ids):
        first, last = node_range(record_id)
        if ranges and record_id < lowest_id(free + 1):
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
        free = number_after(record_id)
    return ranges


def schema_version(connection: Any) -> int | None:
    """The schema version of a store, as the head of its file says; None for another database."""
    if connection.execute("pragma application_id").fetchone()[0] != APPLICATION_ID:
        return None
    version: int = connection.execute("pragma user_version").fetchone()[0]
    return version


def is_current_store(path: str) -> bool:
    """Whether the file is a SQLite store of this schema version, as its head says."""
    try:
        with open(path, "rb") as file:
            head = file.read(100)
    except OSError:
        return False
    version, application = int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big")
    return engine.SQLITE.wrote(head) and application == APPLICATION_ID and version == SCHEMA_VERSION


def _create(path: Path) -> None:
    connection = sqlite3.connect(path.absolute(), isolation_level=None)
    try:
        connection.execute("pragma page_size = 8192")
        connection.execute(f"pragma application_id = {APPLICATION_ID}")
        connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
        make_tables(connection)
    finally:
        connection.close()


def make_tables(connection: sqlite3.Connection) -> None:
    """Create the tables and views in an empty database, and the indexes by which a load finds what is stored."""
    connection.execute("begin")
    for name in ("schema.sql", "lookups.sql", "early.sql"):
        for statement in SQLITE.statements(name):
            connection.execute(statement)
    for view in view_files():
        connection.execute(SQLITE.view(view))
    connection.execute("commit")
