"""The mark of a store that was published: a table that says when, by which labelstore, and what was removed."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from labelstore.clock import now
from labelstore.engines.database import Database
from labelstore.engines.engine import SQLITE
from labelstore.engines.opening import engine_at
from labelstore.version import __version__

_TABLE = """create table published (
    published_at text,              -- UTC, ISO 8601
    labelstore_version text,
    removed text                    -- JSON object: what was removed, and how many of it
)"""


def mark(database: Database, removed: Mapping[str, int]) -> None:
    """Say of a store that it is published."""
    database.execute(_TABLE)
    database.execute("insert into published values (?, ?, ?)", (now("seconds"), __version__, json.dumps(dict(removed))))


def is_published(path: str | Path) -> bool:
    """Whether the file at `path` was made by `labelstore publish`. Raises `StoreError` for what is no database."""
    path = Path(path)
    if not path.exists() or engine_at(path) is not SQLITE:
        return False
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        sql = "select count(*) from sqlite_master where type = 'table' and name = 'published'"
        return bool(connection.execute(sql).fetchone()[0])
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
