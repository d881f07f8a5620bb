"""A mirror lets DuckDB answer what is asked of a SQLite store: a copy of all its rows, in a file beside it.

It remembers what the store held, and is asked only where that is what the store holds now; else it is made anew. It is
made under another name and under a lock of its own, from one state of the store, which may be written meanwhile; by a
process of its own, which reads the store by the quicker of two libraries: it would drop locks that the other one holds.
"""

import os
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelstore.engines import DUCKDB, SQLITE, engine_at, open_database
from labelstore.engines.copy import CopyProgress, copy_rows
from labelstore.engines.database import CONTENTS, Database
from labelstore.engines.engine import ENGINES
from labelstore.errors import InUseError, StoreError, UsageError
from labelstore.files.file_state import file_state
from labelstore.files.outputs import MIRROR, remove
from labelstore.loading.store_file import Notify, building, locked, remove_leftovers
from labelstore.schema.tables import no_cycle_search
from labelstore.workers import helpers, result_of, send_task, tell

if TYPE_CHECKING:
    from labelstore.engines.duckdb_mirror import MirrorDatabase

_MEMORY = "70MB"
_WAY_OUT = f"ask {SQLITE.dialect.title} itself"


@dataclass(frozen=True)
class Mirror:
    """The mirror of a store: its file, whether it was made (else it was up to date), its bytes; seconds it took."""

    store: str
    file: str
    made: bool
    bytes: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """What `labelstore mirror --json` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


def mirror_file(store: str | Path) -> Path:
    """The file of the mirror of a store, whether or not it is there."""
    place = Path(store).resolve()
    return place.with_name(place.name + MIRROR)


def mirror(
    store: str | Path,
    *,
    wait: float | None = None,
    notify: Notify | None = None,
    progress: CopyProgress | None = None,
) -> Mirror:
    """Make the mirror of a SQLite store, or make it anew if the store has changed.

    `wait` and `notify` as in `load`, for another process that makes it; `progress` is called now and then with the rows
    copied so far and all rows. Raises `UsageError` for a DuckDB store.
    """
    started, file = time.perf_counter(), mirror_file(store)
    before = _identity(file)
    open_mirror(store, wait=wait, notify=notify, progress=progress).close()
    made = _identity(file) != before
    return Mirror(str(store), str(file), made, file.stat().st_size, time.perf_counter() - started)


def drop(store: str | Path, *, wait: float | None = None, notify: Notify | None = None) -> bool:
    """Remove the mirror of a SQLite store, even of one that is not there any more; whether there was one."""
    file = mirror_file(store)
    with locked(file, "mirror", wait=wait, notify=notify):
        remove_leftovers(file)
        there = file.exists()
        remove(file)
    return there


def open_engine(
    store: str | Path, engine: str | None, *, notify: Notify | None = None, progress: CopyProgress | None = None
) -> Database:
    """The store, open for questions that this engine answers, by default its own: that of a SQLite store or its mirror.

    Raises `UsageError` for an engine that cannot.
    """
    check_engine(store, engine)
    if engine in (None, engine_at(store).name):
        return open_database(store, read_only=True)
    return open_mirror(store, notify=notify, progress=progress)


def check_engine(store: str | Path, engine: str | None) -> None:
    """Raise `UsageError` where no engine has this name, or it cannot answer for the store."""
    own, names = engine_at(store), [known.name for known in ENGINES]
    if engine is not None and engine not in names:
        raise UsageError(f"{engine}: no engine has this name; there are {' and '.join(names)}")
    if engine not in (None, own.name) and own is not SQLITE:
        title = own.dialect.title
        raise UsageError(f"{store}: is a {title} store, which only {title} answers; leave out the engine")


def open_mirror(
    store: str | Path,
    *,
    wait: float | None = None,
    notify: Notify | None = None,
    progress: CopyProgress | None = None,
) -> "MirrorDatabase":
    """The mirror of a SQLite store, open for reading; it is made first where there is none of what the store holds now.

    Raises `UsageError` for a DuckDB store, and `StoreError` for a folder that cannot be written.
    """
    path, file = Path(store), mirror_file(store)
    if engine_at(path) is not SQLITE:
        title = DUCKDB.dialect.title
        raise UsageError(f"{store}: is a {title} store, which {title} answers itself; it needs no mirror")
    with open_database(path, read_only=True) as source:
        found = _opened(path, file, _held(source))
    if found is not None:
        return found
    if not os.access(file.parent, os.W_OK):
        reason = "has no mirror of what it holds now, and its folder cannot be written"
        raise StoreError(str(store), reason, f"ask {SQLITE.dialect.title} itself, or a copy of the store")
    with locked(file, "mirror", wait=wait, notify=notify):
        remove_leftovers(file)
        with open_database(path, read_only=True) as source:
            found = _opened(path, file, _held(source))
        if found is None:  # nobody made it meanwhile
            found = _opened(path, file, _made(path, file, progress))
    if found is None:
        raise InUseError(str(file), "this process has the mirror of an earlier state open", hint="close that first")
    return found


def is_current(mirror: "MirrorDatabase") -> bool:
    """Whether the store still holds what its mirror, which is open, was made of."""
    with open_database(mirror.path, read_only=True) as source:
        return _held(source) == mirror.held


def _held(source: Database) -> str:
    """What a store holds, as a text: differs wherever the contents of a table do.

    The state of its file is there for what other programs write, and read first: what is written just then makes it
    one of an earlier state, never of a later one.
    """
    file = file_state(source.path)
    loads = repr(list(source.query("select * from loads order by load_id").rows))
    counts = [source.value(f"select count(*) from {table}") for table in ("rejects", "versions")]
    return f"{source.value(CONTENTS)} {counts} {file} {sha256(loads.encode()).hexdigest()}"


def _opened(store: Path, file: Path, held: str) -> "MirrorDatabase | None":
    """The mirror, if there is one of a store that holds this."""
    from labelstore.engines.duckdb_mirror import MirrorDatabase

    if not file.exists():
        return None
    try:
        found = MirrorDatabase(file, store)
    except StoreError:  # damaged, of another version, or not ours to read: as good as none
        return None
    if found.held == held:
        return found
    found.close()
    return None


def _made(store: Path, file: Path, progress: CopyProgress | None) -> str:
    """Make the mirror, in a process of its own, which has no other connection to the store: what the store held."""
    try:
        with helpers(__name__, 1) as (helper,):
            send_task(helper, {"store": str(store), "file": str(file)})
            held: str = result_of(helper, str(store), _WAY_OUT, progress)["held"]
            return held
    finally:
        remove_leftovers(file)  # of a process that was broken off


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


# -- in the process ---------------------------------------------------------------------------------------------------


def work(task: dict[str, Any]) -> dict[str, Any]:
    """Copy a store to its mirror."""
    from labelstore.engines.duckdb import DuckdbDatabase
    from labelstore.engines.sqlite import SqliteDatabase

    store, file = Path(task["store"]), Path(task["file"])
    try:
        with SqliteDatabase(store, read_only=True, alone=True) as source:
            source.execute("pragma cache_size = -2000")  # each page is read once
            source.execute("begin")  # one state of the store, whatever is written meanwhile
            held = _held(source)
            _copy(source, file, held)
    except (*SqliteDatabase.errors, *DuckdbDatabase.errors) as error:
        raise StoreError(str(store), f"cannot be copied ({error})", _WAY_OUT) from error
    return {"held": held}


def _copy(source: Database, file: Path, held: str) -> None:
    from labelstore.engines.duckdb_marks import mark_mirror

    mode = source.path.stat().st_mode & 0o777 | 0o600
    with building(file) as copy:
        copy.path.chmod(mode)  # who may not read the store may not read this
        copy.execute(f"set memory_limit = '{_MEMORY}'")
        copy.execute("set checkpoint_threshold = '16MB'")  # what is not in the file yet is in memory
        with no_cycle_search():
            copy_rows(source, copy, tell)
        mark_mirror(copy, held)
