"""A label as pages show it: its scene, drawn, with its questions."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.browsing.asset_hints import asset_hint
from labelstore.browsing.local_assets import draw_options
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings
from labelstore.browsing.track_memory import remembered_tracks
from labelstore.drawing import draw, drawing_of, highlights
from labelstore.drawing.answers import draw_questions
from labelstore.drawing.fitting import fits
from labelstore.drawing.options import DrawView
from labelstore.drawing.quotes import quotes
from labelstore.engines.reading import Reading
from labelstore.scenes import read_scene
from labelstore.scenes.scene import Scene

LISTED = 500
"""Objects that are listed next to a drawing."""


class Drawn(NamedTuple):
    """A label as the pages show it."""

    scene: Scene
    picture: Markup
    questions: Markup
    quotes: dict[int, str]
    """Object id → the words of a text that it covers."""
    fits: dict[int, str]
    """Object id → the zoom that shows it."""
    hint: str | None
    """What would show the asset, where it is not shown."""


def drawn_label(
    source: Reading,
    label_id: str,
    settings: Settings,
    paths: Paths,
    limit: int,
    view: DrawView = DrawView(),  # noqa: B008
    **frame: Any,
) -> Drawn | None:
    """The label, with at most `limit` shapes; None where the store does not hold it."""
    scene = read_scene(source, label_id, limit=limit, tracks_by=remembered_tracks, **frame)
    if scene is None:
        return None
    options = draw_options(source, scene, settings, paths, limit)._replace(view=view)
    with_answers = drawing_of(scene.asset.asset_type).with_answers
    return Drawn(
        scene,
        draw(scene, options),
        Markup() if with_answers else draw_questions(scene.questions),
        quotes(scene, options) if drawing_of(scene.asset.asset_type).on_text else {},
        fits(scene._replace(shapes=scene.shapes[:LISTED]), options) if view.zoom_href else {},
        asset_hint(scene, options, settings.at_hand(source)),
    )


def highlights_of(drawings: Iterable[Drawn]) -> Markup:
    """CSS of our own making, of numbers alone."""
    return Markup(highlights(shape.object_id for drawn in drawings for shape in drawn.scene.shapes[:LISTED]))
