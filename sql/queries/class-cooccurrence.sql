-- Pairs of classes that stand in one label: how many labels hold both, by project. `jaccard` is labels with both /
-- labels with one or both; `share_of_a` and `share_of_b` are the labels with both among those with the first and the
-- second class.
-- group: Classes and answers
-- $project: only this project, by id or name
with singles as (
    select project_id, name, cast(sum(labels) as integer) as labels
    from feature_counts
    where role = 'tool' and grain = 'name' and name is not null
    group by project_id, name
),
paired as (
    select project_id, class_a, class_b, labels from class_pairs
    union all
    select l.project_id, a.name, b.name, 1
    from unpaired_classes as a
    join unpaired_classes as b on b.label_id = a.label_id and b.name > a.name
    join labels as l on l.label_id = a.label_id
    where l.model_run_id is null and not (a.is_paired and b.is_paired)
),
pairs as (
    select f.project_id, p.name as project, f.class_a, f.class_b, cast(sum(f.labels) as integer) as labels
    from paired as f
    left join projects as p on p.project_id = f.project_id
    where ($project is null or f.project_id = $project or p.name = $project)
    group by f.project_id, p.name, f.class_a, f.class_b
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
