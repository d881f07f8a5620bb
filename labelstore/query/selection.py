"""The labels and objects that a program asks for: by project, class, labeler and time."""

from collections.abc import Iterator, Mapping

from labelstore.engines.database import TOGETHER, Database
from labelstore.engines.result import Result
from labelstore.errors import UsageError
from labelstore.formats.kinds import TABLES
from labelstore.query.moments import utc
from labelstore.query.run import ask
from labelstore.schema.suggestions import did_you_mean

__all__ = ["GEOMETRY", "objects_of", "selected", "utc"]

_LABELS = """
select l.label_id, l.node_id
from labels as l
join records as r on r.record_id = l.record_id
left join projects as p on p.project_id = l.project_id
where ($project is null or l.project_id = $project or p.name = $project)
    and ($asset_type is null or r.asset_type = $asset_type)
    and ($generation is null or l.generation = $generation)
    and ($created_by is null or l.created_by = $created_by)
    and ($since is null or substr(coalesce(l.updated_at, l.created_at), 1, 19) >= $since)
    and ($name is null or l.label_id in (select o.label_id from objects as o where o.name = $name))
    and l.node_id > $after
order by l.node_id
limit $limit
"""

GEOMETRY = {
    "bounding_box": ('"left"', '"top"', "width", "height"),
    "polygon": ("coordinates", "min_x", "min_y", "max_x", "max_y"),
    "polyline": ("coordinates", "min_x", "min_y", "max_x", "max_y"),
    "point": ("x", "y"),
    "cuboid": ("body",),
    "mask": ("url", "composite_url", "color_rgb"),
    "text_entity": ("start", '"end"', "token", "message_id", "location"),
}
"""Kind → the columns of its table that say where the object is. What picks messages has no place."""

_OBJECTS = """
select o.object_id, o.label_id, l.data_row_id, d.external_id, l.project_id, p.name as project_name, r.asset_type,
    l.created_by, o.frame_number, o.page, o.feature_id, o.schema_id, o.name, o.kind, o.confidence{columns}
from objects as o
join labels as l on l.label_id = o.label_id
join records as r on r.record_id = l.record_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
{joins}
where ($kind is null or o.kind = $kind)
    and ($project is null or l.project_id = $project or p.name = $project)
    and ($asset_type is null or r.asset_type = $asset_type)
    and ($name is null or o.name = $name)
    and ($model_runs or l.model_run_id is null)
order by o.object_id
"""


def selected(database: Database, wanted: Mapping[str, str | None]) -> Iterator[list[str]]:
    """The ids of the labels, in the order of the store, some at a time."""
    after = -1
    while found := list(database.query(_LABELS, {**wanted, "after": after, "limit": TOGETHER}).rows):
        yield [label_id for label_id, _ in found]
        after = found[-1][1]
        if len(found) < TOGETHER:
            return


def objects_of(
    database: Database,
    kind: str | None,
    project: str | None,
    asset_type: str | None,
    name: str | None,
    model_runs: bool,
) -> Result:
    """The objects as `Store.objects` gives them. Raises `UsageError` for a kind that the store does not hold."""
    if kind is not None and kind not in GEOMETRY:
        held = [row[0] for row in database.query("select distinct kind from objects order by 1").rows if row[0]]
        if kind not in held:
            known = list(dict.fromkeys([*GEOMETRY, *held]))
            raise UsageError(f"no object is a {kind}; {did_you_mean(kind, known) or 'kinds: ' + ', '.join(known)}")
    tables = {TABLES[one]: columns for one, columns in GEOMETRY.items() if kind in (None, one)}
    owners: dict[str, list[str]] = {}
    for table, columns in tables.items():
        for column in columns:
            owners.setdefault(column, []).append(f"{table}.{column}")
    shown = [f"{_first_of(places)} as {column}" for column, places in owners.items()]
    sql = _OBJECTS.format(
        columns="".join(f", {column}" for column in shown),
        joins="\n".join(f"left join {table} on {table}.object_id = o.object_id" for table in tables),
    )
    values = {"kind": kind, "project": project, "asset_type": asset_type, "name": name, "model_runs": model_runs}
    return ask(database, sql, values)


def _first_of(places: list[str]) -> str:
    return places[0] if len(places) == 1 else f"coalesce({', '.join(places)})"
