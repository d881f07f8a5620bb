-- External ids: one row is one.
select distinct external_id as text from data_rows where external_id is not null and may_hold(external_id);

-- One row is one of these texts in a label of the data row, or in a data row without labels.
select t.text, l.label_id, d.data_row_id, l.node_id
from texts as t
cross join data_rows as d
left join labels as l on l.data_row_id = d.data_row_id
where d.external_id = t.text
