-- Labels whose labeler skipped the asset, with the seconds that went into them.
-- group: People and time
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
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
    and ($labeler is null or l.created_by = $labeler)
    and made_in_period(l)
order by project nulls last, l.label_id
