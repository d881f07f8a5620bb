"""What a lake held after each commit: the version of every table."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from labelstore.errors import StoreError
from labelstore.lake.commits.delta import DeltaTables, at_once, lake_tables
from labelstore.lake.place import OWN, Place, own
from labelstore.lake.tasks.table_files import TableFile
from labelstore.schema.dialects import SCHEMA_VERSION

MARK = f"{OWN}/lake.json"
"""Says that a folder is a lake, and of which schema version."""


@dataclass(frozen=True)
class Snapshot:
    """The lake after commit `number`: `versions` are those of its tables, `counts` what the commit brought.

    A version of None is the newest one.
    """

    place: Place
    number: int
    versions: Mapping[str, int | None]
    made_at: str = ""
    claim: int = 0
    counts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def described(self) -> dict[str, dict[str, TableFile]]:
        """Table → path from the table's folder → the file."""
        return at_once(self.files_of, lake_tables())

    def as_now(self) -> "Snapshot":
        """The same rows in the files of now: since the commit, another program may have put small ones together."""
        return replace(self, versions=dict.fromkeys(self.versions))

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return sum(file.rows for file in self.files_of(table).values())

    def files_of(self, table: str) -> dict[str, TableFile]:
        """Path from the table's folder → the file, of one table."""
        if "described" in vars(self):
            return self.described[table]
        return DeltaTables(self.place).described(table, self.versions[table])

    def files(self, table: str) -> list[str]:
        """The paths or URLs of the files of a table."""
        return [self.place.url_of(f"{table}/{path}") for path in self.described[table]]


class Lake:
    """A lake that is there."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def numbers(self) -> list[int]:
        """The numbers of the snapshots, at least one."""
        found = self.place.numbers(f"{OWN}/snapshots")
        if not found:
            raise StoreError(self.place.name, "has no snapshot any more", "load the exports into a new lake")
        return found

    def newest(self) -> Snapshot:
        """The newest snapshot."""
        return self.at(self.numbers()[-1])

    def at(self, number: int) -> Snapshot:
        """A snapshot by its number. Raises `StoreError` for one that is not there."""
        told = self.place.get(own("snapshots", number)) if number >= 0 else None
        if told is None:
            reason, hint = f"has no snapshot {number}", "list them with: labelstore lake snapshots LAKE"
            raise StoreError(self.place.name, reason, hint)
        try:
            return Snapshot(self.place, **told)
        except TypeError:
            raise self.place.damaged(own("snapshots", number)) from None


def open_lake(url: str | os.PathLike[str]) -> Lake:
    """The lake at a path or URL. Raises `StoreError` for what is none."""
    return lake_of(Place(url))


def lake_of(place: Place) -> Lake:
    """The lake at a place. Raises `StoreError` for what is none."""
    mark = place.get(MARK)
    if mark is None:
        hint = f"make one with: labelstore lake load {place.name} FILES"
        raise StoreError(place.name, "is no lake of labelstore", hint)
    version = mark.get("schema_version") if isinstance(mark, dict) else None
    if version is None:
        raise place.damaged(MARK)
    if version != SCHEMA_VERSION:
        reason = f"has the tables of schema version {version}, this is {SCHEMA_VERSION}"
        raise StoreError(place.name, reason, "load the exports into a new lake")
    return Lake(place)
