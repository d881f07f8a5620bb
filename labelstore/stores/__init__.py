"""A store's file: SQLite or DuckDB behind one interface."""

from pathlib import Path

from labelstore.errors import StoreError
from labelstore.stores.database import Database

DUCKDB_SUFFIXES = (".duckdb", ".ddb")


def engine_of(path: str | Path) -> str:
    """The engine of a store: by the file's own magic, for a new file by its suffix."""
    path = Path(path)
    if path.is_dir():
        raise StoreError(str(path), "is a folder", "name a file")
    try:
        head = b""
        if path.exists():
            with path.open("rb") as file:
                head = file.read(16)
    except OSError as error:
        raise StoreError(str(path), f"cannot be read ({error.strerror})", "name a file that you may read") from error
    if not head:
        return "duckdb" if path.suffix.lower() in DUCKDB_SUFFIXES else "sqlite"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    raise StoreError(str(path), "is neither a SQLite nor a DuckDB file", "give the store another name")


def open_database(path: str | Path, *, create: bool = False, read_only: bool = False) -> Database:
    """Open the store at `path`; with `create` a file that does not exist becomes an empty store."""
    if engine_of(path) == "duckdb":
        from labelstore.stores.duckdb import DuckdbDatabase

        return DuckdbDatabase(Path(path), create=create, read_only=read_only)
    from labelstore.stores.sqlite import SqliteDatabase

    return SqliteDatabase(Path(path), create=create, read_only=read_only)
