"""A new store from the tables that a store or a lake wrote, in place of exports."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labelstore.counting import COUNTED
from labelstore.engines import engine_at, is_store
from labelstore.engines.copy import CopyProgress
from labelstore.engines.database import Database
from labelstore.errors import InputError, StoreError
from labelstore.loading.store_file import Notify, building, locked, remove_leftovers, scratch_folder, scratch_store
from labelstore.schema.derived_views import FORGOTTEN
from labelstore.schema.tables import BOOKKEEPING, CONNECTED, content_tables

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = ("datasets", "projects", "features")
"""Derived tables that keep what was told once, also where no record tells it any more."""
_READ = (*BOOKKEEPING, *CONNECTED, *content_tables(), *_NAMES)
"""The tables that are read whole; what can be derived is derived anew."""
_IMPOSSIBLE = (
    ("records", "generation = 'frames' and identity is null", "a record of a frames file without identity"),
    ("labels", "label_id in (select label_id from labels group by label_id having count(*) > 1)", "a label twice"),
    *((table, "label_id is null", "a row without label") for table in ("labels", *COUNTED) if table != "answers"),
)
"""What no store has: table, SQL about its rows, and what such rows are."""


class Tables(Protocol):
    """Where the rows of tables come from; `way_out` is how to get better ones."""

    name: str
    way_out: str

    def sort_in(self, scratch: Path) -> None:
        """Name the folder for what does not fit into memory."""

    def __contains__(self, table: str) -> bool:
        """Whether there is such a table."""

    def count(self, table: str, where: str = "true") -> int:
        """How many rows it has; `where` is SQL about the table and the others."""

    def batches(self, table: str, where: str = "true") -> "Iterator[pa.RecordBatch]":
        """Its rows by its key; `where` is SQL about the table and the others."""


@dataclass(frozen=True)
class Copied:
    """A store that was made of tables: where they were, and how many rows each of them has; seconds it took."""

    store: str
    engine: str
    source: str
    rows: dict[str, int]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """What `labelstore load --from-lake --json` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


def load_tables(
    store: str | Path,
    tables: Tables,
    *,
    wait: float | None = None,
    notify: Notify | None = None,
    progress: CopyProgress | None = None,
) -> Copied:
    """Make the store at `store` of tables; it gets its name when it is complete, and after an error there is none.

    `wait` and `notify` as in `load`; `progress` is called now and then with the rows copied so far and all rows. Memory
    does not grow with the rows. Raises `StoreError` for a store that is there already, `InputError` for rows that no
    store has.
    """
    path, started = Path(store), time.perf_counter()
    engine = engine_at(path)
    with locked(path, "load", [tables.name], wait=wait, notify=notify):
        if is_store(path):
            hint = "name a new one, or add exports to it with: labelstore load"
            raise StoreError(str(path), "is there already", hint)
        remove_leftovers(path)
        with scratch_folder(scratch_store(path)) as scratch, building(path) as database:
            tables.sort_in(scratch)
            counts = _fill(database, tables, progress)
    return Copied(str(store), engine.name, tables.name, counts, time.perf_counter() - started)


def _fill(database: Database, tables: Tables, progress: CopyProgress | None) -> dict[str, int]:
    for table, where, what in _IMPOSSIBLE:
        if tables.count(table, where):
            raise InputError(tables.name, f"{table} has {what}", tables.way_out)
    counts = {table: tables.count(table) for table in _READ if table in tables}
    copied, total = 0, sum(counts.values())

    def counted(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        nonlocal copied
        for batch in batches:
            yield batch
            copied += batch.num_rows
            if progress is not None:
                progress(copied, total)

    for table, count in counts.items():
        if count:
            database.insert_arrow(table, counted(tables.batches(table)))
            database.commit()  # else its rows wait in memory, or on the disk beside the file, until the end
            database.begin()
    database.counters.add_all()
    database.derive(0)
    if "data_rows" in tables:
        database.insert_arrow("data_rows", tables.batches("data_rows", FORGOTTEN))
    return counts
