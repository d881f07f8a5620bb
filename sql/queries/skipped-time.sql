-- Time that went into labels that were skipped in the end, by project and labeler; only those who skipped any.
-- `skip_rate` is their part of the labels, `time_rate` their part of the seconds. Labels without known seconds
-- count as labels, not as time; `untimed` is the number of skipped ones among them.
-- group: People and time
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
select
    p.name as project,
    l.created_by as labeler,
    count(*) as labels,
    sum(case when l.skipped then 1 else 0 end) as skipped,
    round(1e4 * avg(case when l.skipped then 1e0 else 0e0 end)) / 1e4 as skip_rate,
    sum(case when l.skipped and l.seconds_to_label is null then 1 else 0 end) as untimed,
    round(1e2 * sum(case when l.skipped then l.seconds_to_label else 0 end)) / 1e2 as seconds,
    round(
        1e4 * sum(case when l.skipped then l.seconds_to_label else 0 end)
        / case when sum(l.seconds_to_label) > 0 then sum(l.seconds_to_label) end
    ) / 1e4 as time_rate
from labels as l
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
    and ($labeler is null or l.created_by = $labeler)
    and made_in_period(l)
group by l.project_id, p.name, l.created_by
having sum(case when l.skipped then 1 else 0 end) > 0
order by project nulls last, l.project_id nulls last, labeler nulls last
