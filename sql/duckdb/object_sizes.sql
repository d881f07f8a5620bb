-- one object with a size: a box, polygon, polyline or text entity
-- `area`, `perimeter` and `length` are in `unit`: pixels, degrees (geospatial) or the unit of a document; the length of
-- a text entity is its characters. The holes of a polygon are no part of its area; its perimeter goes round them too.
create view object_sizes as
with polygon_parts as (
    select
        object_id,
        form,
        min_x,
        min_y,
        case
            when min_x is null then null
            when coalesce(form, '') not in ('geo', 'wkt', 'wkt_item')
                then [[[[v.x, v.y] for v in from_json(coordinates, '[{"x":"DOUBLE","y":"DOUBLE"}]')]]]
            when json_type(coordinates, '$[0][0][0]') = 'ARRAY' then from_json(coordinates, '[[[["DOUBLE"]]]]')
            else [from_json(coordinates, '[[["DOUBLE"]]]')]
        end as parts
    from polygons
),
line_paths as (
    select
        object_id,
        form,
        case
            when min_x is null then null
            when coalesce(form, '') in ('geo', 'wkt', 'wkt_item') then from_json(coordinates, '[["DOUBLE"]]')
            else [[v.x, v.y] for v in from_json(coordinates, '[{"x":"DOUBLE","y":"DOUBLE"}]')]
        end as path
    from polylines
)
select
    o.object_id,
    o.label_id,
    o.frame_number,
    o.name,
    o.kind,
    case when b.coordinates is not null then 'degrees' else coalesce(lower(o.unit), 'pixels') end as unit,
    b.width * b.height as area,
    2 * (b.width + b.height) as perimeter,
    cast(null as double) as length
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
    -- the shoelace formula, seen from a corner of the bounds so that no digits get lost; further rings are holes
    list_sum([
        list_sum([
            case when n = 1 then 1 else -1 end * abs(list_sum([
                (rings[n][i][1] - min_x) * (rings[n][i % len(rings[n]) + 1][2] - min_y)
                - (rings[n][i % len(rings[n]) + 1][1] - min_x) * (rings[n][i][2] - min_y)
                for i in range(1, len(rings[n]) + 1)
            ]))
            for n in range(1, len(rings) + 1)
        ])
        for rings in g.parts
    ]) / 2,
    list_sum([
        list_sum([
            list_sum([
                sqrt(
                    pow(ring[i % len(ring) + 1][1] - ring[i][1], 2) + pow(ring[i % len(ring) + 1][2] - ring[i][2], 2)
                )
                for i in range(1, len(ring) + 1)
            ])
            for ring in rings
        ])
        for rings in g.parts
    ]),
    null
from polygon_parts as g
join objects as o on o.object_id = g.object_id
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
    list_sum([
        sqrt(pow(g.path[i + 1][1] - g.path[i][1], 2) + pow(g.path[i + 1][2] - g.path[i][2], 2))
        for i in range(1, len(g.path))
    ])
from line_paths as g
join objects as o on o.object_id = g.object_id
union all
select o.object_id, o.label_id, o.frame_number, o.name, o.kind, 'characters', null, null, t."end" - t.start + 1
from text_entities as t
join objects as o on o.object_id = t.object_id
where t.start <= t."end";
