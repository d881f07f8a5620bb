-- one feature in one labelled frame of a video or DICOM label: an object, a question, or an answer (then its kind is
-- `answer`, and question is the name of the question that it answers)
create view frame_features as
select
    o.label_id,
    f.group_name,
    f.frame_number,
    coalesce(o.feature_id, o.map_key) as feature_id,
    o.schema_id,
    o.name,
    o.kind,
    o.keyframe,
    o.object_id,
    cast(null as text) as question
from objects as o
join frames as f on f.frame_id = o.frame_id
union all
select c.label_id, f.group_name, f.frame_number, c.feature_id, c.schema_id, c.name, c.kind, c.keyframe, null, null
from classifications as c
join frames as f on f.frame_id = c.frame_id
union all
select c.label_id, f.group_name, f.frame_number, a.feature_id, a.schema_id, a.name, 'answer', a.keyframe, null, c.name
from classifications as c
join frames as f on f.frame_id = c.frame_id
join answers as a on a.classification_id = c.classification_id;
