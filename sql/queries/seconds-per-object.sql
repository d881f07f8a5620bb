-- Seconds that an object of each class takes: a label's seconds are divided evenly among its objects, and those of a class
-- are added up. Only labels that tell their seconds, have objects and were not skipped; seconds include review and rework.
-- `hours` are those of all objects of the class. An object in several frames counts once for each.
-- group: People and time
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
with framed as (  -- objects_total is without those of v1 frames files
    select label_id, count(*) as objects from objects where label_id in (select label_id from frames) group by label_id
),
timed as materialized (
    select l.label_id, l.seconds_to_label / coalesce(f.objects, l.objects_total) as each
    from labels as l
    left join framed as f on f.label_id = l.label_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null
        and coalesce(l.skipped, false) = false
        and l.seconds_to_label is not null
        and coalesce(f.objects, l.objects_total) > 0
        and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and made_in_period(l)
),
counted as (
    select label_id, name, kind, count(*) as objects from objects group by label_id, name, kind
)
select
    c.name,
    c.kind,
    count(*) as labels,
    cast(sum(c.objects) as integer) as objects,
    round(sum(c.objects * t.each) / 36e0) / 1e2 as hours,
    round(1e2 * (sum(c.objects * t.each) / sum(c.objects))) / 1e2 as seconds_per_object
from timed as t
join counted as c on c.label_id = t.label_id
group by c.name, c.kind
order by hours desc, c.name nulls last, c.kind nulls last
