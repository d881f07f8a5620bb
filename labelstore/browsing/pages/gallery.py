"""The gallery: a wall of labels or data rows, with filters beside it."""

from asyncio import Task, create_task
from math import inf
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound, Response

from labelstore.browsing.cells import Budget
from labelstore.browsing.gallery import sidebar
from labelstore.browsing.gallery.asked import asked_in
from labelstore.browsing.gallery.cards import data_row_cards, label_cards
from labelstore.browsing.gallery.matches import matches
from labelstore.browsing.gallery.view import DATA_ROWS, LABELS, PAGE, SHOWN, Pair, View, from_forms, view_of
from labelstore.browsing.pages import home
from labelstore.browsing.pages.page import ROUTES, database_of, page, rendered
from labelstore.browsing.paths import ROOT, Paths
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import is_store, read, stores
from labelstore.errors import LabelstoreError, QueryError
from labelstore.scenes import ConnectionSource

_ORDERS = {
    "": "as stored",
    "created": "made",
    "objects": "objects",
    "agreement": "agreement",
    "seconds": "seconds",
}


async def _of_the_only_store(request: Any, datasette: Any) -> Any:
    """The gallery of the one store that is served, or the home page of a store of that name."""
    found = stores(datasette)
    if is_store(datasette, request.url_vars["database"]):
        return await home.overview(request, datasette)
    if len(found) != 1:
        raise NotFound("several stores are served; choose one on the first page")
    return Response.redirect(Paths(datasette, found[0]).gallery(_pairs(request)))


ROUTES.insert(0, (rf"^{ROOT}/(?P<database>gallery)$", _of_the_only_store))


@page("/gallery")
async def gallery(request: Any, datasette: Any) -> Any:
    """One page of the labels or data rows that match the filter in the address."""
    database = database_of(request, datasette)
    paths, settings = Paths(datasette, database), settings_of(datasette)
    pairs = _pairs(request)
    if (changed := from_forms(pairs)) is not None:
        return Response.redirect(paths.gallery(changed))
    try:
        view, wrong = await view_in(request, datasette, database)
    except LabelstoreError as error:
        return await _failed(request, datasette, database, str(error))
    milliseconds = int(datasette.setting("sql_time_limit_ms"))

    def work(source: ConnectionSource) -> dict[str, Any]:
        found = matches(source, view, milliseconds)
        last = max(-(-len(found.keys) // PAGE), 1)
        shown = view._replace(page=min(view.page, last), show=found.show)
        keys = found.keys[(shown.page - 1) * PAGE : shown.page * PAGE]
        keeping = Paths(datasette, database, shown.first_page().arguments())
        cards = (data_row_cards if found.show == DATA_ROWS else label_cards)(source, keys, settings, keeping, Budget())
        values = sidebar.values_for(source, view.chosen)
        return {
            "view": shown,
            "cards": cards,
            "total": len(found.keys),
            "note": found.note,
            "first": (shown.page - 1) * PAGE + 1,
            "last_page": last,
            "groups": [] if shown.asked else sidebar.groups(shown, values, paths),
            "chips": sidebar.chips(shown, values, paths),
            "hints": [] if cards else sidebar.hints(shown, values),
            "is_counted": None not in values.values(),
        }

    try:
        context = await read(datasette, database, work)
    except QueryError as error:
        return await _failed(request, datasette, database, str(error))
    if not context["is_counted"]:
        _count_soon(datasette, database)
    links = _links(context["view"], context["last_page"], paths)
    return await rendered(request, datasette, database, "labelstore_gallery.html", wrong=wrong, **context, **links)


_counting: dict[str, Task[Any]] = {}
"""Database → what counts the values of its filters after a page was sent."""


def _count_soon(datasette: Any, database: str) -> None:
    """Count all values for the next page, unless that is being done."""
    running = _counting.get(database)
    if running is None or running.done():
        counted = read(datasette, database, lambda source: sidebar.known_values(source, inf))
        _counting[database] = create_task(counted)
        _counting[database].add_done_callback(lambda task: task.cancelled() or task.exception())  # the next page tries


async def _failed(request: Any, datasette: Any, database: str, reason: str) -> Response:
    """A gallery without anything, as the question in its address has no answer."""
    nothing = {"view": View(), "cards": [], "total": 0, "groups": [], "chips": [], "first": 1, "last_page": 1}
    links = _links(View(), 1, Paths(datasette, database))
    context = {"wrong": [reason], "failed": True, **nothing, **links}
    return await rendered(request, datasette, database, "labelstore_gallery.html", 400, **context)


async def view_in(request: Any, datasette: Any, database: str) -> tuple[View, list[str]]:
    """The view that the address of a request asks for, and what is wrong with it.

    Raises `LabelstoreError` for a question that cannot be asked.
    """
    pairs = _pairs(request)
    return view_of(pairs, await asked_in(datasette, database, request.actor, pairs))


async def among(request: Any, datasette: Any, database: str) -> View:
    """The labels that the page of one stands among; all of them where its address asks for what has no answer."""
    try:
        view, _ = await view_in(request, datasette, database)
    except LabelstoreError:
        return View()
    return view


def _pairs(request: Any) -> list[Pair]:
    return [(name, value) for name in request.args for value in request.args.getlist(name)]


def _links(view: View, last: int, paths: Paths) -> dict[str, Any]:
    """The links above the wall: what is shown, in which order, which page."""

    def to(**changes: Any) -> str:
        return paths.gallery(view._replace(**{"page": 1, **changes}).arguments())

    name = view.sort.removeprefix("-")
    turned = {"": "", **{one: one if view.sort == f"-{one}" else f"-{one}" for one in _ORDERS if one}}
    arrow = " ↓" if view.sort.startswith("-") else " ↑"
    return {
        "shows": [(one.replace("-", " "), to(show=one), view.show == one) for one in SHOWN],
        "sorts": [
            (title + (arrow if one and one == name else ""), to(sort=turned[one]), one == name)
            for one, title in _ORDERS.items()
        ],
        "before": to(page=view.page - 1) if view.page > 1 else None,
        "after": to(page=view.page + 1) if view.page < last else None,
        "action": paths.gallery(),
        "arguments": urlencode(view.first_page().arguments(), errors="replace"),
        "bare": paths.gallery(View(show=view.show, sort=view.sort).arguments()),
        "noun": "label" if view.show == LABELS else "data row",
    }
