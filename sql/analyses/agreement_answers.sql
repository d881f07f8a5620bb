-- Questions about data rows (not about objects) that have several labels in one project: one row is an answer.
-- Skipped labels and those in model runs are left out, and answers about spans of audio, which two labelers hardly start
-- at the same millisecond.
-- $project: only this project, by id or name
with passes as (
    select
        l.node_id,
        l.label_id,
        l.project_id,
        coalesce(p.name, l.project_id) as project,
        l.data_row_id,
        l.created_by,
        count(*) over (partition by l.project_id, l.data_row_id) as labels
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and not coalesce(l.skipped, false)
        and ($project is null or l.project_id = $project or p.name = $project)
)
select l.project_id, l.project, l.data_row_id, l.label_id, l.created_by, c.classification_id, c.parent_answer_id,
    c.schema_id, coalesce(c.name, c.value, c.schema_id) as question, c.kind, c.frame_number,
    coalesce(f.group_name, g.group_name) as group_name, c.message_id, a.answer_id,
    coalesce(a.schema_id, a.name, a.value) as answer
from passes as l
join classifications as c on c.label_id = l.label_id
join answers as a on a.classification_id = c.classification_id
left join frames as f on f.frame_id = c.frame_id
left join frame_groups as g on g.node_id = c.group_id
where l.labels > 1 and c.object_id is null and c.moment_id is null
order by coalesce(l.project_id, ''), l.data_row_id, l.node_id, c.classification_id, a.answer_id
