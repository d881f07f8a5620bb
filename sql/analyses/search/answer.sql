-- Answers, by their text or their name: one row is an answer in a label.
select distinct coalesce(a.text, a.name) as text, l.label_id, l.data_row_id, l.node_id
from answers as a
join classifications as c on c.classification_id = a.classification_id
join labels as l on l.label_id = c.label_id
where lower(coalesce(a.text, a.name)) like $pattern escape '\'
order by l.node_id, coalesce(a.text, a.name)
