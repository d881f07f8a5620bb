-- one step of a data row through the workflow of a project: each event once, with the task that it ended
create view workflow_steps as
with events as (
    select
        e.data_row_id,
        coalesce(e.project_id, l.project_id) as project_id,
        e.action,
        e.created_at,
        e.created_by,
        e.previous_task_name,
        e.next_task_name,
        seconds_of(e.created_at) as moment,
        max(e.ordinal) as ordinal  -- the newest comes first
    from workflow_events as e
    left join labels as l on l.label_id = e.label_id  -- v1: each label of a data row tells its whole history
    group by e.data_row_id, coalesce(e.project_id, l.project_id), e.action, e.created_at, e.created_by,
        e.previous_task_name, e.next_task_name
)
select
    data_row_id,
    project_id,
    row_number() over history as step,
    action,
    created_at,
    created_by,
    previous_task_name,
    next_task_name,
    coalesce(previous_task_name, lag(next_task_name) over history) as task_name,
    moment - lag(moment) over history as seconds_in_task
from events
where moment is not null
window history as (
    partition by data_row_id, project_id
    order by moment, ordinal desc, created_at, action, created_by, previous_task_name, next_task_name
);
