"""Times that are texts, as exports spell them: as timestamps of Arrow, in UTC and microseconds."""

import pyarrow as pa
import pyarrow.compute as pc

from labelstore.schema.column_types import is_time

TIME = pa.timestamp("us", "UTC")
_OFFSET = r"\d\d:\d\d.*(Z|[+-]\d\d(:?\d\d)?)$"
_NO_MICROSECONDS = r"(\.\d{6})0+"
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The times that Python has, in microseconds since 1970."""


def has_times(schema: pa.Schema) -> set[str]:
    """The text columns whose names say that they hold times."""
    return {field.name for field in schema if field.type == pa.string() and is_time(field.name)}


def as_times(texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray | None:
    """The texts as times; None if one of them is no time of the years 1 to 9999, or has more than microseconds.

    A time without an offset is in UTC, as everywhere in labelstore. Dates without a time of day stay texts.
    """
    times = _cast(texts)
    if times is None:
        texts = pc.replace_substring_regex(texts, _NO_MICROSECONDS, r"\1")
        has_offset = pc.match_substring_regex(texts, _OFFSET)
        times = _cast(pc.if_else(has_offset, texts, pc.binary_join_element_wise(texts, "Z", "")))
    if times is None:
        return None
    bounds = pc.min_max(times.cast(pa.int64()))
    least, most = bounds["min"].as_py(), bounds["max"].as_py()
    return times if least is None or (least >= _FIRST and most <= _LAST) else None


def _cast(texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray | None:
    try:
        return texts.cast(TIME)
    except pa.ArrowInvalid:
        return None
