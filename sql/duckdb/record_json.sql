-- one record exactly as exported: a v1 array element, a v2 line, or a line of a frames file
create view record_json as
select
    r.record_id,
    r.load_id,
    r.position,
    r.generation,
    r.identity,
    r.data_row_id,
    r.asset_type,
    j.json
from records as r
join (
    select
        node_id >> 24 as record_id,
        substr(replace(replace(string_agg(piece, '' order by pos * 4 + rank), chr(1) || ',', ''), chr(1), ''), 2) as json
    from (
        -- for each generation
        union all select * from {pieces}
        -- until here
    ) as pieces
    group by 1
) as j on j.record_id = r.record_id;
