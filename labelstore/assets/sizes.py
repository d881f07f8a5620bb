"""How large pictures and videos are, by the headers of their files."""

import struct
import warnings
from pathlib import Path
from typing import NamedTuple

from labelstore.errors import InputError, UsageError
from labelstore.files.video_header import read_video_header

_ROTATION = 274
"""The EXIF tag of how a picture is to be turned; from 5 on its sides change places."""


class MediaSize(NamedTuple):
    """Pixels as they are shown; of videos also frames per second, and how many. None where the file does not tell."""

    width: float | None = None
    height: float | None = None
    frame_rate: float | None = None
    frame_count: float | None = None


def size_of_file(path: Path, media_type: str | None) -> MediaSize:
    """What the file of a picture or video tells; of another type, nothing.

    Raises `InputError` for a picture that cannot be read, `UsageError` without pillow.
    """
    match (media_type or "").partition("/")[0]:
        case "image":
            return MediaSize(*size_of_picture(path))
        case "video":
            return MediaSize(*read_video_header(path))
    return MediaSize()


def size_of_picture(path: Path, hint: str = "") -> tuple[int, int]:
    """Width and height in pixels, turned as it is shown.

    Raises `InputError`, with the hint, for what is no picture, `UsageError` without pillow.
    """
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            f"{path}: pillow, which reads its size, is not installed; pip install 'labelstore-db[images]'"
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # only its header is read
            picture = Image.open(path)
        with picture:
            turned = picture.getexif().get(_ROTATION, 1) in (5, 6, 7, 8)
            return (picture.height, picture.width) if turned else picture.size
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, struct.error) as error:
        raise InputError(str(path), f"is no picture that can be read ({error})", hint) from None
