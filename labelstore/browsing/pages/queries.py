"""The page of the canned queries: by what they are about, with what each tells and asks for."""

from typing import Any

from labelstore.browsing.pages.page import database_of, page, rendered
from labelstore.schema.canned_queries import grouped


@page("/queries")
async def queries(request: Any, datasette: Any) -> Any:
    """All canned queries of the store, each with a form of its parameters that leads to its result."""
    groups = grouped()
    number = sum(map(len, groups.values()))
    database = database_of(request, datasette)
    return await rendered(request, datasette, database, "labelstore_queries.html", groups=groups, number=number)
