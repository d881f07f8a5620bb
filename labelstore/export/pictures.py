"""Images, and frames of videos, with the shapes on them: what formats of computer vision are made of."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from labelstore.export.annotations import Annotations, Answer, Label, Object
from labelstore.export.bitmaps import bounds_of_bitmap, mask_of
from labelstore.export.choices import Choices, option_of
from labelstore.export.classes import Category
from labelstore.export.constructs import HOLE, LABEL, Fate, changed, left_out
from labelstore.export.data_rows import DataRow, Reader, asked, example_of, questions
from labelstore.export.image_sizes import asset_of, size_of, size_of_video
from labelstore.export.outlines import outlines_of
from labelstore.export.shapes import Box, Part, Ring, bounds_of, box_of, clipped_box, parts_of, points_of
from labelstore.export.tracks import IN_TIME
from labelstore.figures import figure

PICTURES: Final = ("image", "video", "dicom", "unknown", "geospatial")
"""Types of assets that have pixels."""
_AREAS: Final = ("bounding_box", "polygon")
CLIPPED: Final = "cut off at the edge of the picture"
OUTSIDE: Final = "outside of the picture"
Masks = Literal["outlines", "bitmaps"]


def boxes_as(becomes: str, choices: Choices) -> Fate:
    """What becomes of boxes where a format wants outlines."""
    if choices.boxes == "polygon":
        return changed(becomes)
    return left_out(f"an outline is wanted; {option_of('boxes')} polygon writes {becomes}")


@dataclass
class Shape:
    """An object on a picture: its bounds, and its outline (`parts`) or its points (`lines`)."""

    object: Object
    category: Category
    box: Box
    parts: list[Part] = field(default_factory=list)
    lines: list[Ring] = field(default_factory=list)


@dataclass
class Picture:
    """An image or one frame of a video. `stem` and `suffix` are the name of its file; sizes are in pixels."""

    labels: list[Label]
    stem: str
    suffix: str
    width: int
    height: int
    split: str | None
    shapes: list[Shape]
    answers: list[Answer]
    asset: Path | None = None
    """Its file, where it is at hand."""
    video: str | None = None
    """The stem of the video that it is a frame of, with its group of frames."""
    frame_number: int | None = None
    group_name: str | None = None

    @property
    def label(self) -> Label:
        """The first of its labels."""
        return self.labels[0]

    @property
    def file_name(self) -> str:
        """The name of its file."""
        return self.stem + self.suffix


def pictures(
    reader: Reader,
    *,
    masks: Masks = "outlines",
    largest: int | None = None,
    types: Collection[str] = PICTURES,
) -> Iterator[Picture]:
    """The pictures of the chosen data rows of some types, those with more than `largest` pixels left out.

    Objects that are masks come with the outlines of their pixels, or without any for those who want bitmaps. Where no
    images are wanted but videos, their width and height are 0 if the export does not tell them.
    """
    export = reader.export
    for row in reader.data_rows(interpolated=True):
        label = row.labels[0]
        if label.asset_type not in types:
            what = "video" if types is IN_TIME else "picture"
            reader.leave_out_row(row, f"{label.asset_type.replace('_', ' ')}: no {what}")
            continue
        asset = asset_of(export, label)
        size = size_of_video(label) if types is IN_TIME else size_of(export, label, asset)
        if size is None:
            reader.leave_out_row(row, "nothing tells the size of its picture")
            continue
        if largest is not None and size[0] * size[1] > largest:
            reader.leave_out_row(row, f"its picture has more than {figure(largest)} pixels")
            continue
        found = _frames(reader, row, types) if label.asset_type in IN_TIME else row.parts
        names = reader.selection.names
        stem, suffix = names.of(label)
        written = False
        for part in found:
            picture = Picture(
                row.labels,
                stem,
                (asset.suffix if asset is not None else "") or suffix or ".jpg",
                *size,
                reader.selection.splits.of(row.node),
                [
                    shape
                    for one in part.objects
                    if (shape := shape_of(reader, one, size if masks == "outlines" else None)) is not None
                ],
                part.answers,
                asset,
            )
            if part.frame_number is not None:
                picture.asset = None
                picture.frame_number, picture.group_name = part.frame_number, part.group_name
                picture.video = names.of_video(stem, part.group_name)
                picture.stem, picture.suffix = names.of_frame(picture.video, part.frame_number), ".jpg"
            elif not picture.shapes and export.choices.empty == "drop":
                for construct, answers in asked(part).items():
                    if export.account.holds(construct):
                        export.account.deselect(
                            construct, "questions about labels without an object", questions(answers)
                        )
                continue
            written = True
            yield picture
        for one in row.labels:
            if written:
                export.account.wrote(LABEL, one.label_id)
            else:
                export.account.deselect(LABEL, "labels without an object")


def box_inside(reader: Reader, picture: Picture, shape: Shape) -> Box | None:
    """The bounds of a shape as far as they are inside of its picture; a shape that is outside is left out."""
    box = clipped_box(shape.box, picture.width, picture.height)
    if not (box.width and box.height):
        reader.leave_out(shape.object, OUTSIDE)
        return None
    if box != shape.box:
        reader.export.account.change(shape.object.kind, CLIPPED, example_of(shape.object))
    return box


def _frames(reader: Reader, row: DataRow, types: Collection[str]) -> Iterator[Annotations]:
    """The frames of a video; what stands outside of frames has no picture. Formats of videos count frames."""
    for part in row.parts:
        if part.frame_number is None:
            reader.leave_out_part(part, "in a video, but in no frame")
        elif types is IN_TIME and part.frame_number < 1:
            reader.leave_out_part(part, "before the first frame, which is 1")
        else:
            yield part


def shape_of(reader: Reader, one: Object, size: tuple[int, int] | None = None) -> Shape | None:
    """The object as a shape in pixels; what has none is left out.

    With the `size` of its picture a mask has the outlines of its pixels, else it has a shape without bounds.
    """
    category = reader.category(one)
    if one.form == "geo" or (one.kind == "bounding_box" and one.coordinates is not None):
        reader.leave_out(one, "in degrees, not in pixels")
        return None
    if one.kind == "mask":
        return Shape(one, category, Box(0, 0, 0, 0)) if size is None else _outlined(reader, one, category, size)
    shape = None
    if one.kind == "bounding_box":
        shape = None if (box := box_of(one)) is None else Shape(one, category, box)
    elif one.kind == "polygon":
        parts = parts_of(one)
        one.holes = sum(len(part.holes) for part in parts)
        if one.holes and not one.interpolated:
            reader.export.account.select(HOLE, example_of(one), one.holes)
        box = bounds_of([part.outline for part in parts])
        shape = None if box is None else Shape(one, category, box, parts)
    else:
        lines = points_of(one)
        box = bounds_of(lines)
        shape = None if box is None else Shape(one, category, box, lines=lines)
    if shape is None:
        reader.leave_out(one, "without a geometry that can be read")
    elif one.kind in _AREAS and not (shape.box.width and shape.box.height):
        reader.leave_out(one, "without an area")
        return None
    return shape


def _outlined(reader: Reader, one: Object, category: Category, size: tuple[int, int]) -> Shape | None:
    """A mask with the outlines of its pixels; one whose picture is not at hand is left out."""
    bitmap = mask_of(reader.export, one, size)
    parts = bitmap if isinstance(bitmap, str) else outlines_of(bitmap)
    if isinstance(bitmap, str) or isinstance(parts, str):
        reader.leave_out(one, str(parts))
        return None
    return Shape(one, category, bounds_of_bitmap(bitmap), parts)
