-- Relationships between objects, for exporters: one row is a relationship; those of the label itself before those of its
-- frames.
-- $first, $last: the nodes of the first and the last label
select l.node_id, s.frame_id, f.frame_number, f.group_name, s.feature_id, s.schema_id, s.name, s.value, s.kind,
    s.source_feature_id, s.target_feature_id, s.text
from labels as l
join relationships as s on s.label_id = l.label_id
left join frames as f on f.frame_id = s.frame_id
where l.node_id between $first and $last
order by l.node_id, coalesce(s.frame_id, -1), s.node_id
