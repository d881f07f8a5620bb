-- Labels with an object of a class inside a rectangle: one row is one label, with how many such objects it has.
-- An object is inside if its bounds are. x grows to the right and y downwards, in pixels (documents: in their unit);
-- on maps they are longitude and latitude. first_frame is the first frame with such an object in video and DICOM.
-- group: Objects and their places
-- $class: the class, by name
-- $min_x = 0: left side of the rectangle
-- $min_y = 0: its smallest y
-- $max_x = 0: right side of the rectangle
-- $max_y = 0: its largest y
select
    l.label_id,
    l.data_row_id,
    r.external_id,
    r.asset_type,
    count(*) as objects,
    min(o.frame_number) as first_frame
from object_bounds as b
join objects as o on o.object_id = b.object_id
join labels as l on l.label_id = o.label_id
join records as r on r.record_id = l.record_id
where b.min_x >= $min_x and b.max_x <= $max_x and b.min_y >= $min_y and b.max_y <= $max_y
    and o.name = $class and l.model_run_id is null
group by l.label_id, l.data_row_id, r.external_id, r.asset_type
order by objects desc, l.label_id
