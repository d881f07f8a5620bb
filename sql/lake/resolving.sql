-- What the records of a load supersede, as far as sets of rows tell it. DuckDB; $first is the first record of the load,
-- `resolving.files` has its files. A group are the records about the same; its run is a row of records in it with the
-- same content. Each text that could hold the token of a URL is left out where differences are looked for: with other
-- tokens a record is the same.

create macro resolving.differ(a, b) as (a is distinct from b and not contains(concat(a, b), '?'));

-- a moment in the one spelling that can be compared as text
create macro resolving.is_plain(moment) as regexp_full_match(
    moment, '[12]\d{3}-[01]\d-[0-3]\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|\+00:00)'
);

-- -1 for a moment before another one, 1 after it, 0 where nothing says so; NULL where only a closer look tells
create macro resolving.age(moment, stored) as case
    when moment is null or stored is null or moment = stored then 0
    when length(moment) <> length(stored) or right(moment, 1) <> right(stored, 1) then null
    when not (resolving.is_plain(moment) and resolving.is_plain(stored)) then null
    when moment > stored then 1
    when try_cast(left(moment, 19) as timestamp) is null or try_cast(left(stored, 19) as timestamp) is null then null
    else -1
end;

-- one record of a group of several, at least one of them new
create table resolving.members as
with doubled as (
    select generation, hash(identity) as digest
    from records
    where identity is not null
    group by all
    having count(*) > 1 and max(record_id) >= $first
),
candidates as (
    select r.record_id, r.generation, r.identity, r.load_id, r.content_hash, r.url_hash
    from records as r
    semi join doubled as d on d.generation = r.generation and d.digest = hash(r.identity)
    where r.identity is not null
),
groups as (
    select generation, identity, min(record_id) as group_id
    from candidates
    group by all
    having count(*) > 1 and max(record_id) >= $first
),
compared as (
    select
        c.record_id,
        g.group_id,
        c.generation,
        c.load_id,
        c.content_hash,
        c.url_hash,
        c.content_hash is null
            or c.content_hash is distinct from lag(c.content_hash) over (partition by g.group_id order by c.record_id)
            as begins_run
    from candidates as c
    join groups as g on g.generation = c.generation and g.identity = c.identity
)
select *, sum(begins_run::bigint) over (partition by group_id order by record_id) as run
from compared;

-- one group, or record alone in its own, with a label that another one has too
create table resolving.contested as
with new_labels as (
    select distinct hash(label_id) as digest from labels where record_id >= $first
),
told as (
    select hash(l.label_id) as digest, l.record_id, coalesce(m.group_id, l.record_id) as group_id
    from labels as l
    semi join new_labels as n on n.digest = hash(l.label_id)
    left join resolving.members as m on m.record_id = l.record_id
),
doubled as (
    select digest from told group by digest having min(group_id) <> max(group_id)
),
candidates as (
    select l.label_id, l.record_id, coalesce(m.group_id, l.record_id) as group_id
    from labels as l
    semi join doubled as d on d.digest = hash(l.label_id)
    left join resolving.members as m on m.record_id = l.record_id
),
shared as (
    select label_id from candidates group by label_id
    having min(group_id) <> max(group_id) and max(record_id) >= $first
)
select distinct group_id from candidates semi join shared using (label_id);

-- one run of a group that no other group touches, after the run before it: their first records
create table resolving.steps as
select
    later.group_id,
    later.generation,
    earlier.record_id as held_id,
    later.record_id as told_id,
    earlier.load_id = later.load_id as is_same_file,
    earlier.content_hash is not null and later.content_hash is not null as is_whole
from resolving.members as earlier
join resolving.members as later on later.group_id = earlier.group_id and later.run = earlier.run + 1
where earlier.begins_run and later.begins_run
    and later.group_id not in (select group_id from resolving.contested);

