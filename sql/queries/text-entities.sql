-- Text entities: one row is one entity with its span, its length and, where the store has it, its text.
-- start and end count characters from 0, both ends included, so length = end - start + 1. unit is what they count: UTF-16
-- units where the tokens of the label prove it, else code points. source is where the text is from: token (the export
-- has it), row_data (cut from the text of the asset) or location (documents: its first group). problem says why a span
-- cannot be right.
-- group: Texts, recordings and conversations
-- $label: only this label, by id
-- $class: only entities of this class
select
    label_id,
    data_row_id,
    object_id,
    name,
    page,
    message_id,
    start,
    "end",
    length,
    unit,
    text,
    source,
    problem
from entity_texts
where ($label is null or label_id = $label) and ($class is null or name = $class)
order by object_id
