-- Messages of conversations and chats with what was said about them: one row is one entity, answer or choice about one message.
-- what is entity (value: its text, where the export has it), answer (name: the question) or choice (value: the model).
-- Messages that nothing was said about are in no export.
-- group: Texts, recordings and conversations
-- $label: only this label, by id
with wanted as (
    select label_id, data_row_id from labels where model_run_id is null and ($label is null or label_id = $label)
),
told as (
    select o.label_id, t.message_id, 'entity' as what, o.name, t.token as value, t.start, t."end",
        cast(null as double) as rank, o.object_id as node_id
    from text_entities as t
    join objects as o on o.object_id = t.object_id
    where t.message_id is not null
    union all
    select c.label_id, c.message_id, 'answer', c.name, coalesce(a.text, a.name), null, null, null,
        coalesce(a.answer_id, c.classification_id)
    from classifications as c
    left join answers as a on a.classification_id = c.classification_id
    where c.message_id is not null
    union all
    select o.label_id, m.message_id, 'choice', o.name, m.model_config_name, null, null, m.rank, m.node_id
    from selected_messages as m
    join objects as o on o.object_id = m.object_id
)
select w.label_id, w.data_row_id, t.message_id, t.what, t.name, t.value, t.start, t."end", t.rank
from told as t
join wanted as w on w.label_id = t.label_id
order by w.label_id, t.message_id, t.node_id
