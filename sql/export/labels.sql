-- Labels with what their assets are, for exporters: one row is a label.
-- $first, $last: the nodes of the first and the last label
-- $project: only this project, by id or name
-- $model_runs: labels of model runs too
select l.node_id, l.label_id, l.generation, l.project_id, coalesce(p.name, l.project_name) as project_name,
    l.model_run_id, l.is_prediction, l.created_by, l.created_at, l.updated_at, coalesce(l.skipped, false) as skipped,
    l.data_row_id, r.asset_type, d.row_data, d.external_id, d.global_key, d.dataset_id, d.mime_type, d.width, d.height,
    d.frame_rate, d.frame_count, coalesce(l.review_count, 0) as review_count,
    (
        select count(*)
        from key_frames as k
        where l.key_frame_count > 0 and k.label_id = l.label_id and k.frame_number is not null
            and (k.is_key_frame is null or k.is_key_frame)
    ) as key_frame_count,
    coalesce(r.derived_id, false) as derived_data_row_id, f.sha256 as file_sha256, f.media_type as file_type
from labels as l
join records as r on r.record_id = l.record_id
left join data_rows as d on d.data_row_id = l.data_row_id
left join asset_files as f
    on f.node_id = (select max(g.node_id) from asset_files as g where g.data_row_id = l.data_row_id) -- the newest
left join projects as p on p.project_id = l.project_id
where l.node_id between $first and $last and ($model_runs or l.model_run_id is null)
    and ($project is null or l.project_id = $project or p.name = $project)
order by l.node_id
