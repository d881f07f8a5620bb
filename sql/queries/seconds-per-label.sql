-- Seconds that a label and an object take, by project and labeler: quartiles, interpolated between the two nearest
-- values. Only labels with known seconds that were not skipped. Seconds include review and rework. The
-- seconds per object are those of a label divided by its objects, for labels with objects; an object in several frames
-- counts once for each.
-- group: People and time
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
with framed as (  -- objects_total is without those of v1 frames files
    select label_id, count(*) as objects from objects where label_id in (select label_id from frames) group by label_id
),
timed as (
    select
        l.project_id,
        p.name as project,
        l.created_by,
        l.seconds_to_label as seconds,
        coalesce(f.objects, l.objects_total) as objects
    from labels as l
    left join framed as f on f.label_id = l.label_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null
        and coalesce(l.skipped, false) = false
        and l.seconds_to_label is not null
        and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and made_in_period(l)
),
labels_ranked as (
    select
        timed.*,
        row_number() over (partition by project_id, created_by order by seconds) - 1 as place,
        count(*) over (
            partition by project_id, created_by
            order by seconds rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from timed
),
objects_ranked as (
    select
        project_id,
        created_by,
        seconds / objects as per_object,
        row_number() over (partition by project_id, created_by order by seconds / objects) - 1 as place,
        count(*) over (
            partition by project_id, created_by
            order by seconds / objects rows between unbounded preceding and unbounded following  -- sorted already
        ) as places
    from timed
    where objects > 0
),
by_label as (
    select
        project_id,
        project,
        created_by,
        count(*) as labels,
        sum(objects) as objects,
        round(1e2 * quantile(0.25, seconds)) / 1e2 as lower_quartile,
        round(1e2 * quantile(0.5, seconds)) / 1e2 as median,
        round(1e2 * quantile(0.75, seconds)) / 1e2 as upper_quartile,
        round(sum(seconds) / 36e0) / 1e2 as hours
    from labels_ranked
    group by project_id, project, created_by
),
by_object as (
    select
        project_id,
        created_by,
        round(1e2 * quantile(0.25, per_object)) / 1e2 as lower_quartile,
        round(1e2 * quantile(0.5, per_object)) / 1e2 as median,
        round(1e2 * quantile(0.75, per_object)) / 1e2 as upper_quartile
    from objects_ranked
    group by project_id, created_by
)
select
    l.project,
    l.created_by as labeler,
    l.labels,
    l.lower_quartile,
    l.median,
    l.upper_quartile,
    l.hours,
    l.objects,
    o.lower_quartile as object_lower_quartile,
    o.median as object_median,
    o.upper_quartile as object_upper_quartile
from by_label as l
left join by_object as o
    on o.project_id is not distinct from l.project_id and o.created_by is not distinct from l.created_by
order by l.project nulls last, l.project_id nulls last, labeler nulls last
