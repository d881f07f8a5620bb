-- Names of objects: one row is a name in a label.
select distinct o.name as text, l.label_id, l.data_row_id, l.node_id
from objects as o
join labels as l on l.label_id = o.label_id
where lower(o.name) like $pattern escape '\'
order by l.node_id, o.name
