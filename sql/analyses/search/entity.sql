-- Text entities: one row is a text that some mark, where the export has it, or else the message.
select distinct token as text from text_entities where token is not null and may_hold(token)
union all
select distinct text
from (
    select substr(m.text, e.start + 1, e."end" - e.start + 1) as text
    from messages as m
    cross join labels as l
    cross join objects as o
    cross join text_entities as e
    where may_hold(m.text) and l.record_id = m.record_id and o.label_id = l.label_id and e.object_id = o.object_id
        and e.message_id = m.message_id and e.token is null and e.start >= 0 and e."end" >= e.start
) as cut
where text <> '' and may_hold(text);

-- One row is one of these texts in a label.
select distinct marked.text, l.label_id, l.data_row_id, l.node_id
from (
    select t.text, o.label_id
    from texts as t
    cross join text_entities as e
    cross join objects as o
    where e.token = t.text and o.object_id = e.object_id
    union all
    select substr(m.text, e.start + 1, e."end" - e.start + 1) as text, s.label_id
    from messages as m
    cross join labels as s
    cross join objects as o
    cross join text_entities as e
    where may_hold(m.text) and s.record_id = m.record_id and o.label_id = s.label_id and e.object_id = o.object_id
        and e.message_id = m.message_id and e.token is null and e.start >= 0 and e."end" >= e.start
        and substr(m.text, e.start + 1, e."end" - e.start + 1) in (select text from texts)
) as marked
cross join labels as l
where l.label_id = marked.label_id
