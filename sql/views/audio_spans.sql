-- one answer in one span of a recording, both ends in milliseconds: free text, or a picked option
-- end_answer is set where the export has another text at the end of the span than at its start. A span without answers has
-- no question; an answer outside of all spans has no end.
-- Answers inside an answer have the span of that answer, unless they have their own.
create view audio_spans as
with spans as (
    select s.label_id, s.feature_id, s.start_frame as start_ms, s.end_frame as end_ms
    from segments as s
    join labels as l on l.label_id = s.label_id
    join records as r on r.record_id = l.record_id
    where (l.moment_count is not null or r.asset_type = 'audio') and s.group_name is null and s.start_frame is not null
),
spanned as (
    select distinct label_id, feature_id from spans
),
-- the questions of moments, and those of whole recordings with spans
asked as (
    select m.label_id, m.milliseconds, c.moment_id, c.feature_id, c.parent_answer_id, c.classification_id, c.end_id
    from moments as m
    join classifications as c on c.moment_id = m.moment_id
    union all
    select c.label_id, null, null, c.feature_id, c.parent_answer_id, c.classification_id, c.end_id
    from (select distinct label_id from spans) as s
    join classifications as c on c.label_id = s.label_id
    where c.moment_id is null and c.frame_id is null and c.object_id is null
),
-- they and their answers, with the nodes of what is in them
told as (
    select label_id, milliseconds, moment_id, feature_id, parent_answer_id, classification_id as first_id,
        coalesce(end_id, classification_id) as last_id
    from asked
    union all
    select q.label_id, q.milliseconds, q.moment_id, a.feature_id, 0, a.answer_id, coalesce(a.end_id, a.answer_id)
    from asked as q
    join answers as a on a.classification_id = q.classification_id
),
ended as (
    select m.label_id, m.milliseconds, c.feature_id, min(coalesce(a.text, a.name, a.value)) as first_answer,
        max(coalesce(a.text, a.name, a.value)) as last_answer
    from moments as m
    join repeated_classifications as c on c.moment_id = m.moment_id
    join repeated_answers as a on a.classification_id = c.classification_id
    where c.is_end and c.kind <> 'checklist'
    group by m.label_id, m.milliseconds, c.feature_id
),
placed as (
    select s.label_id, s.feature_id, s.start_ms, s.end_ms, coalesce(b.first_id, e.first_id, w.first_id) as first_id,
        coalesce(b.last_id, e.last_id, w.last_id) as last_id
    from spans as s
    left join told as b on b.label_id = s.label_id and b.feature_id = s.feature_id and b.milliseconds = s.start_ms
    left join told as e on e.label_id = s.label_id and e.feature_id = s.feature_id and e.milliseconds = s.end_ms
        and b.first_id is null
    left join told as w on w.label_id = s.label_id and w.feature_id = s.feature_id and w.moment_id is null
        and b.first_id is null and e.first_id is null
    union all
    -- questions of which nothing has a span
    select t.label_id, t.feature_id, t.milliseconds, null, t.first_id, t.last_id
    from told as t
    where t.moment_id is not null and t.parent_answer_id is null and not exists (
        select 1
        from told as i
        join spanned as p on p.label_id = i.label_id and p.feature_id = i.feature_id
        where i.label_id = t.label_id and i.first_id between t.first_id and t.last_id
    )
)
select
    p.label_id,
    l.data_row_id,
    p.start_ms,
    p.end_ms,
    coalesce(c.name, c.value, q.name, q.value) as question,
    coalesce(a.text, a.name, a.value) as answer,
    case when coalesce(a.text, a.name, a.value) in (e.first_answer, e.last_answer) then null else e.first_answer end as end_answer,
    coalesce(c.kind, q.kind) as kind,
    p.feature_id,
    coalesce(c.schema_id, q.schema_id) as schema_id,
    a.schema_id as answer_schema_id,
    coalesce(c.classification_id, q.classification_id) as classification_id,
    a.answer_id
from placed as p
join labels as l on l.label_id = p.label_id
left join classifications as q on q.classification_id = p.first_id
left join answers as a on a.answer_id between p.first_id and p.last_id
    and a.answer_id >> 24 = p.first_id >> 24 -- the record: DuckDB joins by what is equal
left join classifications as c on c.classification_id = a.classification_id
left join spanned as sa on sa.label_id = p.label_id and sa.feature_id = a.feature_id
left join spanned as sc on sc.label_id = p.label_id and sc.feature_id = c.feature_id
left join ended as e on e.label_id = p.label_id and e.feature_id = p.feature_id and e.feature_id = c.feature_id
    and e.milliseconds = p.end_ms
where a.answer_id is null or a.answer_id = p.first_id
    or (sa.feature_id is null and (sc.feature_id is null or c.classification_id = p.first_id));
