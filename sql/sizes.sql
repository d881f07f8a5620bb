-- What the files of assets tell and no record does: the sizes of those that records from $first on tell of.
update data_rows
set
    width = coalesce(data_rows.width, f.width),
    height = coalesce(data_rows.height, f.height),
    frame_rate = coalesce(data_rows.frame_rate, f.frame_rate),
    frame_count = coalesce(data_rows.frame_count, f.frame_count),
    size_source = 'file'
from asset_files as f
where f.data_row_id = data_rows.data_row_id
    and data_rows.data_row_id in (select data_row_id from records where record_id >= $first)
    and (
        (data_rows.width is null and f.width is not null)
        or (data_rows.frame_count is null and f.frame_count is not null)
    );
