"""COCO panoptic: a PNG for each picture, whose colors are numbers of segments, and a JSON for each split about them.

A pixel is of one segment or of none: red + 256 × green is its number, from 1, and black is none. Objects are drawn in
the order of the label, so that later ones cover earlier ones. All classes are things (`isthing` 1): Labelbox does not
know stuff. `labelbox_id`, a key that COCO does not know, is the feature id of a segment.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labelstore.assets.run_lengths import coco_masks
from labelstore.export.answers import flat_answers
from labelstore.export.bitmaps import bounds_of_bitmap, png_of
from labelstore.export.choices import OF_PICTURES, SPLITTING, Choices
from labelstore.export.coco_file import CocoFile
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks, FileCopy
from labelstore.export.instances import instances_of
from labelstore.export.pictures import Shape, boxes_as, pictures
from labelstore.mask_pictures import MAX_PIXELS

if TYPE_CHECKING:
    from numpy import ndarray


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """Polygons and masks, and boxes where they are wanted, with what was answered about them."""
    return fates(
        left_out("a segment has no place for it"),
        label=kept("an image"),
        bounding_box=boxes_as("a rectangle", choices),
        polygon=kept("a segment"),
        hole=kept("pixels of other segments or of none"),
        mask=kept("a segment"),
        object_question=changed("a key attributes, which COCO does not know"),
    )


def write(export: Export) -> FileChunks:
    """The pictures of segments, and the file of each split."""
    coco_masks()
    reader = Reader(export)
    categories = [
        {"id": one.number + 1, "name": one.name, "supercategory": "", "isthing": 1} for one in reader.classes.categories
    ]
    files: dict[str, CocoFile] = {}
    for picture in pictures(reader, masks="bitmaps", largest=MAX_PIXELS):
        split = picture.split or "all"
        path = f"annotations/panoptic_{split}"
        file = files.get(split) or files.setdefault(split, CocoFile(f"{path}.json", categories))
        if picture.asset is not None and export.choices.images != "none":
            yield FileCopy(f"images/{split}/{picture.file_name}", picture.asset)
        yield FileChunk(file.path, file.image(picture))
        instances, seen = instances_of(reader, picture)
        segments = [_segment(export, number, shape, instances == number) for number, shape in seen.items()]
        file.annotation({"file_name": f"{picture.stem}.png", "segments_info": segments})
        yield FileChunk(f"{path}/{picture.stem}.png", png_of(_colors(instances)))
    for file in files.values():
        for chunk in file.rest():
            yield FileChunk(file.path, chunk)


def _segment(export: Export, number: int, shape: Shape, bitmap: "ndarray[Any, Any]") -> dict[str, Any]:
    one = shape.object
    found: dict[str, Any] = {"id": number, "category_id": shape.category.number + 1, "area": int(bitmap.sum())}
    found |= {"bbox": list(bounds_of_bitmap(bitmap)), "iscrowd": 0, "labelbox_id": one.feature_id}
    return found | ({"attributes": flat_answers(one.answers)} if one.answers else {})


def _colors(instances: "ndarray[Any, Any]") -> "ndarray[Any, Any]":
    import numpy

    return numpy.dstack((instances & 0xFF, instances >> 8, numpy.zeros_like(instances))).astype("uint8")


EXPORTER = Exporter(
    "coco-panoptic",
    "",
    "a folder of COCO panoptic: PNG pictures of segments that do not overlap, a JSON for each split",
    write,
    what_becomes,
    unit="objects",
    takes=(*(name for name in OF_PICTURES if name != "digits"), *SPLITTING, "boxes"),
    columns={"coco-panoptic": {}, "coco-panoptic --boxes polygon": {"boxes": "polygon"}},
)
