"""Rows as Arrow, in batches.

SQLite gives each value the type it likes, so the type of a column is that of the values seen so far: whole numbers,
then numbers, then text for whatever does not fit together. A column without any value is text. When a later batch
needs a wider type, `widened` brings what came before to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

_EXACT = 2**53
"""Whole numbers up to here are exact as a double."""

_BATCH_BYTES = 64 << 20
"""So much text is in a batch at most, and one row."""

_NONE, _WHOLE, _LARGE, _NUMBER, _BYTES, _TEXT = "none", "whole", "large", "number", "bytes", "text"
_TYPES = {
    _NONE: pa.null(),
    _WHOLE: pa.int64(),
    _LARGE: pa.int64(),
    _NUMBER: pa.float64(),
    _BYTES: pa.binary(),
    _TEXT: pa.string(),
}
_HUGE = pa.decimal128(38, 0)
"""What DuckDB makes of a sum of whole numbers."""


def batches_of_rows(
    names: Sequence[str], rows: Iterable[Sequence[Any]], size: int, limit: int | None
) -> Iterator[pa.RecordBatch]:
    """The rows in batches, the first of them also where there is no row."""
    remaining = iter(rows) if limit is None else islice(rows, limit)
    kinds = [_NONE] * len(names)
    batch = _taken(remaining, size)
    while True:
        values = list(zip(*batch, strict=True)) or [()] * len(names)
        kinds = [_joined(kind, _kind(column)) for kind, column in zip(kinds, values, strict=True)]
        arrays = [_array(column, kind) for kind, column in zip(kinds, values, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=names)
        batch = _taken(remaining, size)
        if not batch:
            return


def _kind(values: Sequence[Any]) -> str:
    kind = _NONE
    for type_ in set(map(type, values)):
        if type_ is int:
            largest = max(abs(value) for value in values if type(value) is int)
            kind = _joined(kind, _WHOLE if largest <= _EXACT else _LARGE)
        elif type_ is not type(None):
            kind = _joined(kind, {float: _NUMBER, bytes: _BYTES}.get(type_, _TEXT))
    return kind


def _taken(rows: Iterator[Sequence[Any]], size: int) -> list[Sequence[Any]]:
    """The next rows: `size`, or fewer that are long."""
    batch: list[Sequence[Any]] = []
    taken = 0
    for row in rows:
        batch.append(row)
        taken += sum([len(value) for value in row if isinstance(value, str | bytes)])
        if len(batch) == size or taken > _BATCH_BYTES:
            break
    return batch


def _joined(left: str, right: str) -> str:
    """The kind that holds the values of both."""
    if right in (left, _NONE):
        return left
    if left == _NONE:
        return right
    both = {left, right}
    if both == {_WHOLE, _NUMBER}:
        return _NUMBER
    return _LARGE if both == {_WHOLE, _LARGE} else _TEXT


def _array(values: Sequence[Any], kind: str) -> pa.Array:
    if kind == _NUMBER:
        values = [None if value is None else float(value) for value in values]
    elif kind == _TEXT:
        values = [_text(value) for value in values]
    return pa.array(values, type=_TYPES[kind])


def _text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bytes():
            return value.hex()
    return str(value)


def widened(array: pa.Array, type_: pa.DataType) -> pa.Array:
    """The same values in the wider type of a later batch."""
    if array.type == type_:
        return array
    if type_ == pa.string():
        return pa.array(map(_text, array.to_pylist()), type=type_)
    return array.cast(type_)


def whole_numbers(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The batches of DuckDB with these names, sums of whole numbers as 64 bits as long as they fit; at least one."""
    schema = batches.schema if isinstance(batches, pa.RecordBatchReader) else None
    huge = {place for place, field in enumerate(schema or ()) if field.type == _HUGE}
    any_batch = False
    for batch in batches:
        any_batch = True
        huge = {place for place in huge if _fits(batch.column(place))}
        yield _with_whole(batch, huge, names)
    if not any_batch and schema is not None:
        empty = pa.RecordBatch.from_arrays([pa.array([], type=field.type) for field in schema], schema=schema)
        yield _with_whole(empty, huge, names)


def _fits(array: pa.Array) -> bool:
    try:
        array.cast(pa.int64())
    except pa.ArrowInvalid:
        return False
    return True


def _with_whole(batch: pa.RecordBatch, places: set[int], names: Sequence[str]) -> pa.RecordBatch:
    arrays = [array.cast(pa.int64()) if place in places else array for place, array in enumerate(batch.columns)]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def limited(batches: Iterable[pa.RecordBatch], limit: int | None) -> Iterator[pa.RecordBatch]:
    """The first `limit` rows."""
    for batch in batches:
        if limit is None:
            yield batch
            continue
        yield batch.slice(0, limit)
        limit -= batch.num_rows
        if limit <= 0:
            return


def _settled(schema: pa.Schema) -> pa.Schema:
    """The schema of the whole: a column that had no value is text."""
    return pa.schema([field.with_type(pa.string()) if pa.types.is_null(field.type) else field for field in schema])


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [widened(array, field.type) for array, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def table(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """All batches as one table, in the types of the last."""
    found = list(batches)
    schema = _settled(found[-1].schema)
    return pa.Table.from_batches([_fitted(batch, schema) for batch in found], schema)


def write(batches: Iterable[pa.RecordBatch], path: Path, format: str) -> None:
    """Write the rows of a result to a file: `parquet`, `arrow` (the file format) or `arrows` (the stream format).

    Memory does not grow with the rows. When a type grows, what was written is written again in it.
    """
    writer: Any = None
    schema: pa.Schema | None = None
    try:
        for batch in batches:
            grown = _settled(batch.schema)
            if schema is None or grown != schema:
                if writer is not None and schema is not None:
                    writer.close()
                    writer = _rewritten(path, format, grown)
                else:
                    writer = _writer(path, format, grown)
                schema = grown
            writer.write_batch(_fitted(batch, schema))
    finally:
        if writer is not None:
            writer.close()


def _rewritten(path: Path, format: str, schema: pa.Schema) -> Any:
    """A writer of the file that has written what the file held."""
    earlier = path.with_name(path.name + "~")
    path.rename(earlier)
    try:
        writer = _writer(path, format, schema)
        for batch in _read(earlier, format):
            writer.write_batch(_fitted(batch, schema))
    finally:
        earlier.unlink()
    return writer


def _writer(path: Path, format: str, schema: pa.Schema) -> Any:
    if format == "parquet":
        import pyarrow.parquet as pq

        return pq.ParquetWriter(path, schema, compression="zstd")
    return pa.ipc.new_file(path, schema) if format == "arrow" else pa.ipc.new_stream(path, schema)


def _read(path: Path, format: str) -> Iterator[pa.RecordBatch]:
    if format == "parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            yield from file.iter_batches()
        return
    with pa.OSFile(str(path)) as file:
        if format == "arrow":
            reader = pa.ipc.open_file(file)
            yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
        else:
            yield from pa.ipc.open_stream(file)
