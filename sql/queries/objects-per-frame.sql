-- Objects per frame: one row is one labelled frame of a video or DICOM label, with its objects, their classes and its questions.
-- Frames without annotations are in no export; without interpolated frames an export lists the key frames only.
-- group: Video and DICOM
-- $label: only this label, by id
-- $class: count only objects of this class
with wanted as (
    select * from frames
    where label_id in (select label_id from labels where model_run_id is null and ($label is null or label_id = $label))
),
counted as (
    select frame_id, count(*) as objects, count(distinct name) as classes
    from objects
    where frame_id in (select frame_id from wanted) and ($class is null or name = $class)
    group by frame_id
)
select
    f.label_id,
    f.group_name,
    f.frame_number,
    coalesce(c.objects, 0) as objects,
    coalesce(c.classes, 0) as classes,
    coalesce(f.classification_count, 0) as questions
from wanted as f
left join counted as c on c.frame_id = f.frame_id
order by f.label_id, coalesce(f.group_name, ''), f.frame_number, f.frame_id
