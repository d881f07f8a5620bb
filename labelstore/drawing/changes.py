"""Two versions of a label on one canvas: where objects were and are, which are new, which are gone."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from labelstore.drawing.layers import Join, Layer, Layers
from labelstore.scenes.scene import Scene, Shape

ADDED: Final = "#0b8a5a"
REMOVED: Final = "#d1242f"
MOVED: Final = "#0072e5"
KEPT: Final = "#7d8590"


class Changed(NamedTuple):
    """The feature ids of the objects that changed, in the frame that is shown."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    renamed: frozenset[str] = frozenset()


def layers_of_versions(before: Scene, after: Scene, changed: Changed) -> Layers:
    """The objects of both versions, those that changed first; an arrow from where an object was to where it is."""
    was: dict[str | None, Shape] = {
        shape.feature_id: shape for shape in before.shapes if shape.feature_id in changed.moved
    }
    joins: list[Join] = []
    layers: list[Layer] = []
    for shape in after.shapes:
        if shape.feature_id in changed.added:
            layers.append(Layer(shape, "added", ADDED, "added", "+"))
        elif shape.feature_id in was:
            earlier = was[shape.feature_id]
            layers += (Layer(earlier, "was", MOVED, "was"), Layer(shape, "now", MOVED, "moved", "→"))
            joins.append(Join(earlier.object_id, shape.object_id, arrow=True))
    layers += (
        Layer(shape, "removed", REMOVED, "removed", "−")
        for shape in before.shapes
        if shape.feature_id in changed.removed
    )
    layers += _kept(after, changed, was)
    return Layers(layers, joins)


def _kept(after: Scene, changed: Changed, moved: dict[str | None, Shape]) -> Iterator[Layer]:
    for shape in after.shapes:
        if shape.feature_id in changed.renamed and shape.feature_id not in moved:
            yield Layer(shape, "now", MOVED, "renamed", "≠")
        elif shape.feature_id not in changed.added and shape.feature_id not in moved:
            yield Layer(shape, "kept", KEPT, "")
