-- How even the classes of each project and asset type are: one row for each class, the largest first. An object in
-- several frames counts once for each. `times_rarer` is the largest class divided by this one, `weight` the usual
-- weight in training: all objects / (number of classes * objects of this class). `label_share` is the share of the
-- project's labels of that asset type, empty ones too but not the skipped, that hold the class.
-- $project: only this project, by id or name
with held as (
    select label_id, name, count(*) as objects from objects group by label_id, name
),
label_counts as (
    select l.project_id, r.asset_type, count(*) as labels
    from labels as l
    join records as r on r.record_id = l.record_id
    where l.model_run_id is null and coalesce(l.skipped, false) = false
    group by l.project_id, r.asset_type
),
classes as (
    select
        l.project_id,
        p.name as project,
        r.asset_type,
        h.name,
        cast(sum(h.objects) as integer) as objects,
        count(*) as labels
    from held as h
    join labels as l on l.label_id = h.label_id
    join records as r on r.record_id = l.record_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and coalesce(l.skipped, false) = false
        and ($project is null or l.project_id = $project or p.name = $project)
    group by l.project_id, p.name, r.asset_type, h.name
)
select
    c.project,
    c.asset_type,
    c.name,
    c.objects,
    round(1e4 * c.objects / sum(c.objects) over domain) / 1e4 as share,
    c.labels,
    round(1e4 * c.labels / n.labels) / 1e4 as label_share,
    round(1e2 * max(c.objects) over domain / c.objects) / 1e2 as times_rarer,
    round(1e4 * sum(c.objects) over domain / (count(*) over domain * c.objects)) / 1e4 as weight
from classes as c
join label_counts as n on n.project_id is not distinct from c.project_id and n.asset_type = c.asset_type
window domain as (partition by c.project_id, c.asset_type)
order by c.project nulls last, c.project_id nulls last, c.asset_type, c.objects desc, c.name nulls last
