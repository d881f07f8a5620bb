-- Spans of text entities that cannot be right: one row is one entity whose span does not fit its text or its token.
-- Lengths are given in code points and in UTF-16 units, where a character beyond U+FFFF (an emoji) counts two; they are
-- NULL where the store has no text. Which of the two Labelbox counts is not documented, so only spans that fit neither
-- are called beyond the text.
-- $label: only this label, by id
with spans as (
    select o.label_id, l.data_row_id, l.record_id, o.object_id, o.name, t.message_id, t.start, t."end", t.token
    from text_entities as t
    join objects as o on o.object_id = t.object_id
    join labels as l on l.label_id = o.label_id
    where l.model_run_id is null and t.location is null and ($label is null or o.label_id = $label)
),
texts as (
    select record_id, row_data, length(row_data) as code_points, utf16_length(row_data) as utf16_units
    from records
    where asset_type = 'text' and not (row_data like '%://%' and row_data not like '% %')
        and record_id in (select record_id from spans where message_id is null)
),
measured as (
    select
        s.*,
        case when s.message_id is null then t.code_points end as text_code_points,
        case when s.message_id is null then t.utf16_units end as text_utf16_units,
        s."end" - s.start + 1 as length,
        length(s.token) as token_code_points,
        utf16_length(s.token) as token_utf16_units,
        case when s.message_id is null and s.start >= 0 and s."end" >= s.start and t.code_points = t.utf16_units
            then substr(t.row_data, s.start + 1, s."end" - s.start + 1) end as cut
    from spans as s
    left join texts as t on t.record_id = s.record_id
),
judged as (
    select
        *,
        case
            when start is null or "end" is null then 'no start or no end'
            when start < 0 then 'start before the text'
            when "end" < start then 'end before start'
            when "end" >= text_utf16_units then 'end beyond the text'
            when "end" >= text_code_points and token is null
                then 'end beyond the text in code points, not in UTF-16 units'
            when length <> token_code_points and length <> token_utf16_units then 'length is not that of the token'
            when token <> cut then 'token is not the text at the span'
        end as problem
    from measured
)
select
    label_id,
    data_row_id,
    object_id,
    name,
    message_id,
    start,
    "end",
    token,
    text_code_points,
    text_utf16_units,
    problem
from judged
where problem is not null
order by object_id
