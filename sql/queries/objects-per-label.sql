-- How many objects a label has, by project and asset type: smallest, quartiles, largest and mean number.
-- Labels without objects count with 0, skipped labels do not count. An object in several frames counts once for each.
-- Quartiles are interpolated between the two nearest values.
-- group: Objects and their places
-- $project: only this project, by id or name
with framed as (  -- objects_total is without those of v1 frames files
    select label_id, count(*) as objects from objects where label_id in (select label_id from frames) group by label_id
),
counted as (
    select
        l.project_id,
        p.name as project,
        r.asset_type,
        coalesce(f.objects, l.objects_total) as objects
    from labels as l
    join records as r on r.record_id = l.record_id
    left join framed as f on f.label_id = l.label_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and coalesce(l.skipped, false) = false
        and ($project is null or l.project_id = $project or p.name = $project)
),
ranked as (
    select
        project_id,
        project,
        asset_type,
        objects,
        row_number() over (partition by project_id, asset_type order by objects) - 1 as place,
        count(*) over (
            partition by project_id, asset_type
            order by objects rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from counted
)
select
    project,
    asset_type,
    count(*) as labels,
    sum(case when objects = 0 then 1 else 0 end) as labels_without,
    sum(objects) as objects,
    min(objects) as smallest,
    quantile(0.25, objects) as lower_quartile,
    quantile(0.5, objects) as median,
    quantile(0.75, objects) as upper_quartile,
    max(objects) as largest,
    round(1e2 * sum(objects) / count(*)) / 1e2 as mean
from ranked
group by project_id, project, asset_type
order by project nulls last, project_id nulls last, asset_type
