"""How each engine is asked what a store holds."""

from typing import Final, NamedTuple


class Introspection(NamedTuple):
    """The SQL that lists tables, views, columns and functions, and what parameters look like in SQL of users."""

    title: str
    """What people call the engine."""
    parameter_marks: str
    columns: str
    """(table or view, column), without what the engine keeps for itself."""
    views: str
    types: str
    """(column, type) of the table or view whose name is the parameter."""
    functions: str


INTROSPECTION: Final = {
    "sqlite": Introspection(
        title="SQLite",
        parameter_marks="$:@",
        columns="select t.name, c.name from pragma_table_list as t, pragma_table_info(t.name) as c"
        " where t.schema = 'main' and t.type <> 'shadow' and t.name not like 'sqlite@_%' escape '@'"
        " order by t.name, c.cid",
        views="select name from pragma_table_list where schema = 'main' and type = 'view'",
        types="select name, lower(type) from pragma_table_info(?)",
        functions="select distinct name from pragma_function_list",
    ),
    "duckdb": Introspection(
        title="DuckDB",
        parameter_marks="$",
        columns="select table_name, column_name from duckdb_columns() where not internal"
        " order by table_name, column_index",
        views="select view_name from duckdb_views() where not internal",
        types="select column_name, lower(data_type) from duckdb_columns() where table_name = ? and not internal",
        functions="select distinct function_name from duckdb_functions()"
        " where function_type in ('scalar', 'aggregate', 'macro')",
    ),
}
