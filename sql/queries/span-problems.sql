-- Spans of text entities that cannot be right: one row is one entity whose span does not fit its text or its token.
-- Lengths are given in code points and in UTF-16 units, where a character beyond U+FFFF (an emoji) counts two; they are
-- NULL where the store has no text. unit is the one that the spans of the label count.
-- group: Texts, recordings and conversations
-- $label: only this label, by id
select
    label_id,
    data_row_id,
    object_id,
    name,
    message_id,
    start,
    "end",
    token,
    unit,
    text_code_points,
    text_utf16_units,
    problem
from entity_texts
where problem is not null and ($label is null or label_id = $label)
order by object_id
