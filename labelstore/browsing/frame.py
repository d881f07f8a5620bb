"""The frame around Datasette's own pages of a store: our header and colors, and what its templates get from us."""

from typing import Any, NamedTuple

from labelstore.browsing.navigation import ENTRIES, Entry
from labelstore.browsing.paths import ROOT, Paths, decode
from labelstore.browsing.store_page import StorePage
from labelstore.browsing.stores import is_store, stores
from labelstore.browsing.table_page import TablePage
from labelstore.schema.canned_queries import Query, grouped, queries

FRAME = "labelstore"
"""What templates call the frame."""


class Frame(NamedTuple):
    """What the header of a page needs: the store, its addresses, the entries, and the path of this page."""

    store: str
    paths: Paths
    navigation: tuple[Entry, ...]
    here: str

    def table_page(self, table: str, arguments: Any) -> TablePage:
        """What a page of a table or view shows; `arguments` are those of the request."""
        return TablePage.of(table, arguments)

    def store_page(self, tables: Any, views: Any) -> StorePage:
        """The tables and views of the store's page, which are those that Datasette lists, by what they are for."""
        return StorePage.of(tables, views)

    def query(self, name: str | None) -> Query | None:
        """The canned query of that name, where it is one of ours."""
        return queries().get(name or "")

    def queries(self) -> dict[str, tuple[Query, ...]]:
        """All canned queries, by what they are about."""
        return grouped()


def frame_of(datasette: Any, request: Any, database: str | None = None) -> Frame | None:
    """The frame of a page of Datasette; None for pages of other databases, and those of no database among several."""
    path = request.path if request is not None else ""
    name = database if database is not None else _named_by(datasette, path)
    if name is None or not is_store(datasette, name):
        return None
    return Frame(name, Paths(datasette, name), ENTRIES, path)


def _named_by(datasette: Any, path: str) -> str | None:
    """The database that an address names, or the only one there is."""
    base = datasette.setting("base_url")
    parts = ("/" + path.removeprefix(base).lstrip("/")).removeprefix(ROOT).split("/")
    routes: dict[str, str] = {database.route: name for name, database in datasette.databases.items()}
    first = decode(parts[1] if len(parts) > 1 else "")
    named = routes.get(first) or routes.get(first.partition(".")[0])
    if named is not None:
        return named
    shown = [name for name in datasette.databases if not name.startswith("_")]
    return shown[0] if shown == stores(datasette) and len(shown) == 1 else None
