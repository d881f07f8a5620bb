-- Pairs of classes that stand in one label: how many labels hold both, by project. `jaccard` is labels with both /
-- labels with one or both; `share_of_a` and `share_of_b` are the labels with both among those with the first and the
-- second class.
-- $project: only this project, by id or name
with held as (
    select distinct l.project_id, p.name as project, o.label_id, o.name
    from objects as o
    join labels as l on l.label_id = o.label_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and o.name is not null
        and ($project is null or l.project_id = $project or p.name = $project)
),
singles as (
    select project_id, name, count(*) as labels from held group by project_id, name
),
pairs as (
    select a.project_id, a.project, a.name as class_a, b.name as class_b, count(*) as labels
    from held as a
    join held as b on b.label_id = a.label_id and b.name > a.name
    group by a.project_id, a.project, a.name, b.name
)
select
    p.project,
    p.class_a,
    p.class_b,
    p.labels,
    a.labels as labels_a,
    b.labels as labels_b,
    round(1e4 * p.labels / a.labels) / 1e4 as share_of_a,
    round(1e4 * p.labels / b.labels) / 1e4 as share_of_b,
    round(1e4 * p.labels / (a.labels + b.labels - p.labels)) / 1e4 as jaccard
from pairs as p
join singles as a on a.project_id is not distinct from p.project_id and a.name = p.class_a
join singles as b on b.project_id is not distinct from p.project_id and b.name = p.class_b
order by p.project nulls last, p.project_id nulls last, p.labels desc, p.class_a, p.class_b
