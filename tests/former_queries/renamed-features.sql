-- Features that were renamed: one row is a name of a schema id that several names stand for, the newest name first.
-- role is tool, classification or option; names is how many the schema id has.
-- $project: only this project, by id or name
with renamed as (
    select role, schema_id from features
    where schema_id is not null
    group by role, schema_id having count(distinct coalesce(name, '')) > 1
),
work as (
    select l.label_id, coalesce(l.created_at, l.updated_at) as first_seen, coalesce(l.updated_at, l.created_at) as last_seen
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
),
seen as (
    select 'tool' as role, label_id, schema_id, name from objects
    where schema_id in (select schema_id from renamed where role = 'object')
    union all
    select 'classification', label_id, schema_id, name from classifications
    where schema_id in (select schema_id from renamed where role = 'classification')
    union all
    select 'option', c.label_id, a.schema_id, a.name
    from answers as a
    join classifications as c on c.classification_id = a.classification_id
    where a.schema_id in (select schema_id from renamed where role = 'answer') and a.text is null
),
named as (
    select s.role, s.schema_id, s.name, count(*) as annotations, count(distinct s.label_id) as labels,
        min(w.first_seen) as first_seen, max(w.last_seen) as last_seen
    from seen as s
    join work as w on w.label_id = s.label_id
    group by s.role, s.schema_id, s.name
),
counted as (
    select *, count(*) over (partition by role, schema_id) as names from named
)
select role, schema_id, name, names, annotations, labels, first_seen, last_seen
from counted
where names > 1
order by role, schema_id, coalesce(last_seen, '') desc, coalesce(first_seen, '') desc, coalesce(name, '')
