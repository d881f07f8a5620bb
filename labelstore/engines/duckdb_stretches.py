"""Rows that the compiled core made, collected until there are enough of them for DuckDB."""

from collections.abc import Iterator
from ctypes import CDLL
from typing import TYPE_CHECKING

from labelstore.core.arrow import Columns
from labelstore.core.shredding import Stretch
from labelstore.engines.arrow_columns import arrow_type
from labelstore.schema.tables import columns, content_tables

if TYPE_CHECKING:
    import pyarrow as pa

TOGETHER = 16 << 20
"""The rows of so many bytes of input are inserted together."""


class CollectedStretches:
    """Rows of stretches by table, as columns."""

    def __init__(self, core: CDLL) -> None:
        self._core = core
        self._columns: dict[int, Columns] = {}
        self.bytes = 0
        """How many bytes of input the rows were made of."""

    def add(self, stretch: Stretch) -> None:
        """Add the rows of a stretch, which is not needed any more then."""
        for number, table in enumerate(content_tables()):
            if not stretch.count(number):
                continue
            if number not in self._columns:
                self._columns[number] = Columns(self._core, list(columns()[table].values()))
            self._columns[number].add(stretch, number)
        self.bytes += stretch.consumed

    def tables(self) -> Iterator[tuple[str, "pa.Table"]]:
        """The tables that have rows, with these as Arrow."""
        import pyarrow as pa

        for number, found in sorted(self._columns.items()):
            table = content_tables()[number]
            kinds = columns()[table]
            yield table, pa.table(found.arrays(list(map(arrow_type, kinds.values()))), names=list(kinds))
