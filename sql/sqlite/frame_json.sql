-- one frame exactly as exported: a line of a v1 frames file, or an element of an array of frames in its place
create view frame_json as
select
    f.label_id,
    f.group_name,
    f.frame_number,
    (
        select substr(replace(replace(group_concat(piece, ''), char(1) || ',', ''), char(1), ''), 2)
        from (
            select pos, rank, piece from v1_pieces
            where node_id between f.frame_id and f.end_id
            order by pos, rank
        )
    ) as json
from frames as f
where (f.frame_id >> 24) & 15 = 0;
