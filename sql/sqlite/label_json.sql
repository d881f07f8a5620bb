-- one label exactly as exported: the v1 array element, or the v2 label object
create view label_json as
select
    l.label_id,
    l.data_row_id,
    r.asset_type,
    l.generation,
    case l.record_id & 15
        -- for each generation
        when {code} then (
            select substr(replace(replace(group_concat(piece, ''), char(1) || ',', ''), char(1), ''), 2)
            from (
                select pos, rank, piece from {pieces}
                where node_id between l.node_id and l.end_id and pos between l.node_id and l.end_id
                order by pos, rank
            )
        )
        -- until here
    end as json
from labels as l
left join records as r on r.record_id = l.record_id;
