-- The labels of data rows that have several in one project: one row is a label, those of a data row together. Skipped labels
-- are left out.
-- $model_run: instead the labels of data rows that this model run has too, of whatever project, and those of the run
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
)
select
    l.data_row_id,
    l.project_id as group_id,
    o.project_id,
    coalesce(p.name, o.project_id) as project,
    coalesce(d.external_id, d.global_key) as external_id,
    d.asset_type,
    l.label_id,
    l.created_by,
    l.model_run_id,
    case when l.agreement >= 0 then l.agreement end as agreement
from passes as l
join labels as o on o.node_id = l.node_id
left join projects as p on p.project_id = o.project_id
left join data_rows as d on d.data_row_id = l.data_row_id
order by l.data_row_id, l.project_id, l.model_run_id is not null, l.node_id
