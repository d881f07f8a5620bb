"""The page of a data row: all its labels side by side."""

from typing import Any

from labelstore.browsing import page_queries
from labelstore.browsing.facts import facts_of_asset
from labelstore.browsing.local_assets import draw_options
from labelstore.browsing.pages.drawn import drawn_label, highlights_of
from labelstore.browsing.pages.page import database_of, missing, page, rendered
from labelstore.browsing.paths import Paths, decode
from labelstore.browsing.related import comparisons
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import read
from labelstore.drawing import draw
from labelstore.drawing.options import DrawView
from labelstore.scenes import ConnectionSource
from labelstore.scenes.assets import read_asset
from labelstore.scenes.scene import Scene

SHAPES_BESIDE = 500
"""Shapes that are drawn of each label, where several are side by side."""
SCREEN_BESIDE = (400.0, 360.0)
"""About how many pixels such a drawing is wide and high."""


@page("/data-row/(?P<data_row_id>[^/]*)")
async def data_row(request: Any, datasette: Any) -> Any:
    """One data row with all its labels, drawn side by side."""
    database, data_row_id = database_of(request, datasette), decode(request.url_vars["data_row_id"])
    paths, settings = Paths(datasette, database), settings_of(datasette)

    def work(source: ConnectionSource) -> dict[str, Any] | None:
        known = next(iter(source.query("select 1 from data_rows where data_row_id = $id", {"id": data_row_id})), None)
        labels = page_queries.labels_of(source, data_row_id)
        if known is None and not labels:
            return None
        ids = [row["label_id"] for row in labels[: page_queries.MOST_LABELS]]
        small = DrawView(screen=SCREEN_BESIDE)
        shown = (drawn_label(source, label_id, settings, paths, SHAPES_BESIDE, small) for label_id in ids)
        drawings = [drawn for drawn in shown if drawn is not None]
        asset = read_asset(source, data_row_id)
        bare = Scene("", {}, asset)
        return {
            "asset": asset,
            "asset_facts": facts_of_asset(asset),
            "labels": labels,
            "drawings": drawings,
            "comparisons": comparisons(labels, paths),
            "highlights": highlights_of(drawings),
            "empty": None if labels else draw(bare, draw_options(source, bare, settings, paths, 0)),
            "projects": page_queries.projects(source, data_row_id),
            "attachments": page_queries.attachments(source, data_row_id),
            "metadata_fields": page_queries.metadata_fields(source, data_row_id),
        }

    context = await read(datasette, database, work)
    if context is None:
        return await missing(request, datasette, database, "data row", data_row_id)
    return await rendered(request, datasette, database, "labelstore_data_row.html", data_row_id=data_row_id, **context)
