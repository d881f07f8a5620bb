"""A store's file: SQLite or DuckDB behind one interface."""

import os
from pathlib import Path

from labelstore.engines.database import Database
from labelstore.errors import StoreError

DUCKDB_SUFFIXES = (".duckdb", ".ddb")


def engine_of(path: str | Path) -> str:
    """The engine of a store: by the file's own magic, for a new file by its suffix."""
    path = Path(path)
    if path.is_dir():
        raise StoreError(str(path), "is a folder", "name a file")
    _check_name(path)
    try:
        head = b""
        if path.exists():
            with path.open("rb") as file:
                head = file.read(16)
    except OSError as error:
        raise StoreError(str(path), f"cannot be read ({error.strerror})", "name a file that you may read") from error
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK" or (not head and path.suffix.lower() in DUCKDB_SUFFIXES):
        if "?" in str(path.absolute()):
            raise StoreError(str(path), "DuckDB opens no path with a ?", "rename the file or its folder")
        return "duckdb"
    if not head:
        return "sqlite"
    raise StoreError(str(path), "is neither a SQLite nor a DuckDB file", "give the store another name")


def _check_name(path: Path) -> None:
    """Raise `StoreError` for a path that no engine opens, before anything is written."""
    try:
        os.fsencode(path).decode()
        path.resolve()
    except UnicodeDecodeError:
        raise StoreError(str(path), "is no UTF-8 text, which both engines ask of a path", "rename it") from None
    except (OSError, RuntimeError):
        raise StoreError(str(path), "is a link that leads nowhere", "name a file") from None


def open_database(path: str | Path, *, create: bool = False, read_only: bool = False) -> Database:
    """Open the store at `path`; with `create` a file that does not exist becomes an empty store."""
    if engine_of(path) == "duckdb":
        from labelstore.engines.duckdb import DuckdbDatabase

        return DuckdbDatabase(Path(path), create=create, read_only=read_only)
    from labelstore.engines.sqlite import SqliteDatabase

    return SqliteDatabase(Path(path), create=create, read_only=read_only)
