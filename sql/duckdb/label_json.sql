-- one label exactly as exported: the v1 array element, or the v2 label object
create view label_json as
select
    l.label_id,
    l.data_row_id,
    r.asset_type,
    l.generation,
    j.json
from labels as l
left join records as r on r.record_id = l.record_id
join (
    -- for each generation whose records are labels
    union all
    select
        node_id >> 24 << 24 as node_id,
        substr(replace(replace(string_agg(piece, '' order by pos * 4 + rank), chr(1) || ',', ''), chr(1), ''), 2) as json
    from {pieces}
    group by 1
    -- until here
    -- for each generation whose records hold labels
    union all
    select
        v.node_id,
        substr(replace(replace(string_agg(p.piece, '' order by p.pos * 4 + p.rank), chr(1) || ',', ''), chr(1), ''), 2) as json
    from labels as v
    join {pieces} as p on p.node_id >> 24 = v.record_id and p.pos between v.node_id and v.end_id
    group by 1
    -- until here
) as j on j.node_id = l.node_id;
