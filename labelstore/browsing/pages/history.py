"""The versions of a label, and two of them on one canvas."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from labelstore.browsing.gallery.matches import Memory
from labelstore.browsing.local_assets import draw_options
from labelstore.browsing.pages.page import database_of, missing, page, rendered, whole
from labelstore.browsing.paths import Paths, decode
from labelstore.browsing.settings import Settings, settings_of
from labelstore.browsing.stores import read
from labelstore.browsing.version_scenes import TooLarge, Versions, read_versions
from labelstore.drawing import highlights, thumbnail
from labelstore.drawing.asset_text import visible
from labelstore.drawing.changes import Changed, layers_of_versions
from labelstore.drawing.layers import draw_layers
from labelstore.drawing.picker import pick_frame
from labelstore.figures import figure
from labelstore.history import LabelDiff, Version
from labelstore.history.label_model import Feature
from labelstore.history.words import Change, changes, summary
from labelstore.scenes import ConnectionSource
from labelstore.scenes.scene import Scene

SHAPES: Final = 2000
"""Objects of each version that are drawn."""
_SMALL = 150
"""Of a thumbnail."""
LISTED: Final = 200
"""Changes that are listed."""
FRAMES: Final = 100
"""Links to frames that changed."""
_memory = Memory()


class Step(NamedTuple):
    """A version in the strip: what a load brought, drawn, and what changed since the one before, in words."""

    number: int
    version: Version
    picture: Markup | None
    words: str
    href: str | None
    """The comparison with the version before it."""


class Compared(NamedTuple):
    """Two versions by their numbers, on one canvas, and what changed in words."""

    before: int
    after: int
    canvas: Markup | None
    picker: Markup
    changes: tuple[Change, ...]
    left_out: int
    notes: tuple[str, ...]
    frames: tuple[int, ...]
    scene: Scene
    highlights: Markup


class _Asked(NamedTuple):
    before: int | None
    after: int | None
    frame: int | None
    group: str | None


@page("/history/(?P<label_id>[^/]*)")
async def history(request: Any, datasette: Any) -> Any:
    """What a label was: its versions as a strip, two of them compared."""
    database, label_id = database_of(request, datasette), decode(request.url_vars["label_id"])
    paths, settings = Paths(datasette, database), settings_of(datasette)
    before, after, frame = (whole(request.args.get(name)) for name in ("before", "after", "frame"))
    asked = _Asked(before, after, frame, request.args.get("group"))
    path = Path(str(datasette.databases[database].path))

    def work(source: ConnectionSource) -> dict[str, Any] | None:
        find = lambda: read_versions(source, path, label_id)  # noqa: E731
        versions = _memory.get(path, label_id, find, lambda found: found.size if isinstance(found, Versions) else 1)
        if versions is None:
            return None
        if isinstance(versions, TooLarge):
            return {"too_large": versions.versions, "steps": [], "compared": None}
        steps = list(_steps(source, versions, settings, paths))
        compared = _compared(source, versions, asked, settings, paths) if len(steps) > 1 else None
        return {"too_large": 0, "steps": steps, "compared": compared, "is_gone": versions.versions[-1].removed}

    context = await read(datasette, database, work)
    if context is None:
        return await missing(request, datasette, database, "label", label_id)
    template = "labelstore_history.html"
    return await rendered(
        request, datasette, database, template, label_id=label_id, listed=LISTED, most_frames=FRAMES, **context
    )


def _steps(source: ConnectionSource, versions: Versions, settings: Settings, paths: Paths) -> Iterator[Step]:
    for number, version in enumerate(versions.versions):
        scene = versions.scene(source, number, _SMALL, None, None)
        picture = None
        if scene is not None:
            options = draw_options(source, scene, settings, paths, _SMALL, small=True)
            picture = thumbnail(scene, options)
        words = "first version"
        if number:
            words = summary(versions.diff(number - 1, number)) or "the same content"
        href = paths.history(versions.label_id, before=number - 1, after=number) if number else None
        yield Step(number, version, picture, words, href)


def _compared(
    source: ConnectionSource, versions: Versions, asked: _Asked, settings: Settings, paths: Paths
) -> Compared | None:
    last = len(versions.versions) - 1
    after = asked.after if asked.after is not None and asked.after <= last else last
    before = asked.before if asked.before is not None and asked.before <= last else max(after - 1, 0)
    diff = versions.diff(before, after)
    frames = sorted({one.frame for one in _features(diff) if one.frame is not None and not one.is_at_moment})
    frame = asked.frame if asked.frame is not None else next(iter(frames), None)
    group = asked.group or next((one.group for one in _features(diff) if one.group is not None), None)
    one, other = (versions.scene(source, number, SHAPES, frame, group) for number in (before, after))
    if one is None or other is None:
        return None
    options = draw_options(source, other, settings, paths, SHAPES)
    drawn = layers_of_versions(one, other, _changed(diff, other))
    href = paths.history(versions.label_id, before=before, after=after, group=other.group_name, frame="{}")
    known = sorted({*one.frames, *other.frames})
    told = list(changes(diff, visible))
    ids = (layer.shape.object_id for layer in drawn.layers)
    return Compared(
        before,
        after,
        draw_layers(other, drawn, options, f"Versions {before + 1} and {after + 1} on one canvas"),
        pick_frame(known, other.frame_number, href) if other.frame_number is not None else Markup(),
        tuple(told[:LISTED]),
        len(told[LISTED:]) + diff.other_left_out,
        tuple(_notes(one, other)),
        tuple(frames),
        other,
        Markup(highlights(ids)),
    )


def _features(diff: LabelDiff) -> Sequence[Feature]:
    return [
        *diff.added,
        *diff.removed,
        *(move.feature for move in diff.moved),
        *(rename.feature for rename in diff.renamed),
    ]


def _changed(diff: LabelDiff, scene: Scene) -> Changed:
    """The features that changed in the frame that is shown, or outside of frames."""

    def here(features: Sequence[Feature]) -> frozenset[str]:
        frames = (None, scene.frame_number)
        shown = (
            one for one in features if one.frame in frames and (one.frame is None or one.group == scene.group_name)
        )
        return frozenset(one.feature_id for one in shown if one.feature_id)

    moved = here([move.feature for move in diff.moved])
    renamed = here([rename.feature for rename in diff.renamed])
    return Changed(here(diff.added), here(diff.removed), moved, renamed)


def _notes(one: Scene, other: Scene) -> Iterator[str]:
    if any(shape.feature_id is None for scene in (one, other) for shape in scene.shapes):
        yield "Objects without an id are drawn as they are now; what changed in them is in the list alone."
    if max(one.shape_count, other.shape_count) > SHAPES:
        yield f"Only the first {figure(SHAPES)} objects of each version are drawn."
