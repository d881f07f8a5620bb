-- one text entity of a label, with its text as far as the store has it; those of model runs are left out.
-- start and end count characters from 0, both included, in `unit`: utf-16 where more tokens of the label match the text when
-- counted that way, else code-points. The two differ after a character beyond U+FFFF, such as an emoji.
-- source is where the text is from: token (the export has it), row_data (cut from the text or message) or location
-- (documents: its first group). problem is why the span cannot be right; NULL where nothing speaks against it.
create view entity_texts as
with recursive texts as (
    select record_id, '' as message, length(row_data) as code_points, utf16_length(row_data) as utf16_units
    from records
    where asset_type = 'text' and not (row_data like '%://%' and row_data not like '% %')
    union all
    select record_id, message_id, length(text), utf16_length(text) from messages
),
-- the characters beyond U+FFFF, by the place of their first UTF-16 unit; found in parts of a text, as substr counts from 0
numbers as (
    select 0 as number
    union all
    select number + 1 from numbers where number < 255
),
parts as (
    select record_id, message, 0 as first, code_points from texts where utf16_units > code_points
    union all
    select record_id, message, first + 256, code_points from parts where first + 256 < code_points
),
part_texts as materialized (
    select p.record_id, p.message, p.first, substr(coalesce(m.text, r.row_data), p.first + 1, 256) as part
    from parts as p
    join records as r on r.record_id = p.record_id
    left join messages as m on m.record_id = p.record_id and m.message_id = p.message
),
wide_characters as materialized (
    select
        p.record_id,
        p.message,
        p.first + n.number + row_number() over (partition by p.record_id, p.message order by p.first, n.number) - 1
            as place
    from part_texts as p
    join numbers as n on n.number < length(p.part)
    where unicode(substr(p.part, n.number + 1, 1)) > 65535
),
-- the code points that a span stands for if it counts UTF-16 units
wide as materialized (
    select
        t.object_id,
        l.label_id,
        t.start - (
            select count(*) from wide_characters as c
            where c.record_id = x.record_id and c.message = x.message and c.place < t.start
        ) as first_point,
        t."end" - (
            select count(*) from wide_characters as c
            where c.record_id = x.record_id and c.message = x.message and c.place < t."end"
        ) as last_point
    from texts as x
    join labels as l on l.record_id = x.record_id
    join objects as o on o.label_id = l.label_id
    join text_entities as t on t.object_id = o.object_id
    where x.utf16_units > x.code_points and l.model_run_id is null
        and x.message = coalesce(t.message_id, '') and t.start >= 0 and t."end" >= t.start and t."end" < x.utf16_units
),
counting_utf16 as (
    select w.label_id
    from wide as w
    join text_entities as t on t.object_id = w.object_id
    join labels as l on l.label_id = w.label_id
    join records as r on r.record_id = l.record_id
    left join messages as m on m.record_id = l.record_id and m.message_id = t.message_id
    where t.token is not null
    group by w.label_id
    having sum(case when t.token = substr(coalesce(m.text, r.row_data), w.first_point + 1, w.last_point - w.first_point + 1)
            then 1 else 0 end)
        > sum(case when t.token = substr(coalesce(m.text, r.row_data), t.start + 1, t."end" - t.start + 1)
            and t."end" < length(coalesce(m.text, r.row_data)) then 1 else 0 end)
),
spans as (
    select
        o.label_id,
        l.data_row_id,
        o.object_id,
        o.name,
        o.page,
        t.message_id,
        t.start,
        t."end",
        t.token,
        case when c.label_id is null then 'code-points' else 'utf-16' end as unit,
        case when t.location is null then x.code_points end as text_code_points,
        case when t.location is null then x.utf16_units end as text_utf16_units,
        case
            when x.record_id is null or t.start < 0 or t."end" < t.start then null
            when c.label_id is null or x.utf16_units = x.code_points
                then nullif(substr(coalesce(m.text, r.row_data), t.start + 1, t."end" - t.start + 1), '')
            else substr(coalesce(m.text, r.row_data), w.first_point + 1, w.last_point - w.first_point + 1)
        end as cut,
        t.location,
        t.location ->> '$[0].text' as located
    from text_entities as t
    join objects as o on o.object_id = t.object_id
    join labels as l on l.label_id = o.label_id
    join records as r on r.record_id = l.record_id
    left join messages as m on m.record_id = l.record_id and m.message_id = t.message_id
    left join texts as x on x.record_id = l.record_id and x.message = coalesce(t.message_id, '')
    left join wide as w on w.object_id = t.object_id
    left join counting_utf16 as c on c.label_id = l.label_id
    where l.model_run_id is null
),
judged as (
    select
        *,
        case
            when location is not null then null
            when start is null or "end" is null then 'no start or no end'
            when start < 0 then 'start before the text'
            when "end" < start then 'end before start'
            when "end" >= text_utf16_units then 'end beyond the text'
            when "end" >= text_code_points and unit = 'code-points'
                then 'end beyond the text in code points, not in UTF-16 units'
            when "end" - start + 1 <> length(token) and "end" - start + 1 <> utf16_length(token)
                then 'length is not that of the token'
            when token <> cut then 'token is not the text at the span'
        end as problem
    from spans
)
select
    label_id,
    data_row_id,
    object_id,
    name,
    page,
    message_id,
    start,
    "end",
    "end" - start + 1 as length,
    unit,
    coalesce(token, case when problem is null then cut end, located) as text,
    case when token is not null then 'token' when problem is null and cut is not null then 'row_data'
        when located is not null then 'location' end as source,
    token,
    text_code_points,
    text_utf16_units,
    problem
from judged;
