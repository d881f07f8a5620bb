"""Records of v1 → rows: pure functions of a record and its id."""

import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any
from urllib.parse import unquote

from msgspec import UNSET

from labelstore.formats import asset_types
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.declaring import nulls_of
from labelstore.formats.kinds import OBJECT_KINDS
from labelstore.formats.lenient_decoding import Extra, Odd, extra_json, given, to_json
from labelstore.formats.naming import asset, text_digest, unnamed
from labelstore.formats.row_functions import columns_of, row_maker
from labelstore.formats.v1.annotations import AnnotationShredder
from labelstore.formats.v1.legacy import is_legacy, shred_legacy, shred_masks
from labelstore.formats.v1.record import (
    AboutDataRow,
    Annotations,
    Element,
    Frame,
    MediaAttributes,
    MetadataField,
    Review,
    WorkflowEvent,
)
from labelstore.schema.tables import Rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PROJECT = re.compile(r"[?&]project=([^&#]+)")
_nulls = nulls_of(Element)
_columns_of_annotations = columns_of(Annotations)
_NO_ANNOTATIONS = dict.fromkeys(DECLARATIONS[Annotations].claimed())
_frame_record = row_maker(
    "records",
    "node_id record_id end_id load_id position byte_offset generation identity content_hash url_hash",
)


def label_id_of(element: Element) -> str:
    """The label's id; for an element without one, a digest of its content."""
    if element.label_id is not None:
        return element.label_id
    assert element.extra is not None
    assert element.extra.digest is not None
    return unnamed(element.extra.digest)


