-- Scorecard of reviewers: one row for each, over all projects or one. A score above 0 approves, one below 0 rejects; other
-- reviews count in `reviews` only, and `approve_rate` is a part of approved + rejected. `median_hours` is from the making
-- of the label to the review, of reviews with both times, interpolated between the two nearest values.
-- group: Reviews and workflow
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only reviews made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only reviews made before this date or time
with reviewed as (
    select
        r.created_by,
        r.label_id,
        l.project_id,
        r.score,
        r.created_at,
        seconds_of(r.created_at) - seconds_of(l.created_at) as seconds
    from reviews as r
    join labels as l on l.label_id = r.label_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and in_period(r.created_at)
),
waited as (
    select
        created_by,
        seconds,
        row_number() over (partition by created_by order by seconds) - 1 as place,
        count(*) over (
            partition by created_by
            order by seconds rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from reviewed
    where seconds >= 0
),
waits as (
    select created_by, round(quantile(0.5, seconds) / 36e0) / 1e2 as median_hours from waited group by created_by
),
counted as (
    select
        created_by,
        count(distinct project_id) as projects,
        count(distinct label_id) as labels,
        count(*) as reviews,
        sum(case when score > 0 then 1 else 0 end) as approved,
        sum(case when score < 0 then 1 else 0 end) as rejected,
        round(1e4 * avg(case when score > 0 then 1e0 when score < 0 then 0e0 end)) / 1e4 as approve_rate,
        max(created_at) as last_review_at
    from reviewed
    group by created_by
)
select
    c.created_by as reviewer,
    c.projects,
    c.labels,
    c.reviews,
    c.approved,
    c.rejected,
    c.approve_rate,
    w.median_hours,
    c.last_review_at
from counted as c
left join waits as w on w.created_by is not distinct from c.created_by
order by c.reviews desc, reviewer nulls last
