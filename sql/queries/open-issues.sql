-- Labels with open issues, those with most first. Only v1 exports have issues: 1, or how many there are.
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
    l.created_by,
    l.updated_at,
    l.has_open_issues as open_issues,
    l.view_label
from labels as l
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null
    and l.has_open_issues > 0
    and ($project is null or l.project_id = $project or p.name = $project)
    and ($labeler is null or l.created_by = $labeler)
    and made_in_period(l)
order by open_issues desc, project nulls last, l.label_id