def shred_label(element: Element, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one array element; `source` is (load_id, position, byte_offset, content_hash, url_hash)."""
    shredder = _LabelShredder(rows, record_id, label_id_of(element))
    shredder.shred(element, source)
    rows.unread += shredder.unread


def shred_frame(frame: Frame, label_id: str, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one line of a frames file, as a frame of the label `label_id`."""
    shredder = _LabelShredder(rows, record_id, label_id)
    shredder.frame(frame, 0, False, shredder.first)
    shredder.check()
    rows.unread += shredder.unread
    load_id, position, byte_offset, content_hash, url_hash = source
    place = (shredder.first, record_id, shredder.node, load_id, position, byte_offset)
    identity = f"{label_id}/{frame.frame_number}"
    rows["records"].append(_frame_record(*place, "frames", identity, content_hash, url_hash))


class _LabelShredder(AnnotationShredder):
    mask_count = 0
    """How many objects the element has under "Masks"."""

    # -- the element --------------------------------------------------------------------------------------------------

    def shred(self, element: Element, source: tuple[Any, ...]) -> None:
        load_id, position, byte_offset, content_hash, url_hash = source
        row_data = given(element.row_data)
        derived_id = element.data_row_id is None
        data_row_id = asset(text_digest(row_data or self.label_id)) if derived_id else element.data_row_id
        of_data_row = {"record_id": self.record_id, "data_row_id": data_row_id}
        history = None if element.workflow_info is None else element.workflow_info.history
        self.add_list(WorkflowEvent, history, label_id=self.label_id, **of_data_row)
        self.add_list(Review, element.reviews, label_id=self.label_id)
        if element.media_attributes is not None:
            row = MediaAttributes.row(element.media_attributes, node_id=self.next(), **of_data_row)
            self.rows["media_attributes"].append(row)
        self.add_list(MetadataField, element.metadata, **of_data_row)
        if element.masks is not None:
            before = element.label.objects if isinstance(element.label, Annotations) else None
            self.mask_count = shred_masks(element.masks, self, len(before or ()))
        form, annotations_id, told = self.annotations(element)
        asset_type = self.asset_type(element, form)
        self.conversation(asset_type, row_data, data_row_id)
        end_id = self.next()
        self.check()
        self.rows["records"].append(
            AboutDataRow.row(
                element,
                node_id=self.first,
                end_id=end_id,
                load_id=load_id,
                position=position,
                byte_offset=byte_offset,
                generation="v1",
                identity=self.label_id,
                content_hash=content_hash,
                url_hash=url_hash,
                derived_id=derived_id,
                asset_type=asset_type,
                record_id=self.record_id,
                data_row_id=data_row_id,
            )
        )
        self.label(element, data_row_id, form, (annotations_id, end_id), told)

    def label(
        self, element: Element, data_row_id: str, form: str | None, ends: tuple[int | None, int], told: dict[str, Any]
    ) -> None:
        """The row of the label; what its columns cannot hold as exported goes to its `extra`."""
        other: dict[str, Any] = {"Masks": {}} if element.masks == {} else {}
        if isinstance(element.label, str) and form is None:
            other["Label"] = element.label
        skipped = element.skipped
        if form == "skip":
            other["Skipped"] = skipped
            skipped = True
        in_extra = 0
        created_at, updated_at = time_text(element.created_at), time_text(element.updated_at)
        if type(element.created_at) is int:
            other["Created At"] = element.created_at
            in_extra += 1 if created_at is not None else 0
        if type(element.updated_at) is int:
            other["Updated At"] = element.updated_at
            in_extra += 2 if updated_at is not None else 0
        seconds = given(element.seconds_to_label)
        if seconds is None and element.extra is not None:
            seconds = _number(element.extra, "Seconds to Label")
            in_extra += 4 if seconds is not None else 0
        self.rows["labels"].append(
            Element.row(
                element,
                told=told,
                node_id=self.first,
                annotations_id=ends[0],
                end_id=ends[1],
                record_id=self.record_id,
                data_row_id=data_row_id,
                label_id=self.label_id,
                derived_id=element.label_id is None,
                project_id=project_id_of(element),
                generation="v1",
                shape=_shape(element, form),
                created_at=created_at,
                updated_at=updated_at,
                seconds_to_label=seconds,
                skipped=skipped,
                label_form=form,
                frame_count=len(element.label) if isinstance(element.label, list) else None,
                objects_total=self.objects_total,
                nulls=_nulls(element),
                in_extra=in_extra or None,
                extra=extra_json(element.extra, **other),
            )
        )

    def annotations(self, element: Element) -> tuple[str | None, int | None, dict[str, Any]]:
        """Add the rows of `Label`; its form, its first number, and the columns of the label that it fills."""
        body, told = element.label, _NO_ANNOTATIONS
        if body == "Skip":
            return "skip", self.next(), told
        if isinstance(body, list):
            annotations_id = self.next()
            for ordinal, frame in enumerate(body):
                if isinstance(frame, Odd):
                    self.odd(frame, "Label", ordinal)
                    continue
                self.frame(frame, ordinal, ordinal == len(body) - 1, self.next())
                self.put_away()
            return "frames", annotations_id, told
        if not isinstance(body, Annotations):
            return None, None, told
        annotations_id = self.next()
        told = _columns_of_annotations(body)
        if body.extra is not None and _says_nothing(body) and is_legacy(body.extra.members):
            objects, questions, rest = shred_legacy(body.extra.members, self, self.mask_count)
            told |= {"object_count": objects, "classification_count": questions}
            return "legacy", annotations_id, told | {"annotations_extra": to_json(rest) if rest else None}
        self.objects(body.objects or (), None, None)
        self.classifications(body.classifications or (), None, None, None, None)
        self.relationships(body.relationships or (), None)
        return "object", annotations_id, told

    def asset_type(self, element: Element, form: str | None) -> str:
        media, row_data, kinds = element.media_attributes, given(element.row_data), self.seen_kinds
        said = media and (asset_types.from_word(media.asset_type or "") or asset_types.from_word(media.mime_type or ""))
        if said:
            return said
        named = asset_types.from_name(row_data) or asset_types.from_name(given(element.external_id))
        in_frames = form == "frames" or (
            isinstance(element.label, Annotations) and element.label.frames_url is not None
        )
        if in_frames:
            return "dicom" if named == "dicom" else "video"
        if asset_types.is_tile_layer(row_data) or "geospatial" in kinds:
            return "geospatial"
        if self.seen_message:
            return "conversation"
        if "document" in kinds:
            return "document"
        if named in ("document", "html", "audio", "video", "dicom"):
            return named
        if kinds & {"text_entity", "text"}:
            return "text"
        if named:
            return named
        if kinds & OBJECT_KINDS or form == "legacy":
            return "image"
        return "unknown"


def _says_nothing(body: Annotations) -> bool:
    """Whether `Label` has none of the keys of later exports."""
    members = (body.objects, body.classifications, body.relationships, body.frames_url)
    return all(member is None for member in members)


def project_id_of(element: Element) -> str | None:
    """The id of the project in the link to the editor, since v1 has no other; else the project's name."""
    match = _PROJECT.search(given(element.view_label) or "")
    return unquote(match[1]) if match else element.project_name


def _shape(element: Element, form: str | None) -> str:
    """The age of the export, L0 to L5 or MR, inferred from the shape: exports have no version number."""
    if element.created_at is None and element.extra is not None and "Seconds to Label" in element.extra.members:
        return "L0"
    if form == "legacy":
        items = element.label.extra.members if isinstance(element.label, Annotations) and element.label.extra else {}
        has_items = any(
            isinstance(item, dict) and "geometry" in item
            for value in items.values()
            for item in (value if isinstance(value, list) else (value,))
        )
        return "L2" if has_items or element.updated_at is not None else "L1"
    if element.data_split is not UNSET and element.view_label is UNSET:
        return "MR"
    if (
        element.global_key is not UNSET
        or element.seconds_to_review is not UNSET
        or element.is_benchmark is not UNSET
        or element.workflow_info is not None
        or element.media_attributes is not None
        or element.metadata is not None
    ):
        return "L5"
    body = element.label
    if element.has_open_issues is not UNSET or element.skipped is not None:
        return "L4"
    return "L4" if isinstance(body, Annotations) and body.relationships is not None else "L3"


def time_text(time: str | int | None) -> str | None:
    """A time as text, in ISO 8601 where the export has milliseconds since 1970."""
    if isinstance(time, str) or time is None:
        return time
    try:
        return (_EPOCH + timedelta(milliseconds=time)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return None


def _number(extra: Extra, key: str) -> float | None:
    """The number that a text in `extra` spells."""
    text = extra.members.get(key)
    try:
        number = float(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None
