"""The objects that a program asks for: by kind, project, asset type and class, with their geometry."""

from labelstore.engines.database import Database
from labelstore.engines.result import Result
from labelstore.errors import UsageError
from labelstore.formats.kinds import TABLES
from labelstore.query.filters import check_known, chosen_of
from labelstore.query.run import ask
from labelstore.schema.suggestions import did_you_mean

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


def objects_of(
    database: Database,
    kind: str | None,
    project: str | None,
    asset_type: str | None,
    name: str | None,
    model_runs: bool,
) -> Result:
    """The objects as `Store.objects` gives them.

    Raises `UsageError` for a kind that the store does not hold, `NotFoundError` for such a project, type or class.
    """
    if kind is not None and kind not in GEOMETRY:
        held = [row[0] for row in database.query("select distinct kind from objects order by 1").rows if row[0]]
        if kind not in held:
            known = list(dict.fromkeys([*GEOMETRY, *held]))
            raise UsageError(f"no object is a {kind}; {did_you_mean(kind, known) or 'kinds: ' + ', '.join(known)}")
    check_known(database, chosen_of({"project": project, "asset_type": asset_type, "with_class": name}))
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
