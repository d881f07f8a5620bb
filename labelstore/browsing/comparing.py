"""What the page of a comparison shows: the labels, a canvas of all of them, figures, objects and answers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.analyses.agreement.comparing import Answered, Figures
from labelstore.analyses.agreement.likeness import Rule
from labelstore.browsing.gallery.matches import Memory
from labelstore.browsing.local_assets import draw_options
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings
from labelstore.drawing import draw
from labelstore.drawing.captions import in_words, shortened
from labelstore.drawing.comparison import SIDES, Side, layers_of, line_sample
from labelstore.drawing.layers import draw_layers
from labelstore.drawing.picker import pick_frame
from labelstore.drawing.svg import number
from labelstore.figures import NOTHING, figure, share
from labelstore.scenes import ConnectionSource, read_scene
from labelstore.scenes.comparing import NEAR, Asked, Comparison, Same, compared
from labelstore.scenes.differing_frames import DifferingFrames, differing_frames
from labelstore.scenes.scene import Scene

MOST_LABELS = len(SIDES)
OBJECTS = 10_000
"""Objects of a label that are compared."""
DRAWN = 2000
"""Objects of all labels on the common canvas."""
BESIDE = 500
"""Objects of each label in the drawings side by side."""
LISTED = 500
"""Rows of a table."""
FRAMES = 100
"""Links to frames that differ."""


_memory = Memory()


class Wanted(NamedTuple):
    """What the address asks for."""

    label_ids: tuple[str, ...]
    iou: float = 0.5
    frame: int | None = None
    group: str | None = None

    def href(self, paths: Paths, **changed: Any) -> str:
        """The address of this comparison, of another frame or group."""
        arguments = {"iou": None if self.iou == 0.5 else number(self.iou), "frame": self.frame, "group": self.group}
        return paths.compare(self.label_ids, **(arguments | changed))


class Compared(NamedTuple):
    """One label of a comparison: how it is drawn, who made it, and its own drawing."""

    side: Side
    sample: Markup
    scene: Scene
    who: str
    kind: str
    score: str | None
    picture: Markup


class Pair(NamedTuple):
    """How far two labels agree."""

    one: Side
    other: Side
    figures: Figures
    same_answers: int
    questions: int

    @property
    def equal_answers(self) -> str:
        """The share of equal answers in percent."""
        return share(self.same_answers / self.questions if self.questions else None)


class View(NamedTuple):
    """All of a comparison that its page shows."""

    labels: tuple[Compared, ...]
    canvas: Markup | None
    picker: Markup
    pairs: tuple[Pair, ...]
    objects: tuple[Same, ...]
    object_count: int
    differing: int
    answers: tuple[Answered, ...]
    answer_count: int
    frames: DifferingFrames
    notes: tuple[str, ...]

    @property
    def scene(self) -> Scene:
        """That of the first label."""
        return self.labels[0].scene


def read_view(source: ConnectionSource, wanted: Wanted, settings: Settings, paths: Paths) -> View | None:
    """The comparison; None where the store lacks one of the labels, or they are of different data rows."""
    first = read_scene(source, wanted.label_ids[0], limit=0, frame=wanted.frame, group=wanted.group, tracks=False)
    if first is None:
        return None
    frames = DifferingFrames({})
    group, frame = wanted.group, wanted.frame
    if first.frame_number is not None:
        group = first.group_name
        rule, key = _rule(first, wanted.iou), ("frames", wanted.label_ids, group, wanted.iou)
        frames = _memory.get(source.path, key, lambda: differing_frames(source, wanted.label_ids, group, rule))
        frame = wanted.frame if wanted.frame is not None else frames.most
        frame = first.frame_number if frame is None else frame
    scenes = [
        read_scene(source, one, limit=OBJECTS, frame=frame, group=group, tracks=False) for one in wanted.label_ids
    ]
    known = [scene for scene in scenes if scene is not None]
    if len(known) < len(scenes) or len({scene.facts["data_row_id"] for scene in known}) > 1:
        return None
    found = compared(known, wanted.iou)
    each = [draw_options(source, scene, settings, paths, DRAWN) for scene in known]
    options = each[0]._replace(mask_hrefs={key: href for one in each for key, href in one.mask_hrefs.items()})
    ordered = sorted(found.objects, key=lambda same: same.agrees)
    return View(
        tuple(_labels(source, known, settings, paths)),
        draw_layers(known[0], layers_of(found, DRAWN), options, f"{len(known)} labels on one canvas"),
        _picker(known, wanted, paths),
        tuple(_pairs(found)),
        tuple(ordered[:LISTED]),
        len(ordered),
        sum(not same.agrees for same in ordered),
        tuple(sorted(found.answers, key=lambda answer: not answer.differs)[:LISTED]),
        len(found.answers),
        frames,
        tuple(_notes(found, frames, wanted)),
    )


def _rule(scene: Scene, iou: float) -> Rule:
    asset = scene.asset
    diagonal = ((asset.width or 0) ** 2 + (asset.height or 0) ** 2) ** 0.5
    return Rule(iou, NEAR * diagonal)


def _labels(source: ConnectionSource, scenes: Sequence[Scene], settings: Settings, paths: Paths) -> Iterator[Compared]:
    for side, scene in zip(SIDES, scenes, strict=False):
        facts = scene.facts
        run = facts["model_run_id"]
        kind = "prediction of model run" if facts["is_prediction"] else "label in model run" if run else "label"
        who = run or facts["created_by"] or scene.label_id
        score = facts["agreement"]
        options = draw_options(source, scene, settings, paths, BESIDE)._replace(frame_href=None, group_href=None)
        picture = draw(scene, options)
        told = None if score is None or score == -1 else figure(score)
        yield Compared(side, line_sample(side), scene, shortened(str(who), 200), kind, told, picture)


def _picker(scenes: Sequence[Scene], wanted: Wanted, paths: Paths) -> Markup:
    at = scenes[0].frame_number
    if at is None:
        return Markup()
    frames = sorted({frame for scene in scenes for frame in scene.frames})
    return pick_frame(frames, at, wanted.href(paths, frame="{}", group=scenes[0].group_name))


def _pairs(found: Comparison) -> Iterator[Pair]:
    for one, other in combinations(range(len(found.scenes)), 2):
        yield Pair(SIDES[one], SIDES[other], found.figures[one, other], *found.equal_answers(one, other))


def _notes(found: Comparison, frames: DifferingFrames, wanted: Wanted) -> Iterator[str]:
    measures = {same.group.likeness.of for same in found.objects if same.group.likeness is not None}
    shapes = {shape.kind for scene in found.scenes for shape in scene.shapes}
    if shapes & {"point", "polyline"} and found.near:
        yield (
            f"Points and lines match up to a distance of {figure(found.near)} "
            f"({share(NEAR)} of the diagonal), in the unit of their coordinates."
        )
    if "bounds" in measures:
        yield "Some polygons are measured by their bounds; exactly with: pip install 'labelstore-db[geometry]'"
    if found.uncompared:
        kinds = Counter(in_words(shape.kind) for _, shape in found.uncompared)
        told = ", ".join(f"{kind} {figure(count)}" for kind, count in sorted(kinds.items()))
        yield f"Not compared, since the store has no area, line or span of them: {told}."
    if found.timed:
        told = "answers at moments of the recording are not compared: labelers hardly pick the same."
        yield f"{figure(found.timed)} {told}"
    longest = max(scene.shape_count for scene in found.scenes)
    if longest > OBJECTS:
        yield f"Only the first {figure(OBJECTS)} objects of each label are compared; one has {figure(longest)}."
    if not found.all_tried:
        yield "So many objects lie over one another that not all of them were compared."
    if frames.until is not None:
        yield f"Frames after {figure(frames.until)} are compared by the classes and answers in them, not by places."


def words_of(asked: Asked) -> str:
    """A question with what it is nested in and what it is about."""
    about = [
        f"{word} {shortened(str(value))}"
        for word, value in (("group", asked.group_name), ("frame", asked.frame_number), ("message", asked.message_id))
        if value is not None
    ]
    path = shortened(" › ".join(asked.path), 300)
    return f"{path} ({', '.join(about)})" if about else path


def likeness_of(same: Same) -> str:
    """How alike the members are, in words."""
    likeness = same.group.likeness
    if likeness is None:
        return NOTHING
    if likeness.distance is not None:
        return f"{figure(likeness.distance)} apart"
    return figure(likeness.score)


def outcome_of(same: Same) -> str:
    """Whether all labels have the object, or what differs."""
    present = [side.letter for side, shape in zip(SIDES, same.shapes, strict=False) if shape is not None]
    if len(present) == 1:
        return f"only {present[0]}"
    if not same.group.same_class:
        return "matched with another class"
    if len(present) < len(same.shapes):
        return f"only {', '.join(present)}"
    return "matched" if same.agrees else "matched, answers differ"
