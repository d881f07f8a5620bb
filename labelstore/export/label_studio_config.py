"""The labeling configuration of a Label Studio project: what can be drawn and asked, as the tasks beside it use it."""

import re
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

from labelstore.export.xml_text import xml_text

TAGS: Final = {
    "bounding_box": "RectangleLabels",
    "polygon": "PolygonLabels",
    "polyline": "VectorLabels",
    "point": "KeyPointLabels",
    "mask": "BrushLabels",
    "text_entity": "Labels",
}
"""Kind of object → the control that draws it."""
OBJECTS: Final = {
    "image": ("Image", {"value": "$image", "zoom": "true"}),
    "text": ("Text", {"value": "$text"}),
    "text_urls": ("Text", {"value": "$text", "valueType": "url"}),
    "video": ("Video", {"value": "$video", "frameRate": "$fps"}),
    "audio": ("Audio", {"value": "$audio"}),
}
"""What a project shows → the tag that shows it. The folder of a project is called so."""

DRAWS: Final = {
    "image": frozenset(TAGS) - {"text_entity"},
    "text": frozenset({"text_entity"}),
    "text_urls": frozenset({"text_entity"}),
    "video": frozenset({"bounding_box"}),
    "audio": frozenset[str](),
}
"""What a project shows → the kinds of objects that are drawn on it."""


@dataclass
class Asked:
    """A control for a question."""

    name: str
    question: str
    is_free: bool
    of_regions: bool
    takes_many: bool = False
    options: set[str] = field(default_factory=set)


@dataclass
class Config:
    """The configuration of one project, which grows with the tasks."""

    shows: str
    classes: dict[str, set[str]] = field(default_factory=dict)
    """Kind of object → the names of its classes."""
    relations: set[str] = field(default_factory=set)
    _asked: dict[tuple[str, bool, bool], Asked] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    @property
    def to_name(self) -> str:
        """The name of what is shown."""
        return OBJECTS[self.shows][0].lower()

    def asked(self, question: str, *, is_free: bool, of_regions: bool) -> Asked:
        """The control for a question about regions, or about the whole task."""
        key = question, is_free, of_regions
        if key not in self._asked:
            self._asked[key] = Asked(self._name(question), question, is_free, of_regions)
        return self._asked[key]

    def _name(self, question: str) -> str:
        """A name of word characters that nothing else has."""
        taken = {*self._names, *TAGS, "labels", self.to_name}
        name = stem = re.sub(r"\W+", "_", question).strip("_") or "question"
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        self._names.add(name)
        return name

    def xml(self) -> bytes:
        """The configuration; classes and options in the order of their names."""
        view = ElementTree.Element("View")
        tag, attributes = OBJECTS[self.shows]
        ElementTree.SubElement(view, tag, {"name": self.to_name} | attributes)
        for kind, names in sorted(self.classes.items()):
            if self.shows == "video":
                ElementTree.SubElement(view, "VideoRectangle", {"name": kind, "toName": self.to_name})
            name = "labels" if self.shows == "video" else kind
            _choices(view, "Labels" if self.shows == "video" else TAGS[kind], "Label", names, name, self.to_name)
        for one in sorted(self._asked.values(), key=lambda one: (one.of_regions, one.name)):
            ElementTree.SubElement(view, "Header", {"value": xml_text(one.question)})
            about = {"perRegion": "true"} if one.of_regions else {}
            if one.is_free:
                ElementTree.SubElement(view, "TextArea", {"name": one.name, "toName": self.to_name} | about)
            else:
                about["choice"] = "multiple" if one.takes_many else "single"
                _choices(view, "Choices", "Choice", one.options, one.name, self.to_name, **about)
        if self.relations:
            _choices(view, "Relations", "Relation", self.relations)
        ElementTree.indent(view)
        return f"{ElementTree.tostring(view, encoding='unicode')}\n".encode()


def _choices(
    view: ElementTree.Element,
    tag: str,
    each: str,
    values: set[str],
    name: str | None = None,
    to_name: str = "",
    **attributes: str,
) -> None:
    named = {} if name is None else {"name": name, "toName": to_name}
    control = ElementTree.SubElement(view, tag, named | attributes)
    for value in sorted(values):
        ElementTree.SubElement(control, each, {"value": value})
