-- The objects of the labels of `disagreement_labels`: one row is a class of a data row, `most` and `fewest` how many objects of it
-- the label with most and the one with fewest have.
-- $model_run: as there
with pairs as (
    select
        l.data_row_id,
        case when $model_run is null then l.project_id end as project_id,
        count(*) as labels,
        count(l.model_run_id) as predictions
    from labels as l
    where l.data_row_id is not null and not coalesce(l.skipped, false)
        and (l.model_run_id is null or l.model_run_id = $model_run)
    group by l.data_row_id, case when $model_run is null then l.project_id end
),
passes as (
    select p.data_row_id, p.project_id, p.labels, l.label_id, l.node_id, l.created_by, l.model_run_id, l.agreement
    from pairs as p
    join labels as l
        on l.data_row_id = p.data_row_id
        and ($model_run is not null or coalesce(l.project_id, '') = coalesce(p.project_id, ''))
    where p.labels > 1 and ($model_run is null or p.predictions between 1 and p.labels - 1)
        and not coalesce(l.skipped, false) and (l.model_run_id is null or l.model_run_id = $model_run)
),
counted as (
    select l.data_row_id, l.project_id, l.labels, l.label_id, o.name, count(*) as objects
    from passes as l
    join objects as o on o.label_id = l.label_id
    group by l.data_row_id, l.project_id, l.labels, l.label_id, o.name
)
select
    data_row_id,
    project_id,
    name,
    max(objects) as most,
    case when count(*) < labels then 0 else min(objects) end as fewest
from counted
group by data_row_id, project_id, labels, name
