"""All that a store holds, counted by SQL, for formats that write every row of it."""

from collections.abc import Iterator
from typing import Final

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
