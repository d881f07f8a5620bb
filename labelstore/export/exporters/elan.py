"""ELAN (EAF 3.0): an XML file for each recording, a tier for each question, in milliseconds.

Annotations of a tier do not overlap: where a question has several answers at a time, they go to further tiers.
"""

from collections.abc import Mapping
from itertools import count
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from labelstore.export.choices import WHICH_LABELS, Choices
from labelstore.export.constructs import Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.recordings import Recording, Recordings
from labelstore.export.xml_text import xml_text

_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
_TYPE = "default-lt"


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """What was answered in spans of time."""
    return fates(left_out("no span of time"), label=kept("a file"), frame_question=kept("an annotation"))


def write(export: Export) -> FileChunks:
    """The file of each recording."""
    for recording in Recordings(Reader(export)):
        root = _document(recording)
        indent(root)
        yield FileChunk(f"{recording.stem}.eaf", tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _document(recording: Recording) -> Element:
    date = recording.label.updated_at or recording.label.created_at or "1970-01-01T00:00:00Z"
    members = {"AUTHOR": "", "DATE": date, "FORMAT": "3.0", "VERSION": "3.0"}
    root = Element("ANNOTATION_DOCUMENT", {key: xml_text(value) for key, value in members.items()})
    root.set(_SCHEMA, "http://www.mpi.nl/tools/elan/EAFv3.0.xsd")
    SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    times = sorted({time for span in recording.spans for time in span[:2]})
    slots = {time: f"ts{number}" for number, time in enumerate(times, 1)}
    order = SubElement(root, "TIME_ORDER")
    for time, slot in slots.items():
        SubElement(order, "TIME_SLOT", TIME_SLOT_ID=slot, TIME_VALUE=str(time))
    number = count(1)
    for name, spans in recording.tiers.items():
        tier = SubElement(root, "TIER", LINGUISTIC_TYPE_REF=_TYPE, TIER_ID=xml_text(name))
        for span in spans:
            one = SubElement(
                SubElement(tier, "ANNOTATION"),
                "ALIGNABLE_ANNOTATION",
                ANNOTATION_ID=f"a{next(number)}",
                TIME_SLOT_REF1=slots[span.start],
                TIME_SLOT_REF2=slots[span.end],
            )
            SubElement(one, "ANNOTATION_VALUE").text = xml_text(span.answer)
    SubElement(root, "LINGUISTIC_TYPE", GRAPHIC_REFERENCES="false", LINGUISTIC_TYPE_ID=_TYPE, TIME_ALIGNABLE="true")
    return root


EXPORTER = Exporter(
    "elan",
    "",
    "a folder with an EAF file of ELAN for each recording: a tier for each question",
    write,
    what_becomes,
    unit="spans",
    takes=(*WHICH_LABELS, "empty", "name"),
)
