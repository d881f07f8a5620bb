"""The XML of CVAT that its formats of images and of videos have in common."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from labelstore.export.annotations import Answer
from labelstore.export.answers import flat_answers
from labelstore.export.exporter import Export
from labelstore.export.pictures import Shape
from labelstore.export.shapes import Ring, seamed
from labelstore.export.xml_text import xml_text

TAGS: Final = {"bounding_box": "box", "polygon": "polygon", "polyline": "polyline", "point": "points"}
"""Kind of object → the element that it becomes."""
Attributes = dict[str, str]


def attributes_of(answers: Iterable[Answer]) -> Attributes:
    """Question → what was answered, as text."""
    return {question: _text(answer) for question, answer in flat_answers(answers).items()}


def attribute_lines(attributes: Attributes) -> str:
    """The attributes of a shape or tag."""
    return "".join(
        f"      <attribute name={quoted(name)}>{content(value)}</attribute>\n" for name, value in attributes.items()
    )


def places(export: Export, shape: Shape) -> Iterator[str]:
    """Where the parts of a shape are, as attributes of its elements."""
    if shape.object.kind == "bounding_box":
        left, top, width, height = shape.box
        corners = {"xtl": left, "ytl": top, "xbr": left + width, "ybr": top + height}
        yield " ".join(f'{name}="{export.rounded(value)}"' for name, value in corners.items())
        return
    rings: Iterable[Ring] = shape.lines or [
        part.outline if export.choices.holes == "fill" else seamed(part) for part in shape.parts
    ]
    for ring in rings:
        points = ";".join(f"{export.rounded(x)},{export.rounded(y)}" for x, y in ring)
        yield f'points="{points}"'


def label_lines(name: str, questions: Iterable[str]) -> str:
    """A class with the questions about its objects, which are attributes of text."""
    attributes = "".join(
        f"            <attribute>\n              <name>{content(question)}</name>\n"
        "              <mutable>True</mutable>\n              <input_type>text</input_type>\n"
        "              <default_value></default_value>\n              <values></values>\n"
        "            </attribute>\n"
        for question in questions
    )
    return (
        f"        <label>\n          <name>{content(name)}</name>\n          <attributes>\n{attributes}"
        "          </attributes>\n        </label>\n"
    )


def content(text: str) -> str:
    """Text as the content of an element."""
    return escape(xml_text(text))


def quoted(text: str) -> str:
    """Text as the value of an attribute, with its quotes."""
    return quoteattr(xml_text(text))


def _text(answer: Any) -> str:
    return ", ".join(str(one) for one in answer) if isinstance(answer, list) else str(answer or "")
