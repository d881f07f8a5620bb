-- Labels and objects by labeler and day, with the hours that went into them. Days are in UTC, by the creation of the
-- label. `labels` are those that were not skipped. An object in several frames counts once for each. `hours` counts
-- skipped labels too. Labels without a readable time are left out.
-- group: People and time
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
with framed as (  -- objects_total is without those of v1 frames files
    select label_id, count(*) as objects from objects where label_id in (select label_id from frames) group by label_id
),
done as (
    select
        day_of(l.created_at) as day,
        l.created_by,
        coalesce(l.skipped, false) as skipped,
        l.seconds_to_label,
        coalesce(f.objects, l.objects_total) as objects
    from labels as l
    left join framed as f on f.label_id = l.label_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and made_in_period(l)
)
select
    day,
    created_by as labeler,
    sum(case when skipped then 0 else 1 end) as labels,
    sum(case when skipped then 1 else 0 end) as skipped,
    sum(case when skipped then 0 else objects end) as objects,
    round(sum(seconds_to_label) / 36e0) / 1e2 as hours
from done
where day is not null
group by day, created_by
order by day, labeler nulls last
