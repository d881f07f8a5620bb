-- one data row as it came in a v2 export: the line, labels included. A data row that was exported of several projects
-- in turn has a row for each of these lines.
create view data_row_json as
select
    data_row_id,
    asset_type,
    record_id,
    json
from record_json
where generation = 'v2';
