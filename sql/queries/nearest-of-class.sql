-- For each object of one class the nearest object of another in the same label, frame and page: one row is one such pair.
-- distance is between the centers of the bounds, along each axis: dx to the right and dy downwards (maps: northwards).
-- squared_distance is dx * dx + dy * dy.
-- $a: the class that asks, by name
-- $b: the class to be near, by name
-- $label: only this label, by id
with wanted as (
    select o.object_id, o.label_id, coalesce(o.frame_id, 0) as place, coalesce(o.page, -1) as page, o.frame_number, o.name
    from objects as o
    where o.name in ($a, $b)
        -- one place is in one record, so only records with both count
        and o.object_id >> 24 in (select object_id >> 24 from objects where name = $a)
        and o.object_id >> 24 in (select object_id >> 24 from objects where name = $b)
        and o.label_id in (
            select label_id from labels where model_run_id is null and ($label is null or label_id = $label)
        )
),
bounds as (
    select * from object_bounds where object_id in (select object_id from wanted)
),
centers as (
    select w.*, (b.min_x + b.max_x) / 2 as x, (b.min_y + b.max_y) / 2 as y
    from wanted as w
    join bounds as b on b.object_id = w.object_id
    where b.min_x is not null and b.max_x is not null and b.min_y is not null and b.max_y is not null
),
ranked as (
    select
        a.label_id,
        a.frame_number,
        a.object_id as object_a,
        b.object_id as object_b,
        b.x - a.x as dx,
        b.y - a.y as dy,
        row_number() over (
            partition by a.object_id
            order by (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y), b.object_id
        ) as place
    from centers as a
    join centers as b on b.label_id = a.label_id and b.place = a.place and b.page = a.page
    where a.name = $a and b.name = $b and a.object_id <> b.object_id
)
select label_id, frame_number, object_a, object_b, dx, dy, dx * dx + dy * dy as squared_distance
from ranked
where place = 1
order by label_id, object_a
