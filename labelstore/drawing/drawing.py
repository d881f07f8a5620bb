"""The drawing of a label, by the type of its asset."""

from collections.abc import Callable

from markupsafe import Markup

from labelstore.drawing import dicom, document, geospatial, image, video
from labelstore.drawing.scene import Look, Scene

Draw = Callable[[Scene, Look], Markup]

_BY_ASSET_TYPE: dict[str, Draw] = {
    "image": image.draw,
    "video": video.draw,
    "dicom": dicom.draw,
    "document": document.draw,
    "geospatial": geospatial.draw,
}
_THUMBNAILS: dict[str, Draw] = {
    "image": image.thumbnail,
    "document": document.thumbnail,
    "geospatial": geospatial.thumbnail,
}


def draw(scene: Scene, look: Look = Look()) -> Markup:  # noqa: B008
    """The asset with the annotations drawn on it: SVG, or HTML where the asset is text.

    Every object is an element with the id `o<object id>` and the class `shape`. Where there are more than
    `look.limit`, a paragraph says how many are drawn.
    """
    return _BY_ASSET_TYPE.get(scene.asset.asset_type, image.draw)(scene, look)


def thumbnail(scene: Scene, look: Look = Look()) -> Markup:  # noqa: B008
    """A small drawing without words, for the cell of a table."""
    return _THUMBNAILS.get(scene.asset.asset_type, image.thumbnail)(scene, look)
