-- Labels whose labeler skipped the asset, with the seconds that went into them.
-- $project: only this project, by id or name
select
    p.name as project,
    l.label_id,
    l.data_row_id,
    d.external_id,
    r.asset_type,
    l.created_by,
    l.created_at,
    l.seconds_to_label
from labels as l
join records as r on r.record_id = l.record_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null
    and l.skipped
    and ($project is null or l.project_id = $project or p.name = $project)
order by project nulls last, l.label_id
