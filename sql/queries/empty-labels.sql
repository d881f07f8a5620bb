-- Labels that were done and hold nothing: no object, answer, relationship, frame or segment, and no key that is not
-- modelled. Skipped labels are not among them, nor videos whose frames file was not loaded. Old v1 exports (before
-- 2021) do not distinguish an empty label from a skipped one.
-- group: Reviews and workflow
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
    l.created_at
from labels as l
join records as r on r.record_id = l.record_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null
    and coalesce(l.skipped, false) = false
    and l.annotations_extra is null
    and l.objects_total = 0
    and not exists (select 1 from objects as o where o.label_id = l.label_id and o.frame_id is not null)
    and not exists (select 1 from classifications as c where c.label_id = l.label_id)
    and not exists (select 1 from relationships as s where s.label_id = l.label_id)
    and not exists (select 1 from segments as s where s.label_id = l.label_id and s.start_frame is not null)
    and (l.frames_url is null or exists (select 1 from frames as f where f.label_id = l.label_id))
    and ($project is null or l.project_id = $project or p.name = $project)
    and ($labeler is null or l.created_by = $labeler)
    and made_in_period(l)
order by project nulls last, l.label_id
