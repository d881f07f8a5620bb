"""What the records of a load supersede in a lake: by SQL where sets of rows tell it, else as in a store.

The outcome is that of `labelstore load` into a store, with two differences. A record that came again with other tokens
in its URLs, and nothing else new, takes the place of the stored one, with its own load, position and byte offset; it
still counts as unchanged. And there are no `versions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labelstore.engines.database import Database
from labelstore.lake.resolving.closely import Closely
from labelstore.lake.resolving.sets import Sets
from labelstore.loading.report import FileReport
from labelstore.schema.tables import Row

if TYPE_CHECKING:
    import pyarrow as pa

COUNTS = ("added", "changed", "unchanged", "repeated", "stale", "rejected")
"""What is counted, as in `FileReport`; `rejected` are those that could not be put together."""


@dataclass(frozen=True)
class Resolution:
    """What to do to the tables after the new records were appended: first remove, then append what is rewritten."""

    removed: "pa.Array"
    """Ids of records (int64, ascending, each once), stored or new, all rows of which go."""
    rewritten: Mapping[str, "pa.Table"]
    """Table → rows of records that had to be put together anew, under the ids they had: these are in `removed`."""
    counts: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """Load id → word of `COUNTS` → number of records."""
    rejects: tuple[Row, ...] = ()
    """Rows of `rejects`: new records that are too large with the blocks of the stored ones."""


def resolve(
    database: Database,
    first_record: int,
    first_load: int,
    files: Mapping[int, FileReport],
    *,
    force: bool = False,
    frames_of: Mapping[int, str] | None = None,
) -> Resolution:
    """What the records from `first_record` on supersede, and each other.

    `database` is one of DuckDB that holds the stored records and all new ones, none replaced yet, their ids in the
    order of the files and positions; it gets a catalog `resolving` in memory while this runs. `files` are those of the
    load by load id, from `first_load` on, with their `rejected` and `sha256`. `force` takes what is older than the
    stored, too. `frames_of` are the labels of frames files by load id: those files without a record have to be in it.
    """
    with Sets(database, first_record, files, frames_of or {}, force=force) as sets:
        counts = {load_id: dict.fromkeys(COUNTS, 0) for load_id in files}
        for load_id, word, number in sets.counts():
            counts[load_id][word] += number
        with Closely(database, sets, first_record, first_load, files, force=force) as closely:
            for load_id, report in closely.reports.items():
                for word in COUNTS:
                    counts[load_id][word] += getattr(report, word)
            return Resolution(sets.removed(closely.removed), closely.rewritten(), counts, tuple(closely.rejects()))
