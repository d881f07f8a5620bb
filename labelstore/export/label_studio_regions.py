"""Where objects are, as regions of Label Studio have it: percents of a picture, or characters of a text."""

from typing import Any, Final

from labelstore.export.annotations import Object
from labelstore.export.bitmaps import brush_of, mask_of
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.exporter import Export
from labelstore.export.label_studio_config import DRAWS
from labelstore.export.pictures import CLIPPED, OUTSIDE, Shape, shape_of
from labelstore.export.shapes import Ring, bounds_of, clipped, clipped_box, seamed

_POINT: Final = 0.5
"""The size of a point, in percents of the width."""

Values = list[dict[str, Any]] | str
"""The value of each region that an object becomes; or why it becomes none. [] where that is counted already."""


def values_of(reader: Reader, one: Object, shows: str, size: tuple[int, int], *, in_frame: bool = False) -> Values:
    """Where an object is, in a project that shows images, texts, videos or recordings."""
    if shows == "video" and not in_frame:
        return "in a video, but in no frame"
    if one.kind not in DRAWS[shows]:
        return "not of the kinds that its project draws"
    if one.kind == "text_entity":
        if one.start is None or one.end is None:
            return "without a span"
        return [{"start": one.start, "end": one.end + 1}]
    if one.kind == "mask":
        return _brush(reader.export, one, size)
    shape = shape_of(reader, one)
    return [] if shape is None else _places(reader, shape, size)


def _places(reader: Reader, shape: Shape, size: tuple[int, int]) -> Values:
    """Where a shape is on its picture; what leaves the picture is cut off."""
    one, account = shape.object, reader.export.account
    if one.kind == "bounding_box":
        box = clipped_box(shape.box, *size)
        if not (box.width and box.height):
            return OUTSIDE
        if box != shape.box:
            account.change(one.kind, CLIPPED, example_of(one))
        sides = zip(("x", "y", "width", "height"), box, (*size, *size), strict=True)
        return [{name: reader.export.rounded(100 * value / side) for name, value, side in sides} | {"rotation": 0}]
    if one.kind == "polygon":
        fills = reader.export.choices.holes == "fill"
        rings = [part.outline if fills else seamed(part) for part in shape.parts]
        inside = [ring for ring in (clipped(ring, *size) for ring in rings) if _has_area(ring)]
        if inside and inside != rings:
            account.change(one.kind, CLIPPED, example_of(one))
        return [{"points": _percents(reader.export, ring, size), "closed": True} for ring in inside] or OUTSIDE
    lines = [_percents(reader.export, line, size) for line in shape.lines]
    if one.kind == "point":
        x, y = lines[0][0]
        return [{"x": x, "y": y, "width": _POINT}] if 0 <= x <= 100 and 0 <= y <= 100 else OUTSIDE
    return [{"vertices": _vertices(line), "closed": False} for line in lines]


def _brush(export: Export, one: Object, size: tuple[int, int]) -> Values:
    bitmap = mask_of(export, one, size)
    return bitmap if isinstance(bitmap, str) else [{"format": "rle", "rle": brush_of(bitmap)}]


def _percents(export: Export, ring: Ring, size: tuple[int, int]) -> list[list[float]]:
    return [[export.rounded(100 * value / side) for value, side in zip(point, size, strict=True)] for point in ring]


def _has_area(ring: Ring) -> bool:
    box = bounds_of([ring])
    return box is not None and bool(box.width and box.height)


def _vertices(points: list[list[float]]) -> list[dict[str, Any]]:
    """The vertices of a line, each with the one before it."""
    return [
        {"id": str(number), "x": x, "y": y, "isBezier": False} | ({"prevPointId": str(number - 1)} if number else {})
        for number, (x, y) in enumerate(points)
    ]
