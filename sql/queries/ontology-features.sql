-- The ontology as the labels show it: one row is a tool, question or option under its parent, with one name, kind and color.
-- annotations counts an object or answer once for each frame it is in; labels in model runs are left out.
-- group: Classes and answers
-- $project: only this project, by id or name
with seen as (
    select case when f.role = 'relationship' then 'tool' else f.role end as role, f.kind, f.name, f.value, f.schema_id, f.color,
        f.parent_role, f.parent_schema_id, f.parent_name, f.parent_kind, f.by_frame, f.annotations, f.labels, f.first_seen,
        f.last_seen
    from feature_counts as f
    left join projects as p on p.project_id = f.project_id
    where (f.grain is null or f.grain = 'feature') and ($project is null or f.project_id = $project or p.name = $project)
        and (
            f.role in ('tool', 'relationship', 'classification')
            or (f.role = 'option' and (f.parent_kind is null or f.parent_kind <> 'text')
                and (f.name is not null or f.is_text is null or not f.is_text))
        )
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
    max(case when by_frame > 0 then 1 else 0 end) as by_frame,
    cast(sum(annotations) as integer) as annotations,
    cast(sum(labels) as integer) as labels,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from seen
group by role, kind, name, value, schema_id, color, parent_role, parent_schema_id, parent_name, parent_kind
order by role, coalesce(parent_role, ''), coalesce(parent_name, ''), coalesce(parent_schema_id, ''), coalesce(parent_kind, ''), annotations desc,
    coalesce(name, ''), coalesce(schema_id, ''), coalesce(kind, ''), coalesce(value, ''), coalesce(color, '')
