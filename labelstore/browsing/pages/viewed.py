"""A label as an address asks for it: with a filter that leads from label to label, a frame, and a view."""

from typing import Any, NamedTuple

from labelstore.browsing import page_queries
from labelstore.browsing.gallery.view import View as Others
from labelstore.browsing.pages.drawn import LISTED, Drawn, drawn_label, highlights_of
from labelstore.browsing.pages.gallery import among
from labelstore.browsing.pages.page import whole
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings, settings_of
from labelstore.browsing.view import View, view_of, without
from labelstore.drawing import drawing_of
from labelstore.drawing.legend import marks_of
from labelstore.engines.reading import Reading

SHAPES = 2000
"""Shapes that are drawn of a label."""


class Viewed(NamedTuple):
    """What an address asks for. `bare` are addresses that keep the filter, and nothing of the view."""

    label_id: str
    others: Others
    view: View
    frame: dict[str, Any]
    bare: Paths
    settings: Settings

    def address(self, view: View, **more: str) -> str:
        """The same frame of the label, with another view."""
        return self._keeping(view.arguments()).label(self.label_id, **self.frame, **more)

    @property
    def paths(self) -> Paths:
        """Addresses that keep the whole view: of other frames of the label."""
        return self._keeping(self.view.arguments())

    @property
    def onward(self) -> Paths:
        """Addresses of other labels, which have another picture to zoom."""
        return self._keeping(self.view.arguments(zoom=False))

    @property
    def zoom_href(self) -> str:
        """The address with `{}` for a zoom."""
        return self.address(self.view._replace(zoom=None), zoom="{}")

    def drawn(self, source: Reading, **options: Any) -> Drawn | None:
        """The label, drawn so; None where the store does not hold it."""
        view = self.view.drawn(self.zoom_href)
        return drawn_label(source, self.label_id, self.settings, self.paths, SHAPES, view, **self.frame, **options)

    def _keeping(self, arguments: list[tuple[str, str]]) -> Paths:
        return self.bare.keeping([*without(self.bare.kept), *arguments])


async def viewed(request: Any, datasette: Any, database: str, label_id: str) -> Viewed:
    """What a request asks for."""
    others = await among(request, datasette, database)
    return Viewed(
        label_id,
        others,
        view_of(request.args),
        {"frame": whole(request.args.get("frame")), "group": request.args.get("group")},
        Paths(datasette, database, others.first_page().arguments()),
        settings_of(datasette),
    )


def of_frame(drawn: Drawn, asked: Viewed) -> dict[str, Any]:
    """What the templates need of the frame that is shown."""
    scene = drawn.scene
    with_relations = drawing_of(scene.asset.asset_type).with_relations
    return {
        "drawn": drawn,
        "scene": scene,
        "listed": LISTED,
        "marks_of": marks_of,
        "highlights": highlights_of([drawn]),
        "fits": {one: asked.zoom_href.replace("{}", zoom) for one, zoom in drawn.fits.items()},
        "relations": [] if with_relations else page_queries.relations(scene),
    }
