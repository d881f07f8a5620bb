-- Names that several features share: one row is one of the schema ids of a name, the most used first.
-- Names are compared among tools, among the questions of one class or option, and among the options of one question.
-- role is tool, classification or option; schema_ids is how many the name has, projects how many use this one.
-- $project: only this project, by id or name
with colliding as (
    select role, name from features
    where schema_id is not null
    group by role, name having count(distinct schema_id) > 1
),
work as (
    select l.label_id, l.project_id, coalesce(l.created_at, l.updated_at) as first_seen,
        coalesce(l.updated_at, l.created_at) as last_seen
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
),
seen as (
    select 'tool' as role, cast(null as text) as parent, label_id, schema_id, name from objects
    where name in (select name from colliding where role = 'object')
    union all
    select 'classification', case when c.parent_answer_id is not null then a.name else o.name end, c.label_id,
        c.schema_id, c.name
    from classifications as c
    left join answers as a on a.answer_id = c.parent_answer_id
    left join objects as o on o.object_id = c.object_id
    where c.name in (select name from colliding where role = 'classification')
    union all
    select 'option', c.name, c.label_id, a.schema_id, a.name
    from answers as a
    join classifications as c on c.classification_id = a.classification_id
    where a.name in (select name from colliding where role = 'answer') and a.text is null
),
used as (
    select s.role, s.parent, s.name, s.schema_id, count(*) as annotations, count(distinct s.label_id) as labels,
        count(distinct w.project_id) as projects, min(w.first_seen) as first_seen, max(w.last_seen) as last_seen
    from seen as s
    join work as w on w.label_id = s.label_id
    where s.schema_id is not null
    group by s.role, s.parent, s.name, s.schema_id
),
counted as (
    select *, count(*) over (partition by role, parent, name) as schema_ids from used
)
select role, parent, name, schema_id, schema_ids, projects, annotations, labels, first_seen, last_seen
from counted
where schema_ids > 1
order by role, coalesce(parent, ''), name, annotations desc, schema_id
