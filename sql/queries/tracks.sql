-- Tracks of video and DICOM labels: one row is one feature over the frames of its label, with its gaps.
-- Where segments say when a feature is there they count, else the frames that list it. Segments may also name a
-- question or an answer (kind answer; question is then what it answers). listed_frames are those that the export lists; without interpolated frames these
-- are the key frames only.
-- group: Video and DICOM
-- $label: only this label, by id
-- $project: only this project, by id
with wanted as (
    select l.label_id
    from labels as l
    join records as r on r.record_id = l.record_id
    where l.model_run_id is null and r.asset_type <> 'audio'
        and ($label is null or l.label_id = $label) and ($project is null or l.project_id = $project)
),
features as materialized (
    select * from frame_features
    where label_id in (select label_id from wanted) and ($label is null or label_id = $label)
),
seen as (
    select
        label_id,
        coalesce(group_name, '') as axis,
        feature_id,
        frame_number,
        max(case when object_id is null then 0 else 1 end) as is_object,
        min(name) as name,
        min(kind) as kind,
        min(question) as question,
        max(case when keyframe then 1 else 0 end) as is_key
    from features
    where feature_id is not null and frame_number is not null
    group by label_id, coalesce(group_name, ''), feature_id, frame_number
),
segmented as (
    select label_id, coalesce(group_name, '') as axis, feature_id, start_frame, end_frame
    from segments
    where label_id in (select label_id from wanted) and feature_id is not null and start_frame <= end_frame
),
has_segments as (
    select distinct label_id, axis, feature_id from segmented
),
spans as (
    select label_id, axis, feature_id, start_frame, end_frame from segmented
    union all
    select s.label_id, s.axis, s.feature_id, s.frame_number, s.frame_number
    from seen as s
    left join has_segments as h on h.label_id = s.label_id and h.axis = s.axis and h.feature_id = s.feature_id
    where s.is_object = 1 and h.label_id is null
),
ordered as (
    select
        label_id,
        axis,
        feature_id,
        start_frame,
        end_frame,
        coalesce(max(end_frame) over (
            partition by label_id, axis, feature_id
            order by start_frame, end_frame
            rows between unbounded preceding and 1 preceding
        ), start_frame - 1) as before
    from spans
),
tracked as (
    select
        label_id,
        axis,
        feature_id,
        min(start_frame) as first_frame,
        max(end_frame) as last_frame,
        sum(case when before >= end_frame then 0 when before >= start_frame then end_frame - before
            else end_frame - start_frame + 1 end) as frames,
        sum(case when start_frame > before + 1 then 1 else 0 end) as gaps
    from ordered
    group by label_id, axis, feature_id
),
told as (
    select label_id, axis, feature_id, min(name) as name, min(kind) as kind, min(question) as question,
        count(*) as frames, sum(is_key) as key_frames
    from seen
    group by label_id, axis, feature_id
),
keys as (
    select label_id, coalesce(group_name, '') as axis, feature_id, count(distinct frame_number) as key_frames
    from key_frames
    where label_id in (select label_id from wanted) and coalesce(is_key_frame, true)
    group by label_id, coalesce(group_name, ''), feature_id
)
select
    t.label_id,
    nullif(t.axis, '') as group_name,
    t.feature_id,
    s.question,
    s.name,
    s.kind,
    t.first_frame,
    t.last_frame,
    cast(t.frames as integer) as frames,
    cast(t.gaps as integer) as gaps,
    coalesce(s.frames, 0) as listed_frames,
    cast(coalesce(k.key_frames, s.key_frames, 0) as integer) as key_frames
from tracked as t
left join told as s on s.label_id = t.label_id and s.axis = t.axis and s.feature_id = t.feature_id
left join keys as k on k.label_id = t.label_id and k.axis = t.axis and k.feature_id = t.feature_id
order by t.label_id, t.axis, t.first_frame, t.feature_id
