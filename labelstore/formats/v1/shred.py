"""Records of the legacy export → rows. Pure functions of a record and the number it is given."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, Raw

from labelstore.formats import asset_types
from labelstore.formats.fitting import Extra, Misfit, Number, extra_json, given, to_json
from labelstore.formats.geometry import array_text
from labelstore.formats.kinds import snake_case
from labelstore.formats.nodes import Nodes
from labelstore.formats.v1 import record as v1
from labelstore.formats.v1.legacy import shred_legacy
from labelstore.rows import Row, Rows

_PROJECT = re.compile(r"[?&]project=([^&#]+)")
_GEO_KINDS = {"point": "point", "polyline": "polyline", "polygon": "polygon", "rectangle": "bounding_box"}
_GEOMETRY_KINDS = {
    "line": "polyline",
    "point": "point",
    "polygon": "polygon",
    "bbox": "bounding_box",
    "data": "text_entity",
}
_position = msgspec.json.Decoder(tuple[Number, Number])


def label_id_of(element: v1.Element) -> str:
    """The label's id; of an element without one, a digest of the element."""
    return element.id if element.id is not None else "unnamed-" + _digest(to_json(_plain(element)))


def shred_label(element: v1.Element, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one array element; `source` is (load_id, position, byte_offset, content_hash)."""
    _LabelShredder(rows, record_id, label_id_of(element)).shred(element, source)


def shred_frame(frame: v1.Frame, label_id: str, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one line of a frames file, as a frame of the label `label_id`."""
    shredder = _LabelShredder(rows, record_id, label_id)
    shredder.frame(frame, 0, False, shredder.first)
    shredder.check()
    load_id, position, byte_offset, content_hash = source
    identity = f"{label_id}/{frame.number}"
    row = (shredder.first, record_id, shredder.node, load_id, position, byte_offset, "frames", identity, content_hash)
    rows["records"].append(row + (None,) * 21)


class _LabelShredder(Nodes):
    def __init__(self, rows: Rows, record_id: int, label_id: str) -> None:
        super().__init__(rows, record_id)
        self.label_id = label_id
        self.seen_message = False
        self.seen_kinds: set[str] = set()

    # -- the element --------------------------------------------------------------------------------------------------

    def shred(self, element: v1.Element, source: tuple[Any, ...]) -> None:
        load_id, position, byte_offset, content_hash = source
        row_data = given(element.row_data)
        derived_id = element.data_row_id is None
        data_row_id = "asset-" + _digest(row_data or self.label_id) if derived_id else element.data_row_id
        self.workflow(element.workflow_info, data_row_id)
        self.reviews(element.reviews)
        if element.media_attributes is not None:
            self.media_attributes(element.media_attributes, data_row_id)
        form, annotations_id, counts, body_extra = self.annotations(element)
        end_id = self.next()
        self.check()
        asset_type = self.asset_type(element, form, counts[3])
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
                data_row_id,
                derived_id,
                asset_type,
                row_data,
                given(element.external_id),
                given(element.global_key),
                None,
                given(element.dataset_name),
                *(None,) * 13,
            )
        )
        self.label(element, data_row_id, (annotations_id, end_id, form, counts, body_extra))

    def label(self, element: v1.Element, data_row_id: str, annotations: tuple[Any, ...]) -> None:
        annotations_id, end_id, form, counts, body_extra = annotations
        other: dict[str, Any] = {}
        if isinstance(element.label, str) and form is None:
            other["Label"] = element.label
        skipped = element.skipped
        if form == "skip":
            other["Skipped"] = skipped
            skipped = True
        seconds = given(element.seconds_to_label)
        shape = _shape(element, form)
        if shape == "L0":
            seconds = _number(element.extra, "Seconds to Label")
        info = element.workflow_info
        nulls = {key: None for name, key in v1.NULLABLE.items() if getattr(element, name) is None}
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
                shape,
                None,
                None,
                None,
                None,
                element.created_by,
                element.created_at,
                element.updated_at,
                None,
                seconds,
                given(element.seconds_to_create),
                given(element.seconds_to_review),
                skipped,
                given(element.agreement),
                given(element.benchmark_agreement),
                given(element.benchmark_id),
                given(element.benchmark_reference_id),
                given(element.is_benchmark),
                given(element.has_open_issues),
                given(element.view_label),
                given(element.data_split),
                None if info is None else info.task_name,
                info is not None,
                None if info is None else extra_json(info.extra),
                None if info is None else _count(info.history),
                _count(element.reviews),
                None,
                None,
                None,
                None,
                form,
                element.label.frames if isinstance(element.label, v1.Annotations) else None,
                *counts,
                None,
                None,
                None,
                body_extra,
                to_json(nulls) if nulls else None,
                extra_json(element.extra, **{"DataRow Metadata": element.metadata}, **other),
            )
        )

    def workflow(self, info: v1.WorkflowInfo | None, data_row_id: str) -> None:
        events = info.history or () if info is not None else ()
        for ordinal, event in enumerate(events):
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

    def reviews(self, reviews: list[v1.Review] | None) -> None:
        for ordinal, review in enumerate(reviews or ()):
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
                media.page_count,
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

    def annotations(self, element: v1.Element) -> tuple[str | None, int | None, tuple[int | None, ...], str | None]:
        """The rows of `Label`: its form, where it begins, the counts of objects … frames, and its extra."""
        body = element.label
        uncounted = (None, None, None, None)
        if body == "Skip":
            return "skip", self.next(), uncounted, None
        if isinstance(body, list):
            annotations_id = self.next()
            for ordinal, frame in enumerate(body):
                self.frame(frame, ordinal, ordinal == len(body) - 1, self.next())
            return "frames", annotations_id, (None, None, None, len(body)), None
        if not isinstance(body, v1.Annotations):
            return None, None, uncounted, None
        annotations_id = self.next()
        counts = (_count(body.objects), _count(body.classifications), _count(body.relationships), None)
        if counts == uncounted and body.frames is None and body.extra is not None:
            object_count, question_count, rest = shred_legacy(body.extra.members, self)
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

    # -- annotations --------------------------------------------------------------------------------------------------

    def frame(self, frame: v1.Frame, ordinal: int, closes: bool, frame_id: int) -> None:
        self.objects(frame.objects or (), frame_id, frame.number)
        self.classifications(frame.classifications or (), None, None, frame_id, frame.number)
        self.relationships(frame.relationships or (), frame_id)
        self.rows["frames"].append(
            (
                frame_id,
                self.next(),
                self.label_id,
                None,
                frame.number,
                ordinal,
                closes,
                _count(frame.objects),
                _count(frame.classifications),
                _count(frame.relationships),
                extra_json(frame.extra),
            )
        )

    def objects(self, objects: Sequence[v1.Object], frame_id: int | None, frame_number: int | None) -> None:
        append = self.rows["objects"].append
        label_id, last = self.label_id, len(objects) - 1
        for ordinal, item in enumerate(objects):
            object_id = self.next()
            kind, instance_uri, extra = self.geometry(item, object_id)
            self.seen_kinds.add(kind)
            end_id = None
            if item.classifications:
                self.classifications(item.classifications, object_id, None, frame_id, frame_number)
                end_id = self.next()
            append(
                (
                    object_id,
                    end_id,
                    label_id,
                    frame_id,
                    frame_number,
                    ordinal,
                    ordinal == last,
                    None,
                    item.feature_id,
                    None,
                    item.schema_id,
                    item.title,
                    item.value,
                    kind,
                    item.type,
                    None,
                    item.color,
                    instance_uri,
                    item.uuid,
                    item.keyframe,
                    item.page,
                    item.unit,
                    None,
                    None,
                    item.format,
                    item.version,
                    None,
                    None if item.classifications is None else len(item.classifications),
                    extra,
                )
            )

    def geometry(self, item: v1.Object, object_id: int) -> tuple[str, str | None, str | None]:
        """Add the row of an object's geometry; its kind, its instance URI unless that is the mask, its extra."""
        extra = None if item.extra is None else extra_json(item.extra)
        box, polygon = item.bbox, item.polygon
        if box is not None:
            if polygon is not None or _has_more(item):
                raise Misfit
            self.rows["bounding_boxes"].append(
                (object_id, box.top, box.left, box.height, box.width, None, box.extra and extra_json(box.extra))
            )
            if item.page is not None:
                self.seen_kinds.add("document")
            return "bounding_box", item.instance_uri, extra
        if polygon is not None:
            if _has_more(item):
                raise Misfit
            self.path("polygons", object_id, array_text(polygon))
            return "polygon", item.instance_uri, extra
        return self.rare_geometry(item, object_id, extra)

    def rare_geometry(self, item: v1.Object, object_id: int, extra: str | None) -> tuple[str, str | None, str | None]:
        found = [name for name in ("line", "point", "data", "geometry") if getattr(item, name) is not None]
        if len(found) > 1:
            raise Misfit
        if item.line is not None:
            self.path("polylines", object_id, array_text(item.line))
            return "polyline", item.instance_uri, extra
        if item.point is not None:
            point = item.point
            self.rows["points"].append((object_id, point.x, point.y, None, None, extra_json(point.extra)))
            return "point", item.instance_uri, extra
        if item.data is not None:
            self.text_entity(item.data, object_id)
            return "text_entity", item.instance_uri, extra
        if item.geometry is not None:
            return self.geo_geometry(item, item.geometry, object_id, extra)
        kind = _unknown_kind(item.extra)
        if kind is None and item.instance_uri is not None:
            self.rows["masks"].append((object_id, item.instance_uri, None, None, None, None))
            return "mask", None, extra
        return kind or "unknown", item.instance_uri, extra

    def geo_geometry(
        self, item: v1.Object, geometry: v1.GeoGeometry, object_id: int, extra: str | None
    ) -> tuple[str, str | None, str | None]:
        self.seen_kinds.add("geospatial")
        coordinates = array_text(geometry.coordinates)
        kind = _GEO_KINDS.get(item.type)
        if kind == "point":
            try:
                x, y = _position.decode(coordinates)
            except msgspec.ValidationError:
                kind, extra = "point", extra_json(item.extra, geometry={"coordinates": Raw(coordinates)})
            else:
                self.geo_point(object_id, x, y)
        elif kind == "bounding_box":
            self.geo_box(object_id, coordinates)
        elif kind is not None:
            self.path(kind + "s", object_id, coordinates, "geo")
        else:
            kind = snake_case(item.type) if item.type else "unknown"
            extra = extra_json(item.extra, geometry={"coordinates": Raw(coordinates)})
        return kind, item.instance_uri, extra

    def text_entity(self, data: v1.TextData, object_id: int) -> None:
        span = data.location
        if isinstance(span, v1.Span):
            self.seen_message |= span.message_id is not None
            row: Row = (object_id, span.start, span.end, None, span.message_id, None, data.unit, extra_json(span.extra))
        else:
            self.seen_kinds.add("document")
            row = (object_id, None, None, None, None, to_json(span), data.unit, None)
        self.rows["text_entities"].append(row)

    def classifications(
        self,
        questions: Sequence[v1.Classification | list[v1.Classification]],
        object_id: int | None,
        parent_answer_id: int | None,
        frame_id: int | None,
        frame_number: int | None,
    ) -> None:
        """The rows of an array of questions, in which early exports put questions into brackets of their own."""
        end = len(questions) - 1
        ordinal = 0
        owner = (frame_id, frame_number, None, object_id, parent_answer_id)
        for place, item in enumerate(questions):
            last = place == end
            if type(item) is list:
                for inner, question in enumerate(item):
                    closes = inner == len(item) - 1
                    self.classification(question, owner, ordinal, 0 if inner else 1, closes + (closes and last))
                    ordinal += 1
            else:
                self.classification(item, owner, ordinal, None, int(last))  # type: ignore[arg-type]
                ordinal += 1

    def classification(
        self, question: v1.Classification, owner: tuple[int | None, ...], ordinal: int, opens: int | None, closes: int
    ) -> None:
        classification_id = self.next()
        answer, answers, end_id, count = question.answer, question.answers, None, None
        if answers is not None:
            if answer is not None:
                raise Misfit
            kind, count = "checklist", len(answers)
            self.answers(answers, classification_id, owner)
        elif answer is None:
            kind = _unknown_answer_kind(question.extra)
        elif type(answer) is v1.Answer:
            kind, count = "radio", 1
            self.answers((answer,), classification_id, owner)
        elif type(answer) is str:
            kind, count = "text", 1
            self.rows["answers"].append(
                (self.next(), None, classification_id, 0, None, None, None, None, answer, *(None,) * 6)
            )
        else:
            kind, count = "dropdown", len(answer)
            self.answers(answer, classification_id, owner)
        if count:
            end_id = self.next()
        self.seen_message |= question.message_id is not None
        self.rows["classifications"].append(
            (
                classification_id,
                end_id,
                self.label_id,
                *owner,
                ordinal,
                opens,
                closes,
                question.feature_id,
                question.schema_id,
                question.title,
                question.value,
                kind,
                None,
                question.message_id,
                question.scope,
                question.keyframe,
                question.uuid,
                None,
                count,
                None if question.extra is None else extra_json(question.extra),
            )
        )

    def answers(self, answers: Sequence[v1.Answer], classification_id: int, owner: tuple[int | None, ...]) -> None:
        frame_id, frame_number, _, object_id, _ = owner
        for ordinal, answer in enumerate(answers):
            answer_id, end_id = self.next(), None
            if answer.classifications:
                self.classifications(answer.classifications, object_id, answer_id, frame_id, frame_number)
                end_id = self.next()
            self.rows["answers"].append(
                (
                    answer_id,
                    end_id,
                    classification_id,
                    ordinal,
                    answer.feature_id,
                    answer.schema_id,
                    answer.title,
                    answer.value,
                    None,
                    answer.keyframe,
                    answer.position,
                    None,
                    answer.uuid,
                    None if answer.classifications is None else len(answer.classifications),
                    None if answer.extra is None else extra_json(answer.extra),
                )
            )

    def relationships(self, relationships: Sequence[v1.Relationship], frame_id: int | None) -> None:
        for ordinal, item in enumerate(relationships):
            data = item.data
            is_span = item.relationship_type is None and (
                item.format is not None
                or (data is not None and (data.start_feature_id is not None or data.end_feature_id is not None))
            )
            kind = item.format if is_span else item.relationship_type
            source, target = _ends(data, is_span)
            left_over = {"format": None if is_span else item.format}
            inner = {} if data is None else _other_ends(data, is_span)
            self.rows["relationships"].append(
                (
                    self.next(),
                    self.label_id,
                    frame_id,
                    ordinal,
                    ordinal == len(relationships) - 1,
                    item.feature_id,
                    item.schema_id,
                    item.title,
                    item.value,
                    kind,
                    None,
                    source,
                    target,
                    None if data is None else data.label,
                    data is not None,
                    is_span,
                    item.color,
                    item.instance_uri,
                    item.version,
                    None,
                    None if data is None else extra_json(data.extra, **inner),
                    extra_json(item.extra, **left_over),
                )
            )


