-- one object with a size: a box, polygon, mask with pixels, polyline or text entity
-- `area`, `perimeter` and `length` are in `unit`: pixels, degrees (geospatial) or the unit of a document; the length of
-- a text entity is its characters. The holes of a polygon are no part of its area; its perimeter goes round them too. Of
-- a mask the area counts its pixels.
create view object_sizes as
select
    o.object_id,
    o.label_id,
    o.frame_number,
    o.name,
    o.kind,
    case when b.coordinates is not null then 'degrees' else coalesce(lower(o.unit), 'pixels') end as unit,
    b.width * b.height as area,
    2 * (b.width + b.height) as perimeter,
    null as length
from bounding_boxes as b
join objects as o on o.object_id = b.object_id
union all
select
    o.object_id,
    o.label_id,
    o.frame_number,
    o.name,
    o.kind,
    case when g.form = 'geo' then 'degrees' else coalesce(lower(o.unit), 'pixels') end,
    g.area,
    g.perimeter,
    null
from polygons as g
join objects as o on o.object_id = g.object_id
union all
select o.object_id, o.label_id, o.frame_number, o.name, o.kind, 'pixels', cast(m.area as double), null, null
from mask_pixels as m
join objects as o on o.object_id = m.object_id
union all
select o.object_id, o.label_id, o.frame_number, o.name, o.kind, 'characters', null, null, t."end" - t.start + 1
from text_entities as t
join objects as o on o.object_id = t.object_id
where t.start <= t."end"
union all
select
    o.object_id,
    o.label_id,
    o.frame_number,
    o.name,
    o.kind,
    case when g.form = 'geo' then 'degrees' else coalesce(lower(o.unit), 'pixels') end,
    null,
    null,
    g.length
from polylines as g
join objects as o on o.object_id = g.object_id;
