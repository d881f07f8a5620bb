"""The page of a label, and its JSON."""

from typing import Any

from datasette.utils.asgi import NotFound, Response

from labelstore.browsing import page_queries
from labelstore.browsing.facts import facts_of_asset, facts_of_label
from labelstore.browsing.gallery.place import place_of
from labelstore.browsing.pages.page import database_of, headers_of_files, missing, page, rendered
from labelstore.browsing.pages.viewed import of_frame, viewed
from labelstore.browsing.paths import decode
from labelstore.browsing.related import related_links
from labelstore.browsing.stores import read
from labelstore.browsing.switches import switches_of
from labelstore.scenes import ConnectionSource


@page("/label/(?P<label_id>[^/]*)")
async def label(request: Any, datasette: Any) -> Any:
    """One label: its drawing, facts, answers, objects, JSON."""
    database, label_id = database_of(request, datasette), decode(request.url_vars["label_id"])
    asked = await viewed(request, datasette, database, label_id)

    def work(source: ConnectionSource) -> dict[str, Any] | None:
        drawn = asked.drawn(source)
        if drawn is None:
            return None
        return of_frame(drawn, asked) | {
            "switches": switches_of(drawn.scene, asked.view, asked.address),
            "related": related_links(source, drawn.scene, asked.paths),
            "facts": facts_of_label(drawn.scene, asked.paths),
            "asset_facts": facts_of_asset(drawn.scene.asset),
            "neighbours": place_of(source, asked.others, label_id, asked.bare),
            "workflow": page_queries.workflow(source, drawn.scene.facts),
            "json": page_queries.json_text(source, label_id),
        }

    context = await read(datasette, database, work)
    if context is None:
        return await missing(request, datasette, database, "label", label_id)
    context |= {"view": asked.view, "onward": asked.onward}
    return await rendered(request, datasette, database, "labelstore_label.html", **context)


@page("/json/(?P<label_id>[^/]*)")
async def label_json(request: Any, datasette: Any) -> Any:
    """The JSON of one label, byte for byte as the view rebuilds it."""
    database, label_id = database_of(request, datasette), decode(request.url_vars["label_id"])
    text = await read(datasette, database, lambda source: page_queries.whole_json(source, label_id))
    if text is None:
        raise NotFound("the store holds no label of this id")
    return Response(text, content_type="application/json; charset=utf-8", headers=headers_of_files())
