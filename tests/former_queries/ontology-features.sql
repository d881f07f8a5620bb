-- The ontology as the labels show it: one row is a tool, question or option under its parent, with one name, kind and color.
-- annotations counts an object or answer once for each frame it is in; labels in model runs are left out.
-- $project: only this project, by id or name
with work as (
    select l.label_id, coalesce(l.created_at, l.updated_at) as first_seen, coalesce(l.updated_at, l.created_at) as last_seen
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
),
seen as (
    select 'tool' as role, o.kind, o.name, o.value, o.schema_id, o.color,
        cast(null as text) as parent_role, cast(null as text) as parent_schema_id, cast(null as text) as parent_name,
        cast(null as text) as parent_kind, 0 as by_frame, w.first_seen, w.last_seen, o.label_id
    from objects as o
    join work as w on w.label_id = o.label_id
    union all
    select 'tool', 'relationship', r.name, r.value, r.schema_id, r.color, null, null, null, null, 0, w.first_seen, w.last_seen,
        r.label_id
    from relationships as r
    join work as w on w.label_id = r.label_id
    union all
    select 'classification', c.kind, c.name, c.value, c.schema_id, null,
        case when c.parent_answer_id is not null then 'option' when c.object_id is not null then 'tool' end,
        case when c.parent_answer_id is not null then a.schema_id else o.schema_id end,
        case when c.parent_answer_id is not null then a.name else o.name end,
        case when c.parent_answer_id is null then o.kind end,
        case when c.frame_id is not null or c.message_id is not null or c.scope = 'index' then 1 else 0 end,
        w.first_seen, w.last_seen, c.label_id
    from classifications as c
    join work as w on w.label_id = c.label_id
    left join answers as a on a.answer_id = c.parent_answer_id
    left join objects as o on o.object_id = c.object_id
    union all
    select 'option', null, a.name, a.value, a.schema_id, null, 'classification', c.schema_id, c.name, c.kind, 0,
        w.first_seen, w.last_seen, c.label_id
    from answers as a
    join classifications as c on c.classification_id = a.classification_id
    join work as w on w.label_id = c.label_id
    where (a.text is null or a.name is not null) and (c.kind is null or c.kind <> 'text')
)
select
    role,
    kind,
    name,
    value,
    schema_id,
    color,
    parent_role,
    parent_schema_id,
    parent_name,
    parent_kind,
    max(by_frame) as by_frame,
    count(*) as annotations,
    count(distinct label_id) as labels,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from seen
group by role, kind, name, value, schema_id, color, parent_role, parent_schema_id, parent_name, parent_kind
order by role, coalesce(parent_role, ''), coalesce(parent_name, ''), coalesce(parent_schema_id, ''), coalesce(parent_kind, ''), annotations desc,
    coalesce(name, ''), coalesce(schema_id, ''), coalesce(kind, ''), coalesce(value, ''), coalesce(color, '')
