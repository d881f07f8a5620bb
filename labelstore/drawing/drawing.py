"""The drawing of a label, by the type of its asset."""

from collections.abc import Callable

from markupsafe import Markup

from labelstore.drawing import audio, conversation, dicom, document, geospatial, html, image, text, thumbnails, video
from labelstore.drawing.options import DrawOptions
from labelstore.scenes.scene import Messages, Scene, Span

Draw = Callable[[Scene, DrawOptions], Markup]

_BY_ASSET_TYPE: dict[str, Draw] = {
    "image": image.draw,
    "video": video.draw,
    "dicom": dicom.draw,
    "document": document.draw,
    "geospatial": geospatial.draw,
    "text": text.draw,
    "conversation": conversation.draw,
    "llm": conversation.draw,
    "audio": audio.draw,
    "html": html.draw,
}
_THUMBNAILS: dict[str, Draw] = {
    "image": image.thumbnail,
    "document": document.thumbnail,
    "geospatial": geospatial.thumbnail,
    "text": thumbnails.thumbnail_text,
    "conversation": thumbnails.thumbnail_conversation,
    "llm": thumbnails.thumbnail_conversation,
    "audio": thumbnails.thumbnail_audio,
    "html": thumbnails.thumbnail_html,
}


def draw(scene: Scene, options: DrawOptions = DrawOptions()) -> Markup:  # noqa: B008
    """The asset with the annotations drawn on it: SVG, or HTML where the asset is text.

    Every object is an element with the id `o<object id>` and the class `shape`. Where there are more than
    `options.limit`, a paragraph says how many are drawn.
    """
    return (_BY_ASSET_TYPE.get(scene.asset.asset_type) or _by_objects(scene))(scene, options)


def _by_objects(scene: Scene) -> Draw:
    """For an asset whose type nothing tells: what its objects can be drawn on."""
    for shape in scene.shapes:
        if isinstance(shape.geometry, Messages) or (isinstance(shape.geometry, Span) and shape.geometry.message_id):
            return conversation.draw
        if isinstance(shape.geometry, Span):
            return text.draw
    return image.draw


def thumbnail(scene: Scene, options: DrawOptions = DrawOptions()) -> Markup:  # noqa: B008
    """A small drawing without words, for the cell of a table."""
    return _THUMBNAILS.get(scene.asset.asset_type, image.thumbnail)(scene, options)
