"""What a store holds, counted: data rows, labels, objects and classifications, never one for another.

Labels that stand in model runs (copies of labels, and predictions) are no work of labelers: they and what is
in them are counted per model run and nowhere else. In video and DICOM an object counts once in every frame.
"""

from collections.abc import Iterable
from typing import Any, Protocol

_OF_LABELERS = "where label_id not in (select label_id from labels where model_run_id is not null)"

_TOTAL = f"""
select
    (select count(*) from projects) as projects,
    (select count(*) from datasets) as datasets,
    (select count(*) from data_rows) as data_rows,
    (select count(*) from labels where model_run_id is null) as labels,
    (select count(*) from frames {_OF_LABELERS}) as frames,
    (select count(*) from objects {_OF_LABELERS}) as objects,
    (select count(*) from classifications {_OF_LABELERS}) as classifications,
    (select coalesce(sum(answer_count), 0) from classifications {_OF_LABELERS}) - (
        select count(*) from repeated_answers {_OF_LABELERS}
            and classification_id not in (select classification_id from repeated_classifications)
    ) as answers,
    (select count(*) from relationships {_OF_LABELERS}) as relationships,
    (select count(*) from labels where model_run_id is not null and not is_prediction) as model_run_labels,
    (select count(*) from labels where is_prediction) as predictions,
    (select count(*) from loads) as loads,
    (select count(*) from rejects) as rejects
"""

_PER_LABEL = """
objects_of as (select label_id, count(*) as number from objects group by label_id),
classifications_of as (select label_id, count(*) as number from classifications group by label_id),
labelled as (
    select l.*, coalesce(o.number, 0) as objects, coalesce(c.number, 0) as classifications
    from labels as l
    left join objects_of as o on o.label_id = l.label_id
    left join classifications_of as c on c.label_id = l.label_id
)"""

_PROJECTS = f"""
with {_PER_LABEL},
counted as (
    select project_id, 1 as data_rows, 0 as labels, 0 as objects, 0 as classifications
    from (
        select project_id, data_row_id from labels where model_run_id is null
        union
        select project_id, data_row_id from data_row_projects
    ) as asked
    union all
    select project_id, 0, 1, objects, classifications from labelled where model_run_id is null
)
select c.project_id, max(p.name) as name, sum(c.data_rows) as data_rows, sum(c.labels) as labels,
    sum(c.objects) as objects, sum(c.classifications) as classifications
from counted as c
left join projects as p on p.project_id = c.project_id
group by c.project_id
order by data_rows desc, coalesce(c.project_id, '')
"""

_ASSET_TYPES = f"""
with {_PER_LABEL}
select asset_type, sum(data_rows) as data_rows, sum(labels) as labels, sum(objects) as objects,
    sum(classifications) as classifications
from (
    select asset_type, 1 as data_rows, 0 as labels, 0 as objects, 0 as classifications from data_rows
    union all
    select d.asset_type, 0, 1, l.objects, l.classifications
    from labelled as l
    left join data_rows as d on d.data_row_id = l.data_row_id
    where l.model_run_id is null
) as counted
group by asset_type
order by data_rows desc, coalesce(asset_type, '')
"""

_KINDS = """
select kind, count(*) as {table}, count(distinct label_id) as labels
from {table}
{of_labelers}
group by kind
order by {table} desc, coalesce(kind, '')
"""

_NAMES = """
select kind, name, count(*) as {table}, count(distinct label_id) as labels
from {table}
{of_labelers}
group by kind, name
order by {table} desc, coalesce(kind, ''), coalesce(name, '')
"""

_MODEL_RUNS = f"""
with {_PER_LABEL}
select l.model_run_id, max(r.name) as name, sum(case when l.is_prediction then 0 else 1 end) as labels,
    sum(case when l.is_prediction then 1 else 0 end) as predictions, sum(l.objects) as objects,
    sum(l.classifications) as classifications
from labelled as l
left join (select model_run_id, max(name) as name from model_runs group by model_run_id) as r
    on r.model_run_id = l.model_run_id
where l.model_run_id is not null
group by l.model_run_id
order by l.model_run_id
"""

SECTIONS = {
    "projects": _PROJECTS,
    "asset_types": _ASSET_TYPES,
    "object_kinds": _KINDS.format(table="objects", of_labelers=_OF_LABELERS),
    "object_names": _NAMES.format(table="objects", of_labelers=_OF_LABELERS),
    "classification_kinds": _KINDS.format(table="classifications", of_labelers=_OF_LABELERS),
    "classification_names": _NAMES.format(table="classifications", of_labelers=_OF_LABELERS),
    "model_runs": _MODEL_RUNS,
}
"""Section → its query, which runs on both engines."""


class Counted(Protocol):
    """What is counted in: a `labelstore.engines` database, or a connection."""

    def query(self, sql: str, /) -> Iterable[dict[str, Any]]:
        """The rows of a query, as dicts."""


def stats(database: Counted) -> dict[str, Any]:
    """`{"total": {noun: count}, section: [{column: value}]}`, the sections those of `SECTIONS`."""
    total = next(iter(database.query(_TOTAL)))
    return {"total": total, **{section: list(database.query(sql)) for section, sql in SECTIONS.items()}}
