-- one label exactly as exported: the v1 array element, or the v2 label object
create view label_json as
select
    l.label_id,
    l.data_row_id,
    r.asset_type,
    l.generation,
    case when l.generation = 'v2' then (
        select substr(replace(replace(group_concat(piece, ''), char(1) || ',', ''), char(1), ''), 2)
        from (
            select pos, rank, piece from v2_pieces
            where node_id between l.node_id and l.end_id and pos between l.node_id and l.end_id
            order by pos, rank
        )
    ) else (
        select substr(replace(replace(group_concat(piece, ''), char(1) || ',', ''), char(1), ''), 2)
        from (
            select pos, rank, piece from v1_pieces
            where node_id between l.node_id and l.end_id
            order by pos, rank
        )
    ) end as json
from labels as l
left join records as r on r.record_id = l.record_id;
