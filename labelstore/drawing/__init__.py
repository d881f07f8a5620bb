"""Drawing: a label as plain values → SVG and HTML. Pure: no store, no server, no file."""

from labelstore.drawing.drawing import draw, thumbnail
from labelstore.drawing.scene import Look, Scene
from labelstore.drawing.styles import highlights, style_sheet

__all__ = ["Look", "Scene", "draw", "highlights", "style_sheet", "thumbnail"]
