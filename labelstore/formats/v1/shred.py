"""Records of the legacy export → rows. Pure functions of a record and the number it is given."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from operator import attrgetter
from typing import Any
from urllib.parse import unquote

from msgspec import UNSET

from labelstore.formats import asset_types
from labelstore.formats.fitting import Extra, Odd, counted, extra_json, given, text_or_json, to_json
from labelstore.formats.naming import asset, text_digest, unnamed
from labelstore.formats.v1 import record as v1
from labelstore.formats.v1.annotations import AnnotationShredder
from labelstore.formats.v1.legacy import is_legacy, shred_legacy, shred_masks
from labelstore.schema.tables import Rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_nullable = attrgetter(*v1.NULLABLE)
_NULLABLE_KEYS = tuple(v1.NULLABLE.values())
_PROJECT = re.compile(r"[?&]project=([^&#]+)")


def label_id_of(element: v1.Element) -> str:
    """The label's id; of an element without one, a digest of what it says."""
    if element.id is not None:
        return element.id
    assert element.extra is not None
    assert element.extra.digest is not None
    return unnamed(element.extra.digest)


def shred_label(element: v1.Element, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one array element; `source` is (load_id, position, byte_offset, content_hash, url_hash)."""
    shredder = _LabelShredder(rows, record_id, label_id_of(element))
    shredder.shred(element, source)
    rows.unread += shredder.unread


def shred_frame(frame: v1.Frame, label_id: str, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one line of a frames file, as a frame of the label `label_id`."""
    shredder = _LabelShredder(rows, record_id, label_id)
    shredder.frame(frame, 0, False, shredder.first)
    shredder.check()
    rows.unread += shredder.unread
    load_id, position, byte_offset, content_hash, url_hash = source
    identity = f"{label_id}/{frame.number}"
    place = (shredder.first, record_id, shredder.node, load_id, position, byte_offset)
    rows["records"].append((*place, "frames", identity, content_hash, url_hash, *(None,) * 22))


class _LabelShredder(AnnotationShredder):
    mask_count = 0
    """How many objects the element has under "Masks"."""

    # -- the element --------------------------------------------------------------------------------------------------

    def shred(self, element: v1.Element, source: tuple[Any, ...]) -> None:
        load_id, position, byte_offset, content_hash, url_hash = source
        row_data = given(element.row_data)
        derived_id = element.data_row_id is None
        data_row_id = asset(text_digest(row_data or self.label_id)) if derived_id else element.data_row_id
        self.workflow(element.workflow_info, data_row_id)
        self.reviews(element.reviews)
        if element.media_attributes is not None:
            self.media_attributes(element.media_attributes, data_row_id)
        if element.metadata is not None:
            self.metadata_fields(element.metadata, data_row_id)
        if element.masks is not None:
            before = element.label.objects if isinstance(element.label, v1.Annotations) else None
            self.mask_count = shred_masks(element.masks, self, len(before or ()))
        form, annotations_id, counts, body_extra = self.annotations(element)
        asset_type = self.asset_type(element, form, counts[3])
        self.conversation(asset_type, row_data, data_row_id)
        end_id = self.next()
        self.check()
        self.rows["records"].append(
            (
                self.first,
                self.record_id,
                end_id,
                load_id,
                position,
                byte_offset,
                "v1",
                self.label_id,
                content_hash,
                url_hash,
                None,
                data_row_id,
                derived_id,
                asset_type,
                row_data,
                given(element.external_id),
                given(element.global_key),
                None,
                given(element.dataset_name),
                *(None,) * 8,
                counted(element.metadata),
                *(None,) * 4,
            )
        )
        self.label(element, data_row_id, (annotations_id, end_id, form, counts, body_extra))

    def label(self, element: v1.Element, data_row_id: str, annotations: tuple[Any, ...]) -> None:
        annotations_id, end_id, form, counts, body_extra = annotations
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
        info = element.workflow_info
        nulls = {key: None for key, value in zip(_NULLABLE_KEYS, _nullable(element), strict=True) if value is None}
        self.rows["labels"].append(
            (
                self.first,
                annotations_id,
                end_id,
                self.record_id,
                self.label_id,
                element.id is None,
                data_row_id,
                project_id_of(element),
                element.project_name,
                None,
                None,
                "v1",
                _shape(element, form),
                None,
                None,
                None,
                None,
                element.created_by,
                created_at,
                updated_at,
                None,
                seconds,
                given(element.seconds_to_create),
                given(element.seconds_to_review),
                None,
                None,
                None,
                skipped,
                given(element.agreement),
                given(element.benchmark_agreement),
                given(element.benchmark_id),
                given(element.benchmark_reference_id),
                given(element.is_benchmark),
                None,
                None,
                given(element.has_open_issues),
                given(element.view_label),
                given(element.data_split),
                None,
                None if info is None else info.task_name,
                info is not None,
                None if info is None else extra_json(info.extra),
                None if info is None else counted(info.history),
                counted(element.reviews),
                *(None,) * 9,
                form,
                element.label.frames if isinstance(element.label, v1.Annotations) else None,
                counts[0],
                None,
                *counts[1:],
                None,
                None,
                None,
                None,
                body_extra,
                to_json(nulls) if nulls else None,
                in_extra or None,
                extra_json(element.extra, **other),
            )
        )

    def workflow(self, info: v1.WorkflowInfo | None, data_row_id: str) -> None:
        events = info.history or () if info is not None else ()
        for ordinal, event in enumerate(events):
            if isinstance(event, Odd):
                self.odd_in("Workflow History", event, ordinal, len(events), closes="]}")
                continue
            self.rows["workflow_events"].append(
                (
                    self.next(),
                    self.record_id,
                    data_row_id,
                    None,
                    self.label_id,
                    ordinal,
                    ordinal == len(events) - 1,
                    event.action,
                    event.created_at,
                    event.actor_id,
                    event.previous_task_id,
                    event.previous_task_name,
                    event.next_task_id,
                    event.next_task_name,
                    extra_json(event.extra),
                )
            )

    def reviews(self, reviews: Sequence[v1.Review | Odd] | None) -> None:
        for ordinal, review in enumerate(reviews or ()):
            if isinstance(review, Odd):
                self.odd_in("Reviews", review, ordinal, len(reviews or ()))
                continue
            self.rows["reviews"].append(
                (
                    self.next(),
                    self.label_id,
                    ordinal,
                    ordinal == len(reviews or ()) - 1,
                    review.id,
                    review.score,
                    review.created_at,
                    review.created_by,
                    review.label_id,
                    extra_json(review.extra),
                )
            )

    def media_attributes(self, media: v1.MediaAttributes, data_row_id: str) -> None:
        self.rows["media_attributes"].append(
            (
                self.next(),
                self.record_id,
                data_row_id,
                media.asset_type,
                media.mime_type,
                media.width,
                media.height,
                media.exif_rotation,
                media.frame_rate,
                media.frame_count,
                media.duration,
                None,
                None,
                None,
                media.page_count,
                None,
                None,
                media.content_length,
                media.super_type,
                media.sub_type,
                media.codec,
                media.codec_name,
                media.codec_tag,
                media.sample_aspect_ratio,
                extra_json(media.extra),
            )
        )

    def metadata_fields(self, fields: Sequence[v1.MetadataField | Odd], data_row_id: str) -> None:
        for ordinal, item in enumerate(fields):
            if isinstance(item, Odd):
                self.odd_in("DataRow Metadata", item, ordinal, len(fields))
                continue
            self.rows["metadata_fields"].append(
                (
                    self.next(),
                    self.record_id,
                    data_row_id,
                    ordinal,
                    ordinal == len(fields) - 1,
                    item.schema_id,
                    item.name,
                    None,
                    *text_or_json(item.value),
                    extra_json(item.extra),
                )
            )

    def annotations(self, element: v1.Element) -> tuple[str | None, int | None, tuple[int | None, ...], str | None]:
        """The rows of `Label`: its form, where it begins, the counts of objects … frames, and its extra."""
        body = element.label
        uncounted = (None, None, None, None)
        if body == "Skip":
            return "skip", self.next(), uncounted, None
        if isinstance(body, list):
            annotations_id = self.next()
            for ordinal, frame in enumerate(body):
                if isinstance(frame, Odd):
                    self.odd(frame, "Label", ordinal)
                    continue
                self.frame(frame, ordinal, ordinal == len(body) - 1, self.next())
            return "frames", annotations_id, (None, None, None, len(body)), None
        if not isinstance(body, v1.Annotations):
            return None, None, uncounted, None
        annotations_id = self.next()
        counts = (counted(body.objects), counted(body.classifications), counted(body.relationships), None)
        has_classes = body.extra is not None and is_legacy(body.extra.members)
        if counts == uncounted and body.frames is None and body.extra is not None and has_classes:
            object_count, question_count, rest = shred_legacy(body.extra.members, self, self.mask_count)
            return "legacy", annotations_id, (object_count, question_count, None, None), to_json(rest) if rest else None
        self.objects(body.objects or (), None, None)
        self.classifications(body.classifications or (), None, None, None, None)
        self.relationships(body.relationships or (), None)
        return "object", annotations_id, counts, extra_json(body.extra)

    def asset_type(self, element: v1.Element, form: str | None, frame_count: int | None) -> str:
        media, row_data, kinds = element.media_attributes, given(element.row_data), self.seen_kinds
        said = media and (asset_types.from_word(media.asset_type or "") or asset_types.from_word(media.mime_type or ""))
        if said:
            return said
        named = asset_types.from_name(row_data) or asset_types.from_name(given(element.external_id))
        in_frames = form == "frames" or (isinstance(element.label, v1.Annotations) and element.label.frames is not None)
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
        if kinds & {"bounding_box", "polygon", "polyline", "point", "mask"} or form == "legacy":
            return "image"
        return "unknown"


def project_id_of(element: v1.Element) -> str | None:
    """The id in the editor's link, for v1 has no other; else the project's name."""
    match = _PROJECT.search(given(element.view_label) or "")
    return unquote(match[1]) if match else element.project_name


def _shape(element: v1.Element, form: str | None) -> str:
    """The sub-generation, which only the shape shows: no version stands in the file."""
    if element.created_at is None and element.extra is not None and "Seconds to Label" in element.extra.members:
        return "L0"
    if form == "legacy":
        items = element.label.extra.members if isinstance(element.label, v1.Annotations) and element.label.extra else {}
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
    return "L4" if isinstance(body, v1.Annotations) and body.relationships is not None else "L3"


def time_text(time: str | int | None) -> str | None:
    """A time as text, in ISO 8601 where the export has milliseconds since 1970."""
    if isinstance(time, str) or time is None:
        return time
    try:
        return (_EPOCH + timedelta(milliseconds=time)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return None


def _number(extra: Extra, key: str) -> float | None:
    """The number in a text of extra."""
    text = extra.members.get(key)
    try:
        number = float(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None
