-- Data rows that were sent back in the workflow: rejected, or moved to a task that they came to before the one they
-- were in. One row is a data row in a project. The move that follows a rejection is the way out of rework and no move back.
-- `sent_back_at` is the first time, `approved_at` the first approval after the last time (NULL until then), `hours` the
-- time between the two. Needs the workflow history in the export.
-- group: Reviews and workflow
-- $project: only this project, by id or name
-- $since: only data rows first sent back at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only data rows first sent back before this date or time
with moved as (  -- one step that is no rejection cannot go back
    select data_row_id from workflow_events
    group by data_row_id
    having count(*) > 1 or max(case when lower(action) = 'reject' then 1 else 0 end) = 1
),
steps as (
    select
        data_row_id,
        project_id,
        step,
        lower(action) as action,
        created_at,
        task_name,
        next_task_name,
        lag(lower(action)) over (partition by data_row_id, project_id order by step) as action_before
    from workflow_steps
    where data_row_id in (select data_row_id from moved)
),
-- each step twice, with the task that it ended and the one that it began, in the order of time
visits as (
    select s.*, task_name as task, true as ended, 2 * step as place from steps as s
    union all
    select s.*, next_task_name, false, 2 * step + 1 from steps as s
),
placed as (
    select v.*, min(place) over (partition by data_row_id, project_id, task) as first_place from visits as v
),
told as (
    select
        data_row_id,
        project_id,
        step,
        action,
        created_at,
        action_before,
        max(case when ended and task is not null then first_place end) as from_place,
        max(case when not ended and task is not null then first_place end) as to_place
    from placed
    group by data_row_id, project_id, step, action, created_at, action_before
),
judged as (
    select
        t.*,
        case
            when action = 'reject' then 1
            when to_place < from_place and coalesce(action_before, '') <> 'reject' then 1
            else 0
        end as is_back
    from told as t
),
bounded as (
    select
        j.*,
        min(case when is_back = 1 then step end) over (partition by data_row_id, project_id) as first_back,
        max(case when is_back = 1 then step end) over (partition by data_row_id, project_id) as last_back
    from judged as j
),
ended as (
    select
        b.*,
        min(case when action = 'approve' and step > last_back then step end)
            over (partition by data_row_id, project_id) as approval
    from bounded as b
    where last_back is not null
),
backs as (
    select
        data_row_id,
        project_id,
        sum(case when action = 'reject' then 1 else 0 end) as rejections,
        sum(case when action = 'reject' then 0 else is_back end) as moves_back,
        max(case when step = first_back then created_at end) as sent_back_at,
        max(case when step = approval then created_at end) as approved_at
    from ended
    group by data_row_id, project_id
)
select
    p.name as project,
    b.data_row_id,
    d.external_id,
    b.rejections,
    b.moves_back,
    b.sent_back_at,
    b.approved_at,
    round((seconds_of(b.approved_at) - seconds_of(b.sent_back_at)) / 36e0) / 1e2 as hours
from backs as b
left join data_rows as d on d.data_row_id = b.data_row_id
left join projects as p on p.project_id = b.project_id
where ($project is null or b.project_id = $project or p.name = $project)
    and in_period(b.sent_back_at)
order by project nulls last, b.project_id nulls last, b.data_row_id
