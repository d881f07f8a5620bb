"""The page of a search, and what is close to an id that the store does not hold."""

import time
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import Markup

from labelstore.browsing.cells import Budget, data_row_thumbnail, label_thumbnail
from labelstore.browsing.found import TITLES, FoundThings, find, is_named
from labelstore.browsing.ids_found import FoundId, exact_id
from labelstore.browsing.pages.page import database_of, page, rendered
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings, settings_of
from labelstore.browsing.stores import read
from labelstore.query.filters.chosen import LONGEST_VALUE
from labelstore.scenes import ConnectionSource

SECONDS = 0.25
"""No thumbnail is started after this time."""


@page("/search")
async def search(request: Any, datasette: Any) -> Any:
    """What the words `q` lead to; the page of the one label or data row that has exactly this id."""
    database = database_of(request, datasette)
    paths, settings = Paths(datasette, database), settings_of(datasette)
    words = (request.args.get("q") or "").strip()[:LONGEST_VALUE]

    def work(source: ConnectionSource) -> str | dict[str, Any]:
        one = exact_id(source, words)
        if one is not None and not is_named(source, words):
            return _address(one, paths)
        found = find(source, words)
        return {"found": found, "pictures": _pictures(source, found, settings, paths), "file": source.path.name}

    context = await read(datasette, database, work)
    if isinstance(context, str):
        return Response.redirect(context)
    return await rendered(
        request, datasette, database, "labelstore_search.html", searched=words, titles=TITLES, **context
    )


def _address(one: FoundId, paths: Paths) -> str:
    assert one.id is not None
    return paths.label(one.id) if one.is_label else paths.data_row(one.id)


def _pictures(source: ConnectionSource, found: FoundThings, settings: Settings, paths: Paths) -> dict[str, Markup]:
    """Thumbnails by label id, and by kind and text of an id."""
    budget = Budget()
    budget.until = time.monotonic() + SECONDS
    pictures: dict[str, Markup | None] = {}
    for hit in found.ids.hits:
        if hit.id is not None:
            draw = label_thumbnail if hit.is_label else data_row_thumbnail
            pictures[hit.what + hit.text] = draw(source, hit.id, settings, paths, budget)
    for text in found.texts.hits:
        for label_id in text.labels:
            pictures[label_id] = pictures.get(label_id) or label_thumbnail(source, label_id, settings, paths, budget)
    return {name: picture for name, picture in pictures.items() if picture is not None}
