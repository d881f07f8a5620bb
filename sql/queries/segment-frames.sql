-- Segments expanded to frames: one row is one frame in which a segment of a v2 video or DICOM label says that a feature is there.
-- question is what an answer answers. is_listed is 1 where the export has the feature in that frame too, else 0: then it lies between key frames.
-- group: Video and DICOM
-- $label: only this label, by id
-- $limit = 10000: at most so many frames
with recursive wanted as (
    select l.label_id
    from labels as l
    join records as r on r.record_id = l.record_id
    where l.model_run_id is null and r.asset_type <> 'audio' and ($label is null or l.label_id = $label)
),
measured as (
    select
        node_id,
        label_id,
        coalesce(group_name, '') as axis,
        feature_id,
        start_frame,
        case when end_frame - start_frame < $limit then end_frame - start_frame + 1 else $limit end as frames
    from segments
    where label_id in (select label_id from wanted) and feature_id is not null and start_frame <= end_frame
),
placed as (
    select *, coalesce(sum(frames) over (
        order by label_id, axis, feature_id, start_frame, node_id rows between unbounded preceding and 1 preceding
    ), 0) as before
    from measured
),
expanded as (
    select node_id, label_id, axis, feature_id, start_frame, start_frame as frame_number,
        start_frame + frames - 1 as last_frame
    from placed
    where before < $limit
    union all
    select node_id, label_id, axis, feature_id, start_frame, frame_number + 1, last_frame
    from expanded
    where frame_number < last_frame
),
bounded as (
    select * from expanded
    order by label_id, axis, feature_id, start_frame, node_id, frame_number
    limit cast($limit as integer)
),
features as materialized (
    select * from frame_features
    where label_id in (select label_id from bounded) and ($label is null or label_id = $label)
),
listed as (
    select distinct label_id, coalesce(group_name, '') as axis, feature_id, frame_number
    from features
),
features_named as (
    select label_id, feature_id, min(name) as name, min(kind) as kind, min(question) as question
    from features
    group by label_id, feature_id
)
select
    b.label_id,
    nullif(b.axis, '') as group_name,
    b.feature_id,
    n.question,
    n.name,
    n.kind,
    b.frame_number,
    case when l.label_id is null then 0 else 1 end as is_listed
from bounded as b
left join features_named as n on n.label_id = b.label_id and n.feature_id = b.feature_id
left join listed as l on l.label_id = b.label_id and l.axis = b.axis and l.feature_id = b.feature_id
    and l.frame_number = b.frame_number
order by b.label_id, b.axis, b.feature_id, b.start_frame, b.node_id, b.frame_number
