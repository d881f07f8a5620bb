-- Objects of each class by project and asset type, with the labels that hold them and their share of the project's
-- objects. An object in several frames counts once for each.
-- $project: only this project, by id or name
select
    p.name as project,
    r.asset_type,
    o.name,
    o.kind,
    count(*) as objects,
    count(distinct o.label_id) as labels,
    round(1e4 * count(*) / sum(count(*)) over (partition by l.project_id)) / 1e4 as share
from objects as o
join labels as l on l.label_id = o.label_id
join records as r on r.record_id = l.record_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
group by l.project_id, p.name, r.asset_type, o.name, o.kind
order by project nulls last, l.project_id nulls last, objects desc, r.asset_type, o.name nulls last, o.kind nulls last
