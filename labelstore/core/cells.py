"""What the compiled core holds, as Python sees it: values in cells, and arrays of what it made (shred.h)."""

from ctypes import Structure, Union, c_double, c_int64, c_size_t, c_uint32, c_void_p, sizeof, string_at
from typing import Any

NOTHING, NIL, INTEGER, REAL, BOOLEAN, TEXT, JSON, BLOB = range(8)


class _Content(Union):
    _fields_ = (("integer", c_int64), ("real", c_double), ("text", c_void_p))


class Cell(Structure):
    """A value; what its content is, the kind says."""

    _fields_ = (("kind", c_uint32), ("length", c_uint32), ("content", _Content))


class Array(Structure):
    """An array that grows, in bytes."""

    _fields_ = (("data", c_void_p), ("size", c_size_t), ("most", c_size_t))


def items(array: Array, kind: Any) -> Any:
    """The elements of an array."""
    count = array.size // sizeof(kind)
    return (kind * count).from_address(array.data) if count else ()


def value(cell: Cell) -> Any:
    """What a cell holds, as Python has it."""
    kind = cell.kind
    if kind == INTEGER:
        return cell.content.integer
    if kind == REAL:
        return cell.content.real
    if kind == BOOLEAN:
        return bool(cell.content.integer)
    if kind in (TEXT, JSON):
        return string_at(cell.content.text, cell.length).decode()
    return string_at(cell.content.text, cell.length) if kind == BLOB else None
