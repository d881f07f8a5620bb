"""The labels that a report shows, each drawn and bounded in size."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.assets.at_hand import AssetsAtHand
from labelstore.drawing import DrawOptions, draw, drawing_of
from labelstore.drawing.answers import draw_questions
from labelstore.drawing.asset_text import visible
from labelstore.drawing.colors import color_class
from labelstore.drawing.options import DrawView
from labelstore.engines.database import Database
from labelstore.errors import InputError
from labelstore.figures import duration, figure, share
from labelstore.reporting.pictures import Picture, picture_of
from labelstore.reporting.redacted import Redacting
from labelstore.scenes import read_scene
from labelstore.scenes.scene import Scene

LIMIT = 300
"""Objects of one drawing."""
_FEW = 40
LARGEST_DRAWING = 400_000
"""Characters of one drawing; what would be larger has fewer objects, or is left out."""
LARGEST_TEXT = 60_000
"""Characters of an asset's text; of a longer one the beginning is shown."""
_LEGEND = 12
_SCREEN = (480.0, 480.0)
"""About how many pixels a drawing is wide and high at most: as entry.css has it."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.A)


class Entry(NamedTuple):
    """One label of the gallery. `drawing` is empty where it would have been too large."""

    title: str
    asset_type: str
    project: str
    facts: tuple[tuple[str, str], ...]
    legend: tuple[tuple[str, str, int], ...]
    """(class of its color, class of objects, number)"""
    more_classes: int
    drawing: Markup
    answers: Markup
    note: str


def entries(database: Database, labels: list[str], assets: AssetsAtHand | None, redactor: Redacting) -> Iterator[Entry]:
    """The labels, drawn one after the other."""
    for label_id in labels:
        scene = read_scene(database, label_id, limit=LIMIT)
        if scene is not None:
            yield entry_of(scene, assets, redactor)


def entry_of(scene: Scene, assets: AssetsAtHand | None, redactor: Redacting) -> Entry:
    """One label, drawn."""
    picture, text, note = _at_hand(scene, assets)
    facts = tuple((name, visible(redactor.text(value))[:300]) for name, value in _facts(scene))
    scene, text = redactor.scene(scene, text)
    if picture is not None and not (scene.asset.width and scene.asset.height):
        asset = scene.asset._replace(width=float(picture.width), height=float(picture.height))
        scene = scene._replace(asset=asset)
    href, view = picture.href if picture else None, DrawView(screen=_SCREEN)
    options = DrawOptions(asset_href=href, asset_text=text, limit=LIMIT, view=view)
    drawing, answers = _drawn(scene, options)
    legend = Counter((color_class(shape.color), visible(shape.name)[:80]) for shape in scene.shapes)
    shown = tuple((color, name, count) for (color, name), count in legend.most_common(_LEGEND))
    if not drawing:
        note = "The drawing is left out because the page would be too large."
    title = visible(scene.asset.external_id or scene.asset.global_key or scene.label_id)[:120]
    asset_type = scene.asset.asset_type
    project = visible(scene.facts.get("project_name") or "no project")[:120]
    return Entry(title, asset_type, project, facts, shown, max(len(legend) - _LEGEND, 0), drawing, answers, note)


def _at_hand(scene: Scene, assets: AssetsAtHand | None) -> tuple[Picture | None, str | None, str]:
    """The picture or the text of an asset that is at hand, and a note about it."""
    asset = scene.asset
    if assets is None:
        return None, None, ""
    if asset.asset_type == "image":
        path = assets.file(asset)
        picture = None if path is None else picture_of(path)
        return picture, None, "" if picture or path is None else "The file of the picture cannot be read."
    if not drawing_of(asset.asset_type).on_text:
        return None, None, ""
    try:
        text = assets.text(asset)
    except InputError:
        return None, None, "The file of the text cannot be read."
    return None, text, ""


def _drawn(scene: Scene, options: DrawOptions) -> tuple[Markup, Markup]:
    """The drawing and the answers that are not in it; empty where it is too large."""
    with_answers = drawing_of(scene.asset.asset_type).with_answers
    answers = Markup() if with_answers else draw_questions(scene.questions)
    if len(answers) > LARGEST_DRAWING:
        answers = draw_questions(scene.questions[:_FEW])
    for limit in (LIMIT, _FEW):
        drawing = draw(scene, options._replace(limit=limit))
        if len(drawing) <= LARGEST_DRAWING:
            return drawing, answers if len(answers) <= LARGEST_DRAWING else Markup()
    return Markup(), answers if len(answers) <= LARGEST_DRAWING else Markup()


def _facts(scene: Scene) -> Iterator[tuple[str, str]]:
    facts: dict[str, Any] = scene.facts
    yield "Label", scene.label_id
    if _DAY.match(facts.get("created_at") or ""):
        yield "Made", facts["created_at"][:10]
    if facts.get("seconds_to_label") is not None:
        yield "Time", duration(facts["seconds_to_label"])
    if scene.shape_count:
        what = (
            f"in frame {figure(scene.frame_number)} of {figure(len(scene.frames))}"
            if scene.frame_number is not None
            else ""
        )
        yield "Objects", f"{figure(scene.shape_count)} {what}".strip()
    yield from _reviewed([review.get("score") or 0 for review in facts.get("reviews", [])])
    agreement = facts.get("agreement")
    if agreement is not None and 0 <= agreement <= 1:
        yield "Agreement", share(agreement)
    if facts.get("skipped"):
        yield "Skipped", "yes"


def _reviewed(scores: list[float]) -> Iterator[tuple[str, str]]:
    for word, number in (
        ("approved", sum(score > 0 for score in scores)),
        ("rejected", sum(score < 0 for score in scores)),
    ):
        if number:
            yield "Review", word + (f" {figure(number)} times" if number > 1 else "")
