-- Key frames of video and DICOM labels: one row is one frame that is a key frame of a feature.
-- question is what an answer answers. From v1's `keyframe` of objects, questions and answers, and from v2's key_frame_feature_map.
-- group: Video and DICOM
-- $label: only this label, by id
-- $class: only features of this name
with wanted as (
    select label_id from labels where model_run_id is null and ($label is null or label_id = $label)
),
features as materialized (
    select * from frame_features
    where label_id in (select label_id from wanted) and ($label is null or label_id = $label)
),
features_named as (
    select label_id, feature_id, min(name) as name, min(kind) as kind, min(question) as question
    from features
    group by label_id, feature_id
),
keys as (
    select label_id, group_name, feature_id, frame_number
    from features
    where keyframe and feature_id is not null
    union
    select label_id, group_name, feature_id, frame_number
    from key_frames
    where label_id in (select label_id from wanted) and coalesce(is_key_frame, true) and frame_number is not null
)
select k.label_id, k.group_name, k.feature_id, n.question, n.name, n.kind, k.frame_number
from keys as k
left join features_named as n on n.label_id = k.label_id and n.feature_id = k.feature_id
where $class is null or n.name = $class
order by k.label_id, coalesce(k.group_name, ''), k.feature_id, k.frame_number
