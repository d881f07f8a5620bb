-- Data rows that were sent back in the workflow: rejected, or moved to a task that they came to before the one they were in.
-- One row is a data row in a project. The move that follows a rejection is the way out of rework and no move back.
-- `sent_back_at` is the first time, `approved_at` the first approval after the last time (NULL until then), `hours` the
-- time between the two. Needs the workflow history in the export.
-- $project: only this project, by id or name
with steps as materialized (
    select
        w.*,
        seconds_of(w.created_at) as moment,
        lag(lower(w.action)) over (partition by w.data_row_id, w.project_id order by w.step) as action_before
    from workflow_steps as w
),
-- the tasks of a data row in the order in which it came to them
tasks as (
    select data_row_id, project_id, task_name, min(place) as place
    from (
        select data_row_id, project_id, task_name, 2 * step as place from steps
        union all
        select data_row_id, project_id, next_task_name, 2 * step + 1 from steps
    ) as told
    where task_name is not null
    group by data_row_id, project_id, task_name
),
backs as (
    select
        s.data_row_id,
        s.project_id,
        sum(case when lower(s.action) = 'reject' then 1 else 0 end) as rejections,
        sum(case when lower(s.action) = 'reject' then 0 else 1 end) as moves_back,
        min(s.step) as first_step,
        max(s.step) as last_step
    from steps as s
    left join tasks as f
        on f.data_row_id = s.data_row_id
        and f.project_id is not distinct from s.project_id
        and f.task_name = s.task_name
    left join tasks as t
        on t.data_row_id = s.data_row_id
        and t.project_id is not distinct from s.project_id
        and t.task_name = s.next_task_name
    where lower(s.action) = 'reject' or (t.place < f.place and coalesce(s.action_before, '') <> 'reject')
    group by s.data_row_id, s.project_id
),
approvals as (
    select b.data_row_id, b.project_id, min(s.step) as step
    from backs as b
    join steps as s
        on s.data_row_id = b.data_row_id
        and s.project_id is not distinct from b.project_id
        and s.step > b.last_step
        and lower(s.action) = 'approve'
    group by b.data_row_id, b.project_id
)
select
    p.name as project,
    b.data_row_id,
    d.external_id,
    b.rejections,
    b.moves_back,
    f.created_at as sent_back_at,
    y.created_at as approved_at,
    round((y.moment - f.moment) / 36e0) / 1e2 as hours
from backs as b
join steps as f
    on f.data_row_id = b.data_row_id and f.project_id is not distinct from b.project_id and f.step = b.first_step
left join approvals as a on a.data_row_id = b.data_row_id and a.project_id is not distinct from b.project_id
left join steps as y
    on y.data_row_id = a.data_row_id and y.project_id is not distinct from a.project_id and y.step = a.step
left join data_rows as d on d.data_row_id = b.data_row_id
left join projects as p on p.project_id = b.project_id
where $project is null or b.project_id = $project or p.name = $project
order by project nulls last, b.project_id nulls last, b.data_row_id
