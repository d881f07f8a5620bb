-- The counts of the store and of what was added and taken away since, put together.

create temp table summed_counts as
select
    project_id, asset_type, skipped, role, grain, kind, name, value, schema_id, color, parent_role, parent_schema_id,
    parent_name, parent_kind, is_text, sum(annotations) as annotations, sum(by_frame) as by_frame,
    sum(times_answered) as times_answered, sum(labels) as labels, min(first_seen) as first_seen,
    max(last_seen) as last_seen
from counts
where label_id is null
group by project_id, asset_type, skipped, role, grain, kind, name, value, schema_id, color, parent_role, parent_schema_id,
    parent_name, parent_kind, is_text
having sum(annotations) <> 0 or sum(labels) <> 0;

delete from counts where label_id is null;

insert into counts
select
    project_id, asset_type, skipped, role, grain, kind, name, value, schema_id, color, parent_role, parent_schema_id,
    parent_name, parent_kind, is_text, annotations, by_frame, times_answered, labels, first_seen, last_seen, null
from summed_counts;

drop table summed_counts;

create temp table summed_pairs as
select project_id, class_a, class_b, sum(labels) as labels
from class_pairs
group by project_id, class_a, class_b
having sum(labels) <> 0;

delete from class_pairs;

insert into class_pairs
select project_id, class_a, class_b, labels from summed_pairs;

drop table summed_pairs;
