"""Pascal VOC: an XML file for each picture, and lists of the pictures of each split.

Boxes are whole pixels as the VOC devkit counts them: the first is 1, and `xmax` and `ymax` are the last ones inside. So
a box over a whole picture is 1, 1, width, height. Detectron and supervision read it so; labelformat and Datumaro take
the numbers as they are and see the left and upper edge one pixel further right and down.
"""

from collections.abc import Iterator, Mapping
from math import ceil, floor
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from labelstore.export.choices import OF_PICTURES, SPLITTING, Choices
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks, FileCopy
from labelstore.export.pictures import Picture, Shape, box_inside, pictures
from labelstore.export.shapes import Box
from labelstore.export.xml_text import xml_text


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """Boxes, and nothing else."""
    return fates(
        left_out("VOC has no place for it"),
        label=kept("an XML file"),
        bounding_box=kept("bndbox"),
        polygon=changed("its bounding box"),
        mask=changed("its bounding box"),
    )


def write(export: Export) -> FileChunks:
    """The file and the list entry of each picture."""
    reader = Reader(export)
    for picture in pictures(reader):
        if picture.asset is not None and export.choices.images != "none":
            yield FileCopy(f"JPEGImages/{picture.file_name}", picture.asset)
        root = _annotation(picture)
        root.extend(found for shape in picture.shapes for found in _objects(reader, picture, shape))
        indent(root)
        yield FileChunk(f"Annotations/{picture.stem}.xml", tostring(root, encoding="utf-8") + b"\n")
        yield FileChunk(f"ImageSets/Main/{picture.split or 'all'}.txt", f"{picture.stem}\n".encode())


def _annotation(picture: Picture) -> Element:
    root = Element("annotation")
    _add(root, "folder", "JPEGImages")
    _add(root, "filename", picture.file_name)
    _add(SubElement(root, "source"), "database", "Labelbox")
    size = SubElement(root, "size")
    for name, value in (("width", picture.width), ("height", picture.height), ("depth", 3)):
        _add(size, name, value)
    _add(root, "segmented", 0)
    return root


def _objects(reader: Reader, picture: Picture, shape: Shape) -> Iterator[Element]:
    """The object of a shape, if something of it is inside of the picture."""
    box = box_inside(reader, picture, shape)
    if box is None:
        return
    left, top, right, bottom = floor(box.left), floor(box.top), ceil(box.left + box.width), ceil(box.top + box.height)
    if shape.object.kind == "bounding_box" and box != Box(left, top, right - left, bottom - top):
        reader.export.account.change(shape.object.kind, "widened to whole pixels", example_of(shape.object))
    found = Element("object")
    _add(found, "name", shape.category.name)
    _add(found, "pose", "Unspecified")
    for name in ("truncated", "occluded", "difficult"):
        _add(found, name, 0)
    bounds = SubElement(found, "bndbox")
    for name, value in (("xmin", left + 1), ("ymin", top + 1), ("xmax", right), ("ymax", bottom)):
        _add(bounds, name, value)
    reader.wrote(shape.object)
    yield found


def _add(parent: Element, name: str, value: object) -> None:
    SubElement(parent, name).text = xml_text(str(value))


EXPORTER = Exporter(
    "voc",
    "",
    "a folder in the form of Pascal VOC: boxes in an XML file for each picture, lists of the splits",
    write,
    what_becomes,
    unit="objects",
    takes=(*(name for name in OF_PICTURES if name != "digits"), *SPLITTING),
)
