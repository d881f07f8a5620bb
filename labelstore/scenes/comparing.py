"""Scenes of the labels of one data row, compared: objects matched, answers beside each other."""

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Final, NamedTuple

from labelstore.analyses.agreement.comparing import Answered, Figures, Group, Item, answered, matched
from labelstore.analyses.agreement.likeness import FAMILIES, Rule, shape_with_place
from labelstore.analyses.agreement.matching import Shape as Placed
from labelstore.analyses.agreement.matching import shape_of_mask
from labelstore.geometry import Place
from labelstore.scenes.scene import Box, Dot, Mask, Path, Question, Scene, Shape, Span

NEAR: Final = 0.02
"""How far apart points and lines may be that match: a share of the diagonal of the asset."""


class Asked(NamedTuple):
    """Which question it is: its name, after those of the questions and answers it is nested in, and what it is about.

    `number` tells questions of the same name apart.
    """

    path: tuple[str, ...]
    message_id: str | None = None
    group_name: str | None = None
    frame_number: int | None = None
    number: int = 0


class Same(NamedTuple):
    """An object in several labels: its shape in each, None where a label lacks it; `answers` of questions about it."""

    shapes: tuple[Shape | None, ...]
    group: Group
    answers: tuple[Answered, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all labels have it, as one class and with the same answers."""
        return self.group.is_complete and not any(answer.differs for answer in self.answers)


class Comparison(NamedTuple):
    """Two or more labels compared. `uncompared`: objects that cannot be, with the number of their label.

    `near`: up to which distance points and lines match, in the unit of their coordinates.
    `timed` counts the answers at moments of a recording, which are not compared. `figures` are by the numbers of two
    labels; `all_tried` says whether all objects that lie over one another were compared.
    """

    scenes: tuple[Scene, ...]
    objects: tuple[Same, ...]
    answers: tuple[Answered, ...]
    figures: dict[tuple[int, int], Figures]
    uncompared: tuple[tuple[int, Shape], ...]
    timed: int
    near: float
    all_tried: bool

    def equal_answers(self, one: int, other: int) -> tuple[int, int]:
        """(questions that two labels answer the same, questions that either answers), those about objects included."""
        pairs = [
            (row.answers[one], row.answers[other])
            for rows in (self.answers, *(same.answers for same in self.objects))
            for row in rows
        ]
        asked = [pair for pair in pairs if pair != (None, None)]
        return sum(left == right for left, right in asked), len(asked)


def compared(scenes: Sequence[Scene], iou: float = 0.5) -> Comparison:
    """The scenes compared; objects match from an intersection over union of `iou` on."""
    near = NEAR * _diagonal(scenes)
    uncompared: list[tuple[int, Shape]] = []
    sides: list[list[Item]] = []
    shapes: list[list[Shape]] = []
    for number, scene in enumerate(scenes):
        items: list[Item] = []
        kept: list[Shape] = []
        for shape in scene.shapes:
            item = item_of(shape)
            if item is None:
                uncompared.append((number, shape))
            else:
                items.append(item)
                kept.append(shape)
        sides.append(items)
        shapes.append(kept)
    found = matched(sides, Rule(iou, near))
    objects = tuple(_same(group, shapes) for group in found.groups)
    asked = [_asked(scene.questions, timed=scene.asset.asset_type != "audio") for scene in scenes]
    timed = sum(
        question.frame_number is not None
        for scene in scenes
        if scene.asset.asset_type == "audio"
        for question in scene.questions
    )
    return Comparison(
        tuple(scenes), objects, answered(asked), found.figures, tuple(uncompared), timed, near, found.all_tried
    )


def item_of(shape: Shape) -> Item | None:
    """The object as it is compared; None for what cannot be."""
    placed = placed_shape(shape)
    if placed is None:
        return None
    span = placed.place.span
    message = span[0] if span else None
    return Item(shape.name, placed, (shape.group_name, shape.frame_number, shape.page, shape.unit, shape.geo, message))


def placed_shape(shape: Shape) -> Placed | None:
    """The object with its bounds; None for what has none."""
    if shape.kind == "mask" and isinstance(shape.geometry, Mask) and shape.geometry.pixels is not None:
        return shape_of_mask(shape.geometry.pixels.runs, shape.geometry.pixels.bounds, shape.page)
    place = place_of_shape(shape)
    return shape_with_place(place) if place is not None else None


def place_of_shape(shape: Shape) -> Place | None:
    """Where the object is; None for kinds without a place, and where the export has none."""
    if shape.kind not in FAMILIES:
        return None
    match shape.geometry:
        case Box(left, top, width, height):
            right, bottom = left + width, top + height
            return Place(shape.kind, (((left, top), (right, top), (right, bottom), (left, bottom)),))
        case Path(rings, _):
            return Place(shape.kind, tuple(ring for ring in map(_open, rings) if ring))
        case Dot(x, y):
            return Place(shape.kind, (((x, y),),))
        case Span(start, end, message_id, _):
            return Place(shape.kind, span=(message_id, start, end))
    return None


def _open(ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _diagonal(scenes: Sequence[Scene]) -> float:
    """That of the asset in the unit of its coordinates, or of all objects where the size is not known."""
    asset = scenes[0].asset
    shapes = [shape for scene in scenes for shape in scene.shapes]
    if asset.width and asset.height and not any(shape.geo or shape.page is not None for shape in shapes):
        return math.hypot(asset.width, asset.height)
    places = [item.shape.bounds for shape in shapes if (item := item_of(shape)) and item.shape.place.span is None]
    if not places:
        return 0.0
    lefts, tops, rights, bottoms = zip(*places, strict=True)
    return math.hypot(max(rights) - min(lefts), max(bottoms) - min(tops))


def _same(group: Group, shapes: Sequence[Sequence[Shape]]) -> Same:
    members = tuple(None if number is None else shapes[side][number] for side, number in enumerate(group.members))
    if sum(shape is not None for shape in members) < 2:
        return Same(members, group)
    return Same(members, group, answered([_asked(shape.questions) if shape else {} for shape in members]))


def _asked(questions: Sequence[Question], *, timed: bool = True) -> dict[Hashable, tuple[str, ...]]:
    found: dict[Hashable, tuple[str, ...]] = {}
    times = Counter[Asked]()
    for question, answers in _flat(questions, ()):
        if question.frame_number is None or timed:
            found[question._replace(number=times[question])] = answers
            times[question] += 1
    return found


def _flat(questions: Sequence[Question], path: tuple[str, ...]) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    for one in questions:
        asked = Asked((*path, one.name), one.message_id, one.group_name, one.frame_number)
        yield asked, tuple(answer.text for answer in one.answers)
        for answer in one.answers:
            yield from _flat(answer.questions, (*asked.path, answer.text))
