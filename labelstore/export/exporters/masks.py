"""Pictures of masks: for each picture a PNG whose pixels are numbers of classes, and one of instances.

Background is 0. `classes.csv` numbers the classes from 1 and has the colors of their palette, which is that of Pascal
VOC; with more than 255 classes the pictures are of gray in 16 bits. Instances are numbered from 1 in each picture, in
16 bits; `instances.csv` says what they are. Objects are drawn in the order of the label, so that later ones cover
earlier ones: those that lose pixels count as changed, those that lose all are left out and their numbers are free.
"""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from labelstore.assets.run_lengths import coco_masks
from labelstore.errors import UsageError
from labelstore.export.bitmaps import png_of
from labelstore.export.choices import OF_PICTURES, SPLITTING, Choices, option_of
from labelstore.export.constructs import Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks, FileCopy
from labelstore.export.instances import MOST, instances_of
from labelstore.export.pictures import Shape, boxes_as, pictures
from labelstore.figures import figure
from labelstore.mask_pictures import MAX_PIXELS

if TYPE_CHECKING:
    from numpy import ndarray

_OF_PALETTE: Final = 0xFF


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """Polygons and masks, and boxes where they are wanted."""
    return fates(
        left_out("it covers no pixels"),
        label=kept("two pictures"),
        bounding_box=boxes_as("a rectangle", choices),
        polygon=kept("pixels of its number"),
        hole=kept("pixels that are not its own"),
        mask=kept("pixels of its number"),
        track=left_out("each frame numbers its own"),
        object_question=left_out("a pixel has no place for it"),
        label_question=left_out("a pixel has no place for it"),
        frame_question=left_out("a pixel has no place for it"),
        relationship=left_out("a pixel has no place for it"),
        review=left_out("a pixel has no place for it"),
    )


def write(export: Export) -> FileChunks:
    """The two tables, and the pictures."""
    coco_masks()
    reader = Reader(export)
    categories = reader.classes.categories
    if len(categories) > MOST:
        raise UsageError(
            f"{figure(len(categories))} classes are more than 16 bits can number; choose some: {option_of('classes')}"
        )
    palette = _palette() if len(categories) <= _OF_PALETTE else None
    colors = _palette(len(categories) + 1)
    yield FileChunk("classes.csv", _csv([("number", "class", "color")]))
    for one in categories:
        color = colors[3 * one.number + 3 :][:3].hex()
        yield FileChunk("classes.csv", _csv([(one.number + 1, one.name, f"#{color}")]))
    yield FileChunk("instances.csv", _csv([("split", "file", "instance", "number", "class", "labelbox_id")]))
    for picture in pictures(reader, masks="bitmaps", largest=MAX_PIXELS):
        split = picture.split or "all"
        if picture.asset is not None and export.choices.images != "none":
            yield FileCopy(f"images/{split}/{picture.file_name}", picture.asset)
        file = f"{picture.stem}.png"
        instances, seen = instances_of(reader, picture)
        rows = [
            (split, file, number, shape.category.number + 1, shape.category.name, shape.object.feature_id)
            for number, shape in seen.items()
        ]
        yield FileChunk("instances.csv", _csv(rows))
        yield FileChunk(f"instances/{split}/{file}", png_of(instances))
        yield FileChunk(f"classes/{split}/{file}", png_of(_classes(instances, seen, palette is None), palette))


def _classes(instances: "ndarray[Any, Any]", seen: dict[int, Shape], is_wide: bool) -> "ndarray[Any, Any]":
    import numpy

    numbers = numpy.zeros(max(seen, default=0) + 1, dtype="uint16" if is_wide else "uint8")
    for number, shape in seen.items():
        numbers[number] = shape.category.number + 1
    return numbers[instances]  # type: ignore[no-any-return]


def _palette(count: int = _OF_PALETTE + 1) -> bytes:
    """The colors of Pascal VOC, three bytes each: the bits of a number, dealt out to red, green and blue."""
    return bytes(
        sum((number >> (3 * bit + channel) & 1) << (7 - bit) for bit in range(8))
        for number in range(count)
        for channel in range(3)
    )


def _csv(rows: Iterable[tuple[object, ...]]) -> bytes:
    csv.writer(text := StringIO(), lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


EXPORTER = Exporter(
    "masks",
    "",
    "a folder of PNG pictures whose pixels are classes, and others whose pixels are instances",
    write,
    what_becomes,
    unit="objects",
    takes=(*(name for name in OF_PICTURES if name != "digits"), *SPLITTING, "boxes"),
    columns={"masks": {}, "masks --boxes polygon": {"boxes": "polygon"}},
)
