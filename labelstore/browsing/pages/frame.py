"""One frame of a label without its tracks: what the page of a label exchanges while one drags or plays."""

from typing import Any

from labelstore.browsing.pages.page import database_of, missing, page, rendered
from labelstore.browsing.pages.viewed import of_frame, viewed
from labelstore.browsing.paths import decode
from labelstore.browsing.stores import read
from labelstore.engines.reading import Reading


@page("/frame/(?P<label_id>[^/]*)")
async def frame(request: Any, datasette: Any) -> Any:
    """The drawing, the objects, the answers and the relationships of one frame."""
    database, label_id = database_of(request, datasette), decode(request.url_vars["label_id"])
    asked = await viewed(request, datasette, database, label_id)

    def work(source: Reading) -> dict[str, Any] | None:
        drawn = asked.drawn(source, tracks=False)
        return None if drawn is None else of_frame(drawn, asked)

    context = await read(datasette, database, work)
    if context is None:
        return await missing(request, datasette, database, "label", label_id)
    return await rendered(request, datasette, database, "labelstore_frame.html", **context)
