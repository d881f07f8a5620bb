-- Texts that text entities mark, where the export has them: one row is a text in a label.
select distinct t.token as text, l.label_id, l.data_row_id, l.node_id
from text_entities as t
join objects as o on o.object_id = t.object_id
join labels as l on l.label_id = o.label_id
where lower(t.token) like $pattern escape '\'
order by l.node_id, t.token
