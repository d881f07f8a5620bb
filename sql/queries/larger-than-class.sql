-- Labels and frames where one class is larger than another: one row is a label, frame or page where the largest object of
-- class a has more area than the largest of class b. Areas of boxes, polygons and masks with pixels in the unit of the export; `times` is how
-- often b fits into a. Objects on maps are left out.
-- group: Objects and their places
-- $a: the class that is larger, by name
-- $b: the class that is smaller, by name
-- $min_area: only where a has at least this area
with shared as materialized (  -- one place is in one record, so only records with both count
    select object_id >> 24 as record_id from objects where name = $a
    intersect
    select object_id >> 24 from objects where name = $b
),
sized as materialized (
    select
        o.label_id,
        o.frame_number,
        o.page,
        coalesce(o.frame_id, -(o.object_id >> 24)) as place,
        o.name,
        max(coalesce(b.width * b.height, g.area, cast(m.area as double))) as area
    from objects as o
    left join bounding_boxes as b on b.object_id = o.object_id and b.coordinates is null
    left join polygons as g on g.object_id = o.object_id and coalesce(g.form, '') <> 'geo'
    left join mask_pixels as m on m.object_id = o.object_id
    where o.name in ($a, $b) and o.object_id >> 24 in (select record_id from shared)
        and (b.object_id is not null or g.object_id is not null or m.area > 0)
    group by o.label_id, o.frame_number, o.page, coalesce(o.frame_id, -(o.object_id >> 24)), o.name
)
select
    a.label_id,
    d.external_id,
    a.frame_number,
    a.page,
    round(1e2 * a.area) / 1e2 as area_a,
    round(1e2 * b.area) / 1e2 as area_b,
    round(1e2 * (a.area / b.area)) / 1e2 as times
from sized as a
join sized as b on b.place = a.place and b.label_id = a.label_id and coalesce(b.page, -1) = coalesce(a.page, -1)
join labels as l on l.label_id = a.label_id
left join data_rows as d on d.data_row_id = l.data_row_id
where a.name = $a and b.name = $b and a.area > b.area
    and ($min_area is null or a.area >= $min_area)
    and l.model_run_id is null
order by times desc nulls first, a.label_id, a.place, a.page
