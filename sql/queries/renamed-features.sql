-- Features that were renamed: one row is a name of a schema id that several names stand for, the newest name first.
-- role is tool, classification or option; names is how many the schema id has.
-- group: Classes and answers
-- $project: only this project, by id or name
with renamed as (
    select role, schema_id from features
    where schema_id is not null
    group by role, schema_id having count(distinct coalesce(name, '')) > 1
),
named as (
    select f.role, f.schema_id, f.name, cast(sum(f.annotations) as integer) as annotations,
        cast(sum(f.labels) as integer) as labels, min(f.first_seen) as first_seen, max(f.last_seen) as last_seen
    from feature_counts as f
    left join projects as p on p.project_id = f.project_id
    where (f.grain = 'schema' or (f.grain is null and (f.is_text is null or not f.is_text)))
        and (case f.role when 'tool' then 'object' when 'option' then 'answer' else f.role end, f.schema_id)
            in (select role, schema_id from renamed)
        and ($project is null or f.project_id = $project or p.name = $project)
    group by f.role, f.schema_id, f.name
),
counted as (
    select *, count(*) over (partition by role, schema_id) as names from named
)
select role, schema_id, name, names, annotations, labels, first_seen, last_seen
from counted
where names > 1
order by role, schema_id, coalesce(last_seen, '') desc, coalesce(first_seen, '') desc, coalesce(name, '')
