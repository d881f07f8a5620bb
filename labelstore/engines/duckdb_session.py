"""A connection to DuckDB with the tables and views of a store. Rows go in as Arrow tables; no extension is needed."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from labelstore.engines.arrow_columns import array, arrow_schema, table_of
from labelstore.engines.background import Background
from labelstore.engines.database import (
    MARKS,
    NOTES,
    Database,
    Parameters,
    Relation,
    relations,
)
from labelstore.engines.duckdb_places import LabelPlaces, Place
from labelstore.engines.duckdb_texts import ONE_BY_ONE, DuckdbTexts
from labelstore.engines.pieces import Joined
from labelstore.engines.read_only_sql import check_duckdb, refused_functions
from labelstore.engines.result import Result, distinct
from labelstore.errors import RefusedError
from labelstore.schema.dialects import DUCKDB, DUCKDB_MACROS, view_files
from labelstore.schema.generations import GENERATIONS
from labelstore.schema.tables import NODE_BITS, NodeRange, Row, columns, content_tables, node_column, node_range

if TYPE_CHECKING:
    import pyarrow as pa


_PIECES_STAND_IN = "select 0::bigint as node_id, 0::bigint as pos, 0::integer as rank, '' as piece"
_ROWS = 50_000
"""So many rows become one Arrow table."""
_FEW = 20
_DECLARED = {
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "double",
    "VARCHAR": "text",
    "BLOB": "blob",
}
"""The types of the schema for those of DuckDB."""


class DuckdbSession(Database):
    """A connection to tables of a store, wherever DuckDB has their rows from."""

    dialect = DUCKDB
    errors = (duckdb.Error,)
    batch_records, batch_bytes = 2000, 20_000_000
    sought_records, sought_bytes = 8000, 64_000_000
    is_columnar = True
    has_full_text = False

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection, *, reads: bool, is_new: bool = False) -> None:
        super().__init__(path, is_new=is_new)
        self._own_connection = connection
        self._reads = reads
        self._inserts: Background | None = None
        """Begun while there is a transaction: Python makes the next rows meanwhile."""
        self._asking: duckdb.DuckDBPyConnection | None = None
        self._in_transaction = False

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, when all is inserted."""
        if self._inserts is not None:
            self._inserts.wait()
        return self._own_connection

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for statements beside this one."""
        return self._connection.cursor()

    @cached_property
    def _texts(self) -> DuckdbTexts:
        return DuckdbTexts(self)

    @cached_property
    def _label_places(self) -> LabelPlaces:
        rows = self._filled_while_open
        rare = [table for table in rows if rows[table] < rows.get("records", 0)]
        return LabelPlaces(self._connection, rare)

    @abstractmethod
    def _filled(self) -> dict[str, int]:
        """The tables of records that have rows, and about how many."""

    @cached_property
    def _filled_while_open(self) -> dict[str, int]:
        """The same of a store that nobody writes to meanwhile."""
        return self._filled()

    def rows_of(
        self, record_ids: set[int], wanted: Mapping[str, Iterable[str]] | None = None
    ) -> Iterator[tuple[str, list[Row]]]:
        """All rows of records, by table; `wanted` are columns of some tables, the others are left out then."""
        if not record_ids:
            return
        wanted = columns() if wanted is None else wanted
        if self._in_transaction:  # whose own rows are not in the estimates
            tables = set(content_tables())
        else:
            tables = set(self._filled_while_open if self._reads else self._filled())
        first, last = node_range(min(record_ids))[0], node_range(max(record_ids))[1]
        has_gaps = max(record_ids) - min(record_ids) >= len(record_ids)
        among_ids = [list(record_ids)] if has_gaps else []
        for table in sorted(tables.intersection(wanted)):
            node = node_column(table)
            names = ", ".join(f'"{name}"' for name in wanted[table])
            among = f" and {node} >> {NODE_BITS} in (select unnest(?))" if has_gaps else ""
            sql = f"select {names} from {table} where {node} between ? and ?{among}"
            yield table, self._connection.execute(sql, [first, last, *among_ids]).fetchall()

    def query(self, sql: str, parameters: Parameters = ()) -> Result:
        if self._in_transaction:  # which no cursor sees; its own result would end at the next statement
            self._connection.execute(sql, parameters or None)
            names = [column[0] for column in self._connection.description or ()]
            return Result(names, iter(self._connection.fetchall()))
        cursor = self._cursor()
        cursor.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or ()]

        def rows() -> Iterator[tuple[Any, ...]]:
            while batch := cursor.fetchmany(1000):
                yield from batch

        return Result(names, rows())

    @cached_property
    def _refused(self) -> set[str]:
        sql = "select distinct function_name from duckdb_functions() where function_type in ('table', 'table_macro')"
        return refused_functions(row[0] for row in self._connection.execute(sql).fetchall())

    def asked(self, sql: str, parameters: Parameters = ()) -> Result:
        check_duckdb(sql, self._refused)
        self._asking = cursor = self._cursor()
        values = parameters or None
        try:
            relation = cursor.sql(sql, params=values)
        except duckdb.PermissionException:
            raise RefusedError("reading files or the network") from None
        if relation is None:
            return Result([], iter(()))

        def rows() -> Iterator[tuple[Any, ...]]:
            cursor.execute(sql, values)
            while batch := cursor.fetchmany(1000):
                yield from batch

        def batches(size: int) -> "Iterator[pa.RecordBatch]":
            from labelstore.engines.arrow import whole_numbers  # here, as most reading takes no Arrow

            read = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
            return whole_numbers(read(size), distinct(relation.columns))

        types = [_DECLARED.get(str(type_), "") for type_ in relation.types]
        return Result(list(relation.columns), rows(), batches, declared=lambda: types)

    def interrupt(self) -> None:
        if self._asking is not None:
            self._asking.interrupt()

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        self._connection.execute(sql, parameters or None)

    def begin(self) -> None:
        self._connection.execute("begin")
        self._in_transaction = True

    def commit(self) -> None:
        self._connection.execute("commit")
        self._in_transaction = False

    def rollback(self) -> None:
        if self._inserts is not None:
            self._inserts.give_up()
        self._in_transaction = False
        with suppress(duckdb.TransactionException):  # none was open
            self._connection.execute("rollback")

    def insert_rows(self, table: str, rows: Sequence[Row]) -> None:
        kinds = columns()[table]
        for start in range(0, len(rows), _ROWS):
            some = zip(*rows[start : start + _ROWS], strict=True)
            self._insert(table, table_of(dict(zip(kinds, some, strict=True)), kinds))

    def _insert(self, table: str, given: "pa.Table") -> None:
        sql = f"insert into {table} select * from given"
        if not self._in_transaction:
            self._rows_given(sql, given)
            return
        if self._inserts is None:
            self._inserts = Background()
        self._inserts.begin(_execute, self._own_connection, sql, given)

    def _rows_given(
        self, sql: str, given: "pa.Table | pa.RecordBatchReader", parameters: Sequence[Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """The rows of SQL that reads the Arrow table or stream `given`.

        DuckDB finds it as the variable that it is. Where the store is open for reading it sees none; in a transaction
        what is registered would stay in memory until the end.
        """
        if not self._reads:
            return self._connection.execute(sql, parameters).fetchall()
        self._connection.register("given", given)
        try:
            return self._connection.execute(sql, parameters).fetchall()
        finally:
            self._connection.unregister("given")

    def insert_all(self, table: str, batches: Iterable[Sequence[Row]]) -> None:
        import pyarrow as pa

        fields = arrow_schema(table)
        schema = pa.schema(
            [field.with_type(pa.int8()) if pa.types.is_boolean(field.type) else field for field in fields]
        )
        arrays = (list(map(array, zip(*rows, strict=True), schema.types)) for rows in batches)
        self._insert_stream(table, schema, (pa.RecordBatch.from_arrays(some, schema=schema) for some in arrays))

    def insert_arrow(self, table: str, batches: "Iterable[pa.RecordBatch]") -> None:
        self._insert_stream(table, arrow_schema(table), batches)

    def _insert_stream(self, table: str, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """In one statement: DuckDB writes blocks of a table to the disk as they fill, and holds no more in memory.

        This thread alone reads the batches, so DuckDB has no other from here on. What they raise is raised, Ctrl-C too.
        """
        import pyarrow as pa

        raised: list[BaseException] = []

        def noted() -> Iterator[pa.RecordBatch]:
            try:
                yield from batches
            except BaseException as error:
                raised.append(error)
                raise

        self._connection.execute("set threads = 1")
        try:
            given = pa.RecordBatchReader.from_batches(schema, noted())
            self._rows_given(f"insert into {table} select * from given", given)
        except duckdb.Error as error:
            raise (raised or [error])[0] from None

    def select_in(self, sql: str, values: Sequence[Any], *before: Any) -> Iterator[tuple[Any, ...]]:
        if not values:
            return
        if len(values) <= _FEW:
            marks = ", ".join("?" * len(values))
            yield from self._connection.execute(sql.replace(MARKS, marks), [*before, *values]).fetchall()
            return
        wanted = table_of({"value": list(values)})
        yield from self._rows_given(sql.replace(MARKS, "select value from given"), wanted, before or None)

    def select_within(self, sql: str, node: str, ranges: Sequence[NodeRange]) -> Iterator[tuple[Any, ...]]:
        if not ranges:
            return
        firsts, lasts = zip(*ranges, strict=True)
        record_ids = [first >> NODE_BITS for first in firsts]
        yield from self._rows_given(
            f"{sql}{' and' if ' where ' in sql else ' where'} {node} between ? and ? and exists (select 1 from given"
            f" where given.record_id = {node} >> {NODE_BITS} and {node} between given.first and given.last)"
            f" order by {node}",
            table_of({"record_id": record_ids, "first": firsts, "last": lasts}),
            [min(firsts), max(lasts)],
        )

    def relations(self) -> list[Relation]:
        sql = (
            "select c.table_name, v.view_name is not null, c.column_name, lower(c.data_type) from duckdb_columns() as c"
            " left join duckdb_views() as v on v.view_name = c.table_name and not v.internal"
            " where not c.internal order by c.table_name, c.column_index"
        )
        return relations(self.query(sql).rows)

    def first_row(self, relation: Relation) -> tuple[Any, ...] | None:
        if "json" not in relation.columns:
            return super().first_row(relation)
        ids = "select min(record_id) from records group by generation, asset_type"
        frames = (
            f"select frame_id >> {NODE_BITS} from frames as f join labels using (label_id) where record_id in ({ids})"
        )
        records = {row[0] for row in self.query(f"{ids} union {frames}").rows}
        assets = f"data_row_id in (select data_row_id from records where record_id in ({ids}))"
        derived = (("data_rows", f"select * from data_rows where {assets}"), ("projects", "select * from projects"))
        rows = chain(self.rows_of(records), ((table, list(self.query(sql).rows)) for table, sql in derived))
        row = self._texts.lookup.first_row(relation.name, rows)
        kinds = relation.columns.values()
        return row and tuple(
            bool(value) if kind == "boolean" and value is not None else value
            for value, kind in zip(row, kinds, strict=True)
        )

    def functions(self) -> list[str]:
        sql = (
            "select distinct function_name from duckdb_functions()"
            " where function_type in ('scalar', 'aggregate', 'macro')"
        )
        return [row[0] for row in self.query(sql).rows]

    def note(self, what: str, ids: Sequence[Any]) -> None:
        self._connection.execute(f"create temp table if not exists {what} (id {NOTES[what]})")
        if ids:
            self._insert(what, table_of({"id": list(ids)}))

    def update_rows(self, table: str, keys: Sequence[str], changed: Sequence[str], rows: Sequence[Row]) -> None:
        if not rows:
            return
        names = (*keys, *changed)
        values = ", ".join(f'"{column}" = given."{column}"' for column in changed)
        same = " and ".join(f"{table}.{column} = given.{column}" for column in keys)
        other = " or ".join(f'{table}."{column}" is distinct from given."{column}"' for column in changed)
        sql = f"update {table} set {values} from given where {same} and ({other})"
        self._rows_given(sql, table_of(dict(zip(names, zip(*rows, strict=True), strict=True)), columns()[table]))

    def rebuilt(self, record_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        yield from self._texts.rebuilt(record_ids)

    def joined(self, record_ids: Sequence[int]) -> Iterator[Joined]:
        yield from self._texts.joined(record_ids)

    def parts_of_text(self, first: int, last: int) -> Iterator[bytes]:
        yield from self._texts.parts(first, last)

    def rebuilt_all(self, generation: str, first: int, last: int) -> Iterator[bytes]:
        yield from self._texts.rebuilt_all(generation, first, last)

    def labels_json(self, label_ids: Sequence[str]) -> dict[str, str]:
        return self._texts.of_labels(label_ids)

    def places_of(self, label_ids: Sequence[str]) -> dict[str, Place]:
        """The places of the labels with these ids that the store holds."""
        if self._reads and len(label_ids) <= ONE_BY_ONE:
            return {name: place for name in label_ids if (place := self._label_places.find(name))}
        sql = f"select label_id, node_id, end_id from labels where label_id in ({MARKS})"
        rows = self.select_in(sql, label_ids)
        return {name: Place(first, last) for name, first, last in rows if first >> NODE_BITS not in self._deleted}

    def beside(self) -> Self:
        other = copy(self)
        other._own_connection = self._cursor()
        for name in ("_texts", "_label_places"):  # which know the connection
            other.__dict__.pop(name, None)
        return other

    def close(self) -> None:
        self.is_closed = True
        if self._inserts is not None:
            self._inserts.close()
        self._own_connection.close()


def _execute(connection: duckdb.DuckDBPyConnection, sql: str, given: "pa.Table") -> None:
    connection.execute(sql)  # which finds `given` here


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make empty tables, and the macros."""
    for statement in (*DUCKDB.statements("schema.sql"), *DUCKDB_MACROS):
        connection.execute(statement)


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views over the tables.

    To create a view, DuckDB binds all that it reads: first to stand-ins, ten times as fast.
    """
    pieces = [f"views/{generation.pieces_view}.sql" for generation in GENERATIONS.values()]
    for view in pieces:
        connection.execute(f"create view {Path(view).stem} as {_PIECES_STAND_IN}")
    for view in view_files():
        if view not in pieces:
            connection.execute(DUCKDB.view(view))
    for view in pieces:
        connection.execute(DUCKDB.view(view).replace("create view", "create or replace view", 1))
