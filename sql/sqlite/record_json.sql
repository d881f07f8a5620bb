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
    case when r.generation = 'v2' then (
        select substr(replace(replace(group_concat(piece, ''), char(1) || ',', ''), char(1), ''), 2)
        from (
            select pos, rank, piece from v2_pieces
            where node_id between r.node_id and r.end_id
            order by pos, rank
        )
    ) else (
        select substr(replace(replace(group_concat(piece, ''), char(1) || ',', ''), char(1), ''), 2)
        from (
            select pos, rank, piece from v1_pieces
            where node_id between r.node_id and r.end_id
            order by pos, rank
        )
    ) end as json
from records as r;
