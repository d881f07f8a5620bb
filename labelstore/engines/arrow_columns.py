"""Rows of the tables of a store as Arrow, column by column; pyarrow is imported where there are some."""

from collections.abc import Mapping, Sequence
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


def table_of(values: Mapping[str, Sequence[Any]], kinds: Mapping[str, str] | None = None) -> "pa.Table":
    """The Arrow table of columns; `kinds` are their types as the schema declares them."""
    import pyarrow as pa

    if kinds is None:
        return pa.table(dict(values))
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
    return pa.array(values, type=kind)
