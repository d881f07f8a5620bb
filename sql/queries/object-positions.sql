-- Where the objects of each class lie in the image: the mean of their centers, and of their width and height. Values
-- are fractions of the image: 0.5, 0.5 is its center, y counts from the top. Only objects with a position in pixels and a
-- known size of the image (v1 seldom has it); `left_out` counts the other boxes, polygons, polylines, points and masks
-- with pixels. An object in several frames counts once for each. A center is that of the bounding box.
-- group: Objects and their places
-- $project: only this project, by id or name
with sized as (
    select l.label_id, l.node_id, l.end_id, l.frames_url, d.width, d.height
    from labels as l
    join data_rows as d on d.data_row_id = l.data_row_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
        and d.width > 0 and d.height > 0
),
pictured as (  -- a label, or what it has in a frames file: the numbers of its objects, and the size of its picture
    select node_id >> 24 as record_id, node_id as first_id, end_id as last_id, width, height from sized
    union all
    select f.frame_id >> 24, min(f.frame_id), max(f.end_id), s.width, s.height
    from sized as s
    join frames as f on f.label_id = s.label_id
    where s.frames_url is not null
    group by s.label_id, s.width, s.height, f.frame_id >> 24
),
placed as (  -- SQLite looks ranges of numbers up, DuckDB joins by the number of the record
    select
        g.object_id,
        (g."left" + (g."left" + g.width)) / 2 / l.width as x,
        (g."top" + (g."top" + g.height)) / 2 / l.height as y,
        ((g."left" + g.width) - g."left") / l.width as width,
        ((g."top" + g.height) - g."top") / l.height as height
    from pictured as l
    cross join bounding_boxes as g
    where g.object_id between l.first_id and l.last_id and g.coordinates is null
        and g.object_id >> 24 = l.record_id
    union all
    select
        g.object_id,
        (g.min_x + g.max_x) / 2 / l.width,
        (g.min_y + g.max_y) / 2 / l.height,
        (g.max_x - g.min_x) / l.width,
        (g.max_y - g.min_y) / l.height
    from pictured as l
    cross join polygons as g
    where g.object_id between l.first_id and l.last_id and coalesce(g.form, '') <> 'geo'
        and g.object_id >> 24 = l.record_id
    union all
    select
        g.object_id,
        (g.min_x + g.max_x) / 2 / l.width,
        (g.min_y + g.max_y) / 2 / l.height,
        (g.max_x - g.min_x) / l.width,
        (g.max_y - g.min_y) / l.height
    from pictured as l
    cross join polylines as g
    where g.object_id between l.first_id and l.last_id and coalesce(g.form, '') <> 'geo'
        and g.object_id >> 24 = l.record_id
    union all
    select
        g.object_id,
        (g.x + g.x) / 2 / l.width,
        (g.y + g.y) / 2 / l.height,
        (g.x - g.x) / l.width,
        (g.y - g.y) / l.height
    from pictured as l
    cross join points as g
    where g.object_id between l.first_id and l.last_id and coalesce(g.form, '') <> 'geo'
        and g.object_id >> 24 = l.record_id
    union all
    select
        g.object_id,
        (g.min_x + g.max_x) / 2e0 / l.width,
        (g.min_y + g.max_y) / 2e0 / l.height,
        (g.max_x - g.min_x) / l.width,
        (g.max_y - g.min_y) / l.height
    from pictured as l
    cross join mask_pixels as g
    where g.object_id between l.first_id and l.last_id
        and g.object_id >> 24 = l.record_id
),
known as (
    select
        o.name,
        o.kind,
        count(g.x) as objects,
        round(avg(g.x) * 1e4) / 1e4 as center_x,
        round(avg(g.y) * 1e4) / 1e4 as center_y,
        round(avg(g.width) * 1e4) / 1e4 as mean_width,
        round(avg(g.height) * 1e4) / 1e4 as mean_height
    from placed as g
    left join objects as o on o.object_id = g.object_id  -- not inner: SQLite would read all objects for a Bloom filter
    where o.unit is null and o.page is null
    group by o.name, o.kind
),
counted as (
    select f.name, f.kind, cast(sum(f.annotations) as integer) as objects
    from feature_counts as f
    left join projects as p on p.project_id = f.project_id
    where f.role = 'tool' and f.grain is null and f.kind in ('bounding_box', 'polygon', 'polyline', 'point')
        and ($project is null or f.project_id = $project or p.name = $project)
    group by f.name, f.kind
    having sum(f.annotations) > 0
    union all  -- masks and objects of unknown kinds: few have such a place as well, and only their rows tell
    select o.name, o.kind, count(*)
    from objects as o
    join labels as l on l.label_id = o.label_id
    left join projects as p on p.project_id = l.project_id
    where o.kind in (
            select kind
            from feature_counts
            where role = 'tool' and grain is null
                and kind not in ('bounding_box', 'polygon', 'polyline', 'point', 'cuboid', 'text_entity', 'unknown')
        )
        and (
            exists (select 1 from bounding_boxes as g where g.object_id = o.object_id)
            or exists (select 1 from polygons as g where g.object_id = o.object_id)
            or exists (select 1 from polylines as g where g.object_id = o.object_id)
            or exists (select 1 from points as g where g.object_id = o.object_id)
            or exists (select 1 from mask_pixels as g where g.object_id = o.object_id)
        )
        and l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
    group by o.name, o.kind
)
select
    c.name,
    c.kind,
    coalesce(k.objects, 0) as objects,
    k.center_x,
    k.center_y,
    k.mean_width,
    k.mean_height,
    c.objects - coalesce(k.objects, 0) as left_out
from counted as c
left join known as k on k.name is not distinct from c.name and k.kind = c.kind
order by coalesce(k.objects, 0) desc, c.name nulls last, c.kind
