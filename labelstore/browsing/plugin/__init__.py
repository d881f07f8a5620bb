"""The plugin of Datasette, 0.65 and 1.0 alike: the hooks that it calls. Databases that are not stores are left alone.

Installed with labelstore, it also serves `datasette labels.db`; its settings are then those of the plugin `labelstore`
in Datasette's configuration (see `labelstore.browsing.settings`).
"""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

import datasette
from jinja2 import Environment

from labelstore import figures
from labelstore.browsing import as_gallery, cells, metadata, templates
from labelstore.browsing.counting import count_by_tables, nothing_of_empty_views
from labelstore.browsing.frame import FRAME, frame_of
from labelstore.browsing.headers import is_ours, with_headers
from labelstore.browsing.pages import ROUTES
from labelstore.browsing.paths import Paths
from labelstore.browsing.refusals import error_page, with_error_responses
from labelstore.browsing.stores import is_store, stores
from labelstore.browsing.templates import NONCE, StoreLoader
from labelstore.engines.limits import BROWSE, Counted, limit_sqlite

Hook = TypeVar("Hook", bound=Callable[..., Any])
hook: Callable[[Hook], Hook] = datasette.hookimpl
hook_around_others: Callable[[Hook], Hook] = datasette.hookimpl(hookwrapper=True)
hook_of_one_version: Callable[[Hook], Hook] = datasette.hookimpl(optionalhook=True)


@hook
def register_routes() -> list[Any]:
    """Our pages."""
    return list(ROUTES)


@hook
def asgi_wrapper(datasette: Any) -> Any:
    """Headers of pages, and what a page may draw."""

    def wrap(app: Any) -> Any:
        guarded_app = with_headers(datasette, app)

        async def with_budget(scope: Any, receive: Any, send: Any) -> None:
            token = cells.budget.set(cells.Budget())
            try:
                await guarded_app(scope, receive, send)
            finally:
                cells.budget.reset(token)

        return with_budget

    return lambda app: with_error_responses(wrap(app))


@hook
def prepare_connection(conn: Any, database: str, datasette: Any) -> None:
    """What SQL of a user may take: every connection to a store has limits."""
    if is_store(datasette, database):
        limit_sqlite(conn, BROWSE)
        conn.row_factory = Counted()


@hook_around_others
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Generator[None, Any, None]:
    """Errors on pages of a store: instead of Datasette's answer, which prints a traceback with all that it holds."""
    answers = yield
    if is_ours(datasette, request.scope):
        answers.force_result([error_page(datasette, request, exception)])


@hook
def prepare_jinja2_environment(env: Environment) -> None:
    """Scripts and styles that stand in templates carry the nonce of the request; numbers and times have one form."""
    env.filters |= figures.FILTERS | templates.FILTERS
    if env.loader is not None and not isinstance(env.loader, StoreLoader):
        env.loader = StoreLoader(env.loader)


@hook
def extra_template_vars(request: Any, datasette: Any, database: str | None) -> dict[str, Any]:
    """The nonce, and what the templates of Datasette's pages of a store get from us."""
    return {
        NONCE: request.scope.get(NONCE) if request is not None else None,
        FRAME: frame_of(datasette, request, database),
    }


@hook
def extra_css_urls(request: Any, datasette: Any, database: str | None) -> list[str]:
    """Our style sheet on Datasette's pages of a store."""
    frame = frame_of(datasette, request, database)
    return [frame.paths.style()] if frame else []


@hook
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Any:
    """Thumbnails, swatches, folded JSON."""
    if not is_store(datasette, database):
        return None
    return lambda: cells.cell(value, column, table, row, database, datasette)


@hook
def register_output_renderer(datasette: Any) -> dict[str, Any]:
    """Results of queries with the id of a label, an object or a data row, as a gallery."""
    return {"extension": "gallery", "render": as_gallery.render, "can_render": as_gallery.can_render}


@hook
def menu_links(request: Any, datasette: Any) -> list[dict[str, str]]:
    """The overview of each store, in Datasette's menu; pages with our header need none."""
    if frame_of(datasette, request) is not None:
        return []
    return [{"href": Paths(datasette, name).overview(), "label": f"Overview of {name}"} for name in stores(datasette)]


@hook_of_one_version
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Titles, descriptions, facets and sorts; of Datasette 0.65."""
    return {"databases": {name: metadata.database_metadata() for name in stores(datasette)}}


@hook_of_one_version
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:
    """The canned queries; of Datasette 0.65."""
    return metadata.canned_queries() if is_store(datasette, database) else {}


@hook
def startup(datasette: Any) -> Any:
    """Views are counted by their tables; Datasette 1.0 has no hooks for metadata and queries: they are set once."""
    from labelstore.browsing.datasette1 import describe_stores

    count_by_tables(datasette)
    return lambda: describe_stores(datasette)


@hook
def filters_from_request(database: str, table: str, datasette: Any) -> Any:
    """Views that are known to be empty are not computed."""
    return nothing_of_empty_views(datasette, database, table) if is_store(datasette, database) else None
