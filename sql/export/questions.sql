-- What is asked of labels as a whole: one row is a question with one of its answers, or without any.
-- $model_run: asked of labels of this model run; null: of projects
select distinct
    coalesce(l.project_id, l.project_name) as project_id,
    coalesce(p.name, l.project_name) as project_name,
    coalesce(c.name, c.value) as question,
    c.kind,
    coalesce(a.name, a.text, a.value) as answer
from classifications as c
join labels as l on l.label_id = c.label_id
left join projects as p on p.project_id = l.project_id
left join answers as a on a.classification_id = c.classification_id and c.kind <> 'text'
where c.object_id is null
    and c.frame_id is null
    and c.moment_id is null
    and c.group_id is null
    and c.message_id is null
    and (($model_run is null and l.model_run_id is null) or l.model_run_id = $model_run)
