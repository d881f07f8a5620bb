-- Objects of each class by project and asset type, with the labels that hold them and their share of the project's
-- objects. An object in several frames counts once for each.
-- $project: only this project, by id or name
with held as (
    select label_id, name, kind, count(*) as objects from objects group by label_id, name, kind
),
counted as (
    select
        l.project_id,
        p.name as project,
        r.asset_type,
        h.name,
        h.kind,
        cast(sum(h.objects) as integer) as objects,
        count(*) as labels
    from held as h
    join labels as l on l.label_id = h.label_id
    join records as r on r.record_id = l.record_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
    group by l.project_id, p.name, r.asset_type, h.name, h.kind
)
select
    project,
    asset_type,
    name,
    kind,
    objects,
    labels,
    round(1e4 * objects / sum(objects) over (partition by project_id)) / 1e4 as share
from counted
order by project nulls last, project_id nulls last, objects desc, asset_type, name nulls last, kind nulls last
