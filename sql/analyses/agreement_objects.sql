-- Labels whose data row has several in one project, with their boxes, polygons and masks: one row is an object, or a label without.
-- Skipped labels and those in model runs are left out. labels is how many the data row has.
-- $project: only this project, by id or name
with passes as (
    select
        l.node_id,
        l.label_id,
        l.project_id,
        coalesce(p.name, l.project_id) as project,
        l.data_row_id,
        count(*) over (partition by l.project_id, l.data_row_id) as labels
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and not coalesce(l.skipped, false)
        and ($project is null or l.project_id = $project or p.name = $project)
)
select l.project_id, l.project, l.data_row_id, l.label_id, l.labels, o.object_id, o.name, o.kind, o.frame_number,
    f.group_name, o.page, b."left", b."top", b.width, b.height, coalesce(b.coordinates, g.coordinates) as coordinates,
    m.width as picture_width, m.height as picture_height, m.min_x, m.min_y, m.max_x, m.max_y, m.rle
from passes as l
left join objects as o on o.label_id = l.label_id
left join frames as f on f.frame_id = o.frame_id
left join bounding_boxes as b on b.object_id = o.object_id
left join polygons as g on g.object_id = o.object_id
left join mask_pixels as m on m.object_id = o.object_id
where l.labels > 1
order by coalesce(l.project_id, ''), l.data_row_id, l.node_id, o.object_id
