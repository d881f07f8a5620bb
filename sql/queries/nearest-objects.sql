-- The objects nearest to a point, in one data row or in all: one row is one object and its distance, nearest first.
-- distance is from the point to the object's bounds, 0 inside them, in the unit of x and y; among equals the object
-- whose center is nearer comes first. On maps x and y are longitude and latitude, and the distance is in degrees.
-- $x = 0: the point
-- $y = 0: the point
-- $data_row: only the labels of this data row, by id
-- $class: only objects of this class
-- $limit = 10: at most so many objects
with recursive model_run_labels as (
    select label_id from labels where model_run_id is not null
),
placed as (
    select
        object_id,
        case when min_x > $x then min_x - $x when max_x < $x then $x - max_x else 0.0 end as dx,
        case when min_y > $y then min_y - $y when max_y < $y then $y - max_y else 0.0 end as dy,
        (min_x + max_x) / 2 - $x as cx,
        (min_y + max_y) / 2 - $y as cy
    from object_bounds
    where case
        when $class is null and $data_row is null
            then object_id not in (select object_id from objects where label_id in (select label_id from model_run_labels))
        else object_id in (
            select object_id from objects
            where ($class is null or name = $class) and label_id in (
                select label_id from labels
                where model_run_id is null and ($data_row is null or data_row_id = $data_row)
            )
        )
    end
),
nearest as (
    select object_id, dx * dx + dy * dy as square, cx * cx + cy * cy as center_square
    from placed
    where dx * dx + dy * dy is not null and cx * cx + cy * cy is not null
    order by square, center_square, object_id
    limit cast($limit as integer)
),
roots as (  -- Newton's, since not every SQLite has sqrt()
    select object_id, square, case when square > 1 then square else 1.0 end as root, 0 as step from nearest
    union all
    select object_id, square, (root + square / root) / 2, step + 1 from roots
    where step < 600 and root - (root + square / root) / 2 > 0
)
select
    o.label_id,
    l.data_row_id,
    o.frame_number,
    o.object_id,
    o.name,
    o.kind,
    (select case when n.square = 0 then 0.0 else round(min(r.root), 6) end from roots as r where r.object_id = n.object_id)
        as distance
from nearest as n
join objects as o on o.object_id = n.object_id
join labels as l on l.label_id = o.label_id
order by n.square, n.center_square, n.object_id
