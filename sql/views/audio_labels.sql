-- one label of an audio file
create view audio_labels as
select
    l.label_id,
    l.data_row_id,
    d.external_id,
    d.global_key,
    d.row_data,
    l.project_id,
    p.name as project_name,
    l.created_by,
    l.created_at,
    l.updated_at,
    l.seconds_to_label,
    l.skipped,
    (select count(*) from objects as o where o.label_id = l.label_id) as objects,
    (select count(*) from classifications as c where c.label_id = l.label_id) as classifications,
    j.json
from labels as l
join label_json as j on j.label_id = l.label_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join projects as p on p.project_id = l.project_id
where j.asset_type = 'audio';
