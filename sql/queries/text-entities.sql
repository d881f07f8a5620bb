-- Text entities: one row is one entity with its span, its length and, where the store has it, its text.
-- start and end count characters from 0, both ends included, so length = end - start + 1. source tells where the text is
-- from: token (the export says it), row_data (cut from the text of the asset, by code points) or location (documents:
-- its first group). After characters beyond U+FFFF, such as emoji, Labelbox may count UTF-16 units: see span-problems.
-- $label: only this label, by id
-- $class: only entities of this class
with spans as (
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
        case when t.message_id is null and t.start >= 0 and t."end" >= t.start and r.asset_type = 'text'
            and not (r.row_data like '%://%' and r.row_data not like '% %')
            then nullif(substr(r.row_data, t.start + 1, t."end" - t.start + 1), '') end as cut,
        t.location ->> '$[0].text' as located
    from text_entities as t
    join objects as o on o.object_id = t.object_id
    join labels as l on l.label_id = o.label_id
    join records as r on r.record_id = l.record_id
    where l.model_run_id is null and ($class is null or o.name = $class)
        and ($label is null or t.object_id in (select object_id from objects where label_id = $label))
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
    coalesce(token, cut, located) as text,
    case when token is not null then 'token' when cut is not null then 'row_data'
        when located is not null then 'location' end as source
from spans
order by object_id
