"""Saving and deleting views of the gallery: a form's POST, which leads back to the gallery."""

from typing import Any
from urllib.parse import parse_qsl

from datasette.utils.asgi import Forbidden, Response

from labelstore.browsing.pages.page import database_of, page, rendered
from labelstore.browsing.paths import Paths
from labelstore.browsing.saved_views import LONGEST, SavedViews
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import is_new
from labelstore.errors import LabelstoreError

_SAVED = ("page",)
"""Arguments that are no part of a view."""


@page("/gallery/views")
async def views(request: Any, datasette: Any) -> Any:
    """Save the view whose arguments the form has under its name, or delete the one of that name."""
    database = database_of(request, datasette)
    paths = Paths(datasette, database)
    if request.method != "POST":
        return Response.redirect(paths.gallery())
    if not is_new(datasette) and "ds_csrftoken" not in request.cookies:  # whose form is checked only with that cookie
        raise Forbidden("the form is not one of these pages, or cookies are off")
    sent = await request.post_vars()
    name, text = str(sent.get("name", "")), str(sent.get("arguments", ""))
    pairs = parse_qsl(text, max_num_fields=200) if len(text) <= 3 * LONGEST else []
    saved = SavedViews(settings_of(datasette), database)
    try:
        if "delete" in sent:
            saved.delete(name)
        else:
            saved.save(name, [pair for pair in pairs if pair[0] not in _SAVED])
    except LabelstoreError as error:
        return await rendered(request, datasette, database, "labelstore_refused.html", 400, reason=str(error))
    return Response.redirect(paths.gallery(pairs), status=303)
