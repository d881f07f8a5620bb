"""What every page shares: its address, its store, its headers, and the frame around its content."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from datasette.utils.asgi import NotFound, Response

from labelstore.browsing.headers import ASSET, strict
from labelstore.browsing.ids_found import FoundId, close_ids
from labelstore.browsing.navigation import ENTRIES
from labelstore.browsing.paths import ROOT, Paths, decode
from labelstore.browsing.saved_views import SavedViews
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import is_store, read
from labelstore.browsing.templates import NONCE
from labelstore.errors import TooSlowError
from labelstore.query.filters.chosen import LONGEST_VALUE
from labelstore.scenes import ConnectionSource

SECONDS = 0.4
"""To look for ids that are close to one that is not there."""

View = Callable[[Any, Any], Awaitable[Any]]

ROUTES: list[tuple[str, View]] = []
"""Pattern of an address → the function from a request and a Datasette to a response."""


def page(pattern: str = "") -> Callable[[View], View]:
    """Register a page of a store: `pattern` is what follows the name of the store in its address."""

    def registered(view: View) -> View:
        ROUTES.append((rf"^{ROOT}/(?P<database>[^/]+){pattern}$", view))
        return view

    return registered


def database_of(request: Any, datasette: Any) -> str:
    """The store that the address names; raises `NotFound` for anything else."""
    database = decode(request.url_vars["database"])
    if not is_store(datasette, database):
        raise NotFound("no store has this name here")
    return database


def whole(text: str | None) -> int | None:
    """The whole number in an address, or None."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else None


async def missing(request: Any, datasette: Any, database: str, what: str, wanted: str) -> Response:
    """The page that says that the store does not hold something, and what was perhaps meant."""

    def work(source: ConnectionSource) -> list[FoundId]:
        with suppress(TooSlowError), source.within(SECONDS):
            return close_ids(source, wanted)
        return []

    close = await read(datasette, database, work)
    context = {"what": what, "wanted": wanted, "close": close, "searched": wanted[:LONGEST_VALUE]}
    return await rendered(request, datasette, database, "labelstore_missing.html", 404, **context)


async def rendered(
    request: Any, datasette: Any, database: str, template: str, status: int = 200, **context: Any
) -> Response:
    """A page of ours. The template gets `store`, `paths`, `settings`, `navigation`, `saved` views and the context."""
    settings, nonce = settings_of(datasette), request.scope.get(NONCE, "")
    standard = {
        "store": database,
        "paths": Paths(datasette, database),
        "settings": settings,
        "navigation": ENTRIES,
        "saved": SavedViews(settings, database),
        "here": request.path,
    }
    body = await datasette.render_template(template, {**standard, **context}, request=request)
    headers = {"Content-Security-Policy": strict(settings, nonce), "Cache-Control": "private, no-cache"}
    return Response.html(body, status=status, headers=headers)


def headers_of_files() -> dict[str, str]:
    """Headers of what is no page of ours: files of assets, JSON."""
    return {"Content-Security-Policy": ASSET, "X-Content-Type-Options": "nosniff", "Cache-Control": "private"}
