"""What a DuckDB file says of itself: that it is a store of a schema version, or the mirror of a store."""

import duckdb

from labelstore.engines.database import Database
from labelstore.schema.dialects import SCHEMA_VERSION

_STORE = "labelstore schema "
_MIRROR = "labelstore mirror "


def mark_store(connection: duckdb.DuckDBPyConnection) -> None:
    """Say of a new file that it is a store."""
    connection.execute(f"comment on table loads is '{_STORE}{SCHEMA_VERSION}'")


def schema_version(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The schema version of a store, as the comment of `loads` says; None for another database."""
    said = _said(connection, _STORE)
    return None if said is None else int(said)


def mirror_mark(connection: duckdb.DuckDBPyConnection) -> tuple[int, str] | None:
    """The schema version of a mirror and what its store held, as `mark_mirror` wrote them; None for no mirror."""
    version, _, held = (_said(connection, _MIRROR) or "").partition(" ")
    return (int(version), held) if version else None


def mark_mirror(database: Database, held: str) -> None:
    """Say of a store that is being built that it is the mirror of another one, and what that holds."""
    database.execute(f"comment on table loads is '{_MIRROR}{SCHEMA_VERSION} {held.replace(chr(39), chr(39) * 2)}'")


def _said(connection: duckdb.DuckDBPyConnection, what: str) -> str | None:
    sql = "select comment from duckdb_tables() where table_name = 'loads'"
    comment = next((str(row[0]) for row in connection.execute(sql).fetchall()), "")
    return comment.removeprefix(what) if comment.startswith(what) else None
