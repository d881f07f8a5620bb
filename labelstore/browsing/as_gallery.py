"""Results of queries as galleries: one of the forms that Datasette offers for a result, beside JSON and CSV."""

from typing import Any

from labelstore.browsing import metadata
from labelstore.browsing.gallery.asked import OURS, makes_gallery
from labelstore.browsing.paths import Paths
from labelstore.browsing.stores import is_store


def can_render(
    datasette: Any, database: str, table: str | None, sql: str | None, query_name: str | None, columns: Any
) -> bool:
    """Whether it is the result of SQL or of one of our canned queries, about a store, with an id."""
    if table is not None or not is_store(datasette, database) or not makes_gallery(columns or ()):
        return False
    return query_name in metadata.canned_queries() if query_name else bool(sql)


def render(datasette: Any, database: str, sql: str | None, query_name: str | None, request: Any) -> dict[str, Any]:
    """Leads to the gallery that asks the same."""
    asks = ("query", query_name) if query_name else ("sql", sql)
    given = [(name, value) for name in request.args for value in request.args.getlist(name)]
    parameters = [(name, value) for name, value in given if value and name not in OURS and name[:1] != "_"]
    address = Paths(datasette, database).gallery([asks, *parameters])
    return {"body": "", "status_code": 302, "headers": {"Location": address}}  # of a Response it would take no status
