"""KITTI, objects in two dimensions: a text file for each picture, a line for each object, and lists of the splits.

A line has the class, three numbers about how it is seen, the left, top, right and bottom edge in pixels from 0, and
seven numbers about its place in the world. Labelbox tells only the edges; the others are those that KITTI has where
nothing is known.
Spaces separate what a line has, so those in names of classes become _.
"""

import re
from collections.abc import Mapping
from typing import Final

from labelstore.export.choices import OF_PICTURES, SPLITTING, Choices
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks, FileCopy
from labelstore.export.pictures import Picture, Shape, box_inside, pictures

_SEEN: Final = "-1 -1 -10"
"""Truncated, occluded, alpha: unknown."""
_IN_THE_WORLD: Final = "-1 -1 -1 -1000 -1000 -1000 -10"
"""Height, width, length, place and rotation: unknown."""
_SPACE: Final = re.compile(r"\s+")


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """Boxes, and nothing else."""
    return fates(
        left_out("KITTI has no place for it"),
        label=kept("a text file"),
        bounding_box=kept("a line"),
        polygon=changed("its bounding box"),
        mask=changed("its bounding box"),
        cuboid=left_out("what its numbers mean is not documented"),
    )


def write(export: Export) -> FileChunks:
    """The file and the list entry of each picture."""
    reader = Reader(export)
    for picture in pictures(reader):
        if picture.asset is not None and export.choices.images != "none":
            yield FileCopy(f"training/image_2/{picture.file_name}", picture.asset)
        lines = "".join(_line(reader, picture, shape) for shape in picture.shapes)
        yield FileChunk(f"training/label_2/{picture.stem}.txt", lines.encode())
        yield FileChunk(f"ImageSets/{picture.split or 'all'}.txt", f"{picture.stem}\n".encode())


def _line(reader: Reader, picture: Picture, shape: Shape) -> str:
    """The line of a shape; "" for one that is outside of the picture."""
    box = box_inside(reader, picture, shape)
    if box is None:
        return ""
    name = _SPACE.sub("_", shape.category.name)
    if name != shape.category.name:
        reader.export.account.change(shape.object.kind, "_ for spaces in its class", example_of(shape.object))
    edges = (reader.export.rounded(value) for value in (box.left, box.top, box.left + box.width, box.top + box.height))
    reader.wrote(shape.object)
    return f"{name} {_SEEN} {' '.join(map(str, edges))} {_IN_THE_WORLD}\n"


EXPORTER = Exporter(
    "kitti",
    "",
    "a folder in the form of KITTI: boxes in a text file for each picture, lists of the splits",
    write,
    what_becomes,
    unit="objects",
    takes=(*OF_PICTURES, *SPLITTING),
)
