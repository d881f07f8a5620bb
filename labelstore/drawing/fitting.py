"""Where the objects of a label are: the zoom that shows each of them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from labelstore.drawing import document, geospatial, image, video
from labelstore.drawing.canvas import placed_shapes
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.shapes import Canvas, Projection
from labelstore.drawing.window import window_around, write_zoom
from labelstore.scenes.scene import Scene, Shape


class Plane(NamedTuple):
    """A canvas of a drawing, with its key and the shapes on it."""

    canvas: Canvas
    key: str
    shapes: tuple[Shape, ...]
    project: Projection | None = None


def fits(scene: Scene, options: DrawOptions) -> dict[int, str]:
    """Object id → a zoom as addresses have it; of an object on several pages, on the first of them."""
    found: dict[int, str] = {}
    for plane in _PLANES.get(scene.asset.asset_type, _no_planes)(scene, options):
        for one in placed_shapes(plane.shapes, plane.project):
            window = window_around(plane.canvas, one.bounds)
            found.setdefault(one.shape.object_id, write_zoom(window, plane.key))
    return found


def _of_image(scene: Scene, options: DrawOptions) -> Iterator[Plane]:
    yield Plane(image.canvas_of(scene), "", scene.shapes)


def _of_video(scene: Scene, options: DrawOptions) -> Iterator[Plane]:
    yield Plane(image.canvas_of(video.sized(scene, options.film)), "", scene.shapes)


def _of_document(scene: Scene, options: DrawOptions) -> Iterator[Plane]:
    for page in document.pages_of(scene.shapes, options.document)[: document.MAX_PAGES]:
        yield Plane(Canvas(0, 0, *page.size), document.key_of(page), page.shapes)


def _of_map(scene: Scene, options: DrawOptions) -> Iterator[Plane]:
    for ground in geospatial.grounds(scene.asset, scene.shapes, options):
        yield Plane(ground.canvas, ground.key, ground.shapes, ground.project)


def _no_planes(scene: Scene, options: DrawOptions) -> Iterator[Plane]:
    yield from ()


_PLANES: dict[str, Callable[[Scene, DrawOptions], Iterator[Plane]]] = {
    "image": _of_image,
    "video": _of_video,
    "dicom": _of_image,
    "document": _of_document,
    "geospatial": _of_map,
}
