-- For each object of one class the nearest object of another in the same label, frame and page: one row is one such pair.
-- distance is between the centers of the bounds, along each axis: dx to the right and dy downwards (maps: northwards).
-- squared_distance is dx * dx + dy * dy.
-- group: Objects and their places
-- $a: the class that asks, by name
-- $b: the class to be near, by name
-- $label: only this label, by id
with shared as materialized (  -- one place is in one record, so only records with both count
    select object_id >> 24 as record_id from objects where name = $a
    intersect
    select object_id >> 24 from objects where name = $b
),
wanted as materialized (
    select object_id from objects
    where $label is null and name in ($a, $b) and object_id >> 24 in (select record_id from shared)
    union all
    select object_id from objects where label_id = $label and name in ($a, $b)
),
centers as materialized (
    select
        b.object_id,
        o.label_id,
        o.frame_number,
        coalesce(o.frame_id, -(b.object_id >> 24)) as place,
        coalesce(o.page, -1) as page,
        o.name,
        (b.min_x + b.max_x) / 2 as x,
        (b.min_y + b.max_y) / 2 as y
    from wanted as w
    cross join object_bounds as b
    cross join objects as o
    where b.object_id = w.object_id
        and o.object_id = b.object_id
        and b.min_x is not null and b.max_x is not null and b.min_y is not null and b.max_y is not null
),
pairs as (
    select
        a.label_id,
        a.frame_number,
        a.object_id as object_a,
        b.object_id as object_b,
        b.x - a.x as dx,
        b.y - a.y as dy
    from centers as a
    join centers as b on b.place = a.place and not (b.label_id <> a.label_id or b.page <> a.page)
    where a.name = $a and b.name = $b and a.object_id <> b.object_id
),
ranked as (
    select p.*, row_number() over (partition by object_a order by dx * dx + dy * dy, object_b) as rank
    from pairs as p
)
select label_id, frame_number, object_a, object_b, dx, dy, dx * dx + dy * dy as squared_distance
from ranked
where rank = 1 and label_id not in (select label_id from labels where model_run_id is not null)
order by label_id, object_a
