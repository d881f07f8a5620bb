-- Scorecard of projects: one row for each. `data_rows` are those with a label or in a batch, `done` those in the workflow
-- step Done, NULL without a known step; both are of today. All else is of labels made in the period: `labels` and `objects`
-- without skipped ones, `hours` with them; `approved` and `rejected` go by the last review of a label, `unreviewed` have
-- none, `approve_rate` is a part of approved + rejected. `agreement` and `benchmark` are means of the scores that were
-- computed.
-- group: Reviews and workflow
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
with framed as (  -- objects_total is without those of v1 frames files
    select label_id, count(*) as objects from objects where label_id in (select label_id from frames) group by label_id
),
reviewed as (
    select
        label_id,
        score,
        row_number() over (partition by label_id order by created_at desc nulls last, node_id desc) as age
    from reviews
),
in_projects as (
    select project_id, data_row_id, case when coalesce(task_name, workflow_status) is not null then
        case when lower(coalesce(task_name, workflow_status)) = 'done' then 1 else 0 end end as is_done
    from data_row_projects
    union all
    select project_id, data_row_id, case when workflow_task_name is not null then
        case when lower(workflow_task_name) = 'done' then 1 else 0 end end
    from labels
    where model_run_id is null
),
data_rows_of as (
    select project_id, count(*) as data_rows, cast(sum(is_done) as integer) as done
    from (
        select project_id, data_row_id, max(is_done) as is_done from in_projects group by project_id, data_row_id
    ) as each_data_row
    group by project_id
),
made as (
    select
        l.project_id,
        l.created_by,
        coalesce(l.skipped, false) as skipped,
        l.seconds_to_label as seconds,
        coalesce(f.objects, l.objects_total) as objects,
        r.label_id is not null as is_reviewed,
        r.score,
        case when l.agreement >= 0 then l.agreement end as agreement,
        case when l.benchmark_agreement >= 0 then l.benchmark_agreement end as benchmark
    from labels as l
    left join framed as f on f.label_id = l.label_id
    left join reviewed as r on r.label_id = l.label_id and r.age = 1
    where l.model_run_id is null
        and ($labeler is null or l.created_by = $labeler)
        and made_in_period(l)
),
counted as (
    select
        project_id,
        sum(case when skipped then 0 else 1 end) as labels,
        sum(case when skipped then 1 else 0 end) as skipped,
        count(distinct created_by) as labelers,
        sum(case when skipped then 0 else objects end) as objects,
        round(sum(seconds) / 36e0) / 1e2 as hours,
        sum(case when score > 0 then 1 else 0 end) as approved,
        sum(case when score < 0 then 1 else 0 end) as rejected,
        sum(case when is_reviewed then 0 else 1 end) as unreviewed,
        round(1e4 * avg(case when score > 0 then 1e0 when score < 0 then 0e0 end)) / 1e4 as approve_rate,
        round(1e4 * avg(case when not skipped then agreement end)) / 1e4 as agreement,
        round(1e4 * avg(case when not skipped then benchmark end)) / 1e4 as benchmark
    from made
    group by project_id
)
select
    coalesce(p.name, d.project_id) as project,
    d.project_id,
    d.data_rows,
    d.done,
    coalesce(c.labels, 0) as labels,
    coalesce(c.skipped, 0) as skipped,
    coalesce(c.labelers, 0) as labelers,
    coalesce(c.objects, 0) as objects,
    c.hours,
    coalesce(c.approved, 0) as approved,
    coalesce(c.rejected, 0) as rejected,
    coalesce(c.unreviewed, 0) as unreviewed,
    c.approve_rate,
    c.agreement,
    c.benchmark
from data_rows_of as d
left join counted as c on c.project_id is not distinct from d.project_id
left join projects as p on p.project_id = d.project_id
where ($project is null or d.project_id = $project or p.name = $project)
order by labels desc, project nulls last, d.project_id nulls last
