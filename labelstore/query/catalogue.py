"""The views with their columns, and what one row of each is."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from labelstore.engines import open_database
from labelstore.schema.catalogue import view_title
from labelstore.schema.dialects import view_files


class View(NamedTuple):
    """A view of a SQLite store, with (name, declared type) of its columns."""

    name: str
    description: str
    columns: list[tuple[str, str]]


@cache
def views() -> list[View]:
    """The views, with their columns as an empty SQLite store has them."""
    with TemporaryDirectory() as folder, open_database(Path(folder) / "empty.db", create=True) as database:
        return [
            View(
                name,
                comment,
                [(row["name"], row["type"].lower()) for row in database.query(f"pragma table_info({name})")],
            )
            for name, comment in map(view_title, view_files())
        ]
