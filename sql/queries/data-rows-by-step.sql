-- Data rows by workflow step: how many each project has in each step now, and the labels of these. Where the export names no
-- step, its status stands (TO_LABEL IN_REVIEW IN_REWORK DONE). Data rows without a known step are left out.
-- group: Reviews and workflow
-- $project: only this project, by id or name
with told as (
    select
        data_row_id,
        project_id,
        coalesce(task_name, workflow_status) as step,
        row_number() over (partition by data_row_id, project_id order by record_id desc, node_id desc) as age
    from data_row_projects
    where coalesce(task_name, workflow_status) is not null
),
placed as (
    select project_id, data_row_id, step, 0 as labels from told where age = 1
    union all
    select l.project_id, l.data_row_id, coalesce(l.workflow_task_name, t.step), 1
    from labels as l
    left join told as t on t.data_row_id = l.data_row_id and t.project_id = l.project_id and t.age = 1
    where l.model_run_id is null and coalesce(l.workflow_task_name, t.step) is not null
)
select
    coalesce(p.name, d.project_id) as project,
    d.project_id,
    d.step,
    count(distinct d.data_row_id) as data_rows,
    cast(sum(d.labels) as integer) as labels
from placed as d
left join projects as p on p.project_id = d.project_id
where ($project is null or d.project_id = $project or p.name = $project)
group by p.name, d.project_id, d.step
order by project nulls last, d.project_id nulls last, data_rows desc, d.step
