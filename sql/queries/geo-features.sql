-- Geospatial objects as GeoJSON: one row is one object and its Feature as JSON text.
-- Coordinates stand as they were exported: [longitude, latitude]. `labelstore geojson` writes them as one file. Objects in
-- pixels are left out: plain shapes, and all that is on a tile layer whose epsg is Simple.
-- group: Maps
-- $class: only objects of this class
-- $project: only this project, by id or name
with shapes as (
    select object_id, 'Polygon' as type, coordinates from bounding_boxes where coordinates is not null
    union all
    select object_id, 'Polygon', coordinates from polygons where form = 'geo'
    union all
    select object_id, 'LineString', coordinates from polylines where form = 'geo'
    union all
    select object_id, 'Point', '[' || json_number(x) || ',' || json_number(y) || ']' from points where form = 'geo'
)
select
    o.object_id,
    o.label_id,
    '{"type":"Feature","geometry":{"type":"' || s.type || '","coordinates":' || s.coordinates
    || '},"properties":{"label_id":' || json_quote(o.label_id)
    || ',"object_id":' || o.object_id
    || ',"name":' || coalesce(json_quote(o.name), 'null')
    || ',"data_row_id":' || coalesce(json_quote(l.data_row_id), 'null') || '}}' as feature
from shapes as s
join objects as o on o.object_id = s.object_id
join labels as l on l.label_id = o.label_id
join records as r on r.record_id = l.record_id
left join projects as p on p.project_id = l.project_id
where s.coordinates is not null and l.model_run_id is null
    and o.object_id in (select object_id from shapes)  -- says nothing new, but lets DuckDB join few objects
    and not coalesce(
        r.row_data like '%"tileLayerUrl"%' and replace(lower(r.row_data), ' ', '') like '%"epsg":"simple"%', false
    )
    and ($class is null or o.name = $class) and ($project is null or l.project_id = $project or p.name = $project)
order by o.object_id
