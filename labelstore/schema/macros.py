"""Macros of the files in `sql/`: what both engines can say, each in its own words. Arguments are columns or numbers.

`day_of(x)`, `week_of(x)` and `seconds_of(x)` read a moment in ISO 8601, `2024-01-01` or `2024-01-01T10:00:00`, with or
without a fraction and an offset (`Z`, `+02:00`; without one it is UTC). They give its day in UTC, the Monday of its ISO
week (both as text) and the seconds since 1970, to the millisecond. Any other text gives NULL.

`in_period(x)` is true of a moment x from `$since` on and before `$until`, each of which may be NULL; of a query without
both, of any x. `made_in_period(l)` is that of when the label of the alias l was made, or last changed where the export
does not say.

`quantile(q, x)` aggregates the column x by linear interpolation between the two nearest values, for q in quarters. Its
subquery numbers the rows of a group by x: `place` from 0, of `places`. DuckDB sorts a list instead, and computes no
numbers that nothing reads. Its own `quantile_cont` rounds otherwise in 2.0 than in 1.5.

`near_quarter(place, places)` picks the rows that such quantiles, the smallest and the largest are made of, as SQLite
sorts all rows once more to group them; `all_places(places)` then counts those of the group. DuckDB groups all rows.

`octet_length(x)` counts the bytes of a blob, `first_bytes(x, n)` gives the first n of them.

What is rounded to `/ 1e2` or `/ 1e4` has no zero with a sign: SQLite rounds -0.3 to 0, DuckDB to -0.

Patterns begin with the plain name: an anchor before it would make the search thirty times as slow.
"""

_COLUMN = r"([\w.]+)"
_MOMENT = r"([$\w.]+)"
"""A column or a parameter."""

PERIOD_MACROS = (  # in the words of the others
    (
        r"made_in_period\((\w+)\)",
        r"case when \1.created_at is null then in_period(\1.updated_at) else in_period(\1.created_at) end",
    ),
    (
        rf"in_period\({_COLUMN}\)",
        r"(($since is null or seconds_of(\1) >= seconds_of($since))"
        r" and ($until is null or seconds_of(\1) < seconds_of($until)))",
    ),
)

_SQLITE_MOMENT = (
    r"case when \1 glob '[12][0-9][0-9][0-9]-*' and (length(\1) = 10 or \1 glob '??????????[T ]??:??:??*')"
    r" and \1 not glob '??????????[T ]24*' and date(substr(\1, 1, 10), '+0 days') = substr(\1, 1, 10)"  # no 30 February
)

_MOMENT_PATTERN = (
    "^[12][0-9]{3}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}([.][0-9]+)?"
    "( *(Z|[-+](0[0-9]|1[0-4]):[0-5][0-9]))?)?$"
)
_DUCKDB_MOMENT = (  # a cast to timestamp ignores offsets; one to timestamptz takes a text without for local time
    rf"make_timestamp(epoch_us(case when regexp_matches(\1, '{_MOMENT_PATTERN}') then try_cast(\1"
    r" || case when length(\1) = 10 then ' 00:00:00Z' when \1 glob '*Z' or \1 glob '*[-+]??:??' then '' else 'Z' end"
    r" as timestamptz) end))"
)

_SQLITE_QUANTILE = (
    rf"quantile\(([\d.]+), {_COLUMN}\)",
    r"sum(case when abs(place - \1e0 * (places - 1)) < 1 then \2 * (1 - abs(place - \1e0 * (places - 1))) end)",
)

_SQLITE_NEAR_QUARTER = (  # within one of 0, 1, 2, 3 or 4 quarters of the last place
    rf"near_quarter\({_COLUMN}, {_COLUMN}\)",
    r"(4 * \1 + 3) % max(\2 - 1, 1) < 7",
)

_DUCKDB_PLACE = r"(len(s) - 1) * \1e0"
_DUCKDB_BEFORE, _DUCKDB_SHARE = f"cast(floor({_DUCKDB_PLACE}) as bigint)", f"({_DUCKDB_PLACE} % 1)"
_DUCKDB_QUANTILE = (
    rf"quantile\(([\d.]+), {_COLUMN}\)",
    r"list_transform([list(\2 order by \2) filter (where \2 is not null)], lambda s:"
    rf" s[1 + {_DUCKDB_BEFORE}] * (1 - {_DUCKDB_SHARE})"
    rf" + case {_DUCKDB_SHARE} when 0 then 0 else s[2 + {_DUCKDB_BEFORE}] * {_DUCKDB_SHARE} end)[1]",
)

SQLITE_MACROS = (
    *PERIOD_MACROS,
    (rf"day_of\({_COLUMN}\)", rf"{_SQLITE_MOMENT} then date(\1) end"),
    (rf"week_of\({_COLUMN}\)", rf"{_SQLITE_MOMENT} then date(\1, 'weekday 0', '-6 days') end"),
    (
        rf"seconds_of\({_MOMENT}\)",
        rf"{_SQLITE_MOMENT} then round((julianday(\1) - 2440587.5) * 86400e3) / 1e3 end",
    ),
    _SQLITE_QUANTILE,
    _SQLITE_NEAR_QUARTER,
    (rf"all_places\({_COLUMN}\)", r"max(\1)"),
    (r"is not distinct from", "is"),  # SQLite before 3.39 has no other word for it
    (rf"octet_length\({_COLUMN}\)", r"length(\1)"),
    (rf"first_bytes\({_COLUMN}, (\d+)\)", r"substr(\1, 1, \2)"),
    (r"least\(", "min("),
    (r"greatest\(", "max("),
)

DUCKDB_MACROS = (
    *PERIOD_MACROS,
    (rf"day_of\({_COLUMN}\)", f"cast(cast({_DUCKDB_MOMENT} as date) as varchar)"),
    (rf"week_of\({_COLUMN}\)", f"cast(cast(date_trunc('week', {_DUCKDB_MOMENT}) as date) as varchar)"),
    (rf"seconds_of\({_MOMENT}\)", f"round(epoch_us({_DUCKDB_MOMENT}) / 1e3) / 1e3"),
    _DUCKDB_QUANTILE,
    (rf"near_quarter\({_COLUMN}, {_COLUMN}\)", "true"),
    (rf"all_places\({_COLUMN}\)", "count(*)"),
    (rf"first_bytes\({_COLUMN}, (\d+)\)", r"\1[1:\2]"),
    (r"\) / (1e[24]) as\b", r") / \1 + 0e0 as"),
)

_SPARK_MOMENT = (
    rf"unix_micros(try_cast(case when \1 rlike '{_MOMENT_PATTERN}' then \1"
    r" || case when length(\1) = 10 then ' 00:00:00Z' when \1 rlike '(Z|[-+]..:..)$' then '' else 'Z' end"
    r" end as timestamp))"
)

SPARK_MACROS = (  # those of views
    (rf"seconds_of\({_COLUMN}\)", f"round({_SPARK_MOMENT} / 1e3) / 1e3"),
)
