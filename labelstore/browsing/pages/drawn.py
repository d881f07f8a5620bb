"""A label as pages show it: its scene, drawn, with its questions."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.browsing.local_assets import draw_options
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings
from labelstore.drawing import draw, drawing_of, highlights
from labelstore.drawing.answers import draw_questions
from labelstore.scenes import Source, read_scene
from labelstore.scenes.scene import Scene

LISTED = 500
"""Objects that are listed next to a drawing."""


class Drawn(NamedTuple):
    """A label as the pages show it."""

    scene: Scene
    picture: Markup
    questions: Markup


def drawn_label(
    source: Source, label_id: str, settings: Settings, paths: Paths, limit: int, **frame: Any
) -> Drawn | None:
    """The label, with at most `limit` shapes; None where the store does not hold it."""
    scene = read_scene(source, label_id, limit=limit, **frame)
    if scene is None:
        return None
    picture = draw(scene, draw_options(scene, settings, paths, limit))
    with_answers = drawing_of(scene.asset.asset_type).with_answers
    return Drawn(scene, picture, Markup() if with_answers else draw_questions(scene.questions))


def highlights_of(drawings: Iterable[Drawn]) -> Markup:
    """CSS of our own making, of numbers alone."""
    return Markup(highlights(shape.object_id for drawn in drawings for shape in drawn.scene.shapes[:LISTED]))
