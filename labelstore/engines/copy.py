"""A store copied into a new one, of either engine: the same rows behind the same views."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from labelstore.engines.database import Database
from labelstore.engines.engine import SQLITE
from labelstore.engines.opening import engine_named, open_database
from labelstore.errors import StoreError
from labelstore.files.outputs import output_path
from labelstore.schema.tables import Row, columns

CopyProgress = Callable[[int, int], None]
"""Is called now and then with the rows copied so far and the rows of all tables."""

_BATCH_ROWS = 2_000


def copy_to_sqlite(store: Path, out: Path, progress: CopyProgress | None = None) -> None:
    """Make the SQLite store `out` with all rows of the store at `store`, of either engine.

    `out` gets its name when it is complete; after an error there is none. Memory does not grow with the store. Raises
    `StoreError` for a store that cannot be read, an `out` that exists, and one whose suffix says DuckDB.
    """
    if engine_named(out) is not SQLITE:
        reason = f"would be a SQLite store with a name of {engine_named(out).dialect.title}"
        raise StoreError(str(out), reason, "name a .db file")
    if out.exists():
        raise StoreError(str(out), "is there already", "name a new file")
    with (
        output_path(out) as scratch,
        open_database(store, read_only=True) as source,
        open_database(scratch, create=True) as copy,
    ):
        copy.build_fast()
        copy.begin()
        copy_rows(source, copy, progress)
        copy.commit()
        copy.finish()
        copy.share()


def copy_rows(source: Database, copy: Database, progress: CopyProgress | None = None) -> None:
    """Write all rows of a store into an empty one that is being built. Memory does not grow with the rows."""
    counts = {table: int(source.value(f"select count(*) from {table}")) for table in columns()}
    done, total = 0, sum(counts.values())

    def counted(batches: Iterator[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        nonlocal done
        for rows in batches:
            yield rows
            done += len(rows)
            if progress is not None:
                progress(done, total)

    for table, count in counts.items():
        if count:
            copy.insert_all(table, counted(_batches(source, table)))
            copy.commit()  # else its rows wait in memory, or on the disk beside the file, until the end
            copy.begin()


def _batches(source: Database, table: str) -> Iterator[Sequence[Row]]:
    """The rows of a table in the order in which they were stored."""
    names = ", ".join(f'"{name}"' for name in columns()[table])
    rows = source.query(f"select {names} from {table}").rows
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield batch
