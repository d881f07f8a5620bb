-- Burn-down: how many data rows were in each workflow step at the end of each week, by project. A week is its Monday
-- (ISO 8601, UTC). `entered` and `left_it` are the data rows that came to the step and left it in that week; a week in which
-- neither happened has no row. An approval without a next step leads to Done. Data rows without workflow history are
-- left out.
-- group: Reviews and workflow
-- $project: only this project, by id or name
with moves as (
    select
        data_row_id,
        project_id,
        step as place,
        week_of(created_at) as week,
        coalesce(next_task_name, case when lower(action) = 'approve' then 'Done' end) as step
    from workflow_steps
),
visits as (
    select
        project_id,
        week,
        step,
        lag(step) over (partition by data_row_id, project_id order by place) as step_before
    from moves
    where step is not null and week is not null
),
changes as (
    select project_id, week, step, 1 as entered, 0 as left_it from visits
    union all
    select project_id, week, step_before, 0, 1 from visits where step_before is not null
),
weekly as (
    select project_id, week, step, sum(entered) as entered, sum(left_it) as left_it
    from changes
    group by project_id, week, step
)
select
    coalesce(p.name, w.project_id) as project,
    w.project_id,
    w.week,
    w.step,
    cast(w.entered as integer) as entered,
    cast(w.left_it as integer) as left_it,
    cast(sum(w.entered - w.left_it) over (partition by w.project_id, w.step order by w.week) as integer) as data_rows
from weekly as w
left join projects as p on p.project_id = w.project_id
where ($project is null or w.project_id = $project or p.name = $project)
order by project nulls last, w.project_id nulls last, w.week, w.step
