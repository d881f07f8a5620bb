-- Reviews by project: how many labels were approved and rejected, and how many have no review yet. A score above 0
-- approves, one below 0 rejects; other reviews count in `reviews` only. Rates are parts of approved + rejected. Skipped
-- labels count too.
-- group: Reviews and workflow
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
with labelled as (
    select l.project_id, p.name as project, l.label_id
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and made_in_period(l)
)
select
    l.project,
    count(distinct l.label_id) as labels,
    count(distinct l.label_id) - count(distinct r.label_id) as labels_without,
    count(r.label_id) as reviews,
    sum(case when r.score > 0 then 1 else 0 end) as approved,
    sum(case when r.score < 0 then 1 else 0 end) as rejected,
    round(1e4 * avg(case when r.score > 0 then 1e0 when r.score < 0 then 0e0 end)) / 1e4 as approve_rate,
    round(1e4 * avg(case when r.score > 0 then 0e0 when r.score < 0 then 1e0 end)) / 1e4 as reject_rate
from labelled as l
left join reviews as r on r.label_id = l.label_id
group by l.project_id, l.project
order by l.project nulls last, l.project_id nulls last
