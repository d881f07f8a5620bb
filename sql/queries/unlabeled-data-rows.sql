-- Data rows without a label, once for each project that they are in; `project` is NULL for one that is in none.
-- Only exports of the second generation (v2) bring data rows without labels; a skipped label is a label here.
-- group: Reviews and workflow
-- $project: only this project, by id or name
with newest as (
    select
        data_row_id,
        project_id,
        workflow_status,
        task_name,
        row_number() over (partition by data_row_id, project_id order by record_id desc, node_id desc) as age
    from data_row_projects
)
select
    coalesce(p.name, n.project_id) as project,
    d.data_row_id,
    d.external_id,
    d.global_key,
    d.asset_type,
    n.workflow_status,
    n.task_name
from data_rows as d
left join newest as n on n.data_row_id = d.data_row_id and n.age = 1
left join projects as p on p.project_id = n.project_id
where not exists (
        select 1
        from labels as l
        where l.data_row_id = d.data_row_id and l.model_run_id is null
            and (n.project_id is null or l.project_id = n.project_id)
    )
    and ($project is null or n.project_id = $project or p.name = $project)
order by project nulls last, d.data_row_id
