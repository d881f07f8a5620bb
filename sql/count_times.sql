-- When the features named in `uncertain_names` were first and last used; with $unnamed, those without a name too.
with work as (
    select l.label_id, l.project_id, r.asset_type, coalesce(l.skipped, false) as skipped,
        coalesce(l.created_at, l.updated_at) as first_seen, coalesce(l.updated_at, l.created_at) as last_seen
    from labels as l
    join records as r on r.record_id = l.record_id
    where l.model_run_id is null
),
wanted as (
    select distinct name from uncertain_names
),
used as (
    select 'tool' as role, o.kind, o.name, o.value, o.schema_id, o.color, cast(null as text) as parent_role,
        cast(null as text) as parent_schema_id, cast(null as text) as parent_name, cast(null as text) as parent_kind,
        cast(null as boolean) as is_text, o.label_id
    from objects as o
    where o.name in (select name from wanted) or (o.name is null and $unnamed)
    union all
    select 'relationship', 'relationship', x.name, x.value, x.schema_id, x.color, null, null, null, null, null, x.label_id
    from relationships as x
    where x.name in (select name from wanted) or (x.name is null and $unnamed)
    union all
    select 'classification', c.kind, c.name, c.value, c.schema_id, null,
        case when c.parent_answer_id is not null then 'option' when c.object_id is not null then 'tool' end,
        case when c.parent_answer_id is not null then a.schema_id else o.schema_id end,
        case when c.parent_answer_id is not null then a.name else o.name end,
        case when c.parent_answer_id is null then o.kind end,
        null, c.label_id
    from classifications as c
    left join answers as a on a.answer_id = c.parent_answer_id
    left join objects as o on o.object_id = c.object_id
    where c.name in (select name from wanted) or (c.name is null and $unnamed)
    union all
    select 'option', null, a.name, a.value, a.schema_id, null, 'classification', c.schema_id, c.name, c.kind,
        a.text is not null, c.label_id
    from answers as a
    join classifications as c on c.classification_id = a.classification_id
    where a.name in (select name from wanted) or (a.name is null and $unnamed)
)
select w.project_id, w.asset_type, w.skipped, u.role, u.kind, u.name, u.value, u.schema_id, u.color, u.parent_role,
    u.parent_schema_id, u.parent_name, u.parent_kind, u.is_text, min(w.first_seen) as first_seen,
    max(w.last_seen) as last_seen
from used as u
join work as w on w.label_id = u.label_id
group by w.project_id, w.asset_type, w.skipped, u.role, u.kind, u.name, u.value, u.schema_id, u.color, u.parent_role,
    u.parent_schema_id, u.parent_name, u.parent_kind, u.is_text
