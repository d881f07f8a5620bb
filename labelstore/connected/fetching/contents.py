"""Whether a file is what was expected: no page of an error in place of a picture, no picture that is cut."""

import re
from pathlib import Path
from typing import BinaryIO, Final

from labelstore.files.media_types import head_of

MASK, FRAMES = "mask", "frames"
_MEDIA: Final = ("image", "video", "audio", "document", "dicom", MASK)
"""What no text can be."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MARKED_UP: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[a-zA-Z!?/]")
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_STORAGE: Final = re.compile(rb"\s*(?:<\?xml[^>]*>)?\s*<Error>.*?<Code>(\w{1,40})</Code>", re.S)


def fault(path: Path, expected: str | None, media_type: str | None) -> str | None:
    """What is wrong with a file of this type; None if nothing is known to be."""
    head = head_of(path)
    if found := _STORAGE.match(head):
        return f"is the answer of a file storage, {found[1].decode()}"
    if expected in (*_MEDIA, FRAMES) and _MARKED_UP.match(head):
        return f"is an HTML or XML page in place of {_named(expected)}"
    if expected in _MEDIA and _JSON.match(head):
        return f"is JSON in place of {_named(expected)}"
    if expected == MASK and not (media_type or "").startswith("image/"):
        return f"is {media_type or 'of an unknown type'}, no picture"
    return "is a picture that is cut" if head.startswith(_PNG) and not _is_whole_png(path) else None


def _named(expected: str | None) -> str:
    return {MASK: "a picture", FRAMES: "frames"}.get(
        str(expected), f"{'an' if str(expected)[0] in 'ai' else 'a'} {expected}"
    )


def _is_whole_png(path: Path) -> bool:
    """Whether its chunks go on to the last: 4 bytes of length, 4 of name, the content, 4 of checksum."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        return _ends(file, size)


def _ends(file: BinaryIO, size: int) -> bool:
    place = len(_PNG)
    while place + 12 <= size:
        file.seek(place)
        chunk = file.read(8)
        place += 12 + int.from_bytes(chunk[:4])
        if chunk[4:] == b"IEND":
            return place <= size
    return False
