-- Labels that may be exported, with what the choice between them needs: one row is a label. Those of one data row stand
-- together, and among them those of one project, the newest first.
-- $model_run: the labels of this model run; null: those of projects
-- $model_runs: all labels, with the predictions
with last_reviews as (
    select label_id, score
    from (
        select label_id, score, row_number() over (partition by label_id order by created_at desc, node_id desc) as place
        from reviews
    ) as r
    where place = 1
),
picked as (
    select distinct selected_label_id from data_row_projects where selected_label_id is not null
),
benchmarks as (
    select distinct benchmark_id from labels where benchmark_id is not null
)
select
    l.node_id,
    l.label_id,
    l.data_row_id,
    coalesce(l.project_id, l.project_name) as project_id,
    coalesce(p.name, l.project_name) as project_name,
    r.asset_type,
    coalesce(l.skipped, false) as skipped,
    s.score,
    k.selected_label_id is not null as picked,
    coalesce(l.is_benchmark, 0) = 1 or b.benchmark_id is not null as benchmark,
    coalesce(l.updated_at, l.created_at) as updated_at,
    d.external_id,
    d.global_key,
    d.row_data,
    l.data_split
from labels as l
join records as r on r.record_id = l.record_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
left join last_reviews as s on s.label_id = l.label_id
left join picked as k on k.selected_label_id = l.label_id
left join benchmarks as b on b.benchmark_id = l.label_id
where $model_runs
    or ($model_run is null and l.model_run_id is null)
    or (l.model_run_id = $model_run and not coalesce(l.is_prediction, false))
order by l.data_row_id, coalesce(l.project_id, l.project_name), coalesce(l.updated_at, l.created_at) desc, l.node_id desc
