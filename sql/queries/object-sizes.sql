-- Sizes of the objects of each class: smallest, quartiles and largest. Boxes and polygons by area, polylines by length,
-- text entities by length in characters; `unit` tells pixels from degrees (geospatial), the units of documents and
-- characters. Masks have no size in an export. Quartiles are interpolated between the two nearest values. An object in
-- several frames counts once for each.
-- $project: only this project, by id or name
-- $class: only this class
-- $perimeters = 0: 1 also gives the median perimeter of boxes and polygons
with sized as materialized (
    select s.name, s.kind, s.unit, coalesce(s.area, s.length) as size, case when $perimeters = 1 then s.perimeter end as perimeter
    from object_sizes as s
    where ($class is null or s.name = $class)
        and s.label_id not in (select label_id from labels where model_run_id is not null)
        and ($project is null or s.label_id in (
            select l.label_id
            from labels as l
            left join projects as p on p.project_id = l.project_id
            where l.project_id = $project or p.name = $project
        ))
),
by_size as (
    select
        name,
        kind,
        unit,
        size,
        row_number() over (partition by name, kind, unit order by size) - 1 as place,
        count(*) over (
            partition by name, kind, unit
            order by size rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from sized
    where size is not null
),
by_perimeter as (
    select
        name,
        kind,
        unit,
        perimeter,
        row_number() over (partition by name, kind, unit order by perimeter) - 1 as place,
        count(*) over (
            partition by name, kind, unit
            order by perimeter rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from sized
    where perimeter is not null
),
perimeters as (
    select name, kind, unit, round(1e2 * quantile(0.5, perimeter)) / 1e2 as perimeter
    from by_perimeter
    group by name, kind, unit
)
select
    s.name,
    s.kind,
    case when s.kind in ('polyline', 'text_entity') then 'length' else 'area' end as measure,
    s.unit,
    count(*) as objects,
    round(1e2 * min(s.size)) / 1e2 as smallest,
    round(1e2 * quantile(0.25, s.size)) / 1e2 as lower_quartile,
    round(1e2 * quantile(0.5, s.size)) / 1e2 as median,
    round(1e2 * quantile(0.75, s.size)) / 1e2 as upper_quartile,
    round(1e2 * max(s.size)) / 1e2 as largest,
    p.perimeter as median_perimeter
from by_size as s
left join perimeters as p
    on p.name is not distinct from s.name and p.kind = s.kind and p.unit = s.unit
group by s.name, s.kind, s.unit, p.perimeter
order by objects desc, s.name nulls last, s.kind, s.unit
