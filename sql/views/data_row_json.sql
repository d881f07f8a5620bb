-- one data row exactly as exported by v2: the line with its labels. A data row that was exported from several projects in
-- turn has a row for each of these lines.
create view data_row_json as
select
    data_row_id,
    asset_type,
    record_id,
    json
from record_json
where generation = 'v2';
