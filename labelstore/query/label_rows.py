"""The labels of a choice as rows that people read: what they are about, who made them, what is in them."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from labelstore.engines.database import MARKS, TOGETHER, Database
from labelstore.engines.result import Result
from labelstore.query.filters import Chosen, labels
from labelstore.query.filters.matching import rows_of
from labelstore.query.filters.registry import LAST_SCORE
from labelstore.query.where import nodes_where
from labelstore.schema.generations import generation_in
from labelstore.schema.tables import NODE_BITS

_BETWEEN: Final = "\x1f"
_COLUMNS: Final[dict[str, str]] = {
    "label_id": "l.label_id",
    "external_id": "d.external_id",
    "data_row_id": "l.data_row_id",
    "project": "coalesce(p.name, l.project_name)",
    "asset_type": "r.asset_type",
    "labeler": "l.created_by",
    "created_at": "coalesce(l.created_at, l.updated_at)",
    "seconds": "round(1e2 * l.seconds_to_label) / 1e2",
    "objects": "coalesce(l.objects_total, 0)",
    "classes": """(
        select group_concat(c.name, $between)
        from (select distinct o.name from objects as o where o.label_id = l.label_id) as c
    )""",
    "review": f"case when {LAST_SCORE} > 0 then 'approved' when {LAST_SCORE} < 0 then 'rejected' end",
    "agreement": "case when l.agreement <> -1 then l.agreement end",
    "skipped": "coalesce(l.skipped, false)",
}
COLUMNS: Final = tuple(_COLUMNS)
_OTHER_TYPES: Final = {"seconds": "double", "objects": "integer", "agreement": "double", "skipped": "boolean"}
_TYPES: Final = [_OTHER_TYPES.get(name, "text") for name in COLUMNS]
_JOINS: Final = """
left join records as r on r.record_id = l.record_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
"""
_CLASSES, _SKIPPED = COLUMNS.index("classes") + 1, COLUMNS.index("skipped") + 1


def label_rows(database: Database, chosen: Chosen, sort: str | None = None, *, where: str | None = None) -> Result:
    """One row a label, in the order `sort`; `classes` are those of its objects, by name."""
    within = None if where is None else nodes_where(database, where)
    columns = ", ".join(("l.node_id", *_COLUMNS.values()))
    values = {"between": _BETWEEN}
    rows = rows_of(database, chosen, sort, columns, joins=_JOINS, parameters=values, within=within)
    return Result(list(COLUMNS), _readable(rows), declared=lambda: _TYPES)


def chosen_labels(
    database: Database, chosen: Chosen, sort: str | None = None, *, where: str | None, generation: str | None = None
) -> "array[int]":
    """The nodes of the labels of a choice of which a condition of SQL is true, perhaps of one generation only."""
    within = None if where is None else nodes_where(database, where)
    found = labels(database, chosen, sort, within=within)
    if generation is None:
        return found
    return array("q", (node for node in found if generation_in(node >> NODE_BITS).name == generation))


def label_texts(database: Database, nodes: Iterable[int]) -> Iterator[tuple[str, str]]:
    """(id, JSON) of the labels with these nodes as exported, in their order."""
    for ids in _ids(database, nodes):
        yield from database.labels_json(ids).items()


def label_ids(database: Database, nodes: Iterable[int]) -> Iterator[str]:
    """The ids of the labels with these nodes, in their order."""
    for ids in _ids(database, nodes):
        yield from ids


def _ids(database: Database, nodes: Iterable[int]) -> Iterator[list[str]]:
    """The ids, some at a time."""
    coming = iter(nodes)
    while some := list(islice(coming, TOGETHER)):
        ids = dict(database.select_in(f"select node_id, label_id from labels where node_id in ({MARKS})", some))
        yield [ids[node] for node in some]


def _readable(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        values = list(row)
        if values[_CLASSES] is not None:
            values[_CLASSES] = ", ".join(sorted(values[_CLASSES].split(_BETWEEN)))
        values[_SKIPPED] = bool(values[_SKIPPED])
        yield tuple(values[1:])