def project_id_of(element: v1.Element) -> str | None:
    """The id in the editor's link, for v1 has no other; else the project's name."""
    match = _PROJECT.search(given(element.view_label) or "")
    return unquote(match[1]) if match else element.project_name


def _has_more(item: v1.Object) -> bool:
    return item.line is not None or item.point is not None or item.data is not None or item.geometry is not None


def _unknown_kind(extra: Extra | None) -> str | None:
    """The kind of an object without a geometry that fits: that of the key that looks like one."""
    for key, value in (extra.members if extra else {}).items():
        if key in _GEOMETRY_KINDS:
            return _GEOMETRY_KINDS[key]
        if isinstance(value, dict | list) and key != "classifications":
            return snake_case(key)
    return None


def _unknown_answer_kind(extra: Extra | None) -> str | None:
    for key in extra.members if extra else ():
        if key.endswith("Answer") and key != "Answer":
            return snake_case(key.removesuffix("Answer"))
    return None


def _ends(data: v1.RelationshipData | None, is_span: bool) -> tuple[str | None, str | None]:
    if data is None:
        return None, None
    return (data.start_feature_id, data.end_feature_id) if is_span else (data.source, data.target)


def _other_ends(data: v1.RelationshipData, is_span: bool) -> dict[str, str | None]:
    if is_span:
        return {"source": data.source, "target": data.target}
    return {"startFeatureId": data.start_feature_id, "endFeatureId": data.end_feature_id}


def _shape(element: v1.Element, form: str | None) -> str:
    """The sub-generation, which only the shape shows: no version stands in the file."""
    if element.created_at is None and element.extra is not None and "Seconds to Label" in element.extra.members:
        return "L0"
    if form == "legacy":
        items = element.label.extra.members if isinstance(element.label, v1.Annotations) and element.label.extra else {}
        has_items = any(isinstance(v, list) and v and isinstance(v[0], dict) for v in items.values())
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


def _number(extra: Extra | None, key: str) -> float | None:
    try:
        return float(extra.members[key]) if extra else None
    except (KeyError, TypeError, ValueError):
        return None


def _count(items: Sequence[Any] | None) -> int | None:
    return None if items is None else len(items)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(
        {**msgspec.structs.asdict(value), "extra": value.extra and value.extra.members}, enc_hook=str
    )
