"""A file of COCO: categories, images and annotations in one JSON, with whole numbers from 1 as ids."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import msgspec

from labelstore.export.pictures import Picture

_encode = msgspec.json.Encoder().encode
_CHUNK = 1 << 20


class CocoFile:
    """The file of one split: images go out at once, annotations wait in a temporary file until all images are out."""

    def __init__(self, path: str, categories: list[dict[str, Any]]) -> None:
        self.path = path
        self._head = b'{"info":{"description":"Labelbox labels","version":"1.0"},"licenses":[],"categories":'
        self._head += _encode(categories) + b',\n"images":[\n'
        self._annotations: BinaryIO = TemporaryFile()  # noqa: SIM115 - closed by `rest`
        self._images = self._count = 0

    def image(self, picture: Picture) -> bytes:
        """The image of a picture."""
        self._images += 1
        found: dict[str, Any] = {
            "id": self._images,
            "file_name": picture.file_name,
            "width": picture.width,
            "height": picture.height,
            "labelbox_id": picture.label.data_row_id,
        }
        if picture.video is not None:
            found |= {"video": picture.video, "frame_number": picture.frame_number}
        return (self._head if self._images == 1 else b",\n") + _encode(found)

    def annotation(self, found: dict[str, Any]) -> None:
        """An annotation of the last image, without its id and that of the image."""
        self._count += 1
        ids = {"id": self._count, "image_id": self._images}
        self._annotations.write((b",\n" if self._count > 1 else b"") + _encode(ids | found))

    def rest(self) -> Iterator[bytes]:
        """What follows the last image."""
        yield (b"" if self._images else self._head) + b'\n],\n"annotations":[\n'
        self._annotations.seek(0)
        while chunk := self._annotations.read(_CHUNK):
            yield chunk
        yield b"\n]}\n"
        self._annotations.close()
