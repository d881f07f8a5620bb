"""Records of the current export → rows. Pure functions of a record and the number it is given."""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from labelstore.formats import asset_types
from labelstore.formats.fitting import Extra, Misfit, Number, extra_json, given, to_json
from labelstore.formats.geometry import array_text
from labelstore.formats.kinds import kind_of, snake_case
from labelstore.formats.nodes import Nodes
from labelstore.formats.v2 import record as v2
from labelstore.rows import Rows

_GEO_KINDS = {"Point": "point", "LineString": "polyline", "Polygon": "polygon"}
_SHAPE_KINDS = {
    "bounding_box": "bounding_box",
    "polygon": "polygon",
    "line": "polyline",
    "point": "point",
    "mask": "mask",
    "composite_mask": "mask",
    "location": "text_entity",
    "conversational_location": "text_entity",
    "geojson": "polygon",
    "selected_message": "message_single_selection",
    "selected_messages": "message_multi_selection",
    "ranked_messages": "message_ranking",
}
_KIND_ASSETS = (
    ("Video", "video"),
    ("DICOM", "dicom"),
    ("Document", "document"),
    ("Geo", "geospatial"),
    ("Conversational", "conversation"),
    ("Message", "llm"),
    ("Text", "text"),
    ("Image", "image"),
)
_FRAME_KEY = re.compile(v2.FRAME_KEY_PATTERN)
_position = msgspec.json.Decoder(tuple[Number, Number])


def data_row_id_of(line: v2.Line) -> str:
    """The data row's id; of a line without one, a digest of what it says of the asset."""
    if line.data_row.id is not None:
        return line.data_row.id
    told = (line.data_row.row_data, line.data_row.global_key, line.data_row.external_id)
    return "asset-" + blake2b(to_json(told).encode(), digest_size=8).hexdigest()


def identity_of(line: v2.Line) -> str:
    """The data row with the projects and model runs that the line tells about: a later line of the same replaces it."""
    runs = [run for experiment in (line.experiments or {}).values() for run in experiment.runs or ()]
    return to_json([data_row_id_of(line), sorted(line.projects or ()), sorted(runs)])


