-- Names that several features share: one row is one of the schema ids of a name, the most used first.
-- Names are compared among tools, among the questions of one class or option, and among the options of one question.
-- role is tool, classification or option; schema_ids is how many the name has, projects how many use this one.
-- group: Classes and answers
-- $project: only this project, by id or name
with used as (
    select f.role, f.parent_name as parent, f.name, f.schema_id, cast(sum(f.annotations) as integer) as annotations,
        cast(sum(f.labels) as integer) as labels, count(distinct f.project_id) as projects,
        min(f.first_seen) as first_seen, max(f.last_seen) as last_seen
    from feature_counts as f
    left join projects as p on p.project_id = f.project_id
    where f.role in ('tool', 'classification', 'option') and f.name is not null and f.schema_id is not null
        and (
            (f.grain is null and (f.is_text is null or not f.is_text))
            or f.grain = case when f.role = 'tool' then 'schema' else 'parent' end
        )
        and ($project is null or f.project_id = $project or p.name = $project)
    group by f.role, f.parent_name, f.name, f.schema_id
),
counted as (
    select *, count(*) over (partition by role, parent, name) as schema_ids from used
)
select role, parent, name, schema_id, schema_ids, projects, annotations, labels, first_seen, last_seen
from counted
where schema_ids > 1
order by role, coalesce(parent, ''), name, annotations desc, schema_id
