-- The questions that `answers.sql` has answers to: one row is one question of one label or object, in the order of the nodes.
-- $of: labels or objects
-- $project: only this project, by id or name
-- $first, $last: the nodes of some records
select
    c.classification_id,
    c.end_id,
    c.parent_answer_id,
    c.schema_id,
    coalesce(c.name, c.value, c.schema_id) as question,
    c.message_id,
    o.name as object_name
from classifications as c
join labels as l on l.label_id = c.label_id
left join objects as o on o.object_id = c.object_id and o.object_id between $first and $last
where c.classification_id between $first and $last
    and l.model_run_id is null
    and (
        $project is null or l.project_id = $project
        or l.project_id in (select project_id from projects where name = $project)
    )
    and case when c.object_id is null then 'labels' else 'objects' end = $of
order by c.classification_id
