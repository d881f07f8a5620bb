"""Ultralytics YOLO: a text file for each picture, a line for each object, and data.yaml.

Boxes are centre x, centre y, width and height, outlines and the corners of turned boxes are x y x y …, as shares of the
picture. A picture without objects has an empty file, which makes it background.
"""

import json
from collections.abc import Iterator, Mapping

from labelstore.export.choices import OF_PICTURES, SPLITTING, Choices
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks, FileCopy
from labelstore.export.pictures import CLIPPED, OUTSIDE, Picture, Shape, box_inside, boxes_as, pictures
from labelstore.export.shapes import Point, bounds_of, clipped, seamed, smallest_rectangle

_NO_PLACE = left_out("YOLO has no place for it")


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """Boxes, outlines or turned boxes, and nothing else."""
    if choices.task == "detect":
        return fates(
            _NO_PLACE,
            label=kept("a text file"),
            bounding_box=kept("a box"),
            polygon=changed("its bounding box"),
            mask=changed("its bounding box"),
        )
    if choices.task == "obb":
        return fates(
            _NO_PLACE,
            label=kept("a text file"),
            bounding_box=kept("a box that is not turned"),
            polygon=changed("the smallest turned box around it"),
            mask=changed("the smallest turned box around it"),
        )
    return fates(
        _NO_PLACE,
        label=kept("a text file"),
        bounding_box=boxes_as("its four corners", choices),
        polygon=kept("an outline"),
        hole=changed("filled") if choices.holes == "fill" else changed("cut open along a seam"),
        mask=changed("an outline along the edges of its pixels"),
    )


def write(export: Export) -> FileChunks:
    """The files of all pictures, then data.yaml."""
    reader = Reader(export)
    splits = set()
    for picture in pictures(reader):
        splits.add(picture.split)
        folder = picture.split or "all"
        if picture.asset is not None and export.choices.images != "none":
            yield FileCopy(f"images/{folder}/{picture.file_name}", picture.asset)
        lines = [line for shape in picture.shapes for line in _lines(reader, picture, shape)]
        yield FileChunk(f"labels/{folder}/{picture.stem}.txt", "".join(lines).encode())
    where = {
        name: f"images/{name if name in splits else 'all' if None in splits else 'train'}" for name in ("train", "val")
    }
    where |= {"test": "images/test"} if "test" in splits else {}
    names = "".join(f"  {one.number}: {_quoted(one.name)}\n" for one in reader.classes.categories)
    places = "".join(f"{name}: {place}\n" for name, place in where.items())
    yield FileChunk("data.yaml", f"{places}names:\n{names}".encode())


def _quoted(text: str) -> str:
    """Text in YAML, which wants characters that do not print to be escaped."""
    text = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)


def _lines(reader: Reader, picture: Picture, shape: Shape) -> Iterator[str]:
    """The lines of a shape: one for each part of an outline that is inside of the picture."""
    export = reader.export
    for some in _POINTS[export.choices.task](reader, picture, shape):
        shares = (
            export.rounded(value / size)
            for point in some
            for value, size in zip(point, (picture.width, picture.height), strict=True)
        )
        yield f"{shape.category.number} {' '.join(map(str, shares))}\n"


def _box(reader: Reader, picture: Picture, shape: Shape) -> Iterator[list[Point]]:
    """The centre and the size of a box."""
    box = box_inside(reader, picture, shape)
    if box is not None:
        reader.wrote(shape.object)
        yield [(box.left + box.width / 2, box.top + box.height / 2), (box.width, box.height)]


def _outlines(reader: Reader, picture: Picture, shape: Shape) -> Iterator[list[Point]]:
    one, account = shape.object, reader.export.account
    fills = reader.export.choices.holes == "fill" and one.kind == "polygon"
    rings = [part.outline if fills else seamed(part) for part in shape.parts] or [shape.box.ring]
    inside = [clipped(ring, picture.width, picture.height) for ring in rings]
    found = [ring for ring in inside if (box := bounds_of([ring])) and box.width and box.height]
    if not found:
        reader.leave_out(one, OUTSIDE)
        return
    if inside != rings:
        account.change(one.kind, CLIPPED, example_of(one))
    if len(shape.parts) > 1:
        account.change(one.kind, "its parts are several objects", example_of(one))
    reader.wrote(one)
    yield from found


def _turned_box(reader: Reader, picture: Picture, shape: Shape) -> Iterator[list[Point]]:
    """The corners of the smallest rectangle around what of a shape is inside of the picture."""
    rings = [part.outline for part in shape.parts] or [shape.box.ring]
    inside = [clipped(ring, picture.width, picture.height) for ring in rings]
    corners = smallest_rectangle([point for ring in inside for point in ring])
    if not corners:
        reader.leave_out(shape.object, OUTSIDE)
        return
    if inside != rings:
        reader.export.account.change(shape.object.kind, CLIPPED, example_of(shape.object))
    reader.wrote(shape.object)
    yield corners


_POINTS = {"detect": _box, "segment": _outlines, "obb": _turned_box}

EXPORTER = Exporter(
    "yolo",
    "",
    "a folder for Ultralytics YOLO: boxes (detect, obb) or outlines (segment), data.yaml, splits",
    write,
    what_becomes,
    unit="objects",
    takes=(*OF_PICTURES, *SPLITTING, "task", "boxes", "holes"),
    columns={"yolo": {}, "yolo --task segment": {"task": "segment"}, "yolo --task obb": {"task": "obb"}},
)
