-- Answers, by their text or their name: one row is an answer in a label. Audio may have another text where a span ends.
select distinct said.text, l.label_id, l.data_row_id, l.node_id
from (
    select coalesce(a.text, a.name) as text, c.label_id
    from answers as a
    join classifications as c on c.classification_id = a.classification_id
    where lower(coalesce(a.text, a.name)) like $pattern escape '\'
    union all
    select coalesce(text, name), label_id
    from repeated_answers
    where lower(coalesce(text, name)) like $pattern escape '\'
) as said
join labels as l on l.label_id = said.label_id
order by l.node_id, said.text
