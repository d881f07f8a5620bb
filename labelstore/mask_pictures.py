"""Pictures of masks, as Labelbox has them: which of their pixels belong to an instance. Needs pillow."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000
"""Larger pictures are not opened: a few kilobytes can declare gigabytes of pixels."""
_ALPHA = 255


def covered(data: bytes, rgb: tuple[int, int, int] | None) -> "Image":
    """A picture of gray that is 255 where the mask is, and 0 elsewhere; as large as the picture.

    With `rgb` the picture is a composite of several instances, and the mask is what has exactly that color. Without,
    the mask is what is not transparent and not black: white on black, gray, a palette, or colored on transparent; of
    a picture that is nothing but black and transparent, the black.
    Raises `ValueError`, with the reason, for what is no picture, is damaged or too large, and without pillow.
    """
    with _opened(data) as picture:
        return _equal(picture, rgb) if rgb is not None else _covered(picture)


def colors_of(data: bytes) -> "Image":
    """A composite with its colors, RGBA. Raises `ValueError` as `covered` does."""
    with _opened(data) as picture:
        return picture.convert("RGBA")


@contextmanager
def _opened(data: bytes) -> "Iterator[Image]":
    """The picture, with `ValueError` for all that goes wrong with it."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise ValueError("pillow is not installed; pip install 'labelstore-db[browse]'") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=("PNG",)) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise ValueError(f"the picture has {width} × {height} pixels, more than {MAX_PIXELS}")
                yield picture
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"the picture has more than {MAX_PIXELS} pixels") from None
    except UnidentifiedImageError:
        raise ValueError("no PNG picture") from None
    except (
        OSError,
        SyntaxError,
        EOFError,
        OverflowError,
        struct.error,
    ) as error:  # what pillow raises for damaged files
        raise ValueError(f"the picture cannot be read ({error})") from None


def _equal(picture: "Image", rgb: tuple[int, int, int]) -> "Image":
    """255 where all three channels are those of `rgb` and something is to be seen at all."""
    from PIL import ImageChops

    image = picture.convert("RGBA")
    red, green, blue, alpha = image.split()
    result = alpha.point([0, *[_ALPHA] * 255])
    for channel, wanted in zip((red, green, blue), rgb, strict=True):
        result = ImageChops.multiply(result, channel.point([_ALPHA * (value == wanted) for value in range(256)]))
    return result


def _covered(picture: "Image") -> "Image":
    """255 where the picture is neither black nor transparent."""
    from PIL import ImageChops

    if picture.mode.startswith("I") or picture.mode == "F":  # 16 bits: conversion would cut them off at 255
        return picture.convert("I").point(lambda value: value * _ALPHA).convert("L")
    seen = [0, *[_ALPHA] * 255]
    if picture.mode == "L" and "transparency" not in picture.info:  # as below, five times as fast
        return picture.point(seen)
    red, green, blue, alpha = picture.convert("RGBA").split()
    brightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    covered = ImageChops.multiply(brightest.point(seen), alpha.point(seen))
    is_black_on_transparent = covered.getbbox() is None and alpha.getextrema()[0] == 0
    return alpha.point(seen) if is_black_on_transparent else covered
