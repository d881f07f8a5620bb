-- Data rows whose labels differ most, compared without geometry: one row is a data row with several labels in one
-- project. `objects_differ` adds up, over its classes, how many more objects the label with most of them has than the one with
-- fewest; `answers_differ` counts the questions about it (not about objects or moments of a recording) that not all of its labels
-- answer the same, of `questions`. `agreement` is the lowest score in the export. Skipped labels do not count. Labels whose objects
-- lie in different places count as equal here: `labelstore agreement` and the comparisons of `browse` look at places.
-- group: Agreement
-- $project: only this project, by id or name
-- $model_run: instead the data rows that this model run has, the labels of all projects against those of the run
with pairs as (
    select
        l.data_row_id,
        case when $model_run is null then l.project_id end as project_id,
        count(*) as labels,
        count(l.model_run_id) as predictions
    from labels as l
    where l.data_row_id is not null and not coalesce(l.skipped, false)
        and (l.model_run_id is null or l.model_run_id = $model_run)
        and ($project is null or l.model_run_id is not null or l.project_id = $project
            or l.project_id in (select project_id from projects where name = $project))
    group by l.data_row_id, case when $model_run is null then l.project_id end
),
passes as (
    select p.data_row_id, p.project_id, l.project_id as own_project_id, p.labels, l.label_id, l.node_id, l.created_by, l.model_run_id, l.agreement
    from pairs as p
    join labels as l
        on l.data_row_id = p.data_row_id
        and ($model_run is not null or coalesce(l.project_id, '') = coalesce(p.project_id, ''))
    where p.labels > 1 and ($model_run is null or p.predictions between 1 and p.labels - 1)
        and not coalesce(l.skipped, false) and (l.model_run_id is null or l.model_run_id = $model_run)
        and ($project is null or l.model_run_id is not null or l.project_id = $project
            or l.project_id in (select project_id from projects where name = $project))
),
counted as (
    select l.data_row_id, l.project_id, l.labels, l.label_id, o.name, count(*) as objects
    from passes as l
    join objects as o on o.label_id = l.label_id
    group by l.data_row_id, l.project_id, l.labels, l.label_id, o.name
),
of_classes as (
    select
        data_row_id,
        project_id,
        max(objects) - case when count(*) < labels then 0 else min(objects) end as differing
    from counted
    group by data_row_id, project_id, labels, name
),
of_objects as (
    select data_row_id, project_id, cast(sum(differing) as integer) as differing
    from of_classes
    group by data_row_id, project_id
),
given as (
    select
        l.data_row_id,
        l.project_id,
        l.labels,
        coalesce(c.name, c.value) as question,
        c.frame_number,
        c.message_id,
        coalesce(a.text, a.name, a.value) as answer,
        count(distinct l.label_id) as labels_with_it
    from passes as l
    join classifications as c on c.label_id = l.label_id
    join answers as a on a.classification_id = c.classification_id
    where c.object_id is null and c.moment_id is null
    group by l.data_row_id, l.project_id, l.labels, coalesce(c.name, c.value), c.frame_number, c.message_id,
        coalesce(a.text, a.name, a.value)
),
asked as (
    select
        data_row_id,
        project_id,
        question,
        frame_number,
        message_id,
        max(case when labels_with_it < labels then 1 else 0 end) as differs
    from given
    group by data_row_id, project_id, question, frame_number, message_id
),
of_answers as (
    select data_row_id, project_id, count(*) as questions, cast(sum(differs) as integer) as differing
    from asked
    group by data_row_id, project_id
),
of_labels as (
    select
        data_row_id,
        project_id,
        min(own_project_id) as own_project_id,
        count(*) as labels,
        min(case when agreement >= 0 then agreement end) as agreement
    from passes
    group by data_row_id, project_id
)
select
    coalesce(p.name, l.own_project_id) as project,
    l.data_row_id,
    coalesce(d.external_id, d.global_key) as external_id,
    l.labels,
    coalesce(o.differing, 0) as objects_differ,
    coalesce(a.differing, 0) as answers_differ,
    coalesce(a.questions, 0) as questions,
    round(1e4 * l.agreement) / 1e4 as agreement
from of_labels as l
left join of_objects as o
    on o.data_row_id = l.data_row_id and o.project_id is not distinct from l.project_id
left join of_answers as a
    on a.data_row_id = l.data_row_id and a.project_id is not distinct from l.project_id
left join projects as p on p.project_id = l.own_project_id
left join data_rows as d on d.data_row_id = l.data_row_id
order by objects_differ desc, answers_differ desc, l.data_row_id, l.project_id nulls last
