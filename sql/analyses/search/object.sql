-- Names of objects: one row is a name.
select distinct name as text from features where role = 'object' and may_hold(name);

-- One row is one of these texts in a label.
select distinct t.text, l.label_id, l.data_row_id, l.node_id
from texts as t
cross join objects as o
cross join labels as l
where o.name = t.text and l.label_id = o.label_id
