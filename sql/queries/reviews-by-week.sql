-- Reviews by project and week: how many labels were approved and rejected. A week is its Monday (ISO 8601, UTC). A
-- score above 0 approves, one below 0 rejects; other reviews count in `reviews` only. Rates are parts of approved +
-- rejected. Reviews without a readable time are left out.
-- group: Reviews and workflow
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only reviews made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only reviews made before this date or time
with reviewed as (
    select l.project_id, p.name as project, week_of(r.created_at) as week, r.label_id, r.score
    from reviews as r
    join labels as l on l.label_id = r.label_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and in_period(r.created_at)
)
select
    project,
    week,
    count(distinct label_id) as labels,
    count(*) as reviews,
    sum(case when score > 0 then 1 else 0 end) as approved,
    sum(case when score < 0 then 1 else 0 end) as rejected,
    round(1e4 * avg(case when score > 0 then 1e0 when score < 0 then 0e0 end)) / 1e4 as approve_rate,
    round(1e4 * avg(case when score > 0 then 0e0 when score < 0 then 1e0 end)) / 1e4 as reject_rate
from reviewed
where week is not null
group by project_id, project, week
order by project nulls last, project_id nulls last, week
