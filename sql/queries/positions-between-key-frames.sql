-- Boxes and points in every frame: one row is one frame of a track, as exported or interpolated between two exported frames.
-- Interpolation is linear and stays within a segment. source is given or interpolated. Frames of a segment before its
-- first or after its last exported position have no row. A point has no width and height.
-- group: Video and DICOM
-- $label: only this label, by id
-- $feature: only this feature, by id
-- $across_gaps = 0: 1 to interpolate also where no segment says that the feature is there
-- $limit = 10000: at most so many frames
with recursive wanted as (
    select l.label_id
    from labels as l
    where l.model_run_id is null and ($label is null or l.label_id = $label)
),
features as materialized (
    select * from frame_features
    where label_id in (select label_id from wanted) and ($label is null or label_id = $label)
),
given as (
    select
        v.label_id,
        coalesce(v.group_name, '') as axis,
        v.feature_id,
        v.name,
        v.kind,
        v.frame_number,
        v.object_id,
        coalesce(b."left", p.x) as x,
        coalesce(b."top", p.y) as y,
        b.width,
        b.height
    from features as v
    left join bounding_boxes as b on b.object_id = v.object_id
    left join points as p on p.object_id = v.object_id
    where v.object_id is not null and v.frame_number is not null
        and ($feature is null or v.feature_id = $feature)
        and (b.object_id is not null or p.object_id is not null)
),
paired as (
    select
        *,
        lead(frame_number) over track as next_frame,
        lead(x) over track as next_x,
        lead(y) over track as next_y,
        lead(width) over track as next_width,
        lead(height) over track as next_height
    from given
    window track as (partition by label_id, axis, feature_id, kind order by frame_number, object_id)
),
bridged as (
    select
        p.*,
        case
            when p.next_frame <= p.frame_number + 1 or p.next_frame is null then p.frame_number
            when $across_gaps = 0 and not exists (
                select 1
                from segments as s
                where s.label_id = p.label_id and coalesce(s.group_name, '') = p.axis and s.feature_id = p.feature_id
                    and s.start_frame <= p.frame_number and s.end_frame >= p.next_frame
            ) then p.frame_number
            when p.next_frame - p.frame_number > $limit then p.frame_number + $limit
            else p.next_frame - 1
        end as last_frame
    from paired as p
),
placed as (
    select *, coalesce(sum(last_frame - frame_number + 1) over (
        order by label_id, axis, feature_id, frame_number, object_id rows between unbounded preceding and 1 preceding
    ), 0) as before
    from bridged
),
filled as (
    select *, frame_number as frame from placed where before < $limit
    union all
    select label_id, axis, feature_id, name, kind, frame_number, object_id, x, y, width, height, next_frame, next_x,
        next_y, next_width, next_height, last_frame, before, frame + 1
    from filled
    where frame < last_frame
)
select
    label_id,
    nullif(axis, '') as group_name,
    feature_id,
    name,
    kind,
    frame as frame_number,
    case when frame = frame_number then x else x + (next_x - x) * (frame - frame_number) / (next_frame - frame_number) end as x,
    case when frame = frame_number then y else y + (next_y - y) * (frame - frame_number) / (next_frame - frame_number) end as y,
    case when frame = frame_number then width
        else width + (next_width - width) * (frame - frame_number) / (next_frame - frame_number) end as width,
    case when frame = frame_number then height
        else height + (next_height - height) * (frame - frame_number) / (next_frame - frame_number) end as height,
    case when frame = frame_number then 'given' else 'interpolated' end as source
from filled
order by label_id, axis, feature_id, frame, object_id
limit cast($limit as integer)
