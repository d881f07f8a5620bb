"""The labels that a report shows: some of every asset type, each drawn and bounded in size."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.drawing import DrawOptions, draw, drawing_of
from labelstore.drawing.answers import draw_questions
from labelstore.drawing.asset_text import visible
from labelstore.drawing.colors import color_class
from labelstore.engines.database import Database
from labelstore.errors import InputError
from labelstore.figures import duration, figure
from labelstore.files.asset_folder import AssetFolder
from labelstore.reporting.numbers import LabelFilter
from labelstore.reporting.pictures import Picture, picture_of
from labelstore.reporting.redacted import SceneRedactor
from labelstore.scenes import read_scene
from labelstore.scenes.assets import file_names
from labelstore.scenes.scene import Scene

LIMIT = 300
"""Objects of one drawing."""
_FEW = 40
LARGEST_DRAWING = 400_000
"""Characters of one drawing; what would be larger has fewer objects, or is left out."""
LARGEST_TEXT = 60_000
"""Characters of an asset's text; of a longer one the beginning is shown."""
_LEGEND = 12
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.A)


class Entry(NamedTuple):
    """One label of the gallery. `drawing` is empty where it would have been too large."""

    title: str
    asset_type: str
    facts: tuple[tuple[str, str], ...]
    legend: tuple[tuple[str, str, int], ...]
    """(class of its color, class of objects, number)"""
    more_classes: int
    drawing: Markup
    answers: Markup
    note: str


_LABELS = """
select label_id, asset_type
from (
    select l.label_id, d.asset_type, row_number() over (
        partition by d.asset_type
        order by
            case when coalesce(l.object_count, 0) + coalesce(l.frame_count, 0) + coalesce(l.classification_count, 0)
                + coalesce(l.segment_count, 0) + coalesce(l.group_count, 0) > 0 then 0 else 1 end,
            coalesce(l.created_at, '') desc,
            l.label_id
    ) as ordinal
    from labels as l
    left join data_rows as d on d.data_row_id = l.data_row_id
    where {labels}
) as ordered
where ordinal <= $most
order by asset_type, ordinal
"""


def label_ids(database: Database, labels: LabelFilter, most: int) -> list[str]:
    """At most `most` labels, of all asset types in turn; of each those with annotations first, the newest first."""
    rows = database.query(_LABELS.format(labels=labels.condition), {**labels.values, "most": most}).rows
    by_type: dict[str, list[str]] = {}
    for label_id, asset_type in rows:
        by_type.setdefault(asset_type, []).append(label_id)
    mixed = chain.from_iterable(zip_longest(*by_type.values()))
    kept = [label_id for label_id in mixed if label_id is not None][:most]
    order = {label_id: index for index, label_id in enumerate(chain.from_iterable(by_type.values()))}
    return sorted(kept, key=order.__getitem__)


def entries(
    database: Database, labels: list[str], folder: AssetFolder | None, redactor: SceneRedactor
) -> Iterator[Entry]:
    """The labels, drawn one after the other."""
    for label_id in labels:
        scene = read_scene(database, label_id, limit=LIMIT)
        if scene is not None:
            yield _entry(scene, folder, redactor)


def _entry(scene: Scene, folder: AssetFolder | None, redactor: SceneRedactor) -> Entry:
    picture, text, note = _at_hand(scene, folder)
    facts = tuple((name, visible(redactor.text(value))[:300]) for name, value in _facts(scene))
    scene, text = redactor.scene(scene, text)
    if picture is not None and not (scene.asset.width and scene.asset.height):
        asset = scene.asset._replace(width=float(picture.width), height=float(picture.height))
        scene = scene._replace(asset=asset)
    options = DrawOptions(asset_href=picture.href if picture else None, asset_text=text, limit=LIMIT)
    drawing, answers = _drawn(scene, options)
    legend = Counter((color_class(shape.color), visible(shape.name)[:80]) for shape in scene.shapes)
    shown = tuple((color, name, count) for (color, name), count in legend.most_common(_LEGEND))
    if not drawing:
        note = "The drawing is left out because the page would be too large."
    title = visible(scene.asset.external_id or scene.asset.global_key or scene.label_id)[:120]
    asset_type = scene.asset.asset_type
    return Entry(title, asset_type, facts, shown, max(len(legend) - _LEGEND, 0), drawing, answers, note)


def _at_hand(scene: Scene, folder: AssetFolder | None) -> tuple[Picture | None, str | None, str]:
    """The picture or the text of an asset in the folder, and a note about it."""
    asset = scene.asset
    if folder is None:
        return None, None, ""
    names = file_names(asset)
    if asset.asset_type == "image":
        path = folder.find(names)
        picture = None if path is None else picture_of(path)
        return picture, None, "" if picture or path is None else "The file of the picture cannot be read."
    if not drawing_of(asset.asset_type).on_text:
        return None, None, ""
    try:
        text = folder.text(names)
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
    if facts.get("project_name"):
        yield "Project", facts["project_name"]
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
    for review in facts.get("reviews", [])[:1]:
        if review.get("score") in (1, -1):
            yield "Review", "approved" if review["score"] == 1 else "rejected"
    if facts.get("skipped"):
        yield "Skipped", "yes"
