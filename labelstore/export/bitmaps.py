"""Masks and polygons as bitmaps: read from pictures, drawn, as run lengths of COCO and Label Studio, and as PNG."""

from io import BytesIO
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zlib import Z_RLE

import msgspec

from labelstore.assets.run_lengths import RunLengths, bitmap_of, coco_masks
from labelstore.errors import UsageError
from labelstore.export.annotations import Object
from labelstore.export.exporter import Export
from labelstore.export.shapes import Box, Part, Ring, clipped, clipped_box
from labelstore.mask_pictures import covered

if TYPE_CHECKING:
    from numpy import ndarray

_RUN_SIZES: Final = (4, 8, 12, 16)
"""How many bits a length of a run of `brush_of` can have."""


def mask_of(export: Export, one: Object, size: tuple[int, int] | None = None) -> "ndarray[Any, Any] | str":
    """The bitmap of a mask, (height, width) of 0 and 1; or the reason why there is none. It must have the `size`.

    The store has its pixels, or its picture is at hand.
    """
    found = _in_picture(export, one, size) if one.pixels is None else _decoded(one.pixels, size)
    return found if isinstance(found, str) or found.any() else "its picture is empty"


_OTHER_SIZE: Final = "its picture is not as large as the image"


def _decoded(pixels: RunLengths, size: tuple[int, int] | None) -> "ndarray[Any, Any] | str":
    if size not in (None, pixels[:2]):
        return _OTHER_SIZE
    try:
        return bitmap_of(pixels)
    except ValueError as error:
        return str(error)


def _in_picture(export: Export, one: Object, size: tuple[int, int] | None) -> "ndarray[Any, Any] | str":
    if export.assets is None:
        return "its picture is not at hand: give its folder with --assets"
    path = export.assets.mask_picture(one.url or one.composite_url, one.feature_id)
    if path is None:
        return f"its picture is not in {export.assets.place}"
    coco_masks()  # its extra brings numpy
    is_alone = one.url is not None or one.color_rgb is None
    try:
        rgb = None if is_alone else msgspec.json.decode(one.color_rgb or "", type=tuple[int, int, int])
        picture = covered(path.read_bytes(), rgb)
    except (ValueError, OSError) as error:
        return f"its picture cannot be read ({error})"
    import numpy

    return _OTHER_SIZE if size not in (None, picture.size) else (numpy.asarray(picture) > 0).astype("uint8")


class Patch(NamedTuple):
    """A bitmap of a part of a picture, whose upper left pixel is `left`, `top`."""

    left: int
    top: int
    bitmap: "ndarray[Any, Any]"


def drawn(parts: list[Part], width: int, height: int) -> "ndarray[Any, Any]":
    """Polygons as a bitmap, (height, width) of 0 and 1, without what their holes cover."""
    import numpy

    found = numpy.zeros((height, width), dtype="uint8")
    for part in parts:
        inside = _filled(part.outline, width, height)
        for hole in part.holes:
            inside &= 1 - _filled(hole, width, height)
        found |= inside
    return found


def patch_of(parts: list[Part], box: Box, width: int, height: int) -> Patch:
    """Polygons as `drawn` draws them, as far as their bounds are inside of the picture; `box` are their bounds."""
    box = clipped_box(box, width, height)
    left, top = floor(box.left), floor(box.top)
    moved = [
        Part(_moved(part.outline, left, top), tuple(_moved(hole, left, top) for hole in part.holes)) for part in parts
    ]
    return Patch(left, top, drawn(moved, ceil(box.left + box.width) - left, ceil(box.top + box.height) - top))


def _moved(ring: Ring, left: int, top: int) -> Ring:
    return [(x - left, y - top) for x, y in ring]


def bounds_of_bitmap(bitmap: "ndarray[Any, Any]") -> Box:
    """The smallest box around the pixels that are 1, of which there is one at least."""
    import numpy

    rows, columns = (numpy.flatnonzero(bitmap.any(axis=axis)) for axis in (1, 0))
    left, top = int(columns[0]), int(rows[0])
    return Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def run_lengths(bitmap: "ndarray[Any, Any]") -> dict[str, Any]:
    """A bitmap as COCO has it: `size` [height, width] and `counts`, a compressed text."""
    import numpy

    found = coco_masks().encode(numpy.asfortranarray(bitmap))
    return {"size": [int(side) for side in found["size"]], "counts": found["counts"].decode("ascii")}


def runs_of(bitmap: "ndarray[Any, Any]") -> list[int]:
    """How many pixels in a row are 0, then 1, then 0, …, line by line."""
    import numpy

    flat = bitmap.ravel()
    turns = numpy.flatnonzero(numpy.diff(flat, prepend=0, append=1 - flat[-1]))
    return numpy.diff(turns, prepend=0).tolist()  # type: ignore[no-any-return]


def png_of(bitmap: "ndarray[Any, Any]", palette: bytes | None = None) -> bytes:
    """A bitmap of 8 or 16 bits as a PNG: of gray, or of 8 bits with three bytes of `palette` for each number."""
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            "pictures of masks need pillow, which is not installed; pip install 'labelstore-db[masks]'"
        ) from None
    picture = Image.fromarray(bitmap)
    if palette is not None:
        picture.putpalette(palette)
    picture.save(written := BytesIO(), format="PNG", compress_type=Z_RLE)  # smaller and faster for masks
    return written.getvalue()


def brush_of(bitmap: "ndarray[Any, Any]") -> list[int]:
    """A bitmap as the bytes that Label Studio has for brushes (rle-pack): runs of 8 bits, four of them for a pixel."""
    import numpy

    pixels = bitmap.ravel()
    starts = [0, *(numpy.flatnonzero(numpy.diff(pixels)) + 1).tolist(), pixels.size]
    bits = [f"{pixels.size * 4:032b}{8 - 1:05b}", *(f"{size - 1:04b}" for size in _RUN_SIZES)]
    for start, end in pairwise(starts):
        length, value = (end - start) * 4, 255 if pixels[start] else 0
        while length:
            run = min(length, 1 << _RUN_SIZES[-1])
            at, size = next((at, size) for at, size in enumerate(_RUN_SIZES) if run <= 1 << size)
            bits.append(f"1{at:02b}{run - 1:0{size}b}{value:08b}")
            length -= run
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def _filled(ring: Ring, width: int, height: int) -> "ndarray[Any, Any]":
    """The pixels that a ring encloses; of a ring that leaves the picture, what is inside of it."""
    import numpy

    masks = coco_masks()
    ring = clipped(ring, width, height)
    if len(ring) < 3:
        return numpy.zeros((height, width), dtype="uint8")
    flat = [[value for point in ring for value in point]]
    return masks.decode(masks.frPyObjects(flat, height, width)[0])  # type: ignore[no-any-return]
