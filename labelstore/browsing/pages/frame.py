"""One frame of a label without its tracks: what the page of a label exchanges while one drags or plays."""

from typing import Any

from labelstore.browsing.pages.drawn import LISTED, drawn_label, highlights_of
from labelstore.browsing.pages.gallery import among
from labelstore.browsing.pages.label import SHAPES
from labelstore.browsing.pages.page import database_of, missing, page, rendered, whole
from labelstore.browsing.paths import Paths, decode
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import read
from labelstore.browsing.view import view_of, without
from labelstore.drawing.legend import marks_of
from labelstore.scenes import Source


@page("/frame/(?P<label_id>[^/]*)")
async def frame(request: Any, datasette: Any) -> Any:
    """The drawing, the objects and the answers of one frame."""
    database, label_id = database_of(request, datasette), decode(request.url_vars["label_id"])
    settings, view = settings_of(datasette), view_of(request.args)
    bare = Paths(datasette, database, (await among(request, datasette, database)).first_page().arguments())
    paths = bare.keeping([*without(bare.kept), *view.arguments()])
    chosen = {"frame": whole(request.args.get("frame")), "group": request.args.get("group")}
    zoom_href = bare.keeping([*without(bare.kept), *view._replace(zoom=None).arguments()]).label(
        label_id, **chosen, zoom="{}"
    )

    def work(source: Source) -> dict[str, Any] | None:
        drawn = drawn_label(source, label_id, settings, paths, SHAPES, view.drawn(zoom_href), **chosen, tracks=False)
        if drawn is None:
            return None
        return {
            "drawn": drawn,
            "scene": drawn.scene,
            "highlights": highlights_of([drawn]),
            "fits": {one: zoom_href.replace("{}", zoom) for one, zoom in drawn.fits.items()},
        }

    context = await read(datasette, database, work)
    if context is None:
        return await missing(request, datasette, database, "label", label_id)
    return await rendered(
        request, datasette, database, "labelstore_frame.html", listed=LISTED, marks_of=marks_of, **context
    )
