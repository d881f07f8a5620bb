-- one feature in the labels of one project, of one asset type, skipped or not; it can have several such rows. Add up
-- annotations and times_answered (where grain is NULL) or labels (of one grain). Columns as in `counts`. Labels in model
-- runs do not count.
create view feature_counts as
select
    l.project_id, r.asset_type, coalesce(l.skipped, false) as skipped,
    c.role, c.grain, c.kind, c.name, c.value, c.schema_id, c.color, c.parent_role, c.parent_schema_id, c.parent_name, c.parent_kind, c.is_text,
    c.annotations, c.by_frame, c.times_answered, c.labels,
    case when c.grain is null then coalesce(l.created_at, l.updated_at) end as first_seen,
    case when c.grain is null then coalesce(l.updated_at, l.created_at) end as last_seen
from counts as c
join labels as l on l.label_id = c.label_id
join records as r on r.record_id = l.record_id
where c.label_id is not null and l.model_run_id is null
union all
select
    project_id, asset_type, skipped, role, grain, kind, name, value, schema_id, color,
    parent_role, parent_schema_id, parent_name, parent_kind, is_text,
    annotations, by_frame, times_answered, labels, first_seen, last_seen
from counts
where label_id is null;
