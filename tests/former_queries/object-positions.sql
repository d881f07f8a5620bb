-- Where the objects of each class lie in the picture: the mean of their centres, and of their width and height. Values
-- are parts of the picture: 0.5, 0.5 is its centre, y counts from the top. Only objects with a place in pixels and a
-- known size of the picture (v1 seldom tells it); `left_out` counts the other boxes, polygons, polylines and points. An
-- object in several frames counts once for each. A centre is that of the bounding box.
-- $project: only this project, by id or name
with placed as (
    select
        object_id,
        "left" as min_x,
        "top" as min_y,
        "left" + width as max_x,
        "top" + height as max_y,
        coordinates is not null as geo
    from bounding_boxes
    union all
    select object_id, min_x, min_y, max_x, max_y, coalesce(form, '') = 'geo' from polygons
    union all
    select object_id, min_x, min_y, max_x, max_y, coalesce(form, '') = 'geo' from polylines
    union all
    select object_id, x, y, x, y, coalesce(form, '') = 'geo' from points
),
relative as (
    select
        o.name,
        o.kind,
        (g.min_x + g.max_x) / 2 / s.width as x,
        (g.min_y + g.max_y) / 2 / s.height as y,
        (g.max_x - g.min_x) / s.width as width,
        (g.max_y - g.min_y) / s.height as height
    from placed as g
    join objects as o on o.object_id = g.object_id
    join labels as l on l.label_id = o.label_id
    left join projects as p on p.project_id = l.project_id
    left join (select data_row_id, width, height from data_rows where width > 0 and height > 0) as s
        on s.data_row_id = l.data_row_id and o.unit is null and o.page is null and not g.geo
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
)
select
    name,
    kind,
    count(x) as objects,
    round(avg(x) * 1e4) / 1e4 as center_x,
    round(avg(y) * 1e4) / 1e4 as center_y,
    round(avg(width) * 1e4) / 1e4 as mean_width,
    round(avg(height) * 1e4) / 1e4 as mean_height,
    count(*) - count(x) as left_out
from relative
group by name, kind
order by objects desc, name nulls last, kind
