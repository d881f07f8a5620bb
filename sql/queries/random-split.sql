-- A random split of data rows into train, val and test: one row is a data row with a label that was not skipped, and its
-- split. It goes by the id alone: all labels of a data row are in one split, none moves when others come, and another seed
-- draws anew. Shares are as near to the wanted ones as chance has it. `labelstore export` has splits of its own.
-- group: Classes and answers
-- $project: only this project, by id or name
-- $train = 80: parts for training
-- $val = 10: parts for validation
-- $test = 10: parts for tests
-- $seed = 0: a whole number
with chosen as (
    select l.data_row_id, count(*) as labels
    from labels as l
    left join projects as p on p.project_id = l.project_id
    where l.model_run_id is null and coalesce(l.skipped, false) = false and l.data_row_id is not null
        and ($project is null or l.project_id = $project or p.name = $project)
    group by l.data_row_id
),
padded as materialized (
    select data_row_id, labels, '0000000000000000' || data_row_id as padded from chosen
),
numbered as materialized (  -- the last 16 characters as a number below the prime 2147483647, moved by the seed
    select
        data_row_id,
        labels,
        (
              cast(unicode(substr(padded, -1, 1)) as bigint) * 1
            + cast(unicode(substr(padded, -2, 1)) as bigint) * 48271
            + cast(unicode(substr(padded, -3, 1)) as bigint) * 182605794
            + cast(unicode(substr(padded, -4, 1)) as bigint) * 1291394886
            + cast(unicode(substr(padded, -5, 1)) as bigint) * 1914720637
            + cast(unicode(substr(padded, -6, 1)) as bigint) * 2078669041
            + cast(unicode(substr(padded, -7, 1)) as bigint) * 407355683
            + cast(unicode(substr(padded, -8, 1)) as bigint) * 1105902161
            + cast(unicode(substr(padded, -9, 1)) as bigint) * 854716505
            + cast(unicode(substr(padded, -10, 1)) as bigint) * 564586691
            + cast(unicode(substr(padded, -11, 1)) as bigint) * 1596680831
            + cast(unicode(substr(padded, -12, 1)) as bigint) * 192302371
            + cast(unicode(substr(padded, -13, 1)) as bigint) * 1203428207
            + cast(unicode(substr(padded, -14, 1)) as bigint) * 1250328747
            + cast(unicode(substr(padded, -15, 1)) as bigint) * 1738531149
            + cast(unicode(substr(padded, -16, 1)) as bigint) * 1271135913
            + (cast($seed as bigint) % 2147483647 + 2147483647) * 7919 + 12345
        ) % 2147483647 as n
    from padded
),
squared as materialized (
    select data_row_id, labels, n, n * n % 2147483647 as n2 from numbered
),
drawn as materialized (  -- n to the 5th, which mixes: no two numbers become one
    select data_row_id, labels, n2 * n2 % 2147483647 * n % 2147483647 / 2147483647e0 as place from squared
)
select
    r.data_row_id,
    d.external_id,
    d.global_key,
    r.labels,
    case
        when r.place * ($train + $val + $test) < $train then 'train'
        when r.place * ($train + $val + $test) < $train + $val then 'val'
        else 'test'
    end as split
from drawn as r
left join data_rows as d on d.data_row_id = r.data_row_id
order by r.data_row_id
