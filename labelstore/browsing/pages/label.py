"""The page of a label, and its JSON."""

from typing import Any

from datasette.utils.asgi import NotFound, Response

from labelstore.browsing import page_queries
from labelstore.browsing.facts import facts_of_asset, facts_of_label
from labelstore.browsing.gallery.place import place_of
from labelstore.browsing.pages.drawn import LISTED, drawn_label, highlights_of
from labelstore.browsing.pages.gallery import among
from labelstore.browsing.pages.page import database_of, headers_of_files, missing, page, rendered, whole
from labelstore.browsing.paths import Paths, decode
from labelstore.browsing.related import related_links
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import read
from labelstore.browsing.switches import switches_of
from labelstore.browsing.view import View, view_of, without
from labelstore.drawing import drawing_of
from labelstore.drawing.legend import marks_of
from labelstore.scenes import ConnectionSource

SHAPES = 2000
"""Shapes that are drawn of a label."""


@page("/label/(?P<label_id>[^/]*)")
async def label(request: Any, datasette: Any) -> Any:
    """One label: its drawing, facts, answers, objects, JSON."""
    database, label_id = database_of(request, datasette), decode(request.url_vars["label_id"])
    settings, view = settings_of(datasette), view_of(request.args)
    others = await among(request, datasette, database)
    bare = Paths(datasette, database, others.first_page().arguments())
    frame = {"frame": whole(request.args.get("frame")), "group": request.args.get("group")}

    def address(view: View, **more: str) -> str:
        return bare.keeping([*without(bare.kept), *view.arguments()]).label(label_id, **frame, **more)

    paths = bare.keeping([*without(bare.kept), *view.arguments()])
    zoom_href = address(view._replace(zoom=None), zoom="{}")

    def work(source: ConnectionSource) -> dict[str, Any] | None:
        drawn = drawn_label(source, label_id, settings, paths, SHAPES, view.drawn(zoom_href), **frame)
        if drawn is None:
            return None
        with_relations = drawing_of(drawn.scene.asset.asset_type).with_relations
        return {
            "drawn": drawn,
            "scene": drawn.scene,
            "highlights": highlights_of([drawn]),
            "switches": switches_of(drawn.scene, view, address),
            "fits": {one: zoom_href.replace("{}", zoom) for one, zoom in drawn.fits.items()},
            "related": related_links(source, drawn.scene, paths),
            "relations": [] if with_relations else page_queries.relations(drawn.scene),
            "facts": facts_of_label(drawn.scene, paths),
            "asset_facts": facts_of_asset(drawn.scene.asset),
            "neighbours": place_of(source, others, label_id, bare),
            "workflow": page_queries.workflow(source, drawn.scene.facts),
            "json": page_queries.json_text(source, label_id),
        }

    context = await read(datasette, database, work)
    if context is None:
        return await missing(request, datasette, database, "label", label_id)
    onward = paths.keeping([*without(bare.kept), *view.arguments(zoom=False)])
    return await rendered(
        request,
        datasette,
        database,
        "labelstore_label.html",
        listed=LISTED,
        view=view,
        onward=onward,
        marks_of=marks_of,
        **context,
    )


@page("/json/(?P<label_id>[^/]*)")
async def label_json(request: Any, datasette: Any) -> Any:
    """The JSON of one label, byte for byte as the view rebuilds it."""
    database, label_id = database_of(request, datasette), decode(request.url_vars["label_id"])
    text = await read(datasette, database, lambda source: page_queries.whole_json(source, label_id))
    if text is None:
        raise NotFound("the store holds no label of this id")
    return Response(text, content_type="application/json; charset=utf-8", headers=headers_of_files())
