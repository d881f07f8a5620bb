"""A snapshot of a lake as a database."""

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from labelstore.errors import StoreError

if TYPE_CHECKING:
    from labelstore.lake.commits.snapshot import Lake, Snapshot
    from labelstore.lake.database import LakeDatabase

EXTRA = "pip install 'labelstore-db[lake]'"


def check_extra(name: str) -> None:
    """Raise `StoreError`, with the way out, where the packages that lakes need are not installed."""
    for package in ("deltalake", "fsspec"):
        if find_spec(package) is None:
            raise StoreError(name, f"is a lake, for which {package} is needed", EXTRA)


def lake_at(lake: str | os.PathLike[str]) -> "Lake":
    """The lake at a path or URL. Raises `StoreError` for what is none, and where packages are missing."""
    check_extra(os.fspath(lake))
    from labelstore.lake.commits.snapshot import open_lake

    return open_lake(lake)


def snapshot_at(lake: str | os.PathLike[str], at: int | None = None) -> "Snapshot":
    """The newest snapshot of a lake, or the one with this number. Raises `StoreError`."""
    found = lake_at(lake)
    return found.newest() if at is None else found.at(at)


def opened(snapshot: "Snapshot", *, views: bool = True) -> "LakeDatabase":
    """A snapshot, open for reading: its tables, and their views if these are wanted."""
    from labelstore.lake.database import TABLES, LakeDatabase

    place = snapshot.place
    return LakeDatabase(
        place.url,
        {table: snapshot.files(table) for table in TABLES},
        filesystem=None if place.is_local else _known(snapshot),
        rows={table: snapshot.rows(table) for table in TABLES},
        views=views,
    )


def _known(snapshot: "Snapshot") -> Any:
    from labelstore.lake.known_files import KnownFiles

    place = snapshot.place
    described = ((table, file) for table, files in snapshot.described.items() for file in files.values())
    return KnownFiles(place.system, {place.url_of(f"{table}/{file.path}"): file.bytes for table, file in described})


def open_snapshot(lake: str | os.PathLike[str], at: int | None = None) -> "LakeDatabase":
    """The newest snapshot of a lake, or the one with this number, open for reading. Raises `StoreError`."""
    return opened(snapshot_at(lake, at))
