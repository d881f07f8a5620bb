-- Pairs of boxes of one class in one label (in a video: in one frame) that cover each other almost: IoU above a bound.
-- IoU is the area that both cover divided by the area that one or both cover. Boxes without area are left out.
-- group: Objects and their places
-- $project: only this project, by id or name
-- $iou = 0.95: the bound, from 0 to 1
with sides as (
    select
        object_id,
        width,
        "left" - lag("left") over beside as gap_before,
        lead("left") over beside - "left" as gap_after
    from bounding_boxes
    where width > 0 and height > 0 and "left" is not null and "top" is not null
    window beside as (partition by object_id >> 24 order by "left")
),
-- a partner lies within (1 - IoU) / IoU of the width, so the nearest box of the record does too
suspect as (
    select object_id
    from sides
    where gap_before * cast($iou as double) <= (1 - cast($iou as double)) * width * 1.000001
        or gap_after * cast($iou as double) <= (1 - cast($iou as double)) * width * 1.000001
),
boxes as (
    select
        o.object_id,
        o.label_id,
        o.frame_id,
        o.frame_number,
        o.page,
        o.name,
        o.feature_id,
        b."left" as min_x,
        b."top" - case when b.coordinates is null then 0 else b.height end as min_y,
        b."left" + b.width as max_x,
        b."top" + case when b.coordinates is null then b.height else 0 end as max_y,
        b.width,
        b.height
    from bounding_boxes as b
    join objects as o on o.object_id = b.object_id
    -- with a plus, else SQLite takes them for few and compares all pairs of them
    where +b.object_id in (select object_id from suspect)
),
neighbours as (
    select
        boxes.*,
        min_x - lag(min_x) over beside as gap_before,
        lead(min_x) over beside - min_x as gap_after
    from boxes
    window beside as (partition by label_id, frame_id, page, name order by min_x, object_id)
),
-- and so does the nearest box of the class
near as (
    select *
    from neighbours
    where gap_before * cast($iou as double) <= (1 - cast($iou as double)) * width * 1.000001
        or gap_after * cast($iou as double) <= (1 - cast($iou as double)) * width * 1.000001
),
pairs as (
    select
        a.label_id,
        a.frame_number,
        a.name,
        a.object_id as object_id,
        b.object_id as other_object_id,
        a.feature_id,
        b.feature_id as other_feature_id,
        (least(a.max_x, b.max_x) - greatest(a.min_x, b.min_x)) as across,
        (least(a.max_y, b.max_y) - greatest(a.min_y, b.min_y)) as down,
        a.width * a.height + b.width * b.height as areas
    from near as a
    join near as b
        on b.label_id = a.label_id
        and b.name is not distinct from a.name
        and b.frame_id is not distinct from a.frame_id
        and b.page is not distinct from a.page
        and b.object_id > a.object_id
)
select
    p.name as project,
    s.label_id,
    s.frame_number,
    s.name,
    s.feature_id,
    s.other_feature_id,
    s.object_id,
    s.other_object_id,
    round(1e4 * s.across * s.down / (s.areas - s.across * s.down)) / 1e4 as iou
from pairs as s
join labels as l on l.label_id = s.label_id
left join projects as p on p.project_id = l.project_id
where s.across > 0 and s.down > 0
    and s.across * s.down / (s.areas - s.across * s.down) > cast($iou as double)
    and l.model_run_id is null
    and ($project is null or l.project_id = $project or p.name = $project)
order by project nulls last, s.label_id, s.object_id, s.other_object_id
