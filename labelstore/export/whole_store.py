"""All that a store holds, counted by SQL and read as Arrow, for formats that write every row of it."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from labelstore.engines.arrow_columns import table_of
from labelstore.engines.database import Database
from labelstore.export.constructs import (
    FRAME_QUESTION,
    KEY_FRAME,
    LABEL,
    LABEL_QUESTION,
    OBJECT_QUESTION,
    RELATIONSHIP,
    REVIEW,
    TRACK,
    construct_of,
)
from labelstore.export.exporter import Export
from labelstore.schema.tables import columns, content_tables, node_column

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = 10_000
_QUESTION: Final = f"""
case
    when object_id is not null then '{OBJECT_QUESTION}'
    when frame_number is not null or moment_id is not null or group_id is not null then '{FRAME_QUESTION}'
    else '{LABEL_QUESTION}'
end
"""
_COUNTS: Final = (
    f"select '{LABEL}', count(*) from labels",
    "select kind, count(*) from objects group by kind order by kind",
    f"select {_QUESTION} as question, count(*) from classifications group by question order by question",
    f"select '{RELATIONSHIP}', count(*) from relationships",
    f"select '{REVIEW}', count(*) from reviews",
    f"""
    select '{TRACK}', count(*)
    from (
        select distinct label_id, feature_id from objects where frame_number is not null and feature_id is not null
    ) as t
    """,
    f"select '{KEY_FRAME}', count(*) from objects where keyframe and frame_number is not null",
    f"""
    select '{KEY_FRAME}', count(*) from key_frames
    where frame_number is not null and (is_key_frame is null or is_key_frame)
    """,
)


def wrote_all(export: Export) -> None:
    """Count all constructs of the store as selected and written."""
    for construct, count in _counted(export.database):
        export.account.selected[construct] += count
        export.account.wrote(construct, count=count)


def _counted(database: Database) -> Iterator[tuple[str, int]]:
    for sql in _COUNTS:
        for name, count in database.query(sql).rows:
            yield construct_of(name), count


def all_rows(database: Database, table: str) -> "Iterator[pa.Table]":
    """The rows of a table in the order of their nodes, or of all their columns, some at a time."""
    kinds = columns()[table]
    keys = [node_column(table)] if table in content_tables() else [*kinds]
    names, order = (
        ", ".join(f'"{name}"{more}' for name in some) for some, more in ((kinds, ""), (keys, " nulls first"))
    )
    rows = database.query(f"select {names} from {table} order by {order}").rows
    while some := list(islice(rows, _ROWS)):
        values = map(_typed, kinds.values(), zip(*some, strict=True))
        yield table_of(dict(zip(kinds, values, strict=True)), kinds)


def _typed(kind: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values as the type that the schema declares; SQLite has whole numbers in place of some."""
    convert = {"boolean": bool, "double": float}.get(kind)
    return values if convert is None else [None if value is None else convert(value) for value in values]
