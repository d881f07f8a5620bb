"""Drawing: a label as plain values → SVG and HTML. Pure: no store, no server, no file."""

from labelstore.drawing.drawing import draw, drawing_of, thumbnail
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.styles import highlights, style_sheet

__all__ = ["DrawOptions", "draw", "drawing_of", "highlights", "style_sheet", "thumbnail"]
