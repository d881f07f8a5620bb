"""A new store from the tables of a lake, or of a folder that another store wrote."""

from contextlib import closing
from pathlib import Path

from labelstore.engines.copy import CopyProgress
from labelstore.engines.parquet_tables import ParquetTables
from labelstore.files.urls import is_url
from labelstore.lake.opening import snapshot_at
from labelstore.lake.place import OWN
from labelstore.loading.from_tables import Copied, load_tables
from labelstore.loading.parquet_folder import parquet_folder
from labelstore.loading.store_file import Notify

_WAY_OUT = "load the exports into a store"


def load_lake(
    store: str | Path,
    lake: str | Path,
    *,
    wait: float | None = None,
    notify: Notify | None = None,
    progress: CopyProgress | None = None,
) -> Copied:
    """Make the store at `store`, which must not be there, of a lake's newest snapshot, or of the folder that
    `export parquet` wrote.

    The arguments and errors are those of `load_tables`; raises `InputError` for a folder of something else.
    """
    with closing(_tables(lake)) as tables:
        return load_tables(store, tables, wait=wait, notify=notify, progress=progress)


def _tables(lake: str | Path) -> ParquetTables:
    is_lake = is_url(str(lake)) or (Path(lake) / OWN).is_dir()
    return _of_lake(lake) if is_lake else parquet_folder(lake)


def _of_lake(lake: str | Path) -> ParquetTables:
    """The files of the newest snapshot, those of the first nodes first."""
    snapshot = snapshot_at(lake)
    files = {
        table: [
            snapshot.place.url_of(f"{table}/{file.path}")
            for file in sorted(described.values(), key=lambda file: file.first or 0)
        ]
        for table, described in snapshot.described.items()
    }
    place = snapshot.place
    tables = ParquetTables(place.name, files, _WAY_OUT, None if place.is_local else place.system)
    tables.check()
    return tables
