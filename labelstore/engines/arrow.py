"""Rows as Arrow, in batches.

SQLite gives each value the type it likes. A column that comes from the schema has the type declared there, as long as
its values fit; that of another, or one whose values do not fit, is the type of the values seen so far: whole numbers,
then numbers, then text for whatever does not fit together. When a later batch needs a wider type, `widened` brings what
came before to it. DuckDB has types; its whole numbers are of 64 bits here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from labelstore.engines.times import TIME, as_times, has_times
from labelstore.schema.column_types import expression_type, is_category, is_time

_EXACT = 2**53
"""Whole numbers up to here are exact as a double."""

_BATCH_BYTES = 64 << 20
"""So much text is in a batch at most, and one row."""

_NONE, _BOOLEAN, _WHOLE, _LARGE, _NUMBER, _BYTES, _TEXT = "none", "boolean", "whole", "large", "number", "bytes", "text"
_TYPES = {
    _NONE: pa.null(),
    _BOOLEAN: pa.bool_(),
    _WHOLE: pa.int64(),
    _LARGE: pa.int64(),
    _NUMBER: pa.float64(),
    _BYTES: pa.binary(),
    _TEXT: pa.string(),
}
_HUGE = pa.decimal128(38, 0)
"""What DuckDB makes of a sum of whole numbers."""
_SMALLER = (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint32())
_DECLARED = {"boolean": _BOOLEAN, "integer": _WHOLE, "double": _NUMBER, "text": _TEXT, "blob": _BYTES}


def batches_of_rows(
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    size: int,
    limit: int | None,
    declared: Sequence[str] = (),
) -> Iterator[pa.RecordBatch]:
    """The rows in batches, the first of them also where there is no row.

    `declared` are the types of the columns as `sql/schema.sql` has them, "" for one that is not from there.
    """
    remaining = iter(rows) if limit is None else islice(rows, limit)
    kinds = [_DECLARED.get(type_, _NONE) for type_ in declared] or [_NONE] * len(names)
    batch = _taken(remaining, size)
    while True:
        values = list(zip(*batch, strict=True)) or [()] * len(names)
        kinds = [_grown(kind, column) for kind, column in zip(kinds, values, strict=True)]
        arrays = [_array(column, kind) for kind, column in zip(kinds, values, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=names)
        batch = _taken(remaining, size)
        if not batch:
            return


def _grown(kind: str, values: Sequence[Any]) -> str:
    """The kind of a column that was of this one before these values."""
    if kind == _BOOLEAN:
        return kind if set(values) <= {None, 0, 1} else _joined(_WHOLE, _kind(values))
    return _joined(kind, _kind(values))


def _kind(values: Sequence[Any]) -> str:
    kind = _NONE
    for type_ in set(map(type, values)):
        if type_ is bool:
            kind = _joined(kind, _WHOLE)
        elif type_ is int:
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
    if kind == _BOOLEAN:
        values = [None if value is None else bool(value) for value in values]
    elif kind == _NUMBER:
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
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int64())
    if type_ == pa.string():
        return pa.array(map(_text, array.to_pylist()), type=type_)
    return array.cast(type_)


def whole_numbers(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The batches of DuckDB with these names, whole numbers and sums of them as 64 bits if they fit; at least one."""
    schema = batches.schema if isinstance(batches, pa.RecordBatchReader) else None
    huge = {place for place, field in enumerate(schema or ()) if field.type in (_HUGE, pa.uint64())}
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
    arrays = [
        array.cast(pa.int64()) if place in places or array.type in _SMALLER else array
        for place, array in enumerate(batch.columns)
    ]
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
    """The schema of the whole: a column that had no value is what its name says, or else text."""
    return pa.schema([field.with_type(_without_values(field)) for field in schema])


def _without_values(field: pa.Field) -> pa.DataType:
    if not pa.types.is_null(field.type):
        return field.type
    return _TYPES[_DECLARED.get(expression_type(field.name), _TEXT)]


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [widened(array, field.type) for array, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def table(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """All batches as one table, in the types of the last; times are timestamps, and words that repeat a dictionary."""
    found = list(batches)
    schema = _settled(found[-1].schema)
    whole = pa.Table.from_batches([_fitted(batch, schema) for batch in found], schema)
    for place, (name, column) in enumerate(zip(whole.column_names, whole.columns, strict=True)):
        if column.type == pa.string() and (typed := _typed(name, column)) is not None:
            whole = whole.set_column(place, name, typed)
    return whole


def _typed(name: str, texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    if is_time(name):
        return as_times(texts)
    return texts.dictionary_encode() if is_category(name) else None


def write(batches: Iterable[pa.RecordBatch], path: Path, format: str) -> None:
    """Write the rows of a result to a file: `parquet`, `arrow` (the file format) or `arrows` (the stream format).

    Memory does not grow with the rows. When a type grows, what was written is written again in it. Whether all values
    of a column are times is known at the end: then it is written again, as times.
    """
    writer: Any = None
    schema: pa.Schema | None = None
    others: set[str] = set()
    """Text columns with a value that is no time, whatever their name says."""
    try:
        for batch in batches:
            grown = _settled(batch.schema)
            if schema is None or grown != schema:
                if writer is not None and schema is not None:
                    writer.close()
                    writer = _rewritten(path, format, grown, _fitted)
                else:
                    writer = _writer(path, format, grown)
                schema = grown
            fitted = _fitted(batch, schema)
            writer.write_batch(fitted)
            others.update(name for name in has_times(schema) - others if as_times(fitted.column(name)) is None)
        if writer is not None and schema is not None and (times := has_times(schema) - others):
            writer.close()
            writer = _rewritten(path, format, _timed(schema, times), _as_timed)
    finally:
        if writer is not None:
            writer.close()


def _timed(schema: pa.Schema, times: set[str]) -> pa.Schema:
    return pa.schema([field.with_type(TIME) if field.name in times else field for field in schema])


def _as_timed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [
        as_times(array) if field.type == TIME else array for array, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _rewritten(
    path: Path, format: str, schema: pa.Schema, changed: Callable[[pa.RecordBatch, pa.Schema], pa.RecordBatch]
) -> Any:
    """A writer of the file that has written what the file held."""
    earlier = path.with_name(path.name + "~")
    path.rename(earlier)
    try:
        writer = _writer(path, format, schema)
        for batch in _read(earlier, format):
            writer.write_batch(changed(batch, schema))
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
