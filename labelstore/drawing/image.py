"""An image with its objects."""

import math

from markupsafe import Markup

from labelstore.drawing.canvas import Canvas, bounds, draw_canvas
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.thumbnails import draw_small
from labelstore.scenes.scene import Asset, Scene, Shape

LARGEST_SIDE = 10_000_000.0
"""Pixels; larger sizes are taken for mistakes."""


def draw(scene: Scene, options: DrawOptions, under: Markup | None = None) -> Markup:
    """The image, or an empty canvas of its size, with the objects on it; `under` is below them."""
    return draw_canvas(
        canvas_of(scene),
        scene.shapes,
        title=f"Label {scene.label_id}",
        asset_href=options.asset_href,
        mask_hrefs=options.mask_hrefs,
        limit=options.limit,
        count=scene.shape_count,
        relations=scene.relations,
        view=options.view,
        under=under,
    )


def thumbnail(scene: Scene, options: DrawOptions) -> Markup:
    """The same as a thumbnail."""
    return draw_small(canvas_of(scene), scene.shapes, options, title=f"Label {scene.label_id}")


def canvas_of(scene: Scene) -> Canvas:
    """The size of the asset; where it is unknown, the extent of the objects and a margin."""
    return size_of(scene.asset) or canvas_around(scene.shapes)


def size_of(asset: Asset) -> Canvas | None:
    """A canvas of the asset's own size, if that is known and plausible."""
    width, height = asset.width, asset.height
    if width and height and 1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE:
        return Canvas(0.0, 0.0, float(width), float(height))
    return None


def canvas_around(shapes: tuple[Shape, ...], ratio: float = 0.6) -> Canvas:
    """The origin and all shapes, with a margin; neither side is less than a tenth of the other."""
    found = bounds(shapes)
    if found is None:
        return Canvas(0.0, 0.0, 100.0, 100 * ratio)
    left, top, right, bottom = min(found[0], 0.0), min(found[1], 0.0), max(found[2], 0.0), max(found[3], 0.0)
    margin = max(right - left, bottom - top, 1.0) * 0.05
    width, height = right - left + margin, bottom - top + margin
    least = max(width, height) / 10
    width, height = max(width, least), max(height, least)
    return Canvas(left, top, width, height) if math.isfinite(width + height) else Canvas(0.0, 0.0, 100.0, 60.0)
