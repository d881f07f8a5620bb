"""Opening a store: by the engine that its file, or the name of a new one, tells."""

import os
from pathlib import Path

from labelstore.engines.database import Database
from labelstore.engines.engine import DUCKDB, ENGINES, Engine
from labelstore.errors import StoreError


def engine_at(path: str | Path) -> Engine:
    """The engine of a store: by the file's own magic, for a new file by its suffix. Raises `StoreError`."""
    path = Path(path)
    if path.is_dir():
        is_lake = (path / "_labelstore").is_dir()
        hint = f"it is a lake: labelstore lake query {path} SQL" if is_lake else "name a file"
        raise StoreError(str(path), "is a folder", hint)
    _check_name(path)
    try:
        head = b""
        if path.exists():
            with path.open("rb") as file:
                head = file.read(16)
    except OSError as error:
        raise StoreError(str(path), f"cannot be read ({error.strerror})", "name a file that you may read") from error
    found = next((engine for engine in ENGINES if engine.wrote(head)), None) if head else engine_named(path)
    if found is None:
        hint = f"name a store, or make one of an export with: labelstore load NEW.db {path}"
        raise StoreError(str(path), "is neither a SQLite nor a DuckDB file", hint)
    if refused := set(found.refused_in_paths).intersection(str(path.absolute())):
        reason = f"{found.dialect.title} opens no path with a {refused.pop()}"
        raise StoreError(str(path), reason, "rename the file or its folder")
    return found


def is_store(path: str | Path) -> bool:
    """Whether there is a SQLite or DuckDB file of this name; an empty one is as good as none."""
    try:
        return Path(path).is_file() and Path(path).stat().st_size > 0 and bool(engine_at(path))
    except (StoreError, OSError, ValueError):
        return False


def engine_named(path: Path) -> Engine:
    """The engine that a new store of this name is of."""
    return next((engine for engine in ENGINES if engine.is_meant_by(path)), ENGINES[0])


def open_database(path: str | Path, *, create: bool = False, read_only: bool = False, alone: bool = False) -> Database:
    """Open the store at `path`; with `create` a file that does not exist becomes an empty store.

    `alone`: to read all of it, in a process that has no other connection to it (see `SqliteDatabase`).
    """
    if engine_at(path) is DUCKDB:
        from labelstore.engines.duckdb import DuckdbDatabase

        return DuckdbDatabase(Path(path), create=create, read_only=read_only)
    from labelstore.engines.sqlite import SqliteDatabase

    return SqliteDatabase(Path(path), create=create, read_only=read_only, alone=alone)


def _check_name(path: Path) -> None:
    """Raise `StoreError` for a path that no engine opens, before anything is written."""
    try:
        os.fsencode(path).decode()
        path.resolve()
    except UnicodeDecodeError:
        raise StoreError(str(path), "is no UTF-8 text, which both engines ask of a path", "rename it") from None
    except (OSError, RuntimeError):
        raise StoreError(str(path), "is a link that leads nowhere", "name a file") from None
