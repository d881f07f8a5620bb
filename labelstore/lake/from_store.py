"""A new lake of the rows of a store, which loads into it go on with."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from labelstore.errors import StoreError
from labelstore.lake.commits.claims import claim
from labelstore.lake.commits.commit import Intent, commit, create
from labelstore.lake.commits.delta import lake_tables
from labelstore.lake.place import Place
from labelstore.lake.tasks.table_files import TableFile, TableFiles
from labelstore.schema.generations import number_after

if TYPE_CHECKING:
    import pyarrow as pa

_FILE_BYTES = 1 << 30
"""So many bytes of rows, as Arrow has them, become a file."""


def make_lake(url: str, rows: "Callable[[str], Iterator[pa.Table]]", last_record: int, last_load: int) -> None:
    """Make a lake at a path or URL where nothing is; `rows` gives those of a table, in the order of their nodes.

    `last_record` and `last_load` are the highest ids among them, -1 and 0 where there are none: what is loaded later
    has higher ones. The lake shows all rows or, after an error, none. Raises `StoreError`.
    """
    place = Place(url)
    if not place.is_free():
        raise StoreError(place.name, "is a place that is not empty", "name a new one")
    lake = create(place)
    mine = claim(place, number_after(last_record), last_load)
    added = {table: list(_files(place, table, rows(table))) for table in lake_tables()}
    commit(lake, mine.number, lambda _: Intent(mine.number, {table: files for table, files in added.items() if files}))


def _files(place: Place, table: str, rows: "Iterator[pa.Table]") -> Iterator[TableFile]:
    for first in rows:
        size = 0
        with TableFiles(place, "store") as files:
            for some in chain([first], rows):
                files.add_arrow(table, some)
                size += some.nbytes
                if size >= _FILE_BYTES:
                    break
        yield from files.written[table]
