-- The answers to the questions of labels or objects: one row is one answer, or a question without any, in the order of
-- the nodes, so a question comes after the answer that asked it.
-- $of: labels or objects
-- $project: only this project, by id or name
-- $first, $last: the nodes of some records
select
    c.label_id,
    l.data_row_id,
    d.external_id,
    d.global_key,
    coalesce(p.name, l.project_id) as project,
    l.created_by,
    coalesce(f.group_name, g.group_name) as group_name,
    c.frame_number,
    m.milliseconds as start_ms,
    c.message_id,
    c.object_id,
    o.feature_id,
    o.name as object_name,
    o.kind as object_kind,
    c.classification_id,
    c.end_id,
    c.parent_answer_id,
    c.schema_id,
    coalesce(c.name, c.value, c.schema_id) as question,
    c.kind,
    a.answer_id,
    coalesce(a.text, a.name, a.value, a.schema_id) as answer
from classifications as c
join labels as l on l.label_id = c.label_id
left join answers as a on a.classification_id = c.classification_id and a.answer_id between $first and $last
left join objects as o on o.object_id = c.object_id and o.object_id between $first and $last
left join frames as f on f.frame_id = c.frame_id
left join moments as m on m.moment_id = c.moment_id
left join frame_groups as g on g.node_id = c.group_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
where c.classification_id between $first and $last
    and l.model_run_id is null
    and ($project is null or l.project_id = $project or p.name = $project)
    and case when c.object_id is null then 'labels' else 'objects' end = $of
order by c.classification_id, a.answer_id
