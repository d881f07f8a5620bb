"""Rows of the tables of a store as Arrow, column by column; pyarrow is imported where there are some."""

from array import array as packed
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from labelstore.schema.catalogue import tables

if TYPE_CHECKING:
    import pyarrow as pa

_TYPES = {
    "integer": "int64",
    "double": "float64",
    "boolean": "bool_",
    "text": "string",
    "blob": "binary",
}
_KINDS = {int: "integer", str: "text", bytes: "blob"}
_CODES = {"int64": "q", "int8": "b", "double": "d"}
"""Types of numbers, as the module `array` knows them."""
_FEW = 10_000
"""So many values are laid out here. pyarrow is faster, but once it is given Python's values it imports pandas, where
that is installed, which takes 0.25 s.
"""


def table_of(values: Mapping[str, Sequence[Any]], kinds: Mapping[str, str] | None = None) -> "pa.Table":
    """The Arrow table of columns; `kinds` are their types as the schema declares them.

    Without them, all values of a column are whole numbers, texts or bytes.
    """
    import pyarrow as pa

    if kinds is None:
        kinds = {name: _KINDS[type(column[0])] for name, column in values.items()}
    return pa.table({name: array(column, arrow_type(kinds[name])) for name, column in values.items()})


def arrow_schema(table: str) -> "pa.Schema":
    """The Arrow schema of a table of `sql/schema.sql`; `comment` in its metadata says what a row or column is."""
    import pyarrow as pa

    described = next(one for one in tables() if one.name == table)
    fields = [
        pa.field(column.name, arrow_type(column.type), metadata=_comment(column.description))
        for column in described.columns
    ]
    return pa.schema(fields, metadata=_comment(described.description))


def _comment(text: str) -> dict[str, str] | None:
    return {"comment": text} if text else None


def arrow_type(kind: str) -> "pa.DataType":
    """The type of a column of this declared type."""
    import pyarrow as pa

    return getattr(pa, _TYPES[kind])()


def array(values: Sequence[Any], kind: "pa.DataType") -> "pa.Array":
    """The values of a column."""
    import pyarrow as pa

    if values[0] is None and values.count(None) == len(values):  # most columns say nothing of most kinds
        return pa.nulls(len(values), kind)
    if len(values) <= _FEW:
        with suppress(TypeError, OverflowError):  # of which pyarrow tells more
            return pa.Array.from_buffers(kind, len(values), list(map(pa.py_buffer, _buffers(values, str(kind)))))
    return pa.array(values, type=kind)


def _buffers(values: Sequence[Any], kind: str) -> list[Any]:
    """What the format of Arrow says of values: which of them are given, and these."""
    given = _bits([value is not None for value in values])
    if kind in _CODES:
        return [given, packed(_CODES[kind], [0 if value is None else value for value in values])]
    if kind == "bool":
        return [given, _bits(list(map(bool, values)))]
    texts = [b"" if value is None else value if kind == "binary" else str.encode(value) for value in values]
    return [given, packed("i", accumulate(map(len, texts), initial=0)), b"".join(texts)]


def _bits(flags: Sequence[bool]) -> bytes:
    digits = "".join(["1" if flag else "0" for flag in reversed(flags)])
    return int(digits, 2).to_bytes((len(flags) + 7) // 8, "little")
