"""Objects that move through the frames of a video or the slices of a DICOM volume."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labelstore.samples import shapes
from labelstore.samples.dice import Dice
from labelstore.samples.ontology import Ontology, Tool

Canvas = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Track:
    """One object: the frames where it is seen, first and last included, and how it moves.

    `shape` is a box, point or list of points in its first frame, None for a mask.
    """

    feature_id: str
    tool: Tool
    spans: tuple[tuple[int, int], ...]
    step: int
    shape: Any
    velocity: tuple[float, float]

    def frames(self, *, interpolated: bool) -> Iterator[tuple[int, bool]]:
        """Frame numbers, each with "is a key frame": every `step`th of a span and its last one are."""
        for first, last in self.spans:
            for frame in range(first, last + 1):
                is_key = (frame - first) % self.step == 0 or frame == last
                if is_key or interpolated:
                    yield frame, is_key

    def shape_at(self, frame: int, whole: shapes.Whole | None) -> Any:
        """The shape in that frame; `whole` as in `shapes.moved`."""
        elapsed = frame - self.spans[0][0]
        return shapes.moved(self.shape, self.velocity[0] * elapsed, self.velocity[1] * elapsed, whole)


SHAPES: dict[str, Callable[[Dice, Canvas], Any]] = {
    "bounding_box": lambda dice, canvas: shapes.box(dice, canvas, float),
    "polygon": lambda dice, canvas: shapes.ring(dice, canvas, float, closed=True),
    "polyline": lambda dice, canvas: shapes.line(dice, canvas, float),
    "point": lambda dice, canvas: shapes.point(dice, canvas, float),
    "mask": lambda dice, canvas: None,
}


def tracks(dice: Dice, ontology: Ontology, count: int, canvas: Canvas) -> list[Track]:
    """So many tracks, each over one or two spans within the first 60 frames. Frames count from 1."""
    return [_track(dice, dice.pick(ontology.deck), canvas) for _ in range(count)]


def _track(dice: Dice, tool: Tool, canvas: Canvas) -> Track:
    first = 1 if dice.chance(0.4) else dice.between(1, 20)
    last = first + dice.between(0, 14)
    spans = [(first, last)]
    if dice.chance(0.3):
        spans.append((last + 6, last + 6 + dice.between(0, 8)))
    velocity = (dice.random() * 6 - 3, dice.random() * 4 - 2)
    feature_id, step, shape = dice.id(), dice.between(3, 6), SHAPES[tool.kind](dice, canvas)
    return Track(feature_id, tool, tuple(spans), step, shape, _within(canvas, shape, velocity, spans[-1][1] - first))


def _within(canvas: Canvas, shape: Any, velocity: tuple[float, float], frames: int) -> tuple[float, float]:
    """The velocity with which a shape stays on the canvas for so many frames: turned round or slower if need be."""
    if shape is None:
        return velocity
    points = shape if isinstance(shape, list) else [shape]
    sides = ((("x", "left"), "width", canvas[0]), (("y", "top"), "height", canvas[1]))
    kept = []
    for wanted, (names, size, end) in zip(velocity, sides, strict=True):
        starts = [point.get(names[0], point.get(names[1])) for point in points]
        before, behind = (
            min(starts),
            end - max(start + point.get(size, 0) for start, point in zip(starts, points, strict=True)),
        )
        towards = wanted if abs(wanted) * frames <= (behind if wanted > 0 else before) else -wanted
        room = max(behind if towards > 0 else before, 0)
        kept.append(towards if abs(towards) * frames <= room else room / frames * (1 if towards > 0 else -1))
    return kept[0], kept[1]
