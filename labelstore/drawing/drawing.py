"""The drawing of a label, by the type of its asset."""

from collections.abc import Callable

from markupsafe import Markup

from labelstore.drawing import audio, conversation, dicom, document, geospatial, html, image, small_words, text, video
from labelstore.drawing.scene import Look, Messages, Scene, Span

Draw = Callable[[Scene, Look], Markup]

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
    "text": small_words.thumbnail_text,
    "conversation": small_words.thumbnail_conversation,
    "llm": small_words.thumbnail_conversation,
    "audio": small_words.thumbnail_audio,
    "html": small_words.thumbnail_html,
}


def draw(scene: Scene, look: Look = Look()) -> Markup:  # noqa: B008
    """The asset with the annotations drawn on it: SVG, or HTML where the asset is text.

    Every object is an element with the id `o<object id>` and the class `shape`. Where there are more than
    `look.limit`, a paragraph says how many are drawn.
    """
    return (_BY_ASSET_TYPE.get(scene.asset.asset_type) or _by_objects(scene))(scene, look)


def _by_objects(scene: Scene) -> Draw:
    """For an asset whose type nothing tells: what its objects can be drawn on."""
    for shape in scene.shapes:
        if isinstance(shape.geometry, Messages) or (isinstance(shape.geometry, Span) and shape.geometry.message_id):
            return conversation.draw
        if isinstance(shape.geometry, Span):
            return text.draw
    return image.draw


def thumbnail(scene: Scene, look: Look = Look()) -> Markup:  # noqa: B008
    """A small drawing without words, for the cell of a table."""
    return _THUMBNAILS.get(scene.asset.asset_type, image.thumbnail)(scene, look)
