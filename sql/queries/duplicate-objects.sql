-- Objects of one kind that have exactly the same geometry in one label (in a video: in one frame), of whatever class.
-- Boxes, polygons, polylines and points by their coordinates, text entities by their span, masks by their pixels where
-- `labelstore fetch` found them. `classes` counts the classes of the copies, `name` is the first by alphabet; the object ids are those of
-- `objects`.
-- group: Objects and their places
-- $project: only this project, by id or name
with placed as (
    select object_id, "left" as a, "top" as b, width as c, height as d from bounding_boxes
    union all
    select object_id, min_x, min_y, max_x, max_y from polygons
    union all
    select object_id, min_x, min_y, max_x, max_y from polylines
    union all
    select object_id, x, y, null, null from points
    union all
    select object_id, start, "end", null, null from text_entities
    union all
    select object_id, min_x, min_y, max_x, max_y from mask_pixels
),
-- copies are in one record and at one place: in most records no two objects are
suspect as (
    select object_id >> 24 as record_id from placed group by object_id >> 24, a, b having count(*) > 1
),
counted as (
    select
        o.object_id,
        o.label_id,
        o.frame_id,
        o.frame_number,
        o.page,
        o.name,
        o.kind,
        g.a,
        g.b,
        g.c,
        g.d,
        count(*) over (partition by o.label_id, o.frame_id, o.kind, o.page, g.a, g.b, g.c, g.d) as alike
    from placed as g
    join objects as o on o.object_id = g.object_id
    where g.object_id >> 24 in (select record_id from suspect)
),
exact as (
    select
        s.*,
        coalesce(b.coordinates, y.coordinates, n.coordinates, t.location, m.width || ' ' || m.height || ' ' || m.rle)
            as path,
        t.message_id
    from counted as s
    left join bounding_boxes as b on b.object_id = s.object_id
    left join polygons as y on y.object_id = s.object_id
    left join polylines as n on n.object_id = s.object_id
    left join text_entities as t on t.object_id = s.object_id
    left join mask_pixels as m on m.object_id = s.object_id
    where s.alike > 1
)
select
    p.name as project,
    e.label_id,
    e.frame_number,
    e.kind,
    min(e.name) as name,
    count(distinct e.name) as classes,
    count(*) as copies,
    min(e.object_id) as first_object_id,
    max(e.object_id) as last_object_id
from exact as e
join labels as l on l.label_id = e.label_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null and (e.a is not null or e.path is not null)
    and ($project is null or l.project_id = $project or p.name = $project)
group by l.project_id, p.name, e.label_id, e.frame_id, e.frame_number, e.page, e.kind,
    e.a, e.b, e.c, e.d, e.path, e.message_id
having count(*) > 1
order by project nulls last, e.label_id, first_object_id
