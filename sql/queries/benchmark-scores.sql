-- Benchmark scores: how well labels agree with the benchmark label of their data row, by project and labeler. NULL and
-- -1 mean that no score was computed: such labels are in `not_computed` and in no average. Skipped labels do not count.
-- Quartiles are interpolated between the two nearest values.
-- group: Agreement
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
with told as (
    select
        l.project_id,
        p.name as project,
        l.created_by,
        l.benchmark_agreement as told
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and coalesce(l.skipped, false) = false
        and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and made_in_period(l)
),
scored as (
    select project_id, project, created_by, case when told >= 0 then told end as score from told
),
ranked as (
    select
        scored.*,
        row_number() over (partition by project_id, created_by order by score nulls last) - 1 as place,
        count(score) over (partition by project_id, created_by) as places
    from scored
)
select
    project,
    created_by as labeler,
    count(*) as labels,
    count(score) as scored,
    count(*) - count(score) as not_computed,
    round(1e4 * avg(score)) / 1e4 as mean,
    min(score) as lowest,
    round(1e4 * quantile(0.25, score)) / 1e4 as lower_quartile,
    round(1e4 * quantile(0.5, score)) / 1e4 as median,
    round(1e4 * quantile(0.75, score)) / 1e4 as upper_quartile,
    max(score) as highest
from ranked
group by project_id, project, created_by
order by project nulls last, project_id nulls last, labeler nulls last
