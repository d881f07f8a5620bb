-- one feature in one labelled frame of a video or DICOM label: an object, a question, or an answer (then its kind is
-- `answer`, and question is the name of the question that it answers)
-- Frames come first, and the columns of all three have the same types: so a condition on label_id reaches the index of frames.
create view frame_features as
select
    f.label_id,
    f.group_name,
    f.frame_number,
    cast(coalesce(o.feature_id, o.map_key) as text) as feature_id,
    o.schema_id,
    o.name,
    o.kind,
    o.keyframe,
    o.object_id,
    cast(null as text) as question
from frames as f
cross join objects as o
where o.frame_id = f.frame_id
union all
select
    f.label_id,
    f.group_name,
    f.frame_number,
    c.feature_id,
    c.schema_id,
    c.name,
    c.kind,
    c.keyframe,
    cast(null as integer),
    cast(null as text)
from frames as f
cross join classifications as c
where c.frame_id = f.frame_id
union all
select
    f.label_id,
    f.group_name,
    f.frame_number,
    a.feature_id,
    a.schema_id,
    a.name,
    cast('answer' as text),
    a.keyframe,
    cast(null as integer),
    c.name
from frames as f
cross join classifications as c
cross join answers as a
where c.frame_id = f.frame_id and a.classification_id = c.classification_id;
