-- one object with a size: a box, polygon, polyline or text entity
-- `area`, `perimeter` and `length` are in `unit`: pixels, degrees (geospatial) or the unit of a document; the length of
-- a text entity is its characters. The holes of a polygon are no part of its area; its perimeter goes round them too.
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
    -- the shoelace formula, seen from a corner of the bounds so that no digits get lost; further rings are holes
    (
        select sum(case when ring = 0 then doubled else -doubled end) / 2
        from (
            select
                ring,
                abs(sum((from_x - g.min_x) * (y - g.min_y) - (x - g.min_x) * (from_y - g.min_y))) as doubled
            from (
                select
                    part,
                    ring,
                    x,
                    y,
                    lag(x) over path as from_x,
                    lag(y) over path as from_y
                from (
                    select
                        parts.key as part,
                        rings.key as ring,
                        v.key as place,
                        v.value ->> g.at_x as x,
                        v.value ->> g.at_y as y
                    from json_each(g.parts) as parts,
                        json_each(case when parts.type = 'array' then parts.value else '[]' end) as rings,
                        -- the first vertex once more at the end closes the ring
                        json_each(
                            case
                                when rings.type = 'array' then json_insert(rings.value, '$[#]', rings.value -> 0)
                                else '[]'
                            end
                        ) as v
                    where v.type in ('array', 'object')
                    limit -1  -- with a limit, SQLite computes these once and not for each use
                )
                window path as (partition by part, ring order by place)
            )
            group by part, ring
        )
    ),
    (
        -- not every SQLite has sqrt(): a guess within 1 %, then a step of Halley's and one of Newton's
        select sum(case when longer > 0 then longer * (root + square / root) / 2 else 0 end)
        from (
            select longer, square, guess * (guess * guess + 3 * square) / (3 * guess * guess + square) as root
            from (
                select longer, square, 0.5936e0 + 0.4142e0 * square as guess
                from (
                    select
                        max(across, down) as longer,
                        1 + (min(across, down) / max(across, down)) * (min(across, down) / max(across, down)) as square
                    from (
                        select abs(x - from_x) * 1e0 as across, abs(y - from_y) * 1e0 as down
                        from (
                            select
                                part,
                                ring,
                                x,
                                y,
                                lag(x) over path as from_x,
                                lag(y) over path as from_y
                            from (
                                select
                                    parts.key as part,
                                    rings.key as ring,
                                    v.key as place,
                                    v.value ->> g.at_x as x,
                                    v.value ->> g.at_y as y
                                from json_each(g.parts) as parts,
                                    json_each(case when parts.type = 'array' then parts.value else '[]' end) as rings,
                                    -- the first vertex once more at the end closes the ring
                                    json_each(
                                        case
                                            when rings.type = 'array' then json_insert(rings.value, '$[#]', rings.value -> 0)
                                            else '[]'
                                        end
                                    ) as v
                                where v.type in ('array', 'object')
                                limit -1  -- with a limit, SQLite computes these once and not for each use
                            )
                            window path as (partition by part, ring order by place)
                        )
                        limit -1
                    )
                    limit -1
                )
            )
            limit -1
        )
    ),
    null
from (
    select
        object_id,
        form,
        min_x,
        min_y,
        case
            when min_x is null then '[]'
            when coalesce(form, '') not in ('geo', 'wkt', 'wkt_item') then '[[' || coordinates || ']]'
            when json_type(coordinates, '$[0][0][0]') = 'array' then coordinates
            else '[' || coordinates || ']'
        end as parts,
        case when coalesce(form, '') in ('geo', 'wkt', 'wkt_item') then 0 else 'x' end as at_x,
        case when coalesce(form, '') in ('geo', 'wkt', 'wkt_item') then 1 else 'y' end as at_y
    from polygons
) as g
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
    (
        select sum(case when longer > 0 then longer * (root + square / root) / 2 else 0 end)
        from (
            select longer, square, guess * (guess * guess + 3 * square) / (3 * guess * guess + square) as root
            from (
                select longer, square, 0.5936e0 + 0.4142e0 * square as guess
                from (
                    select
                        max(across, down) as longer,
                        1 + (min(across, down) / max(across, down)) * (min(across, down) / max(across, down)) as square
                    from (
                        select abs(x - from_x) * 1e0 as across, abs(y - from_y) * 1e0 as down
                        from (
                            select
                                part,
                                ring,
                                x,
                                y,
                                lag(x) over path as from_x,
                                lag(y) over path as from_y
                            from (
                                select
                                    parts.key as part,
                                    rings.key as ring,
                                    v.key as place,
                                    v.value ->> g.at_x as x,
                                    v.value ->> g.at_y as y
                                from json_each(g.parts) as parts,
                                    json_each(case when parts.type = 'array' then parts.value else '[]' end) as rings,
                                    json_each(case when rings.type = 'array' then rings.value else '[]' end) as v
                                where v.type in ('array', 'object')
                                limit -1  -- with a limit, SQLite computes these once and not for each use
                            )
                            window path as (partition by part, ring order by place)
                        )
                        limit -1
                    )
                    limit -1
                )
            )
            limit -1
        )
    )
from (
    select
        object_id,
        form,
        case when min_x is null then '[]' else '[[' || coordinates || ']]' end as parts,
        case when coalesce(form, '') in ('geo', 'wkt', 'wkt_item') then 0 else 'x' end as at_x,
        case when coalesce(form, '') in ('geo', 'wkt', 'wkt_item') then 1 else 'y' end as at_y
    from polylines
) as g
join objects as o on o.object_id = g.object_id
union all
select o.object_id, o.label_id, o.frame_number, o.name, o.kind, 'characters', null, null, t."end" - t.start + 1
from text_entities as t
join objects as o on o.object_id = t.object_id
where t.start <= t."end";
