"""Which instance each pixel of a picture is of: objects are drawn in order, and later ones cover earlier ones."""

from typing import TYPE_CHECKING, Any, Final

from labelstore.export.bitmaps import Patch, mask_of, patch_of
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.pictures import CLIPPED, OUTSIDE, Picture, Shape
from labelstore.export.shapes import Part, clipped_box

if TYPE_CHECKING:
    from numpy import ndarray

MOST: Final = 0xFFFF
"""Instances of a picture: what 16 bits can number."""


def instances_of(reader: Reader, picture: Picture) -> tuple["ndarray[Any, Any]", dict[int, Shape]]:
    """The instances of a picture, and the shapes by their numbers of which something is to be seen."""
    import numpy

    instances = numpy.zeros((picture.height, picture.width), dtype="uint16")
    drawn: dict[int, Shape] = {}
    covered: list[int] = [0]
    seen = numpy.zeros(min(len(picture.shapes), MOST) + 1, dtype="int64")
    for shape in picture.shapes:
        found = "too many for 16 bits" if len(drawn) == MOST else _patch(reader, picture, shape)
        if isinstance(found, str):
            reader.leave_out(shape.object, found)
            continue
        drawn[number := len(drawn) + 1] = shape
        left, top, bitmap = found
        under = instances[top : top + bitmap.shape[0], left : left + bitmap.shape[1]]
        is_inside = bitmap.astype(bool)
        seen -= numpy.bincount(under[is_inside], minlength=len(seen))
        covered.append(int(is_inside.sum()))
        seen[number] = covered[number]
        under[is_inside] = number
    return instances, {
        number: shape for number, shape in drawn.items() if _is_seen(reader, shape, int(seen[number]), covered[number])
    }


def _is_seen(reader: Reader, shape: Shape, pixels: int, of: int) -> bool:
    """Whether something of it is to be seen; counts it as written or left out."""
    one = shape.object
    if not pixels:
        reader.leave_out(one, "covered by later objects")
        return False
    if pixels < of:
        reader.export.account.change(one.kind, "covered in part by later objects", example_of(one))
    reader.wrote(one)
    return True


def _patch(reader: Reader, picture: Picture, shape: Shape) -> Patch | str:
    """The pixels of a shape; or why it has none."""
    if shape.object.kind == "mask":
        bitmap = mask_of(reader.export, shape.object, (picture.width, picture.height))
        return bitmap if isinstance(bitmap, str) else Patch(0, 0, bitmap)
    box = clipped_box(shape.box, picture.width, picture.height)
    if not (box.width and box.height):
        return OUTSIDE
    found = patch_of(shape.parts or [Part(shape.box.ring)], shape.box, picture.width, picture.height)
    if not found.bitmap.any():
        return "too thin to cover a pixel"
    if box != shape.box:
        reader.export.account.change(shape.object.kind, CLIPPED, example_of(shape.object))
    return found
