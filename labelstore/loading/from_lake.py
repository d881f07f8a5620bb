"""A new store from the tables that another one wrote."""

from contextlib import closing
from pathlib import Path

from labelstore.engines.copy import CopyProgress
from labelstore.loading.from_tables import Copied, load_tables
from labelstore.loading.parquet_folder import parquet_folder
from labelstore.loading.store_file import Notify


def load_lake(
    store: str | Path,
    lake: str | Path,
    *,
    wait: float | None = None,
    notify: Notify | None = None,
    progress: CopyProgress | None = None,
) -> Copied:
    """Make the store at `store`, which must not be there, of the tables in the folder that `export parquet` wrote.

    The arguments and errors are those of `load_tables`; raises `InputError` for a folder of something else.
    """
    with closing(parquet_folder(lake)) as tables:
        return load_tables(store, tables, wait=wait, notify=notify, progress=progress)
