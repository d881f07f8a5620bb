"""The drawing of a label, by the type of its asset."""

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing import audio, conversation, dicom, document, geospatial, html, image, text, thumbnails, video
from labelstore.drawing.options import DrawOptions
from labelstore.scenes.scene import Messages, Scene, Span

Draw = Callable[[Scene, DrawOptions], Markup]


class AssetDrawing(NamedTuple):
    """How labels of an asset type are drawn."""

    draw: Draw
    thumbnail: Draw = image.thumbnail
    on_text: bool = False
    """Whether it is drawn on the text of the asset."""
    with_answers: bool = False
    """Whether the drawing shows the answers of the label; otherwise pages show them next to it."""
    with_relations: bool = False
    """Whether the drawing shows the relationships of the label."""


_CONVERSATION = AssetDrawing(
    conversation.draw, thumbnails.thumbnail_conversation, on_text=True, with_answers=True, with_relations=True
)
DRAWINGS = {
    "image": AssetDrawing(image.draw),
    "video": AssetDrawing(video.draw),
    "dicom": AssetDrawing(dicom.draw),
    "document": AssetDrawing(document.draw, document.thumbnail),
    "geospatial": AssetDrawing(geospatial.draw, geospatial.thumbnail),
    "text": AssetDrawing(text.draw, thumbnails.thumbnail_text, on_text=True, with_relations=True),
    "conversation": _CONVERSATION,
    "llm": _CONVERSATION,
    "audio": AssetDrawing(audio.draw, thumbnails.thumbnail_audio, with_answers=True),
    "html": AssetDrawing(html.draw, thumbnails.thumbnail_html, on_text=True, with_answers=True),
}
"""Asset type → how it is drawn."""


def drawing_of(asset_type: str) -> AssetDrawing:
    """How labels of an asset type are drawn; of an unknown type, as their objects need it."""
    return DRAWINGS.get(asset_type, _UNKNOWN)


def draw(scene: Scene, options: DrawOptions = DrawOptions()) -> Markup:  # noqa: B008
    """The asset with the annotations drawn on it: SVG, or HTML where the asset is text.

    Every object is an element with the id `o<object id>` and the class `shape`. Where there are more than
    `options.limit`, a paragraph states how many are drawn.
    """
    return drawing_of(scene.asset.asset_type).draw(scene, options)


def thumbnail(scene: Scene, options: DrawOptions = DrawOptions()) -> Markup:  # noqa: B008
    """A small drawing without words, for the cell of a table."""
    return drawing_of(scene.asset.asset_type).thumbnail(scene, options)


def _draw_by_objects(scene: Scene, options: DrawOptions) -> Markup:
    for shape in scene.shapes:
        if isinstance(shape.geometry, Messages) or (isinstance(shape.geometry, Span) and shape.geometry.message_id):
            return conversation.draw(scene, options)
        if isinstance(shape.geometry, Span):
            return text.draw(scene, options)
    return image.draw(scene, options)


_UNKNOWN = AssetDrawing(_draw_by_objects)
