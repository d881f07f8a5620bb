"""A store's file: SQLite or DuckDB behind one interface."""

from labelstore.engines.engine import DUCKDB, SQLITE, Engine
from labelstore.engines.opening import engine_at, is_store, open_database

__all__ = ["DUCKDB", "SQLITE", "Engine", "engine_at", "is_store", "open_database"]
