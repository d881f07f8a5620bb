-- Reviews by labeler and project: how many labels were approved and rejected. One row for each labeler whose labels
-- were reviewed. A score above 0 approves, one below 0 rejects; other reviews count in `reviews` only. Rates are parts
-- of approved + rejected. The most rejected labelers come first.
-- group: Reviews and workflow
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only reviews made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only reviews made before this date or time
select
    p.name as project,
    l.created_by as labeler,
    count(distinct l.label_id) as labels,
    count(*) as reviews,
    sum(case when r.score > 0 then 1 else 0 end) as approved,
    sum(case when r.score < 0 then 1 else 0 end) as rejected,
    round(1e4 * avg(case when r.score > 0 then 1e0 when r.score < 0 then 0e0 end)) / 1e4 as approve_rate,
    round(1e4 * avg(case when r.score > 0 then 0e0 when r.score < 0 then 1e0 end)) / 1e4 as reject_rate
from reviews as r
join labels as l on l.label_id = r.label_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
    and ($labeler is null or l.created_by = $labeler)
    and in_period(r.created_at)
group by l.project_id, p.name, l.created_by
order by rejected desc, project nulls last, l.project_id nulls last, labeler nulls last
