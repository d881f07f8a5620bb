"""What a record of v1 is: an element, or a line of a frames file."""

from typing import Any

from labelstore.formats.frame_by_frame import FrameList, taken_out
from labelstore.formats.record_kinds import Json, RecordKind, Source, decoder_of
from labelstore.formats.v1.record import Element, Frame
from labelstore.formats.v1.shred import label_id_of, project_id_of, shred_frame, shred_label, time_text
from labelstore.schema.tables import Rows

_KEYS = frozenset(("ID", "Label", "Labeled Data", "DataRow ID", "View Label", "External ID"))
"""An element has one of them."""


def _is_numbered(value: Json) -> bool:
    number = value.get("frameNumber")
    return isinstance(number, int) and not isinstance(number, bool)


def _is_frame(value: Json, among_frames: bool) -> bool:
    if among_frames:
        return _is_numbered(value)
    return _is_numbered(value) and not _KEYS & value.keys() and not isinstance(value.get("data_row"), dict)


def _is_element(value: Json, among_frames: bool) -> bool:
    return bool(_KEYS & value.keys()) and not isinstance(value.get("data_row"), dict)


def _label_ids(element: Element) -> list[str]:
    return [label_id_of(element)]


def _project_ids(element: Element) -> list[str]:
    project_id = project_id_of(element)
    return [] if project_id is None else [project_id]


def _label_times(element: Element) -> dict[str, str]:
    updated_at = time_text(element.updated_at)
    return {} if updated_at is None else {label_id_of(element): updated_at}


def _shred_element(element: Element, record_id: int, rows: Rows, source: Source, _: str) -> None:
    shred_label(element, record_id, rows, source)


def _shred_frame(frame: Frame, record_id: int, rows: Rows, source: Source, label_id: str) -> None:
    shred_frame(frame, label_id, record_id, rows, source)


def _is_nameless(element: Any) -> bool:
    return element.label_id is None


def _frame_by_frame(raw: bytes) -> Element | None:
    try:
        text, texts = taken_out(raw, ("Label",))
        if not texts:
            return None
        element: Element = decoder_of(Element).decode(text)
        element.label = FrameList.of(texts["Label",], Frame)
    except (ValueError, RecursionError):
        return None
    return element


RECORDS = (
    RecordKind(
        "frames",
        Frame,
        is_one=_is_frame,
        is_nameless=lambda _: False,
        identity=lambda frame: str(frame.frame_number),
        shred=_shred_frame,
    ),
    RecordKind(
        "v1",
        Element,
        is_one=_is_element,
        is_nameless=_is_nameless,
        identity=label_id_of,
        shred=_shred_element,
        label_ids=_label_ids,
        project_ids=_project_ids,
        label_times=_label_times,
        frame_by_frame=_frame_by_frame,
    ),
)
