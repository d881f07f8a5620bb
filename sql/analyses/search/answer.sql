-- Answers: one row is the text of some, or their name where they have none. Audio may have another where a span ends.
select distinct name as text from features where role = 'answer' and may_hold(name)
union all
select distinct text from answers where text is not null and may_hold(text)
union all
select distinct coalesce(text, name) from repeated_answers where may_hold(coalesce(text, name));

-- One row is one of these texts in a label.
select distinct said.text, l.label_id, l.data_row_id, l.node_id
from (
    select t.text, c.label_id
    from texts as t
    cross join answers as a
    cross join classifications as c
    where a.name = t.text and a.text is null and c.classification_id = a.classification_id
    union all
    select t.text, c.label_id
    from texts as t
    cross join answers as a
    cross join classifications as c
    where a.text = t.text and c.classification_id = a.classification_id
    union all
    select coalesce(text, name) as text, label_id
    from repeated_answers
    where coalesce(text, name) in (select text from texts)
) as said
cross join labels as l
where l.label_id = said.label_id
