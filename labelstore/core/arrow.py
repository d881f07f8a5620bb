"""The rows of stretches as columns of Arrow, whose memory the compiled core has (labelstore/core/arrow.c)."""

from collections.abc import Sequence
from contextlib import suppress
from ctypes import CDLL, POINTER, Structure, c_int, c_int32, c_int64, c_void_p, cast, sizeof
from typing import TYPE_CHECKING, Final

from labelstore.core.cells import BLOB, BOOLEAN, INTEGER, REAL, TEXT, Array
from labelstore.core.library import declared
from labelstore.core.shredding import Stretch

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS: Final = {"integer": INTEGER, "double": REAL, "boolean": BOOLEAN, "text": TEXT, "blob": BLOB}
"""The types that the schema declares, as the core numbers them."""
_UNFIT, _NO_MEMORY = -1, 0


class _Column(Structure):
    _fields_ = (("valid", Array), ("values", Array), ("text", Array), ("kind", c_int32), ("rows", c_int64))


class _Columns(Structure):
    _fields_ = (("rows", c_int64), ("width", c_int64))


class Columns:
    """Rows of one table, of as many stretches as were added: then these are not needed any more."""

    def __init__(self, core: CDLL, kinds: Sequence[str]) -> None:
        """`kinds` are the types of the columns, as the schema declares them."""
        self._core = declared(core, _FUNCTIONS)
        self._kinds = kinds
        address = core.core_columns(len(kinds), (c_int32 * len(kinds))(*(_KINDS[kind] for kind in kinds)))
        if not address:
            raise MemoryError
        self._address: int = address
        self._told = cast(address, POINTER(_Columns)).contents

    def __del__(self) -> None:
        with suppress(AttributeError):  # they could not be made
            self._core.core_columns_free(self._address)

    @property
    def rows(self) -> int:
        """How many rows were added."""
        return int(self._told.rows)

    def add(self, stretch: Stretch, table: int) -> None:
        """Add the rows that a stretch has for a table; raises `TypeError` if one has a value of another type."""
        said = self._core.core_columns_add(self._address, stretch.cells(table))
        if said == _NO_MEMORY:
            raise MemoryError
        if said == _UNFIT:
            raise TypeError(f"a row of table {table} has a value that its column cannot hold")

    def arrays(self, types: Sequence["pa.DataType"]) -> list["pa.Array"]:
        """The columns in these types, those of Arrow for their kinds; nothing can be added any more.

        They are where they were made, and keep this object alive.
        """
        import pyarrow as pa

        rows = self.rows
        columns = (_Column * len(types)).from_address(self._address + sizeof(_Columns))
        found: list[pa.Array] = []
        for column, kind in zip(columns, types, strict=True):
            buffers = [self._buffer(column.valid), self._buffer(column.values)]
            if column.kind in (TEXT, BLOB):
                buffers.append(self._buffer(column.text))
            found.append(pa.Array.from_buffers(kind, rows, buffers) if column.rows else pa.nulls(rows, kind))
        return found

    def _buffer(self, array: Array) -> "pa.Buffer":
        import pyarrow as pa

        return pa.foreign_buffer(array.data, array.size, self) if array.data else pa.py_buffer(b"")


_FUNCTIONS: Final = {
    "core_columns": (c_void_p, (c_int64, c_void_p)),
    "core_columns_free": (None, (c_void_p,)),
    "core_columns_add": (c_int, (c_void_p, POINTER(Array))),
}
"""What the functions of the library give, and take."""
