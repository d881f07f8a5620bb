-- one frame exactly as exported: a line of a v1 frames file, or an element of an array of frames in its place
create view frame_json as
select
    f.label_id,
    f.group_name,
    f.frame_number,
    j.json
from frames as f
join (
    select
        v.frame_id,
        substr(replace(replace(string_agg(p.piece, '' order by p.pos * 4 + p.rank), chr(1) || ',', ''), chr(1), ''), 2) as json
    from frames as v
    join v1_pieces as p on p.node_id >> 24 = v.frame_id >> 24 and p.pos between v.frame_id and v.end_id
    group by 1
) as j on j.frame_id = f.frame_id;
