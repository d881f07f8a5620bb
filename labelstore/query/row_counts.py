"""How many rows a table or view has, told by tables and indexes: no view is computed to count it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from labelstore.formats.kinds import KINDS
from labelstore.schema.dialects import view_files
from labelstore.schema.generations import CODE_MASK, GENERATIONS
from labelstore.schema.tables import NODE_BITS

_OF_TABLE = 'select count(*) as number from "{}"'
_OF_ASSETS = """
select count(*) as number from records as r join labels as l on l.record_id = r.record_id where r.asset_type = '{}'
"""
_EMPTY_WITHOUT = "select case when not exists (select 1 from {}) then 0 end as number"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _asset_types() -> Iterator[str]:
    """Those that have a view of their labels."""
    stems = (Path(file).stem for file in view_files())
    return (stem.removesuffix("_labels") for stem in stems if stem.endswith("_labels"))


_V1 = GENERATIONS["v1"]
_LINES = [kind for generation in GENERATIONS.values() if not generation.record_is_label for kind in generation.records]
"""The kinds of records that are about a data row with all its labels."""

VIEWS: Final[dict[str, tuple[str, ...]]] = {
    **{
        generation.pieces_view: (_EMPTY_WITHOUT.format(f"records where generation in ({_listed(generation.records)})"),)
        for generation in GENERATIONS.values()
    },
    "record_json": (_OF_TABLE.format("records"),),
    "label_json": (_OF_TABLE.format("labels"),),
    "frame_json": (
        f"select count(*) as number from frames where (frame_id >> {NODE_BITS}) & {CODE_MASK} = {_V1.code}",
    ),
    "data_row_json": (f"select count(*) as number from records where generation in ({_listed(_LINES)})",),
    **{f"{asset}_labels": (_OF_ASSETS.format(asset),) for asset in _asset_types()},
    "feature_counts": (
        "select count(*) as number from counts where label_id is null",
        """
        select count(*) as number
        from counts as c
        join labels as l on l.label_id = c.label_id
        where l.model_run_id is null
        """,
    ),
    "object_bounds": tuple(_OF_TABLE.format(kind.places) for kind in KINDS if kind.bounds),
    "object_sizes": (
        *map(_OF_TABLE.format, ("bounding_boxes", "polygons", "polylines", "mask_pixels")),
        'select count(*) as number from text_entities where start <= "end"',
    ),
    "workflow_steps": (_EMPTY_WITHOUT.format("workflow_events"),),
    "frame_features": (
        "select count(*) as number from objects where frame_id is not null",
        "select count(*) as number from classifications where frame_id is not null",
        """
        select count(*) as number
        from classifications as c
        join answers as a on a.classification_id = c.classification_id
        where c.frame_id is not null
        """,
    ),
    "audio_spans": (_EMPTY_WITHOUT.format("moments union all select 1 from segments"),),
    "entity_texts": (
        _OF_TABLE.format("text_entities"),
        """
        select -count(*) as number
        from labels as l
        join objects as o on o.label_id = l.label_id
        join text_entities as t on t.object_id = o.object_id
        where l.model_run_id is not null
        """,
    ),
}
"""View → what adds up to the number of its rows; NULL where only computing them all would tell."""


class _Source(Protocol):
    def query(self, sql: str, /) -> Iterable[dict[str, Any]]: ...


class RowCounts:
    """The numbers of rows of a store's tables and views; what several of them need is counted once."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._counted: dict[str, int | None] = {}

    def of(self, name: str) -> int | None:
        """The rows of a table or view; None where only computing them would tell."""
        numbers = [self._number(sql) for sql in VIEWS.get(name, (_OF_TABLE.format(name),))]
        known = [number for number in numbers if number is not None]
        return sum(known) if len(known) == len(numbers) else None

    def is_empty(self, name: str) -> bool:
        """Whether one of our views is known to have no rows."""
        return all(self._number(sql) == 0 for sql in VIEWS[name])

    def _number(self, sql: str) -> int | None:
        if sql not in self._counted:
            self._counted[sql] = next(iter(self._source.query(sql)))["number"]
        return self._counted[sql]
