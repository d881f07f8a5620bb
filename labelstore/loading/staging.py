"""Loading into a DuckDB store by way of SQLite, which replaces single labels in no time.

DuckDB takes rows by the thousand; a file that tells about the same labels again and again would have it write records
one at a time.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from labelstore.engines import is_store, open_database
from labelstore.engines.database import Database
from labelstore.loading.store_file import Patience, scratch_folder, scratch_store, writing
from labelstore.schema.tables import BOOKKEEPING, DERIVED, NODE_BITS, Row, columns, content_tables, node_column

_ROWS = 20_000
_NEW = {"loads": "load_id", "rejects": "load_id", "versions": "replaced_by"}
"""The column of a bookkeeping table that says which load a row is of."""


def load_staged(path: Path, patience: Patience, work: Callable[[Database], object]) -> None:
    """Do `work`, which changes a store, to a copy in SQLite, and bring what it changed into the store at `path`."""
    with scratch_folder(scratch_store(path)) as folder, open_database(folder / "staged.db", create=True) as staged:
        staged.build_fast()
        staged.begin()
        if is_store(path):
            with open_database(path, read_only=True) as stored:
                for table in ("vault", *content_tables(), *BOOKKEEPING, *DERIVED):
                    _copy(stored, staged, table, f"select * from {table}")
            staged.finish()
        first_record, first_load = (
            int(staged.value(f"select coalesce(max({column}), -1) + 1 from {table}"))
            for table, column in (("records", "record_id"), ("loads", "load_id"))
        )
        _watch(staged, first_record)
        work(staged)
        with writing(path, patience) as database:
            _bring(staged, database, first_record, first_load)
        staged.commit()


def _watch(staged: Database, first_record: int) -> None:
    """Note the records that were there and of which rows are removed or written anew."""
    staged.execute("create temp table changed (record_id integer primary key)")
    for table in content_tables():
        node = node_column(table)
        for event in ("delete", "update"):
            staged.execute(
                f"create temp trigger {table}_{event} after {event} on main.{table}"
                f" when old.{node} < {first_record << NODE_BITS}"
                f" begin insert or ignore into changed values (old.{node} >> {NODE_BITS}); end"
            )


def _bring(staged: Database, database: Database, first_record: int, first_load: int) -> None:
    changed = [row[0] for row in staged.query("select record_id from changed").rows]
    database.delete_records(changed)
    database.finish_deletions()
    for table in content_tables():
        record_id = f"{node_column(table)} >> {NODE_BITS}"
        told = f"{record_id} >= {first_record} or {record_id} in (select record_id from changed)"
        _copy(staged, database, table, f"select * from {table} where {told}")
    for table, column in _NEW.items():
        _copy(staged, database, table, f"select * from {table} where {column} >= {first_load}")
    for table in DERIVED:
        database.execute(f"delete from {table}")
        _copy(staged, database, table, f"select * from {table}")


def _copy(source: Database, target: Database, table: str, sql: str) -> None:
    flags = [place for place, kind in enumerate(columns()[table].values()) if kind == "boolean"]
    rows = source.query(sql).rows
    while some := list(islice(rows, _ROWS)):
        target.insert_rows(table, [with_flags(row, flags) for row in some])


def with_flags(row: Sequence[object], flags: Sequence[int]) -> Row:
    """A row of SQLite with booleans at these places."""
    values = list(row)
    for place in flags:
        values[place] = None if values[place] is None else bool(values[place])
    return tuple(values)
