-- Objects of one class that overlap objects of another in the same label, frame and page: one row is one pair with its IoU.
-- IoU (intersection over union) and share_of_a (of the area of a that lies in b) are those of the bounds, which for boxes
-- is exact; points and lines along an axis have no area and no row. With the same class twice each pair comes once.
-- group: Classes and answers
-- $a: the one class, by name
-- $b: the other class, by name
-- $min_iou = 0: only pairs with at least this IoU
-- $label: only this label, by id
with shared as materialized (  -- one place is in one record, so only records with both count
    select object_id >> 24 as record_id from objects where name = $a
    intersect
    select object_id >> 24 from objects where name = $b
),
wanted as materialized (
    select object_id from objects
    where $label is null and name in ($a, $b) and object_id >> 24 in (select record_id from shared)
    union all
    select object_id from objects where label_id = $label and name in ($a, $b)
),
sized as materialized (
    select
        b.object_id,
        o.label_id,
        o.frame_number,
        coalesce(o.frame_id, -(b.object_id >> 24)) as place,
        coalesce(o.page, -1) as page,
        o.name,
        b.min_x,
        b.min_y,
        b.max_x,
        b.max_y,
        (b.max_x - b.min_x) * (b.max_y - b.min_y) as area
    from wanted as w
    cross join object_bounds as b
    cross join objects as o
    where b.object_id = w.object_id
        and b.max_x > b.min_x and b.max_y > b.min_y
        and o.object_id = b.object_id
),
paired as (
    select
        a.label_id,
        a.frame_number,
        a.object_id as object_a,
        b.object_id as object_b,
        a.area as area_a,
        b.area as area_b,
        (case when a.max_x < b.max_x then a.max_x else b.max_x end - case when a.min_x > b.min_x then a.min_x else b.min_x end)
        * (case when a.max_y < b.max_y then a.max_y else b.max_y end - case when a.min_y > b.min_y then a.min_y else b.min_y end)
            as overlap
    from sized as a
    join sized as b on b.place = a.place and not (b.label_id <> a.label_id or b.page <> a.page)
    where a.name = $a and b.name = $b and ($a <> $b or a.object_id < b.object_id)
        and a.min_x < b.max_x and b.min_x < a.max_x and a.min_y < b.max_y and b.min_y < a.max_y
)
select
    label_id,
    frame_number,
    object_a,
    object_b,
    round(overlap / (area_a + area_b - overlap), 4) as iou,
    round(overlap / area_a, 4) as share_of_a
from paired
where overlap / (area_a + area_b - overlap) >= $min_iou
    and label_id not in (select label_id from labels where model_run_id is not null)
order by label_id, object_a, object_b
