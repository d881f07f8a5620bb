-- Bounding boxes with the size of their picture: one row is one box, of a video in one frame. `area` is in square pixels,
-- `share` the part of the picture that the box takes; NULL where the export does not tell the size (v1 seldom does). Boxes
-- on maps and pages, which are not in pixels, are left out.
-- group: Objects and their places
-- $project: only this project, by id or name
-- $class: only boxes of this class
-- $min_area: only boxes of at least so many square pixels
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
select
    b.object_id,
    o.label_id,
    l.data_row_id,
    d.external_id,
    p.name as project,
    l.created_by as labeler,
    o.frame_number,
    o.name,
    b."left",
    b."top",
    b.width,
    b.height,
    b.width * b.height as area,
    d.width as picture_width,
    d.height as picture_height,
    round(1e4 * (b.width * b.height / nullif(1e0 * d.width * d.height, 0))) / 1e4 as share
from bounding_boxes as b
join objects as o on o.object_id = b.object_id
join labels as l on l.label_id = o.label_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
where b.coordinates is null and o.unit is null and o.page is null
    and l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
    and ($class is null or o.name = $class)
    and ($min_area is null or b.width * b.height >= $min_area)
    and made_in_period(l)
order by b.object_id
