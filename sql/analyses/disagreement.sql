-- The labels of data rows that have several in one project, and what they hold: four parts, the first of which stands before
-- each of the others. Skipped labels are left out.
-- $model_run: instead the labels of data rows that this model run has too, of whatever project, and those of the run
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
);
-- One row is a label, those of a data row together.
select
    l.data_row_id,
    l.project_id as group_id,
    o.project_id,
    coalesce(p.name, o.project_id) as project,
    coalesce(d.external_id, d.global_key) as external_id,
    d.asset_type,
    l.label_id,
    l.created_by,
    l.model_run_id,
    case when l.agreement >= 0 then l.agreement end as agreement
from passes as l
join labels as o on o.node_id = l.node_id
left join projects as p on p.project_id = o.project_id
left join data_rows as d on d.data_row_id = l.data_row_id
order by l.data_row_id, l.project_id, l.model_run_id is not null, l.node_id;
-- One row is a class of a data row; `most` and `fewest` are how many objects of it the label with most and the one with fewest have.
, counted as (
    select l.data_row_id, l.project_id, l.labels, l.label_id, o.name, count(*) as objects
    from passes as l
    join objects as o on o.label_id = l.label_id
    group by l.data_row_id, l.project_id, l.labels, l.label_id, o.name
)
select
    data_row_id,
    project_id,
    name,
    max(objects) as most,
    case when count(*) < labels then 0 else min(objects) end as fewest
from counted
group by data_row_id, project_id, labels, name;
-- One row is a data row; `questions` is how many questions its labels answer about it (not about objects or moments of a
-- recording), `differing` how many of these not all of them answer the same.
, given as (
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
