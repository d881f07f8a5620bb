"""Pictures of assets, small enough for a page that holds them itself. Needs pillow, the extra browse."""

import base64
import warnings
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

LARGEST_SIDE = 800
"""Pixels of the longer side."""
_MOST_PIXELS = 100_000_000
_LARGEST_FILE = 256 << 20
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


class Picture(NamedTuple):
    """A `data:` URI, and the size in pixels of the file that it was made from."""

    href: str
    width: int
    height: int


def picture_of(path: Path, side: int = LARGEST_SIDE) -> Picture | None:
    """The picture in a file, its longer side scaled down to so many pixels.

    None for a file that is not a picture, or damaged or too large.
    """
    from PIL import Image, ImageOps

    try:
        if path.stat().st_size > _LARGEST_FILE:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return None
                size = image.size
                turned = image.getexif().get(0x0112) in (5, 6, 7, 8)
                image.draft("RGB", (side, side))
                small = ImageOps.exif_transpose(image)
                small.thumbnail((side, side))
                written = BytesIO()
                flat = Image.new("RGB", small.size, "#ffffff")
                layer = small.convert("RGBA")
                flat.paste(layer, mask=layer.getchannel("A"))
                flat.save(written, "JPEG", quality=75, optimize=True)
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, Image.DecompressionBombError):
        return None  # what pillow raises for damaged files
    width, height = size[::-1] if turned else size
    return Picture("data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode(), width, height)
