"""COCO instances: images, annotations and categories in one JSON, or a folder with one for each split.

Ids are whole numbers from 1, categories in the order of their names. `bbox` is [x, y, width, height], `segmentation`
the outlines, run lengths of a bitmap, or [] for a box, which trainers of outlines refuse (choose classes that have
none); `iscrowd` is 0, else trainers pass over it. What COCO has no word for stands in keys of its own: `attributes` are
the answers about an object, `labelbox_id` is its feature id, `track_id` numbers it in its video.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from labelstore.export.answers import flat_answers
from labelstore.export.bitmaps import bounds_of_bitmap, drawn, mask_of, run_lengths
from labelstore.export.choices import OF_PICTURES, SPLITTING, Choices
from labelstore.export.coco_file import CocoFile
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileCopy
from labelstore.export.pictures import Picture, Shape, pictures
from labelstore.export.shapes import Box, seamed
from labelstore.figures import figure
from labelstore.mask_pictures import MAX_PIXELS

_HOLES = {
    "seam": changed("cut open along a seam"),
    "rle": kept("a hole of a bitmap"),
    "fill": changed("filled"),
}
_MASKS = {
    "rle": kept("segmentation of run lengths"),
    "polygon": kept("segmentation along the edges of its pixels"),
    "skip": left_out("as --masks skip says"),
}


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """Boxes, polygons and masks, with what was answered about them."""
    return fates(
        left_out("COCO has no place for it"),
        label=kept("an image"),
        bounding_box=kept("bbox"),
        polygon=kept("segmentation"),
        hole=_HOLES[choices.holes],
        mask=_MASKS[choices.masks],
        track=changed("a key track_id, which COCO does not know"),
        object_question=changed("a key attributes, which COCO does not know"),
    )


def _annotation(
    picture: Picture, shape: Shape, where: dict[str, Any], tracks: dict[tuple[str, str | None], int]
) -> dict[str, Any]:
    one = shape.object
    found = {"category_id": shape.category.number + 1, **where, "labelbox_id": one.feature_id}
    if picture.video is not None:
        found["track_id"] = tracks.setdefault((picture.video, one.feature_id), len(tracks) + 1)
    if one.answers:
        found["attributes"] = flat_answers(one.answers)
    return found


def write(export: Export) -> Iterator[bytes | FileChunk | FileCopy]:
    """One file, or one for each split with the pictures beside them."""
    reader = Reader(export)
    is_folder = EXPORTER.is_folder(export.out)
    categories = [{"id": one.number + 1, "name": one.name, "supercategory": ""} for one in reader.classes.categories]
    files: dict[str, CocoFile] = {}
    tracks: dict[str, dict[tuple[str, str | None], int]] = {}
    for picture in pictures(reader, masks="outlines" if export.choices.masks == "polygon" else "bitmaps"):
        split = picture.split or "all"
        path = f"annotations/instances_{split}.json" if is_folder else ""
        file = files.get(split) or files.setdefault(split, CocoFile(path, categories))
        if is_folder and picture.asset is not None and export.choices.images != "none":
            yield FileCopy(f"images/{split}/{picture.file_name}", picture.asset)
        chunk = file.image(picture)
        yield FileChunk(path, chunk) if is_folder else chunk
        for shape in picture.shapes:
            where = _where(reader, picture, shape)
            if isinstance(where, str):
                reader.leave_out(shape.object, where)
            else:
                file.annotation(_annotation(picture, shape, where, tracks.setdefault(split, {})))
                reader.wrote(shape.object)
    for file in files.values():
        for chunk in file.rest():
            yield FileChunk(file.path, chunk) if is_folder else chunk


def _where(reader: Reader, picture: Picture, shape: Shape) -> dict[str, Any] | str:
    """The bounds, the area and the segmentation of a shape; or why it has none."""
    export, holes = reader.export, reader.export.choices.holes
    if shape.object.kind == "mask" and not shape.parts:
        bitmap = mask_of(export, shape.object, (picture.width, picture.height))
        if isinstance(bitmap, str):
            return bitmap
        return _members(export, bounds_of_bitmap(bitmap), int(bitmap.sum()), run_lengths(bitmap))
    if not shape.parts:
        return _members(export, shape.box, shape.box.width * shape.box.height, [])
    if holes == "rle" and shape.object.holes:
        if picture.width * picture.height > MAX_PIXELS:
            return f"its picture has more than {figure(MAX_PIXELS)} pixels"
        bitmap = drawn(shape.parts, picture.width, picture.height)
        return _members(export, shape.box, int(bitmap.sum()), run_lengths(bitmap))
    fills = holes == "fill" and shape.object.kind == "polygon"
    rings = [part.outline if fills else seamed(part) for part in shape.parts]
    area = sum((part._replace(holes=()) if fills else part).area for part in shape.parts)
    return _members(
        export, shape.box, area, [[export.rounded(value) for point in ring for value in point] for ring in rings]
    )


def _members(export: Export, box: Box, area: float, segmentation: Any) -> dict[str, Any]:
    return {
        "bbox": [export.rounded(value) for value in box],
        "area": export.rounded(area),
        "segmentation": segmentation,
        "iscrowd": 0,
    }


EXPORTER = Exporter(
    "coco",
    ".json",
    "COCO instances: one JSON (OUT ends in .json), or a folder with splits and pictures",
    write,
    what_becomes,
    unit="objects",
    takes=(*OF_PICTURES, "holes", "masks"),
    defaults={"split": "none"},
    folder_takes=SPLITTING,
    folder_defaults={"split": "hash"},
)