-- one such step: what the labels say of it
create table resolving.label_steps as
with held as (
    select s.told_id as step, l.* from resolving.steps as s join labels as l on l.record_id = s.held_id
),
told as (
    select s.told_id as step, l.* from resolving.steps as s join labels as l on l.record_id = s.told_id
),
both_sides as (
    select
        coalesce(h.step, t.step) as step,
        h.label_id is not null as is_held,
        t.label_id is not null as is_told,
        coalesce(h.model_run_id, t.model_run_id) is not null as is_in_run,
        coalesce(h.derived_id, false) or coalesce(t.derived_id, false) as is_unnamed,
        case when h.label_id is not null and t.label_id is not null
            then resolving.age(t.updated_at, h.updated_at) else 0 end as age,
        -- what it lacks was not requested; a block may be among what no column holds
        (coalesce(h.has_label_details, false) and not coalesce(t.has_label_details, false))
            or (coalesce(h.has_performance_details, false) and not coalesce(t.has_performance_details, false))
            or (coalesce(h.has_performance_details_v2, false) and not coalesce(t.has_performance_details_v2, false))
            or (h.annotations_id is not null and t.annotations_id is null)
            or (h.extra is not null and h.extra is distinct from t.extra)
            or (
                not coalesce(t.has_performance_details, false)
                and (h.agreement is not null or h.benchmark_agreement is not null)
            )
            or (t.annotations_id is null and h.z_order is not null)
            as is_lacking,
        resolving.differ(h.updated_at, t.updated_at)
            or resolving.differ(h.created_at, t.created_at)
            or resolving.differ(h.created_by, t.created_by)
            or resolving.differ(h.workflow_task_name, t.workflow_task_name)
            or h.skipped is distinct from t.skipped
            or h.seconds_to_label is distinct from t.seconds_to_label
            or h.agreement is distinct from t.agreement
            or h.benchmark_agreement is distinct from t.benchmark_agreement
            or h.review_count is distinct from t.review_count
            or h.has_open_issues is distinct from t.has_open_issues
            or h.object_count is distinct from t.object_count
            or h.classification_count is distinct from t.classification_count
            or h.relationship_count is distinct from t.relationship_count
            or h.frame_count is distinct from t.frame_count
            or h.workflow_event_count is distinct from t.workflow_event_count
            as is_different
    from held as h
    full join told as t on t.step = h.step and t.label_id = h.label_id
)
select
    step,
    coalesce(bool_or(is_held and not is_told and not is_in_run), false) as loses,
    coalesce(bool_or(is_told and not is_held and not is_in_run), false) as adds,
    coalesce(bool_or(is_unnamed and not is_in_run), false) as has_unnamed,
    coalesce(bool_or(age is null and not is_in_run), false) as is_unclear,
    coalesce(min(age) filter (where not is_in_run), 0) as lowest_age,
    coalesce(max(age) filter (where not is_in_run), 0) as highest_age,
    coalesce(bool_or(is_held and is_told and is_lacking), false) as lacks,
    coalesce(bool_or((is_held and is_told and is_different) or (is_told and not is_held)), false) as differs
from both_sides
group by step;

-- one such step of v2 lines: what their projects say of it
create table resolving.project_steps as
with held as (
    select s.told_id as step, p.*
    from resolving.steps as s
    join data_row_projects as p on p.record_id = s.held_id
    where s.generation = 'v2' and p.has_details
),
told as (
    select s.told_id as step, p.*
    from resolving.steps as s
    join data_row_projects as p on p.record_id = s.told_id
    where s.generation = 'v2' and p.has_details
)
select
    h.step,
    bool_or(t.project_id is null) as lacks,
    bool_or(
        t.project_id is not null and (
            resolving.differ(h.workflow_status, t.workflow_status)
            or resolving.differ(h.task_name, t.task_name)
            or resolving.differ(h.batch_name, t.batch_name)
            or h.priority is distinct from t.priority
            or h.workflow_event_count is distinct from t.workflow_event_count
        )
    ) as differs
from held as h
left join told as t on t.step = h.step and t.project_id = h.project_id
group by h.step;

-- one step: whether the later record takes the place of the earlier one as it is, or is older; neither where sets of
-- rows do not tell. A record of another file must be shown to differ, for in other bytes it may say the same.
create table resolving.judged_steps as
with facts as (
    select
        s.*,
        coalesce(l.loses, false) or coalesce(l.has_unnamed, false) or coalesce(l.lacks, false)
            or coalesce(p.lacks, false)
            or (coalesce(held.attachment_count, 0) > 0 and told.attachment_count is null)
            or (coalesce(held.metadata_field_count, 0) > 0 and told.metadata_field_count is null)
            or (coalesce(held.embedding_count, 0) > 0 and told.embedding_count is null)
            or (coalesce(held.experiment_count, 0) > 0 and told.experiment_count is null)
            or (coalesce(held.has_details, false) and not coalesce(told.has_details, false))
            or (
                s.held_id in (select record_id from media_attributes)
                and s.told_id not in (select record_id from media_attributes)
            )
            as leaves_rest,
        coalesce(l.differs, false)
            or coalesce(p.differs, false)
            or resolving.differ(held.external_id, told.external_id)
            or resolving.differ(held.global_key, told.global_key)
            or held.attachment_count <> told.attachment_count
            or held.metadata_field_count <> told.metadata_field_count
            or held.embedding_count <> told.embedding_count
            or (held.has_details and told.has_details
                and resolving.differ(held.last_activity_at, told.last_activity_at))
            as differs,
        coalesce(l.adds, false) as adds,
        coalesce(l.has_unnamed, false) as has_unnamed,
        coalesce(l.is_unclear, false) as is_unclear,
        coalesce(l.lowest_age, 0) as lowest_age,
        coalesce(l.highest_age, 0) as highest_age
    from resolving.steps as s
    join records as held on held.record_id = s.held_id
    join records as told on told.record_id = s.told_id
    left join resolving.label_steps as l on l.step = s.told_id
    left join resolving.project_steps as p on p.step = s.told_id
    where s.is_whole and s.generation in ('v1', 'v2')
)
select
    told_id,
    coalesce(
        (generation = 'v1' or not leaves_rest)
        and (differs or (is_same_file and generation = 'v1'))
        and (not $checks_age or (not is_unclear and lowest_age >= 0)),
        false
    ) as replaces,
    coalesce(
        $checks_age and not adds and (generation = 'v1' or not has_unnamed)
        and not is_unclear and lowest_age < 0 and highest_age <= 0,
        false
    ) as is_stale
