-- Global keys: one row is one.
select distinct global_key as text from data_rows where global_key is not null and may_hold(global_key);

-- One row is one of these texts in a label of the data row, or in a data row without labels.
select t.text, l.label_id, d.data_row_id, l.node_id
from texts as t
cross join data_rows as d
left join labels as l on l.data_row_id = d.data_row_id
where d.global_key = t.text
