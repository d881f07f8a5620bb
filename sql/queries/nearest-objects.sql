-- The objects nearest to a point, in one data row or in all: one row is one object and its distance, nearest first.
-- distance is from the point to the object's bounds, 0 inside them, in the unit of x and y; among equals the object
-- whose center is nearer comes first. On maps x and y are longitude and latitude, and the distance is in degrees.
-- group: Objects and their places
-- $x = 0: the point
-- $y = 0: the point
-- $data_row: only the labels of this data row, by id
-- $class: only objects of this class
-- $limit = 10: at most so many objects
with recursive of_model_runs as materialized (
    select object_id from objects where label_id in (select label_id from labels where model_run_id is not null)
),
wanted as materialized (
    select object_id from objects where $data_row is null and name = $class
    union all
    select o.object_id
    from labels as l
    join objects as o on o.label_id = l.label_id
    where l.data_row_id = $data_row and ($class is null or o.name = $class)
),
placed as materialized (
    select object_id, dx * dx + dy * dy as square
    from (
        select
            object_id,
            case when min_x > $x then min_x - $x when max_x < $x then $x - max_x else 0.0 end as dx,
            case when min_y > $y then min_y - $y when max_y < $y then $y - max_y else 0.0 end as dy
        from (
            select object_id, min_x, min_y, max_x, max_y from object_bounds where $class is null and $data_row is null
            union all
            select b.object_id, b.min_x, b.min_y, b.max_x, b.max_y
            from wanted as w
            cross join object_bounds as b
            where b.object_id = w.object_id
        ) as bounds
        where min_x is not null and max_x is not null and min_y is not null and max_y is not null
    ) as beside
    where object_id not in (select object_id from of_model_runs)
),
near as materialized (  -- with all that are as near as the last one: only their centers are computed
    select object_id, square
    from placed
    where square <= (
        select max(square) from (select square from placed order by square limit cast($limit as integer)) as few
    )
),
nearest as materialized (
    select
        n.object_id,
        n.square,
        ((b.min_x + b.max_x) / 2 - $x) * ((b.min_x + b.max_x) / 2 - $x)
        + ((b.min_y + b.max_y) / 2 - $y) * ((b.min_y + b.max_y) / 2 - $y) as center_square
    from near as n
    cross join object_bounds as b
    where b.object_id = n.object_id
    order by n.square, center_square, n.object_id
    limit cast($limit as integer)
),
roots as (  -- Newton's, since not every SQLite has sqrt()
    select object_id, square, case when square > 1 then square else 1.0 end as root, 0 as step from nearest
    union all
    select object_id, square, (root + square / root) / 2, step + 1 from roots
    where square > 0 and step < 600 and root - (root + square / root) / 2 > 0
)
select
    o.label_id,
    l.data_row_id,
    o.frame_number,
    o.object_id,
    o.name,
    o.kind,
    case when n.square = 0 then 0.0 else round(d.root, 6) end as distance
from nearest as n
join (select object_id, min(root) as root from roots group by object_id) as d on d.object_id = n.object_id
join objects as o on o.object_id = n.object_id
join labels as l on l.label_id = o.label_id
order by n.square, n.center_square, n.object_id
