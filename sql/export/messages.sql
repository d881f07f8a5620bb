-- Messages that objects picked or ranked, for exporters: one row is a message of an object.
-- $first, $last: the nodes of the first and the last label
select l.node_id, o.frame_id, o.frame_number, f.group_name, o.object_id, s.message_id, s.model_config_name,
    s.parent_message_id, s.rank
from labels as l
join objects as o on o.label_id = l.label_id
join selected_messages as s on s.object_id = o.object_id
left join frames as f on f.frame_id = o.frame_id
where l.node_id between $first and $last
order by l.node_id, coalesce(o.frame_id, -1), o.object_id, s.node_id
