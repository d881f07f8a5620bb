-- Geospatial objects that reach into a box of longitudes and latitudes: one row is one object with its bounds in degrees.
-- A box whose west is greater than its east crosses the 180th meridian.
-- group: Maps
-- $west = -180: longitude
-- $south = -90: latitude
-- $east = 180: longitude
-- $north = 90: latitude
-- $class: only objects of this class
select
    o.label_id,
    l.data_row_id,
    r.external_id,
    o.object_id,
    o.name,
    o.kind,
    b.min_x as west,
    b.min_y as south,
    b.max_x as east,
    b.max_y as north
from object_bounds as b
cross join objects as o
join labels as l on l.label_id = o.label_id
join records as r on r.record_id = l.record_id
where o.object_id = b.object_id and b.form = 'geo' and b.max_y >= $south and b.min_y <= $north
    and (($west <= $east and b.max_x >= $west and b.min_x <= $east)
        or ($west > $east and (b.max_x >= $west or b.min_x <= $east)))
    and l.model_run_id is null and ($class is null or o.name = $class)
order by o.object_id
