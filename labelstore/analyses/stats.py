"""What a store holds, counted: data rows, labels, objects and classifications, never one for another.

Labels that stand in model runs (copies of labels, and predictions) are no work of labelers: they and what is
in them are counted per model run and nowhere else. In video and DICOM an object counts once in every frame.
"""

from collections.abc import Iterable
from typing import Any, Protocol

_COUNTED = """
counted as (
    select * from counts
    where label_id is null or label_id not in (select label_id from labels where model_run_id is not null)
)"""
"""All that is in labels of labelers, and in frames files of labels that the store lacks."""

_TOTAL = f"""
with {_COUNTED},
used as (select role, sum(annotations) as number from counted where grain is null group by role)
select
    (select count(*) from projects) as projects,
    (select count(*) from datasets) as datasets,
    (select count(*) from data_rows) as data_rows,
    cast(sum(case when role = 'label' then number else 0 end) as integer) as labels,
    cast(sum(case when role = 'frame' then number else 0 end) as integer) as frames,
    cast(sum(case when role = 'tool' then number else 0 end) as integer) as objects,
    cast(sum(case when role = 'classification' then number else 0 end) as integer) as classifications,
    cast(sum(case when role = 'option' then number else 0 end) as integer) as answers,
    cast(sum(case when role = 'relationship' then number else 0 end) as integer) as relationships,
    (select count(*) from labels where model_run_id is not null and not is_prediction) as model_run_labels,
    (select count(*) from labels where is_prediction) as predictions,
    (select count(*) from loads) as loads,
    (select count(*) from rejects) as rejects
from (select role, number from used union all select null, 0) as known
"""

_PROJECTS = """
with counted as (
    select project_id, 1 as data_rows, 0 as labels, 0 as objects, 0 as classifications
    from (
        select project_id, data_row_id from labels where model_run_id is null
        union
        select project_id, data_row_id from data_row_projects
    ) as asked
    union all
    select project_id, 0, case when role = 'label' then annotations else 0 end,
        case when role = 'tool' then annotations else 0 end,
        case when role = 'classification' then annotations else 0 end
    from feature_counts
    where grain is null and role in ('label', 'tool', 'classification')
)
select c.project_id, max(p.name) as name, {sums}
from counted as c
left join projects as p on p.project_id = c.project_id
group by c.project_id
order by data_rows desc, coalesce(c.project_id, '')
"""

_ASSET_TYPES = """
with moved as (
    select l.label_id, r.asset_type as told, d.asset_type as known,
        (select count(*) from objects as o where o.label_id = l.label_id) as objects,
        (select count(*) from classifications as c where c.label_id = l.label_id) as classifications
    from records as r
    join data_rows as d on d.data_row_id = r.data_row_id
    join labels as l on l.record_id = r.record_id
    where coalesce(r.asset_type, '') <> coalesce(d.asset_type, '') and l.model_run_id is null
)
select asset_type, {sums}
from (
    select asset_type, count(*) as data_rows, 0 as labels, 0 as objects, 0 as classifications
    from data_rows
    group by asset_type
    union all
    select asset_type, 0, case when role = 'label' then annotations else 0 end,
        case when role = 'tool' then annotations else 0 end,
        case when role = 'classification' then annotations else 0 end
    from feature_counts
    where grain is null and role in ('label', 'tool', 'classification')
    union all
    select told, 0, -1, -objects, -classifications from moved
    union all
    select known, 0, 1, objects, classifications from moved
) as counted
group by asset_type
having sum(data_rows) > 0 or sum(labels) > 0
order by data_rows desc, coalesce(asset_type, '')
"""
"""A label is of the type of its data row, which a newer record may tell than its own."""

_SUMS = ", ".join(
    f"cast(sum({name}) as integer) as {name}" for name in ("data_rows", "labels", "objects", "classifications")
)

_KINDS = f"""
with {_COUNTED}
select kind, cast(sum(annotations) as integer) as {{table}}, cast(sum(labels) as integer) as labels
from counted
where role = '{{role}}' and (grain is null or grain = 'kind')
group by kind
having sum(annotations) > 0
order by {{table}} desc, coalesce(kind, '')
"""

_NAMES = f"""
with {_COUNTED}
select kind, name, cast(sum(annotations) as integer) as {{table}}, cast(sum(labels) as integer) as labels
from counted
where role = '{{role}}' and (grain is null or grain = 'class')
group by kind, name
having sum(annotations) > 0
order by {{table}} desc, coalesce(kind, ''), coalesce(name, '')
"""

_MODEL_RUNS = """
with labelled as (
    select l.model_run_id, l.is_prediction,
        (select count(*) from objects as o where o.label_id = l.label_id) as objects,
        (select count(*) from classifications as c where c.label_id = l.label_id) as classifications
    from labels as l
    where l.model_run_id is not null
)
select l.model_run_id, max(r.name) as name, sum(case when l.is_prediction then 0 else 1 end) as labels,
    sum(case when l.is_prediction then 1 else 0 end) as predictions, sum(l.objects) as objects,
    sum(l.classifications) as classifications
from labelled as l
left join (select model_run_id, max(name) as name from model_runs group by model_run_id) as r
    on r.model_run_id = l.model_run_id
group by l.model_run_id
order by l.model_run_id
"""

SECTIONS = {
    "projects": _PROJECTS.format(sums=_SUMS),
    "asset_types": _ASSET_TYPES.format(sums=_SUMS),
    "object_kinds": _KINDS.format(table="objects", role="tool"),
    "object_names": _NAMES.format(table="objects", role="tool"),
    "classification_kinds": _KINDS.format(table="classifications", role="classification"),
    "classification_names": _NAMES.format(table="classifications", role="classification"),
    "model_runs": _MODEL_RUNS,
}
"""Section → its query, which runs on both engines."""


class Counted(Protocol):
    """What is counted in: a `labelstore.engines` database, or a connection."""

    def query(self, sql: str, /) -> Iterable[dict[str, Any]]:
        """The rows of a query, as dicts."""


def stats(database: Counted) -> dict[str, Any]:
    """`{"total": {noun: count}, section: [{column: value}]}`, the sections those of `SECTIONS`."""
    return {"total": total(database), **{section: list(database.query(sql)) for section, sql in SECTIONS.items()}}


def total(database: Counted) -> dict[str, Any]:
    """The number of each noun in the store."""
    return next(iter(database.query(_TOTAL)))
