-- Scorecard of labelers: one row for each, over all projects or one. `labels` and `objects` are without skipped labels;
-- `hours` counts these too. An object in several frames counts once for each. `seconds_per_label` and
-- `seconds_per_object` are means, of labels with known seconds. `approved` and `rejected` go by the last review of a
-- label, `reject_rate` is a part of both. `rework` is labels whose data row was rejected in the workflow, NULL in a store
-- without workflow history. `agreement` and `benchmark` are means of the scores that were computed.
-- group: People and time
-- $project: only this project, by id or name
-- $labeler: only labels of this labeler
-- $since: only labels made at this date or time (UTC) or later: 2024-01-31 or 2024-01-31T10:00:00
-- $until: only labels made before this date or time
with framed as (  -- objects_total is without those of v1 frames files
    select label_id, count(*) as objects from objects where label_id in (select label_id from frames) group by label_id
),
reviewed as (
    select
        label_id,
        score,
        row_number() over (partition by label_id order by created_at desc nulls last, node_id desc) as age
    from reviews
),
sent_back as (
    select distinct e.data_row_id, coalesce(e.project_id, l.project_id) as project_id
    from workflow_events as e
    left join labels as l on l.label_id = e.label_id
    where lower(e.action) = 'reject'
),
done as (
    select
        l.project_id,
        l.created_by,
        coalesce(l.skipped, false) as skipped,
        l.seconds_to_label as seconds,
        coalesce(f.objects, l.objects_total) as objects,
        r.score,
        s.data_row_id is not null as is_rework,
        case when l.agreement >= 0 then l.agreement end as agreement,
        case when l.benchmark_agreement >= 0 then l.benchmark_agreement end as benchmark,
        coalesce(l.created_at, l.updated_at) as made_at
    from labels as l
    left join framed as f on f.label_id = l.label_id
    left join reviewed as r on r.label_id = l.label_id and r.age = 1
    left join sent_back as s on s.data_row_id = l.data_row_id and s.project_id is not distinct from l.project_id
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
        and ($labeler is null or l.created_by = $labeler)
        and made_in_period(l)
)
select
    created_by as labeler,
    count(distinct project_id) as projects,
    sum(case when skipped then 0 else 1 end) as labels,
    sum(case when skipped then 1 else 0 end) as skipped,
    sum(case when skipped then 0 else objects end) as objects,
    round(sum(seconds) / 36e0) / 1e2 as hours,
    round(1e2 * avg(case when not skipped then seconds end)) / 1e2 as seconds_per_label,
    round(
        1e2 * sum(case when not skipped then seconds end)
        / nullif(sum(case when not skipped and seconds is not null then objects end), 0)
    ) / 1e2 as seconds_per_object,
    sum(case when score > 0 then 1 else 0 end) as approved,
    sum(case when score < 0 then 1 else 0 end) as rejected,
    round(1e4 * avg(case when score < 0 then 1e0 when score > 0 then 0e0 end)) / 1e4 as reject_rate,
    case when exists (select 1 from workflow_events) then sum(case when is_rework then 1 else 0 end) end as rework,
    round(1e4 * avg(case when not skipped then agreement end)) / 1e4 as agreement,
    round(1e4 * avg(case when not skipped then benchmark end)) / 1e4 as benchmark,
    max(made_at) as last_label_at
from done
group by created_by
order by labels desc, labeler nulls last
