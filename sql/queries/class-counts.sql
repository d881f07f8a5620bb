-- Objects of each class by project and asset type, with the labels that hold them and their share of the project's
-- objects. An object in several frames counts once for each.
-- group: Classes and answers
-- $project: only this project, by id or name
with counted as (
    select
        f.project_id,
        p.name as project,
        f.asset_type,
        f.name,
        f.kind,
        cast(sum(f.annotations) as integer) as objects,
        cast(sum(f.labels) as integer) as labels
    from feature_counts as f
    left join projects as p on p.project_id = f.project_id
    where f.role = 'tool' and (f.grain is null or f.grain = 'class')
        and ($project is null or f.project_id = $project or p.name = $project)
    group by f.project_id, p.name, f.asset_type, f.name, f.kind
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
