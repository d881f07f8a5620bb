"""What SQL of a user may do with a store: read it, and nothing else.

The file is opened for reading, which alone keeps it as it is. These rules keep everything else as it is too: other
files, the network, the settings of the connection. What is not allowed here is refused before it runs.
"""

import re
import sqlite3
from collections.abc import Container, Iterable
from itertools import pairwise

from labelstore.errors import RefusedError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# -- SQLite: actions that a statement asks for while it is prepared (sqlite.org/c3ref/c_alter_table.html)

_READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_PRAGMA,
}
_WRITING = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
_FUNCTIONS = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "fsdir", "eval"}
_PRAGMAS = _words(
    "collation_list compile_options data_version database_list foreign_key_check foreign_key_list freelist_count"
    " function_list index_info index_list index_xinfo integrity_check module_list page_count pragma_list quick_check"
    " table_info table_list table_xinfo"
)
_PRAGMAS_WITHOUT_VALUE = _words(
    "application_id cache_size encoding journal_mode page_size query_only schema_version synchronous user_version"
)
_ACTIONS = {
    getattr(sqlite3, name): name.removeprefix("SQLITE_").replace("_", " ")
    for name in dir(sqlite3)
    if re.fullmatch(
        r"SQLITE_(CREATE|DROP|ALTER)_\w+|SQLITE_(ATTACH|DETACH|ANALYZE|REINDEX|TRANSACTION|SAVEPOINT)", name
    )
} | {sqlite3.SQLITE_INSERT: "INSERT", sqlite3.SQLITE_UPDATE: "UPDATE", sqlite3.SQLITE_DELETE: "DELETE"}


class Guard:
    """The authorizer of a SQLite connection; `refused` tells what it refused last.

    `shadows` are the tables that virtual tables keep for themselves. An R-Tree prepares its writes when it is merely
    read; they never run, for the file is open for reading only.
    """

    def __init__(self, shadows: Container[str]) -> None:
        self.shadows = shadows
        self.refused: str | None = None

    def __call__(
        self, action: int, first: str | None, second: str | None, database: str | None, _inner: str | None
    ) -> int:
        refused = _refused(action, first or "", second, self.shadows)
        if refused is None:
            return sqlite3.SQLITE_OK
        self.refused = refused
        return sqlite3.SQLITE_DENY


def _refused(action: int, first: str, second: str | None, shadows: Container[str]) -> str | None:
    """What the action is called if it is not allowed."""
    if action == sqlite3.SQLITE_FUNCTION:
        return f"the function {second}" if (second or "").lower() in _FUNCTIONS else None
    if action == sqlite3.SQLITE_PRAGMA:
        name = first.lower()
        allowed = name in _PRAGMAS or (second is None and name in _PRAGMAS_WITHOUT_VALUE)
        return None if allowed else f"PRAGMA {name}"
    if action in _READING:
        return None
    if action in _WRITING and first in shadows:
        return None
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":  # how a table-valued function declares itself
        return None
    if action in _WRITING and first in ("sqlite_master", "sqlite_temp_master"):  # how CREATE, DROP and ALTER begin
        return "a change of the schema"
    return _ACTIONS.get(action, "it")


# -- DuckDB: the statements that its parser finds, and the functions that they name

_STATEMENTS = {"SELECT", "MULTI", "EXPLAIN", "PRAGMA"}
_FIRST_WORDS = _words(
    "select with from values table pivot pivot_wider unpivot pivot_longer describe desc show summarize explain pragma"
)
_DUCKDB_PRAGMA = re.compile(
    r"pragma\s+(table_info|show_tables|show|database_size|database_list|version|platform|collations|functions"
    r"|storage_info)\s*(\([^()]*\))?\s*;?\s*",
    re.I,
)
_EXPLAIN = re.compile(r"\s*explain\s*(analyze\b|\([^()]*\))?\s*(analyze\b)?", re.I)
_TABLE_FUNCTIONS = re.compile(
    r"duckdb_\w+|pragma_\w+|json_each|json_tree|range|generate_series|unnest|repeat|repeat_row|summary|histogram"
    r"|histogram_values|icu_calendar_names|pg_timezone_names|test_all_types|show|show_tables|show_databases"
    r"|show_tables_expanded|table_info|database_list|database_size|storage_info|collations|functions|version|platform"
    r"|user_agent"
)
_SIDE_EFFECTS = {"write_log", "nextval", "setval", "setseed", "sleep_ms"}

DUCKDB_CONFIG = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoload_known_extensions": "false",
    "default_null_order": "nulls_first_on_asc_last_on_desc",  # as in SQLite
    "lock_configuration": "true",
}
"""Of every DuckDB store that is opened for reading: no files, no network, no variables of Python, no other settings."""


def refused_functions(table_functions: Iterable[str]) -> set[str]:
    """The functions that no query may call, of all table functions that DuckDB has."""
    return {name for name in table_functions if not _TABLE_FUNCTIONS.fullmatch(name)} | _SIDE_EFFECTS


def check_duckdb(sql: str, refused: Container[str]) -> set[str]:
    """The names of the parameters of a statement that may run.

    Raises `RefusedError`, or the parser's own error.
    """
    import duckdb

    statements = duckdb.extract_statements(sql)
    if not statements:
        return set()
    if len(statements) > 1:
        raise RefusedError("more than one statement", "ask one at a time")
    first = _first_word(sql)
    try:
        kind = str(statements[0].type).rpartition(".")[2]
    except ValueError:  # a statement that has no name in Python, as UPDATE EXTENSIONS
        raise RefusedError(first.upper()) from None
    if kind not in _STATEMENTS or first not in _FIRST_WORDS:
        raise RefusedError(first.upper() if first.upper() not in ("WITH", "FROM") else kind.replace("_", " "))
    text = _uncommented(sql)
    if kind == "PRAGMA" and not _DUCKDB_PRAGMA.fullmatch(text):
        raise RefusedError(" ".join(text.split()[:2])[:60])
    if kind == "EXPLAIN":
        check_duckdb(_EXPLAIN.sub("", text, count=1), refused)
    for name in _called(sql):
        if name in refused:
            raise RefusedError(f"the function {name}")
    return set(statements[0].named_parameters)


def _tokens(sql: str) -> list[str]:
    """The tokens of the text as DuckDB reads it, without comments."""
    import duckdb

    text = sql.encode()
    found = duckdb.tokenize(sql)
    ends = [start for start, _ in found[1:]] + [len(text)]
    return [
        text[start:end].decode(errors="replace").strip()
        for (start, kind), end in zip(found, ends, strict=True)
        if str(kind).rpartition(".")[2] != "comment"
    ]


def _uncommented(sql: str) -> str:
    return " ".join(_tokens(sql))


def _called(sql: str) -> list[str]:
    tokens = _tokens(sql)
    return [name.strip('"').replace('""', '"').lower() for name, after in pairwise(tokens) if after.startswith("(")]


def _first_word(sql: str) -> str:
    return next((word.lower() for token in _tokens(sql) if (word := token.lstrip("(; \n"))), "")
