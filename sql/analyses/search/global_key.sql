-- Global keys: one row is one in a label of the data row, or in a data row without labels.
select d.global_key as text, l.label_id, d.data_row_id, l.node_id
from data_rows as d
left join labels as l on l.data_row_id = d.data_row_id
where lower(d.global_key) like $pattern escape '\'
order by d.data_row_id, l.node_id
