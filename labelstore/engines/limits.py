"""How much SQL of a user may take: one line of it can ask for all memory, or fill the disk.

Only what users ask is limited, not what rebuilds, exports or verifies labels.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from labelstore.errors import QueryError
from labelstore.figures import figure

if TYPE_CHECKING:
    import sqlite3

MIB = 1 << 20


class Limits(NamedTuple):
    """`value` bytes in one value and in one row, `statement` bytes of SQL, `temporary` bytes in one temporary file,
    `memory` bytes more than the process has already; `way_out` says what to do where a value is too long."""

    value: int
    statement: int
    temporary: int
    memory: int
    way_out: str

    def too_long(self, what: str = "a value") -> QueryError:
        """The error about a value or row that is too long."""
        return QueryError(f"{what} of the query is longer than {size(self.value)}", self.way_out)

    def too_much_memory(self) -> QueryError:
        """The error about a query that needs too much memory."""
        return QueryError(f"the query needs more memory than it may have ({size(self.memory)})", "ask for less at once")

    def too_much_disk(self) -> QueryError:
        """The error about a file that has grown too large, or a disk that is full."""
        hint = "ask for less at once; TMPDIR names the folder of temporary files"
        return QueryError(f"a file that the query writes would be larger than {size(self.temporary)}, or {_FULL}", hint)


_FULL = "the disk is full"

QUERY = Limits(
    value=64 * MIB,
    statement=MIB,
    temporary=16 << 30,
    memory=1536 * MIB,
    way_out="allow more with --max-bytes; `labelstore get` and `labelstore export` write labels of any length",
)
BROWSE = Limits(
    value=32 * MIB,
    statement=MIB // 4,
    temporary=1 << 30,
    memory=512 * MIB,
    way_out="ask with `labelstore query`, which allows more; `labelstore get` writes labels of any length",
)
BROWSE_RESULT = 64 * MIB
"""So many bytes the rows of a page may take as JSON."""
BROWSE_CELLS = 100_000
"""So many values a page may have."""
BROWSE_CSV = 100
"""So many megabytes a CSV file of a whole table may have."""
BROWSE_REQUESTS = 100
"""So many requests are answered at once."""

_COLUMNS = 300
_LIKE_PATTERN = 10_000


def query_limits(value: int | None) -> Limits:
    """The limits of `query` with another length of values."""
    if value is None:
        return QUERY
    return QUERY._replace(value=value, memory=max(QUERY.memory, 8 * value))


def size(number: int) -> str:
    """`64 MiB`."""
    for unit, name in ((1 << 30, "GiB"), (MIB, "MiB"), (1 << 10, "KiB")):
        if number >= unit and number % unit == 0:
            return f"{number // unit} {name}"
    return f"{figure(number)} bytes"


def limit_sqlite(connection: "sqlite3.Connection", limits: Limits) -> None:
    """Set the limits of a connection; what is sorted goes to files once it outgrows the cache."""
    import sqlite3  # here, for help to come without it

    for category, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, limits.value),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, limits.statement),
        (sqlite3.SQLITE_LIMIT_COLUMN, _COLUMNS),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LIKE_PATTERN),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        connection.setlimit(category, most)
    connection.execute("pragma temp_store = file")


def explained(error: BaseException, limits: Limits) -> QueryError | None:
    """The error for people where an engine, or Python, stopped at a limit."""
    text = str(error)
    if isinstance(error, MemoryError) or "Out of Memory Error" in text or "out of memory" in text:
        return limits.too_much_memory()
    if "string or blob too big" in text or "UTF-8 text too large" in text:
        return limits.too_long()
    is_unwritten = getattr(error, "sqlite_errorname", "") in ("SQLITE_FULL", "SQLITE_IOERR_WRITE")
    if is_unwritten or "max_temp_directory_size" in text:
        return limits.too_much_disk()
    return None


def checked(rows: Iterable[tuple[Any, ...]], limits: Limits) -> Iterator[tuple[Any, ...]]:
    """The rows; raises `QueryError` at one that is too long."""
    most = limits.value
    for row in rows:
        if sum([len(value) for value in row if isinstance(value, str | bytes)]) > most:
            raise limits.too_long("a row")
        yield row


class Counted:
    """Makes the rows of a connection as `sqlite3.Row` does, until those of one result are too many for a page.

    A text that JSON writes with escapes counts as what it is then.
    """

    def __init__(self) -> None:
        self._cursor: Any = None
        self._names = self._bytes = self._cells = 0

    def __call__(self, cursor: "sqlite3.Cursor", values: tuple[Any, ...]) -> "sqlite3.Row":
        import sqlite3
        from weakref import ref

        if self._cursor is None or self._cursor() is not cursor:
            self._cursor, self._bytes, self._cells = ref(cursor), 0, 0
            self._names = sum(len(column[0]) for column in cursor.description)
        self._bytes += self._names + sum([_bytes(value) for value in values if isinstance(value, str | bytes)])
        self._cells += len(values)
        if self._bytes > BROWSE_RESULT or self._cells > BROWSE_CELLS:
            what = f"{size(BROWSE_RESULT)}" if self._bytes > BROWSE_RESULT else f"{figure(BROWSE_CELLS)} values"
            raise sqlite3.OperationalError(
                f"the rows of the page are more than it may have ({what}); ask for fewer rows or columns, or ask with"
                " `labelstore query`"
            )
        return sqlite3.Row(cursor, values)


def _bytes(value: str | bytes) -> int:
    if isinstance(value, bytes):
        return 2 * len(value)
    return len(value) if len(value) < 1000 or (value.isascii() and value.isprintable()) else 6 * len(value)


@contextmanager
def limited_process(limits: Limits, *, files: bool = True) -> Iterator[None]:
    """What this process may take meanwhile, where the operating system can tell and limit it."""
    try:
        import resource
    except ImportError:  # not on Windows
        yield
        return
    wanted = []
    used = _data_bytes()
    if used is not None:
        wanted.append((resource.RLIMIT_DATA, used + limits.memory))
    if files:
        wanted.append((resource.RLIMIT_FSIZE, limits.temporary))
    before = [(what, resource.getrlimit(what)) for what, _ in wanted]
    for (what, most), (_, (soft, hard)) in zip(wanted, before, strict=True):
        if soft == resource.RLIM_INFINITY or most < soft:
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, hard))
    try:
        yield
    finally:
        for what, limit in before:
            with suppress(ValueError, OSError):
                resource.setrlimit(what, limit)


def _data_bytes() -> int | None:
    """The bytes of this process that count for the limit of memory; None where they are not known."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import resource

        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return None
