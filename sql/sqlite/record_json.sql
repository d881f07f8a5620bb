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
    case r.record_id & 15
        -- for each generation
        when {code} then (
            select substr(replace(replace(group_concat(piece, ''), char(1) || ',', ''), char(1), ''), 2)
            from (
                select pos, rank, piece from {pieces}
                where node_id between r.node_id and r.end_id
                order by pos, rank
            )
        )
        -- until here
    end as json
from records as r;
