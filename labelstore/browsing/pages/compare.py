"""The comparison of two or more labels of one data row."""

from typing import Any

from markupsafe import Markup

from labelstore.browsing.comparing import (
    FRAMES,
    MOST_LABELS,
    Wanted,
    likeness_of,
    outcome_of,
    read_view,
    words_of,
)
from labelstore.browsing.pages.page import database_of, page, rendered, whole
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import read
from labelstore.drawing import highlights
from labelstore.drawing.comparison import SIDES


@page("/compare")
async def compare(request: Any, datasette: Any) -> Any:
    """Labels of a data row on one canvas and side by side: objects matched, answers beside each other."""
    database = database_of(request, datasette)
    paths, settings = Paths(datasette, database), settings_of(datasette)
    given = tuple(dict.fromkeys(request.args.getlist("label")))
    wanted = Wanted(
        given[:MOST_LABELS], _iou(request.args.get("iou")), whole(request.args.get("frame")), request.args.get("group")
    )
    view = None
    if len(wanted.label_ids) > 1:
        view = await read(datasette, database, lambda source: read_view(source, wanted, settings, paths))
    if view is None:
        return await rendered(request, datasette, database, "labelstore_uncompared.html", 404, wanted=given[:12])
    shapes = (shape.object_id for same in view.objects for shape in same.shapes if shape is not None)
    return await rendered(
        request,
        datasette,
        database,
        "labelstore_compare.html",
        view=view,
        wanted=wanted,
        sides=SIDES,
        left_out=len(given) - len(wanted.label_ids),
        most_frames=FRAMES,
        likeness_of=likeness_of,
        outcome_of=outcome_of,
        words_of=words_of,
        highlights=Markup(highlights(shapes)),
    )


def _iou(text: str | None) -> float:
    """The intersection over union at which objects match: above 0, at most 1; 0.5 for anything else."""
    try:
        value = float(text) if text is not None else 0.5
    except ValueError:
        return 0.5
    return value if 0 < value <= 1 else 0.5
