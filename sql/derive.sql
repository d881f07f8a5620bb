-- The derived tables, brought up to date with the records from $first on. Each statement runs once at the end of a load.

delete from datasets
where dataset_id in (select coalesce(dataset_id, dataset_name) from records where record_id >= $first);

insert into datasets
select dataset_id, name
from (
    select dataset_id, name, row_number() over (partition by dataset_id order by newest desc) as newness
    from (
        select coalesce(dataset_id, dataset_name) as dataset_id, dataset_name as name, max(record_id) as newest
        from records
        where record_id >= $first
        group by 1, 2
    ) as seen
    where dataset_id is not null
) as named
where newness = 1;

delete from projects
where project_id in (
    select project_id from labels where record_id >= $first
    union all
    select project_id from data_row_projects where record_id >= $first
);

insert into projects
select project_id, name
from (
    select project_id, name, row_number() over (partition by project_id order by newest desc) as newness
    from (
        select project_id, project_name as name, max(record_id) as newest
        from labels
        where record_id >= $first and generation = 'v1'
        group by 1, 2
        union all
        select project_id, name, max(record_id) from data_row_projects where record_id >= $first group by 1, 2
    ) as seen
    where project_id is not null
) as named
where newness = 1;

-- what is counted is known; labels in model runs do not count
insert into features
select distinct schema_id, name, value, kind, color, 'object' from counts where role = 'tool' and grain is null
union all
select distinct schema_id, name, value, kind, null, 'classification' from counts where role = 'classification' and grain is null
union all
select distinct schema_id, name, value, null, null, 'answer'
from counts
where role = 'option' and grain is null and (name is not null or not is_text)
union all
select distinct o.schema_id, o.name, o.value, o.kind, o.color, 'object'
from labels as l
join objects as o on o.object_id between l.node_id and l.end_id
where l.model_run_id is not null and l.record_id >= $first
union all
select distinct c.schema_id, c.name, c.value, c.kind, null, 'classification'
from labels as l
join classifications as c on c.classification_id between l.node_id and l.end_id
where l.model_run_id is not null and l.record_id >= $first
union all
select distinct a.schema_id, a.name, a.value, null, null, 'answer'
from labels as l
join answers as a on a.answer_id between l.node_id and l.end_id
where l.model_run_id is not null and l.record_id >= $first and (a.name is not null or a.text is null)
except
select schema_id, name, value, kind, color, role from features;

delete from data_rows
where data_row_id in (select data_row_id from records where record_id >= $first);

-- most assets are told about by one record
insert into data_rows
select r.data_row_id, r.asset_type, r.row_data, r.external_id, r.global_key, coalesce(r.dataset_id, r.dataset_name),
    m.mime_type, m.width, m.height, m.frame_rate, m.frame_count,
    case when m.width is not null or m.frame_count is not null then 'export' end, r.created_at, r.record_id
from records as r
left join media_attributes as m on m.record_id = r.record_id and m.node_id between r.node_id and r.end_id
where r.record_id in (
    select max(record_id)
    from records
    where generation <> 'frames' and data_row_id in (select data_row_id from records where record_id >= $first)
    group by data_row_id
    having count(*) = 1
) and r.record_id >= $first;

insert into data_rows
select data_row_id, asset_type, row_data, external_id, global_key, dataset_id, mime_type, width, height, frame_rate,
    frame_count, case when width is not null or frame_count is not null then 'export' end as size_source, created_at,
    record_id
from (
    select
        r.data_row_id,
        r.asset_type,
        coalesce(r.row_data, max(r.row_data) over asset) as row_data,
        coalesce(r.external_id, max(r.external_id) over asset) as external_id,
        coalesce(r.global_key, max(r.global_key) over asset) as global_key,
        coalesce(r.dataset_id, max(r.dataset_id) over asset, r.dataset_name, max(r.dataset_name) over asset) as dataset_id,
        coalesce(m.mime_type, max(m.mime_type) over asset) as mime_type,
        coalesce(m.width, max(m.width) over asset) as width,
        coalesce(m.height, max(m.height) over asset) as height,
        coalesce(m.frame_rate, max(m.frame_rate) over asset) as frame_rate,
        coalesce(m.frame_count, max(m.frame_count) over asset) as frame_count,
        coalesce(r.created_at, max(r.created_at) over asset) as created_at,
        r.record_id,
        row_number() over (partition by r.data_row_id order by r.record_id desc) as newness
    from records as r
    left join media_attributes as m on m.record_id = r.record_id and m.node_id between r.node_id and r.end_id
    where r.generation <> 'frames'
        and r.data_row_id in (select data_row_id from records where record_id >= $first) -- not in a view
        and r.data_row_id not in (select data_row_id from data_rows) -- not in a view
    window asset as (partition by r.data_row_id)
) as told
where newness = 1;
