-- Sizes of the objects of each class: smallest, quartiles and largest. Boxes, polygons and masks by area, polylines by length,
-- text entities by length in characters; `unit` is pixels, degrees (geospatial), a unit of documents or
-- characters. Masks have a size where `labelstore fetch` found their pixels. Quartiles are interpolated between the two nearest values. An object in
-- several frames counts once for each.
-- group: Objects and their places
-- $project: only this project, by id or name
-- $class: only this class
-- $perimeters = 0: 1 also gives the median perimeter of boxes and polygons
with units as (
    select 'pixels' as unit
    union
    select 'degrees'
    union
    select 'characters'
    union
    select lower(unit) from objects where unit is not null
),
classes as materialized (  -- with numbers, by which SQLite sorts faster
    select row_number() over () as class, c.name, c.kind, u.unit
    from (select distinct name, kind from feature_counts where role = 'tool' and grain is null) as c
    cross join units as u
),
sized as materialized (
    select
        (
            select c.class
            from classes as c
            where c.name is not distinct from s.name and c.kind = s.kind and c.unit = s.unit
        ) as class,
        coalesce(s.area, s.length) as size,
        case when $perimeters = 1 then s.perimeter end as perimeter
    from object_sizes as s
    where ($class is null or s.name = $class)
        and s.object_id not in (
            select object_id from objects where label_id in (select label_id from labels where model_run_id is not null)
        )
        and ($project is null or s.label_id in (
            select l.label_id
            from labels as l
            left join projects as p on p.project_id = l.project_id
            where l.project_id = $project or p.name = $project
        ))
),
by_size as (
    select
        class,
        size,
        row_number() over (partition by class order by size) - 1 as place,
        count(*) over (
            partition by class
            order by size rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from sized
    where size is not null
),
by_perimeter as (
    select
        class,
        perimeter,
        row_number() over (partition by class order by perimeter) - 1 as place,
        count(*) over (
            partition by class
            order by perimeter rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from sized
    where perimeter is not null
),
sizes as (
    select
        class,
        all_places(places) as objects,
        round(1e2 * min(size)) / 1e2 as smallest,
        round(1e2 * quantile(0.25, size)) / 1e2 as lower_quartile,
        round(1e2 * quantile(0.5, size)) / 1e2 as median,
        round(1e2 * quantile(0.75, size)) / 1e2 as upper_quartile,
        round(1e2 * max(size)) / 1e2 as largest
    from by_size
    where near_quarter(place, places)
    group by class
),
perimeters as (
    select class, round(1e2 * quantile(0.5, perimeter)) / 1e2 as perimeter
    from by_perimeter
    where near_quarter(place, places)
    group by class
)
select
    c.name,
    c.kind,
    case when c.kind in ('polyline', 'text_entity') then 'length' else 'area' end as measure,
    c.unit,
    s.objects,
    s.smallest,
    s.lower_quartile,
    s.median,
    s.upper_quartile,
    s.largest,
    p.perimeter as median_perimeter
from sizes as s
join classes as c on c.class = s.class
left join perimeters as p on p.class = s.class
order by s.objects desc, c.name nulls last, c.kind, c.unit
