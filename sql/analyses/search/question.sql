-- Names of questions: one row is a name in a label.
select distinct c.name as text, l.label_id, l.data_row_id, l.node_id
from classifications as c
join labels as l on l.label_id = c.label_id
where lower(c.name) like $pattern escape '\'
order by l.node_id, c.name
