-- The questions that the labels of `disagreement_labels` answer about their data row (not about objects or moments of a recording):
-- one row is a data row, `questions` how many they answer, `differing` how many of these not all of them answer the same.
-- $model_run: as there
with pairs as (
    select
        l.data_row_id,
        case when $model_run is null then l.project_id end as project_id,
        count(*) as labels,
        count(l.model_run_id) as predictions
    from labels as l
    where l.data_row_id is not null and not coalesce(l.skipped, false)
        and (l.model_run_id is null or l.model_run_id = $model_run)
    group by l.data_row_id, case when $model_run is null then l.project_id end
),
passes as (
    select p.data_row_id, p.project_id, p.labels, l.label_id, l.node_id, l.created_by, l.model_run_id, l.agreement
    from pairs as p
    join labels as l
        on l.data_row_id = p.data_row_id
        and ($model_run is not null or coalesce(l.project_id, '') = coalesce(p.project_id, ''))
    where p.labels > 1 and ($model_run is null or p.predictions between 1 and p.labels - 1)
        and not coalesce(l.skipped, false) and (l.model_run_id is null or l.model_run_id = $model_run)
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
)
select data_row_id, project_id, count(*) as questions, cast(sum(differs) as integer) as differing
from asked
group by data_row_id, project_id
