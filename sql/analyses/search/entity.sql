-- Texts that text entities mark, where the export has them or the message: one row is a text in a label.
select distinct text, label_id, data_row_id, node_id
from (
    select
        coalesce(t.token, case when t.start >= 0 and t."end" >= t.start
            then nullif(substr(m.text, t.start + 1, t."end" - t.start + 1), '') end) as text,
        l.label_id,
        l.data_row_id,
        l.node_id
    from text_entities as t
    join objects as o on o.object_id = t.object_id
    join labels as l on l.label_id = o.label_id
    left join messages as m on m.record_id = l.record_id and m.message_id = t.message_id
) as marked
where lower(text) like $pattern escape '\'
order by node_id, text
