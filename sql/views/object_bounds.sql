-- one object that has a place: a box, polygon, polyline, point or mask with pixels; its smallest and largest x and y.
-- This file is written by `python -m tools.views` from the kinds in labelstore/formats/kinds.py.
create view object_bounds as
select
    object_id,
    min_x,
    min_y,
    max_x,
    max_y,
    form
from polylines
union all
select
    object_id,
    x as min_x,
    y as min_y,
    x as max_x,
    y as max_y,
    form
from points
union all
select
    object_id,
    min_x,
    min_y,
    max_x,
    max_y,
    form
from polygons
union all
select
    object_id,
    "left" as min_x,
    cast(case when coordinates is null then "top" else "top" - height end as double) as min_y,
    cast("left" + width as double) as max_x,
    cast(case when coordinates is null then "top" + height else "top" end as double) as max_y,
    cast(case when coordinates is not null then 'geo' end as text) as form
from bounding_boxes
union all
select
    object_id,
    cast(min_x as double) as min_x,
    cast(min_y as double) as min_y,
    cast(max_x as double) as max_x,
    cast(max_y as double) as max_y,
    cast(null as text) as form
from mask_pixels;
