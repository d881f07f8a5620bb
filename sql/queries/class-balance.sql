-- How even the classes of each project and asset type are: one row for each class, the largest first. An object in
-- several frames counts once for each. `times_rarer` is the largest class divided by this one, `weight` the usual
-- weight in training: all objects / (number of classes * objects of this class). `label_share` is the share of the
-- project's labels of that asset type, empty ones too but not the skipped, that hold the class.
-- group: Classes and answers
-- $project: only this project, by id or name
with label_counts as (
    select project_id, asset_type, cast(sum(annotations) as integer) as labels
    from feature_counts
    where role = 'label' and not skipped
    group by project_id, asset_type
),
classes as (
    select
        f.project_id,
        p.name as project,
        f.asset_type,
        f.name,
        cast(sum(f.annotations) as integer) as objects,
        cast(sum(f.labels) as integer) as labels
    from feature_counts as f
    left join projects as p on p.project_id = f.project_id
    where f.role = 'tool' and (f.grain is null or f.grain = 'name') and not f.skipped
        and ($project is null or f.project_id = $project or p.name = $project)
    group by f.project_id, p.name, f.asset_type, f.name
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
