"""Labels of one data row on one canvas: a line of its own for each, what they share joined, what one lacks marked."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from markupsafe import Markup

from labelstore.drawing.layers import Join, Layer, Layers
from labelstore.drawing.svg import element
from labelstore.scenes.comparing import Comparison, Same


class Side(NamedTuple):
    """How one of several labels is drawn: its letter, its color, and the class of its line."""

    letter: str
    color: str
    style: str


SIDES: Final = tuple(
    Side(letter, color, f"side-{letter.lower()}")
    for letter, color in zip("ABCDEF", ("#0072e5", "#d9480f", "#0b8a5a", "#b5338a", "#8a6d00", "#7048e8"), strict=True)
)
"""So many labels can be compared at once."""


def layers_of(comparison: Comparison, limit: int) -> Layers:
    """At most `limit` objects of all labels, those first on which the labels differ."""
    ordered = sorted(comparison.objects, key=lambda same: same.agrees)
    layers: list[Layer] = []
    joins: list[Join] = []
    total = sum(shape is not None for same in ordered for shape in same.shapes) + len(comparison.uncompared)
    for same in ordered:
        if len(layers) >= limit:
            break
        here = list(_layers(same))
        layers += here
        ids = [layer.shape.object_id for layer in here]
        joins += (Join(ids[0], other) for other in ids[1:])
    for number, shape in comparison.uncompared[: max(limit - len(layers), 0)]:
        side = SIDES[number]
        layers.append(Layer(shape, side.style, side.color, side.letter))
    return Layers(layers, joins, total)


def _layers(same: Same) -> Iterator[Layer]:
    present = [side for side, shape in zip(SIDES, same.shapes, strict=False) if shape is not None]
    for side, shape in zip(SIDES, same.shapes, strict=False):
        if shape is None:
            continue
        if len(present) == 1:
            yield Layer(shape, f"{side.style} alone", side.color, f"only {side.letter}", side.letter)
        elif not same.group.same_class:
            yield Layer(shape, f"{side.style} confused", side.color, f"{side.letter}, of another class", side.letter)
        else:
            yield Layer(shape, side.style, side.color, side.letter)


def line_sample(side: Side) -> Markup:
    """The line of a label, for a legend."""
    line = element("path", class_="line", d="M1 7H39", fill="none", stroke=side.color, stroke_width=3)
    return element("svg", line, class_=f"line-sample {side.style}", width=40, height=14, aria_hidden="true")
