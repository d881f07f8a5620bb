-- How long data rows stay in each task of the workflow, by project: the time from one event of a data row to its next
-- one. In hours; quartiles are interpolated between the two nearest values. A stay that goes on does not count yet.
-- group: Reviews and workflow
-- $project: only this project, by id or name
-- $since: only stays that ended at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only stays that ended before this date or time
with stays as (
    select
        w.project_id,
        p.name as project,
        w.task_name,
        w.data_row_id,
        w.seconds_in_task as seconds,
        row_number() over (partition by w.project_id, w.task_name order by w.seconds_in_task) - 1 as place,
        count(*) over (
            partition by w.project_id, w.task_name
            order by w.seconds_in_task rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from workflow_steps as w
    left join projects as p on p.project_id = w.project_id
    where w.seconds_in_task is not null and ($project is null or w.project_id = $project or p.name = $project)
        and in_period(w.created_at)
)
select
    project,
    task_name,
    count(*) as stays,
    count(distinct data_row_id) as data_rows,
    round(quantile(0.25, seconds) / 36e0) / 1e2 as lower_quartile,
    round(quantile(0.5, seconds) / 36e0) / 1e2 as median,
    round(quantile(0.75, seconds) / 36e0) / 1e2 as upper_quartile,
    round(max(seconds) / 36e0) / 1e2 as longest,
    round(sum(seconds) / 36e0) / 1e2 as total
from stays
group by project_id, project, task_name
order by project nulls last, project_id nulls last, task_name nulls last
