"""Drawing: a label as plain values → SVG and HTML. Pure: no store, no server, no file."""

from labelstore.drawing.drawing import draw, thumbnail
from labelstore.drawing.scene import Look, Scene

__all__ = ["Look", "Scene", "draw", "thumbnail"]