from facts;

-- one group: 'replaced' where its last record stays, 'stale' where its first does, 'doubtful' where a closer look tells
create table resolving.verdicts as
with judged as (
    select
        m.group_id,
        max(m.run) as runs,
        min(m.record_id) as oldest,
        bool_and(coalesce(j.replaces, false)) filter (where m.begins_run and m.run > 1) as replaces,
        bool_and(coalesce(j.is_stale, false)) filter (where m.begins_run and m.run > 1) as is_stale
    from resolving.members as m
    left join resolving.judged_steps as j on j.told_id = m.record_id
    group by m.group_id
)
select
    group_id,
    case
        when group_id in (select group_id from resolving.contested) then 'doubtful'
        when runs = 1 then 'replaced'
        when replaces and (runs = 2 or oldest >= $first) then 'replaced'
        when is_stale and runs = 2 then 'stale'
        else 'doubtful'
    end as verdict,
    runs
from judged;

-- one record that is told at a closer look
create table resolving.doubtful as
select m.record_id
from resolving.members as m
join resolving.verdicts as v on v.group_id = m.group_id
where v.verdict = 'doubtful'
union
select group_id from resolving.contested where group_id not in (select record_id from resolving.members);

-- one record that goes; of a run the first one stays, or with other tokens the last
create table resolving.removed as
with stays as (
    select
        m.group_id,
        case when first(m.url_hash order by m.record_id) is distinct from last(m.url_hash order by m.record_id)
            then max(m.record_id) else min(m.record_id) end as record_id
    from resolving.members as m
    join resolving.verdicts as v on v.group_id = m.group_id
    where m.run = case when v.verdict = 'stale' then 1 else v.runs end
    group by m.group_id
)
select m.record_id
from resolving.members as m
join resolving.verdicts as v on v.group_id = m.group_id
join stays as s on s.group_id = m.group_id
where v.verdict <> 'doubtful' and m.record_id <> s.record_id;

-- one file of the load and one word of its report: how many records it has of those that needed no closer look
create table resolving.counts as
with words as (
    select
        m.load_id,
        case
            when v.verdict = 'stale' and m.run > 1 then 'stale'
            when not m.begins_run then 'unchanged'
            when m.run = 1 then 'added'
            when s.is_same_file then 'repeated'
            else 'changed'
        end as word
    from resolving.members as m
    join resolving.verdicts as v on v.group_id = m.group_id
    left join resolving.steps as s on s.told_id = m.record_id
    where m.record_id >= $first and v.verdict <> 'doubtful'
    union all
    select load_id, 'added'
    from records as r
    where r.record_id >= $first
        and not exists (select 1 from resolving.members as m where m.record_id = r.record_id)
        and not exists (select 1 from resolving.doubtful as d where d.record_id = r.record_id)
)
select load_id, word, count(*) as number from words group by all;

-- one frames file: the label whose frames it has
create table resolving.frames_files as
select r.load_id, regexp_replace(r.identity, '/[^/]*$', '') as label_id
from records as r
where r.record_id >= $first and r.generation = 'frames'
group by all
union
select load_id, frames_of from resolving.files where frames_of is not null;

-- the frames that a label had, and that its newest file without rejects has not, nor a later one
insert into resolving.removed
with newest as (
    select f.label_id, max(f.load_id) as load_id
    from resolving.frames_files as f
    join resolving.files as l on l.load_id = f.load_id
    where l.rejected = 0
    group by f.label_id
),
frames as (
    select record_id, load_id, identity, regexp_replace(identity, '/[^/]*$', '') as label_id
    from records
    where generation = 'frames'
)
select f.record_id
from frames as f
join newest as n on n.label_id = f.label_id
where not exists (
    select 1 from frames as b
    where b.identity = f.identity and b.record_id >= $first and b.load_id >= n.load_id
)
and not exists (select 1 from resolving.removed as r where r.record_id = f.record_id);
