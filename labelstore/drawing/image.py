"""An image with its objects."""

from markupsafe import Markup

from labelstore.drawing.canvas import Canvas, bounds, draw_canvas
from labelstore.drawing.scene import Look, Scene


def draw(scene: Scene, look: Look) -> Markup:
    """The image, or an empty canvas of its size, with the objects on it."""
    return draw_canvas(
        canvas_of(scene),
        scene.shapes,
        title=f"Label {scene.label_id}",
        asset_href=look.asset_href,
        mask_hrefs=look.mask_hrefs,
    )


def canvas_of(scene: Scene) -> Canvas:
    """The size of the asset; where the export does not tell it, what the objects need and a margin."""
    width, height = scene.asset.width, scene.asset.height
    if width and height and width > 0 and height > 0:
        return Canvas(0.0, 0.0, width, height)
    found = bounds(scene.shapes)
    if found is None:
        return Canvas(0.0, 0.0, 100.0, 60.0)
    left, top, right, bottom = min(found[0], 0.0), min(found[1], 0.0), found[2], found[3]
    margin = max(right - left, bottom - top, 1.0) * 0.05
    return Canvas(left, top, right - left + margin, bottom - top + margin)
