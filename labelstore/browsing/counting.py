"""The rows of a view on its page, counted by `labelstore.query.row_counts` where Datasette would compute the view."""

import re
from typing import Any

from datasette.database import Database, QueryInterrupted, Results
from datasette.filters import FilterArguments

from labelstore.browsing.stores import is_store, read
from labelstore.query.row_counts import VIEWS, RowCounts

_COUNT = re.compile(r"select count\(\*\) from \[?(\w+)\]? *")


class StoreDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """A database of Datasette that is a store."""

    async def execute(self, sql: str, *args: Any, **options: Any) -> Any:
        """The result of SQL; that of a count of one of our views comes from what the view reads."""
        found = _COUNT.fullmatch(sql)
        if found is None or found[1] not in VIEWS:
            return await super().execute(sql, *args, **options)
        number = await read(self.ds, self.name, lambda source: RowCounts(source).of(found[1]))
        if number is None:
            raise QueryInterrupted(None, sql, None)  # then the page shows no number
        return Results([(number,)], False, (("count(*)",),))


def count_by_tables(datasette: Any) -> None:
    """Make each store of a Datasette a `StoreDatabase`."""
    datasette.databases = {
        name: _counted(datasette, found) if is_store(datasette, name) else found
        for name, found in datasette.databases.items()
    }


def _counted(datasette: Any, found: Any) -> StoreDatabase:
    if isinstance(found, StoreDatabase):
        return found
    new = StoreDatabase(datasette, path=found.path, is_mutable=found.is_mutable)
    new.name, new.route = found.name, found.route
    return new


async def nothing_of_empty_views(datasette: Any, database: str, view: str) -> Any:
    """The filters of a page: a view that is known to be empty need not be computed to show nothing."""
    if view in VIEWS and await read(datasette, database, lambda source: RowCounts(source).is_empty(view)):
        return FilterArguments(where_clauses=["0"])
    return None
