"""Metadata and canned queries for Datasette 1.0, which stores them at startup instead of calling hooks."""

from typing import Any

from labelstore.browsing.metadata import ABOUT, canned_queries, descriptions, table_configs
from labelstore.browsing.stores import is_new, stores


async def describe_stores(datasette: Any) -> None:
    """Set metadata and queries of each store, keeping what the user configured. Does nothing on Datasette 0.65."""
    if not is_new(datasette):
        return
    for name in stores(datasette):
        await _describe(datasette, name)
        _configure(datasette, name)
        for query, said in canned_queries().items():
            if await datasette.get_query(name, query) is None:
                parameters = said.pop("params")
                await datasette.add_query(name, query, parameters=parameters, is_trusted=True, **said)


async def _describe(datasette: Any, name: str) -> None:
    if "description" not in await datasette.get_database_metadata(name):
        await datasette.set_database_metadata(name, "description", ABOUT)
    for table, (description, columns) in descriptions().items():
        if "description" not in await datasette.get_resource_metadata(name, table):
            await datasette.set_resource_metadata(name, table, "description", description)
        for column, said in columns.items():
            await datasette.set_column_metadata(name, table, column, "description", said)


def _configure(datasette: Any, name: str) -> None:
    """Facets, sorts, hidden tables and label columns into the configuration."""
    if datasette.config is None:
        datasette.config = {}
    tables = datasette.config.setdefault("databases", {}).setdefault(name, {}).setdefault("tables", {})
    for table, config in table_configs().items():
        tables[table] = {**config, **tables.get(table, {})}
