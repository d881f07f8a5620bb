"""The dialect of Spark SQL, in which the views of a store are made over its tables as DataFrames.

It needs no setting of a session and no function in it.
"""

from labelstore.schema.dialects import Dialect
from labelstore.schema.macros import SPARK_MACROS

SPARK_TYPES = {"integer": "bigint", "text": "string", "blob": "binary"}
"""The types of `sql/schema.sql` that have another name."""

_COLUMN = r"([\w.]+)"
_VALUE = r"(\w+|coalesce\([\w, ]+\))"

_NAMES = (r"(--[^\n]*|'[^']*')|\"(\w+)\"", lambda found: found[1] or f"`{found[2]}`")
"""Quoted ones, outside of comments and literals."""

_JSON = (
    # of an array, without its brackets; after a plain `array` the parser would take `>>` for the end of two types
    (rf"json_quote\({_VALUE}\)", r"case when \1 is not null then trim(both '[]' from to_json(`array`(\1))) end"),
    (
        r"json_number\((\w+|`\w+`)\)",
        r"case when \1 > -1e15 and \1 < 1e15 and \1 % 1 = 0 then cast(cast(\1 as bigint) as string)"
        r" else cast(\1 as string) end",
    ),
    (rf"{_COLUMN} ->> ('[^']*')", r"get_json_object(\1, \2)"),
)

_COUNTING = (  # recursion ends at a hundred levels, and is not in Spark 4.0
    (r"\bwith recursive\b", "with"),
    (
        r"select 0 as (\w+)\s+union all\s+select \1 \+ 1 from \w+ where \1 < (\d+)",
        r"select explode(sequence(0, \2)) as \1",
    ),
    (
        r"select ([\w, ]+), 0 as (\w+), (\w+) from (.*)\s+union all"
        r"\s+select \1, \2 \+ (\d+), \3 from \w+ where \2 \+ \5 < \3",
        r"select \1, explode(sequence(0, \3 - 1, \5)) as \2, \3 from \4",
    ),
)

SPARK = Dialect(
    "spark",
    "Spark SQL",
    (
        _NAMES,
        *_JSON,
        *SPARK_MACROS,
        *_COUNTING,
        (r"string_agg\(([\w.]+), '' order by ([^()]+)\)", r"listagg(\1, '') within group (order by \2)"),
        (r"\bas integer\)", "as bigint)"),
        (r"\bas text\)", "as string)"),
        (r"\bas materialized \(", "as ("),
        (r"\bunicode\(", "ascii("),
        (rf"utf16_length\({_COLUMN}\)", r"(octet_length(encode(\1, 'UTF-16BE')) div 2)"),
    ),
    "",
    folder="duckdb",
)