def shred_line(line: v2.Line, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one line; `source` is (load_id, position, byte_offset, content_hash)."""
    _LineShredder(rows, record_id, data_row_id_of(line)).shred(line, source)


class _LineShredder(Nodes):
    def __init__(self, rows: Rows, record_id: int, data_row_id: str) -> None:
        super().__init__(rows, record_id)
        self.data_row_id = data_row_id
        self.label_id = ""
        self.label_ids: set[str] = set()
        self.asset_hint: str | None = None

    # -- the line -----------------------------------------------------------------------------------------------------

    def shred(self, line: v2.Line, source: tuple[Any, ...]) -> None:
        load_id, position, byte_offset, content_hash = source
        data_row, details = line.data_row, line.data_row.details
        if line.media_attributes is not None:
            self.media_attributes(line.media_attributes)
        self.attachments(line.attachments or ())
        self.metadata_fields(line.metadata_fields or ())
        self.embeddings(line.embeddings or ())
        self.projects(line.projects or {})
        self.experiments(line.experiments or {})
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
                "v2",
                identity_of(line),
                content_hash,
                self.data_row_id,
                data_row.id is None,
                self.asset_type(line),
                data_row.row_data,
                data_row.external_id,
                data_row.global_key,
                None if details is None else details.dataset_id,
                None if details is None else details.dataset_name,
                None if details is None else details.created_at,
                None if details is None else details.updated_at,
                None if details is None else details.last_activity_at,
                None if details is None else details.created_by,
                details is not None,
                None if details is None else extra_json(details.extra),
                extra_json(data_row.extra),
                _count(line.attachments),
                _count(line.metadata_fields),
                _count(line.embeddings),
                _count(line.projects),
                _count(line.experiments),
                extra_json(line.extra),
            )
        )

    def media_attributes(self, media: v2.MediaAttributes) -> None:
        self.rows["media_attributes"].append(
            (
                self.next(),
                self.record_id,
                self.data_row_id,
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

    def _listed(self, items: Sequence[Any]) -> Any:
        """Each item with the first columns of its row."""
        for ordinal, item in enumerate(items):
            yield item, (self.next(), self.record_id, self.data_row_id, ordinal, ordinal == len(items) - 1)

    def attachments(self, attachments: Sequence[v2.Attachment]) -> None:
        for item, place in self._listed(attachments):
            self.rows["attachments"].append((*place, item.type, item.value, item.name, extra_json(item.extra)))

    def metadata_fields(self, fields: Sequence[v2.MetadataField]) -> None:
        for item, place in self._listed(fields):
            is_json = item.value is not UNSET and not isinstance(item.value, str)
            value = to_json(item.value) if is_json else given(item.value)
            self.rows["metadata_fields"].append(
                (*place, item.schema_id, item.schema_name, item.schema_kind, value, is_json, extra_json(item.extra))
            )

    def embeddings(self, embeddings: Sequence[v2.Embedding]) -> None:
        for item, place in self._listed(embeddings):
            values = None if item.values is None else array_text(item.values)
            self.rows["embeddings"].append(
                (*place, item.id, item.name, item.dimensions, item.is_custom, values, extra_json(item.extra))
            )

    def projects(self, projects: Mapping[str, v2.Project]) -> None:
        for ordinal, (project_id, project) in enumerate(projects.items()):
            node_id, details = self.next(), project.project_details
            history = None if details is None else details.workflow_history
            self.workflow(history or (), project_id)
            self.labels(project.labels or (), project_id=project_id)
            details_row: tuple[Any, ...] = (False, *(None,) * 10)
            if details is not None:
                details_row = (
                    True,
                    details.ontology_id,
                    details.task_id,
                    details.task_name,
                    details.batch_id,
                    details.batch_name,
                    details.workflow_status,
                    details.priority,
                    details.consensus_expected_label_count,
                    details.selected_label_id,
                    extra_json(details.extra),
                )
            self.rows["data_row_projects"].append(
                (
                    node_id,
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    ordinal,
                    ordinal == len(projects) - 1,
                    project_id,
                    project.name,
                    *details_row,
                    None if project.project_tags is None else to_json(project.project_tags),
                    _count(history),
                    _count(project.labels),
                    extra_json(project.extra),
                )
            )

    def workflow(self, events: Sequence[v2.WorkflowEvent], project_id: str) -> None:
        for ordinal, event in enumerate(events):
            self.rows["workflow_events"].append(
                (
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    project_id,
                    None,
                    ordinal,
                    ordinal == len(events) - 1,
                    event.action,
                    event.created_at,
                    event.created_by,
                    event.previous_task_id,
                    event.previous_task_name,
                    event.next_task_id,
                    event.next_task_name,
                    extra_json(event.extra),
                )
            )

    def experiments(self, experiments: Mapping[str, v2.Experiment]) -> None:
        for ordinal, (experiment_id, experiment) in enumerate(experiments.items()):
            node_id = self.next()
            self.model_runs(experiment.runs or {}, experiment_id)
            self.rows["experiments"].append(
                (
                    node_id,
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    ordinal,
                    ordinal == len(experiments) - 1,
                    experiment_id,
                    experiment.name,
                    _count(experiment.runs),
                    extra_json(experiment.extra),
                )
            )

    def model_runs(self, runs: Mapping[str, v2.ModelRun], experiment_id: str) -> None:
        for ordinal, (run_id, run) in enumerate(runs.items()):
            node_id = self.next()
            self.labels(run.labels or (), model_run_id=run_id)
            self.labels(run.predictions or (), model_run_id=run_id, is_prediction=True)
            self.rows["model_runs"].append(
                (
                    node_id,
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    ordinal,
                    ordinal == len(runs) - 1,
                    experiment_id,
                    run_id,
                    run.name,
                    run.run_data_row_id,
                    run.split,
                    _count(run.labels),
                    _count(run.predictions),
                    extra_json(run.extra),
                )
            )

    def asset_type(self, line: v2.Line) -> str:
        media, data_row = line.media_attributes, line.data_row
        said = media and (asset_types.from_word(media.asset_type or "") or asset_types.from_word(media.mime_type or ""))
        if said:
            return said
        if asset_types.is_tile_layer(data_row.row_data):
            return "geospatial"
        if self.asset_hint and self.asset_hint != "image":
            return self.asset_hint
        named = asset_types.from_name(data_row.row_data) or asset_types.from_name(data_row.external_id)
        return named or self.asset_hint or "unknown"

    # -- labels -------------------------------------------------------------------------------------------------------

    def labels(
        self,
        labels: Sequence[v2.Label],
        project_id: str | None = None,
        model_run_id: str | None = None,
        is_prediction: bool = False,
    ) -> None:
        for ordinal, label in enumerate(labels):
            self.next()  # the place of the bracket that opens before the first
            where = (project_id, None, model_run_id, is_prediction, "v2", "v2", ordinal, ordinal == len(labels) - 1)
            self.label(label, where)

    def label(self, label: v2.Label, where: tuple[Any, ...]) -> None:
        node_id = self.next()
        self.label_id = self.unique_label_id(label.id, where[0], where[2])
        details, performance, body = label.label_details, label.performance_details, label.annotations
        reviews = None if details is None else details.reviews
        self.reviews(reviews or ())
        annotations_id, body_extra = None, None
        counts: tuple[int | None, ...] = (None,) * 7
        if label.label_kind:
            self.hint(label.label_kind)
        if body is not None:
            annotations_id = self.next()
            counts, body_extra = self.annotations(body)
        derived_id = self.label_id != label.id
        end_id = self.next()
        self.next()  # the place of the bracket that closes after the last
        self.rows["labels"].append(
            (
                node_id,
                annotations_id,
                end_id,
                self.record_id,
                self.label_id,
                derived_id,
                self.data_row_id,
                *where,
                label.label_kind,
                label.version,
                None if details is None else details.created_by,
                None if details is None else details.created_at,
                None if details is None else details.updated_at,
                None if details is None else details.content_last_updated_at,
                _seconds(performance),
                None if performance is None else performance.seconds_to_create,
                None if performance is None else performance.seconds_to_review,
                None if performance is None else performance.skipped,
                label.consensus_score,
                label.benchmark_score,
                *(None,) * 10,
                None if details is None else _count(reviews),
                details is not None,
                None if details is None else extra_json(details.extra),
                performance is not None,
                None if performance is None else extra_json(performance.extra),
                None,
                None,
                *counts,
                body_extra,
                None,
                extra_json(label.extra, **({"id": label.id} if derived_id else {})),
            )
        )

    def unique_label_id(self, exported_id: str | None, project_id: str | None, model_run_id: str | None) -> str:
        """The label's id; within model runs, and where a line repeats an id, one that says where it stands."""
        if exported_id is not None and model_run_id is None and exported_id not in self.label_ids:
            label_id = exported_id
        else:
            base = "/".join((model_run_id or project_id or "", self.data_row_id, exported_id or "unnamed"))
            label_id, repeats = base, 1
            while label_id in self.label_ids:
                repeats += 1
                label_id = f"{base}#{repeats}"
        self.label_ids.add(label_id)
        return label_id

    def hint(self, word: str) -> None:
        for prefix, asset_type in _KIND_ASSETS:
            if word.startswith(prefix) and (self.asset_hint is None or self.asset_hint == "text"):
                self.asset_hint = asset_type

    def reviews(self, reviews: Sequence[v2.Review]) -> None:
        for ordinal, review in enumerate(reviews):
            self.rows["reviews"].append(
                (
                    self.next(),
                    self.label_id,
                    ordinal,
                    ordinal == len(reviews) - 1,
                    review.id,
                    review.score,
                    review.reviewed_at,
                    review.reviewed_by,
                    None,
                    extra_json(review.extra),
                )
            )

    def annotations(self, body: v2.Annotations) -> tuple[tuple[int | None, ...], str | None]:
        """The rows of `annotations`: the counts of objects … key frames, and its extra."""
        self.objects(body.objects or (), None, None)
        self.classifications(body.classifications or ())
        self.relationships(body.relationships or (), None)
        self.frames(body.frames or {}, None)
        self.groups(body.groups or {})
        segment_count = self.segments(body.segments)
        key_frames: Mapping[str, Any] | None = body.key_frame_feature_map
        other: dict[str, Any] = {}
        if key_frames is not None and not _all_numbered(key_frames):
            key_frames, other = None, {"key_frame_feature_map": key_frames}
        key_frame_count = self.key_frames(key_frames)
        counts = (
            _count(body.objects),
            _count(body.classifications),
            _count(body.relationships),
            _count(body.frames),
            _count(body.groups),
            segment_count,
            key_frame_count,
        )
        return counts, extra_json(body.extra, **other)

    def groups(self, groups: Mapping[str, v2.Group]) -> None:
        if groups:
            self.asset_hint = "dicom"
        for ordinal, (group_name, group) in enumerate(groups.items()):
            node_id = self.next()
            self.classifications(group.classifications or (), group_id=node_id)
            self.frames(group.frames or {}, group_name)
            self.rows["frame_groups"].append(
                (
                    node_id,
                    self.next(),
                    self.label_id,
                    ordinal,
                    ordinal == len(groups) - 1,
                    group_name,
                    group.name,
                    _count(group.classifications),
                    _count(group.frames),
                    extra_json(group.extra),
                )
            )

    def frames(self, frames: Mapping[str, v2.Frame], group_name: str | None) -> None:
        if frames and self.asset_hint is None:
            self.asset_hint = "video"
        for ordinal, (key, frame) in enumerate(frames.items()):
            frame_id, number = self.next(), int(key)
            objects = frame.objects or {}
            self.objects(tuple(objects.values()), frame_id, number, tuple(objects))
            self.classifications(frame.classifications or (), frame_id=frame_id, frame_number=number)
            self.relationships(frame.relationships or (), frame_id)
            self.rows["frames"].append(
                (
                    frame_id,
                    self.next(),
                    self.label_id,
                    group_name,
                    number,
                    ordinal,
                    ordinal == len(frames) - 1,
                    _count(frame.objects),
                    _count(frame.classifications),
                    _count(frame.relationships),
                    extra_json(frame.extra),
                )
            )

    def segments(self, segments: Mapping[str, Any] | None) -> int | None:
        """One row a span; where a feature or group has none, one row without."""
        if segments is None:
            return None
        spans: list[list[Any]] = []  # group, feature, ordinal, start, end, opens, closes
        for name, value in segments.items():
            first = len(spans)
            if isinstance(value, dict):
                for feature_id, pairs in value.items():
                    _add_spans(spans, name, feature_id, pairs)
                if not value:
                    spans.append([name, None, 0, None, None, 0, 0])
                spans[first][5] |= 2
                spans[-1][6] |= 2
            else:
                _add_spans(spans, None, name, value)
        if spans:
            spans[0][5] |= 4
            spans[-1][6] |= 4
        self.rows["segments"].extend((self.next(), self.label_id, *span) for span in spans)
        return len(spans)

    def key_frames(self, features: Mapping[str, Any] | None) -> int | None:
        """One row a key frame; where a feature or axis has none, one row without."""
        if features is None:
            return None
        keys: list[list[Any]] = []  # feature, group, frame, is key frame, form, opens, closes
        for feature_id, value in features.items():
            first = len(keys)
            if isinstance(value, list):
                keys.extend([feature_id, None, number, None, "list", 0, 0] for number in value)
            else:
                for key, item in value.items():
                    if isinstance(item, dict):
                        start = len(keys)
                        keys.extend(
                            [feature_id, key, int(number), is_key, "map", 0, 0] for number, is_key in item.items()
                        )
                        if not item:
                            keys.append([feature_id, key, None, None, "map", 0, 0])
                        keys[start][5] |= 1
                        keys[-1][6] |= 1
                    else:
                        keys.append([feature_id, None, int(key), item, "map", 0, 0])
            if len(keys) == first:
                keys.append([feature_id, None, None, None, "list" if isinstance(value, list) else "map", 0, 0])
            keys[first][5] |= 2
            keys[-1][6] |= 2
        if keys:
            keys[0][5] |= 4
            keys[-1][6] |= 4
        self.rows["key_frames"].extend((self.next(), self.label_id, *key) for key in keys)
        return len(keys)

    # -- annotations --------------------------------------------------------------------------------------------------

    def objects(
        self,
        objects: Sequence[v2.Object],
        frame_id: int | None,
        frame_number: int | None,
        map_keys: Sequence[str] = (),
    ) -> None:
        append = self.rows["objects"].append
        last = len(objects) - 1
        for ordinal, item in enumerate(objects):
            object_id = self.next()
            map_key = map_keys[ordinal] if map_keys and map_keys[ordinal] != item.feature_id else None
            kind, extra = self.geometry(item, object_id)
            dimensions, end_id = item.page_dimensions, None
            if item.classifications:
                self.classifications(item.classifications, object_id, frame_id=frame_id, frame_number=frame_number)
            if self.node > object_id:
                end_id = self.next()
            append(
                (
                    object_id,
                    end_id,
                    self.label_id,
                    frame_id,
                    frame_number,
                    ordinal,
                    ordinal == last,
                    None,
                    item.feature_id,
                    map_key,
                    item.feature_schema_id,
                    item.name,
                    item.value,
                    kind,
                    item.annotation_kind,
                    *(None,) * 5,
                    item.page_number,
                    None,
                    None if dimensions is None else dimensions.width,
                    None if dimensions is None else dimensions.height,
                    None,
                    None,
                    item.confidence,
                    None if item.classifications is None else len(item.classifications),
                    extra,
                )
            )

    def geometry(self, item: v2.Object, object_id: int) -> tuple[str, str | None]:
        """Add the rows of an object's geometry; its kind and its extra."""
        extra = None if item.extra is None else extra_json(item.extra)
        word = item.annotation_kind
        if word is not None and self.asset_hint in (None, "text"):
            self.hint(word)
        found = [name for name in v2.Object.exclusive if getattr(item, name) is not None]
        if len(found) > 1:
            raise Misfit
        if item.mask is not None or item.composite_mask is not None:
            self.mask(item, object_id)
            found = found or ["mask"]
        shape = found[0] if found else None
        kind = kind_of(word) if word is not None else _SHAPE_KINDS.get(shape or _unknown_shape(item.extra), "unknown")
        if shape == "bounding_box":
            box = item.bounding_box
            self.rows["bounding_boxes"].append(
                (object_id, box.top, box.left, box.height, box.width, None, box.extra and extra_json(box.extra))
            )
        elif shape == "polygon":
            self.path("polygons", object_id, array_text(item.polygon))
        elif shape == "line":
            self.path("polylines", object_id, array_text(item.line))
        elif shape == "point":
            point = item.point
            self.rows["points"].append((object_id, point.x, point.y, None, None, extra_json(point.extra)))
        elif shape == "geojson":
            extra = self.geojson(item, object_id, extra)
        elif shape in ("selected_messages", "ranked_messages") and not _messages_of(item, shape):
            extra = extra_json(item.extra, **{shape: msgspec.to_builtins(getattr(item, shape))})
        elif shape is not None and shape != "mask":
            self.text_or_messages(item, shape, object_id)
        return kind, extra

    def mask(self, item: v2.Object, object_id: int) -> None:
        mask, composite = item.mask, item.composite_mask
        self.rows["masks"].append(
            (
                object_id,
                None if mask is None else mask.url,
                None if composite is None else composite.url,
                None if composite is None or composite.color_rgb is None else array_text(composite.color_rgb),
                None if mask is None else extra_json(mask.extra),
                None if composite is None else extra_json(composite.extra),
            )
        )

    def geojson(self, item: v2.Object, object_id: int, extra: str | None) -> str | None:
        shape = item.geojson
        kind, coordinates = _GEO_KINDS.get(shape.type), array_text(shape.coordinates)
        if kind == "point" and shape.extra is None:
            try:
                x, y = _position.decode(coordinates)
            except msgspec.ValidationError:
                kind = None
            else:
                self.geo_point(object_id, x, y)
        elif shape.extra is not None:
            kind = None
        elif kind == "polygon" and item.annotation_kind == "GeoBoundingBox":
            self.geo_box(object_id, coordinates)
        elif kind is not None:
            self.path(kind + "s", object_id, coordinates, "geo")
        if kind is None:
            members = shape.extra.members if shape.extra else {}
            return extra_json(item.extra, geojson={"type": shape.type, "coordinates": Raw(coordinates), **members})
        return extra

    def text_or_messages(self, item: v2.Object, shape: str, object_id: int) -> None:
        if shape == "location":
            self.text_entity(item.location, None, object_id)
        elif shape == "conversational_location":
            self.text_entity(item.conversational_location.location, item.conversational_location.message_id, object_id)
        elif shape == "selected_message":
            one = item.selected_message
            self.rows["selected_messages"].append(
                (
                    self.next(),
                    object_id,
                    "single",
                    0,
                    False,
                    one.message_id,
                    one.model_config_name,
                    one.parent_message_id,
                    None,
                    extra_json(one.extra),
                )
            )
        elif shape == "selected_messages":
            many = item.selected_messages
            self.messages(many.messages, "multiple", many.parent_message_id, object_id)
        else:
            ranked = item.ranked_messages
            self.messages(ranked.ranked_messages, "ranked", ranked.parent_message_id, object_id)

    def text_entity(self, span: v2.TextLocation, message_id: str | None, object_id: int) -> None:
        if span.groups is not None and message_id is not None:
            raise Misfit
        groups = None if span.groups is None else to_json(span.groups)
        self.rows["text_entities"].append(
            (object_id, span.start, span.end, span.token, message_id, groups, None, extra_json(span.extra))
        )

    def messages(self, messages: Sequence[v2.Message], form: str, parent_id: str | None, object_id: int) -> None:
        for ordinal, message in enumerate(messages):
            self.rows["selected_messages"].append(
                (
                    self.next(),
                    object_id,
                    form,
                    ordinal,
                    ordinal == len(messages) - 1,
                    message.message_id,
                    message.model_config_name,
                    parent_id,
                    message.order,
                    extra_json(message.extra),
                )
            )

    def classifications(
        self,
        questions: Sequence[v2.Classification],
        object_id: int | None = None,
        parent_answer_id: int | None = None,
        frame_id: int | None = None,
        frame_number: int | None = None,
        group_id: int | None = None,
    ) -> None:
        owner = (frame_id, frame_number, group_id, object_id, parent_answer_id)
        for ordinal, question in enumerate(questions):
            self.classification(question, owner, ordinal, ordinal == len(questions) - 1)

    def classification(
        self, question: v2.Classification, owner: tuple[int | None, ...], ordinal: int, closes: bool
    ) -> None:
        classification_id = self.next()
        kind, conversational, answers = _answers_of(question)
        end_id = None
        if answers:
            self.answers(answers, classification_id, owner)
            end_id = self.next()
        if conversational and self.asset_hint in (None, "text"):
            self.asset_hint = "conversation"
        self.rows["classifications"].append(
            (
                classification_id,
                end_id,
                self.label_id,
                *owner,
                ordinal,
                None,
                int(closes),
                question.feature_id,
                question.feature_schema_id,
                question.name,
                question.value,
                kind,
                conversational,
                question.message_id,
                *(None,) * 4,
                _count(answers),
                None if question.extra is None else extra_json(question.extra),
            )
        )

    def answers(self, answers: Sequence[v2.Answer], classification_id: int, owner: tuple[int | None, ...]) -> None:
        frame_id, frame_number, group_id, object_id, _ = owner
        for ordinal, answer in enumerate(answers):
            answer_id, end_id = self.next(), None
            if answer.classifications:
                self.classifications(answer.classifications, object_id, answer_id, frame_id, frame_number, group_id)
                end_id = self.next()
            self.rows["answers"].append(
                (
                    answer_id,
                    end_id,
                    classification_id,
                    ordinal,
                    answer.feature_id,
                    answer.feature_schema_id,
                    answer.name,
                    answer.value,
                    answer.content,
                    None,
                    None,
                    answer.confidence,
                    None,
                    None if answer.classifications is None else len(answer.classifications),
                    None if answer.extra is None else extra_json(answer.extra),
                )
            )

    def relationships(self, relationships: Sequence[v2.Relationship], frame_id: int | None) -> None:
        for ordinal, item in enumerate(relationships):
            both = (item.unidirectional_relationship, item.bidirectional_relationship)
            if both[0] is not None and both[1] is not None:
                raise Misfit
            ends = both[0] or both[1]
            kind = "unidirectional" if both[0] else "bidirectional" if both[1] else _kind_of_relationship(item)
            asked = {"classifications": item.classifications or None}
            self.rows["relationships"].append(
                (
                    self.next(),
                    self.label_id,
                    frame_id,
                    ordinal,
                    ordinal == len(relationships) - 1,
                    item.feature_id,
                    item.feature_schema_id,
                    item.name,
                    item.value,
                    kind,
                    item.annotation_kind,
                    None if ends is None else ends.source,
                    None if ends is None else ends.target,
                    None,
                    ends is not None,
                    None,
                    None,
                    None,
                    None,
                    _count(item.classifications),
                    None if ends is None else extra_json(ends.extra),
                    extra_json(item.extra, **asked),
                )
            )


def _all_numbered(features: Mapping[str, Any]) -> bool:
    """Whether the keys that stand beside booleans are frame numbers (the others are axes)."""
    maps = (value for value in features.values() if isinstance(value, dict))
    return all(_FRAME_KEY.search(key) for frames in maps for key, item in frames.items() if isinstance(item, bool))


def _add_spans(spans: list[list[Any]], group: str | None, feature_id: str, pairs: Sequence[tuple[int, int]]) -> None:
    first = len(spans)
    spans.extend([group, feature_id, ordinal, *pair, 0, 0] for ordinal, pair in enumerate(pairs))
    if not pairs:
        spans.append([group, feature_id, 0, None, None, 0, 0])
    spans[first][5] |= 1
    spans[-1][6] |= 1


def _messages_of(item: v2.Object, shape: str) -> Sequence[v2.Message]:
    return item.selected_messages.messages if shape == "selected_messages" else item.ranked_messages.ranked_messages


def _answers_of(question: v2.Classification) -> tuple[str | None, bool | None, Sequence[v2.Answer] | None]:
    """Kind, whether it is about a message, and the answers; they stand under a key of their kind."""
    found = [name for name in v2.Classification.exclusive if getattr(question, name) is not None]
    if len(found) > 1:
        raise Misfit
    if not found:
        return _unknown_answer_kind(question.extra), None, None
    key, value = found[0], getattr(question, found[0])
    kind = key.removeprefix("conversational_").split("_")[0]
    return kind, key.startswith("conversational_"), value if kind == "checklist" else (value,)


def _unknown_answer_kind(extra: Extra | None) -> str | None:
    for key in extra.members if extra else ():
        if key.endswith(("_answer", "_answers")):
            return snake_case(key.removeprefix("conversational_").rsplit("_", 1)[0])
    return None


def _unknown_shape(extra: Extra | None) -> str:
    for key, value in (extra.members if extra else {}).items():
        if key in _SHAPE_KINDS or isinstance(value, dict | list):
            return key
    return ""


def _kind_of_relationship(item: v2.Relationship) -> str | None:
    for key in item.extra.members if item.extra else ():
        if key.endswith("_relationship"):
            return snake_case(key.removesuffix("_relationship"))
    return None


def _seconds(performance: v2.PerformanceDetails | None) -> float | None:
    """What v1 calls "Seconds to Label", review time included."""
    if performance is None or performance.seconds_to_create is None:
        return None
    return performance.seconds_to_create + (performance.seconds_to_review or 0)


def _count(items: Sequence[Any] | Mapping[str, Any] | None) -> int | None:
    return None if items is None else len(items)
