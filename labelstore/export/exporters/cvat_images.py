"""CVAT for images 1.1: annotations.xml, with an element for each picture, and the pictures beside it.

Questions about an object are attributes of text, those about a label or frame are tags named by the question, with its
answers as attributes. A shape has one outline, so the parts of a polygon are several shapes.
"""

from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile

from labelstore.export.annotations import Annotations, Answer
from labelstore.export.bitmaps import bounds_of_bitmap, mask_of, runs_of
from labelstore.export.choices import OF_PICTURES, SPLITTING, Choices
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.cvat import TAGS, attribute_lines, attributes_of, label_lines, places, quoted
from labelstore.export.data_rows import Reader, asked, example_of, questions
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks, FileCopy
from labelstore.export.pictures import Picture, Shape, pictures

_CHUNK = 1 << 20


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """Boxes, outlines, lines, points and masks, with what was answered about them and about the picture."""
    tag = changed("a tag with attributes of text")
    return fates(
        left_out("CVAT for images has no place for it"),
        label=kept("an image"),
        object_question=changed("flat attributes of text"),
        label_question=tag,
        frame_question=tag,
        hole=changed("filled" if choices.holes == "fill" else "cut open along a seam"),
        mask=kept("mask"),
        **{kind: kept(name) for kind, name in TAGS.items()},
    )


def write(export: Export) -> FileChunks:
    """The pictures, then the file: its head has all classes and questions, so the images wait in a temporary file."""
    reader = Reader(export)
    labels: dict[str, dict[str, None]] = {one.name: {} for one in reader.classes.categories}
    with TemporaryFile() as images:
        for number, picture in enumerate(pictures(reader, masks="bitmaps")):
            if picture.asset is not None and export.choices.images != "none":
                yield FileCopy(f"images/{picture.file_name}", picture.asset)
            images.write("".join(_image(reader, picture, number, labels)).encode())
        yield FileChunk("annotations.xml", "".join(_head(labels)).encode())
        images.seek(0)
        while chunk := images.read(_CHUNK):
            yield FileChunk("annotations.xml", chunk)
    yield FileChunk("annotations.xml", b"</annotations>\n")


def _image(reader: Reader, picture: Picture, number: int, labels: dict[str, dict[str, None]]) -> Iterator[str]:
    split = "" if picture.split is None else f' subset="{picture.split}"'
    size = f'width="{picture.width}" height="{picture.height}"'
    yield f'  <image id="{number}" name={quoted(picture.file_name)}{split} {size}>\n'
    for shape in picture.shapes:
        yield from _shape(reader, picture, shape, labels)
    for construct, answers in asked(Annotations(picture.label, picture.frame_number, answers=picture.answers)).items():
        reader.export.account.wrote(construct, picture.label.label_id, questions(answers))
    for name, answers in _tags(picture.answers).items():
        attributes = attributes_of(answers)
        labels.setdefault(name, {}).update(dict.fromkeys(attributes))
        yield f'    <tag label={quoted(name)} source="manual">\n{attribute_lines(attributes)}    </tag>\n'
    yield "  </image>\n"


def _shape(reader: Reader, picture: Picture, shape: Shape, labels: dict[str, dict[str, None]]) -> Iterator[str]:
    """The elements of a shape, with its answers in each."""
    one, name = shape.object, shape.category.name
    where = _mask(reader, picture, shape) if one.kind == "mask" else list(places(reader.export, shape))
    if isinstance(where, str):
        reader.leave_out(one, where)
        return
    if len(where) > 1:
        reader.export.account.change(one.kind, "its parts are several shapes", example_of(one))
    attributes = attributes_of(one.answers)
    labels.setdefault(name, {}).update(dict.fromkeys(attributes))
    tag, inner = TAGS.get(one.kind, "mask"), attribute_lines(attributes)
    for place in where:
        opening = f'    <{tag} label={quoted(name)} source="manual" occluded="0" {place} z_order="0"'
        yield f"{opening}>\n{inner}    </{tag}>\n" if inner else f"{opening}/>\n"
    reader.wrote(one)


def _mask(reader: Reader, picture: Picture, shape: Shape) -> list[str] | str:
    """The runs of a mask inside of its bounds, row by row, the first of what is not covered; or why it has none."""
    bitmap = mask_of(reader.export, shape.object, (picture.width, picture.height))
    if isinstance(bitmap, str):
        return bitmap
    left, top, width, height = map(int, bounds_of_bitmap(bitmap))
    runs = ", ".join(map(str, runs_of(bitmap[top : top + height, left : left + width])))
    return [f'rle="{runs}" left="{left}" top="{top}" width="{width}" height="{height}"']


def _tags(answers: list[Answer]) -> dict[str, list[Answer]]:
    """The answers by the questions that were asked first; those that an answer led to are with it."""
    found: dict[str, list[Answer]] = {}
    first: dict[int | None, str] = {}
    for one in answers:
        name = first.get(one.parent_answer_id) or one.question or "unnamed"
        found.setdefault(name, []).append(one)
        if one.answer_id is not None:
            first[one.answer_id] = name
    return found


def _head(labels: Mapping[str, Mapping[str, None]]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n'
    yield "      <name>Labelbox</name>\n      <mode>annotation</mode>\n      <overlap>0</overlap>\n"
    yield "      <labels>\n"
    for name, asked_of_it in labels.items():
        yield label_lines(name, asked_of_it)
    yield "      </labels>\n    </task>\n  </meta>\n"


EXPORTER = Exporter(
    "cvat-images",
    "",
    "a folder with annotations.xml of CVAT for images 1.1 and the pictures: shapes, attributes, tags",
    write,
    what_becomes,
    unit="objects",
    takes=(*OF_PICTURES, *SPLITTING, "holes"),
    defaults={"split": "none"},
)
