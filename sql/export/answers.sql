-- Questions with their answers, for exporters: one row is an answer, or a question without any; those of the label itself
-- before those of its frames.
-- $first, $last: the nodes of the first and the last label
select l.node_id, c.frame_id, c.frame_number, f.group_name, c.classification_id, c.object_id, c.parent_answer_id,
    m.milliseconds, g.group_name as axis, c.message_id, c.feature_id, c.schema_id, c.kind,
    coalesce(c.name, c.value) as question, a.answer_id, a.name, a.value, a.text, a.confidence,
    a.feature_id as answer_feature_id
from labels as l
join classifications as c on c.label_id = l.label_id
left join frames as f on f.frame_id = c.frame_id
left join frame_groups as g on g.node_id = c.group_id
left join moments as m on m.moment_id = c.moment_id
left join answers as a on a.classification_id = c.classification_id
where l.node_id between $first and $last
order by l.node_id, coalesce(c.frame_id, -1), c.classification_id, a.answer_id
