"""The shape of a record of Labelbox's current export ("v2").

A line is one data row with everything that the request asked for: its labels in each project and in each run of a
model. Keys of `projects`, `experiments`, `runs`, `frames`, `groups` and of the objects of a frame are ids. A block that
is absent was not requested. What does not fit here is kept in `extra`. No struct can be part of a cycle: hence
`gc=False`.
"""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Raw, Struct

from labelstore.formats.fitting import ABSENT, Extra, Integer, Number

FRAME_KEY_PATTERN = r"^(?:0|-?[1-9][0-9]{0,17})\Z"
FrameKey = Annotated[str, Meta(pattern=FRAME_KEY_PATTERN)]
"""A frame number as the key of a map."""


class Box(Struct, forbid_unknown_fields=True, gc=False):
    top: Number = ABSENT
    left: Number = ABSENT
    height: Number = ABSENT
    width: Number = ABSENT
    extra: Extra = ABSENT


class Point(Struct, forbid_unknown_fields=True, gc=False):
    x: Number = ABSENT
    y: Number = ABSENT
    extra: Extra = ABSENT


class Mask(Struct, forbid_unknown_fields=True, gc=False):
    url: str
    extra: Extra = ABSENT


class CompositeMask(Struct, forbid_unknown_fields=True, gc=False):
    """One picture for all instances of a label or frame; `color_rgb` picks this one."""

    url: str
    color_rgb: Raw = ABSENT
    extra: Extra = ABSENT


class TextLocation(Struct, forbid_unknown_fields=True, gc=False):
    """Characters `start` to `end`, both included; in documents `groups` of tokens instead."""

    start: Integer = ABSENT
    end: Integer = ABSENT
    token: str = ABSENT
    groups: list[Any] = ABSENT
    extra: Extra = ABSENT


class ConversationalLocation(Struct, forbid_unknown_fields=True, gc=False):
    message_id: str
    location: TextLocation


class GeoJson(Struct, forbid_unknown_fields=True, gc=False):
    type: str
    coordinates: Raw
    extra: Extra = ABSENT


class PageDimensions(Struct, forbid_unknown_fields=True, gc=False):
    height: Number
    width: Number


class SelectedMessage(Struct, forbid_unknown_fields=True, gc=False):
    message_id: str = ABSENT
    model_config_name: str = ABSENT
    parent_message_id: str = ABSENT
    extra: Extra = ABSENT


class Message(Struct, forbid_unknown_fields=True, gc=False):
    message_id: str = ABSENT
    model_config_name: str = ABSENT
    order: Number = ABSENT
    extra: Extra = ABSENT


class SelectedMessages(Struct, forbid_unknown_fields=True, gc=False):
    messages: list[Message]
    parent_message_id: str = ABSENT


class RankedMessages(Struct, forbid_unknown_fields=True, gc=False):
    ranked_messages: list[Message]
    parent_message_id: str = ABSENT


class Answer(Struct, forbid_unknown_fields=True, gc=False):
    feature_id: str = ABSENT
    feature_schema_id: str = ABSENT
    name: str = ABSENT
    value: str = ABSENT
    content: str = ABSENT
    confidence: Number = ABSENT
    custom_metrics: list[Any] = ABSENT
    classifications: "list[Classification]" = ABSENT
    extra: Extra = ABSENT


class Classification(Struct, forbid_unknown_fields=True, gc=False):
    exclusive: ClassVar[tuple[str, ...]] = (
        "radio_answer",
        "checklist_answers",
        "text_answer",
        "conversational_radio_answer",
        "conversational_checklist_answers",
        "conversational_text_answer",
    )

    feature_id: str = ABSENT
    feature_schema_id: str = ABSENT
    name: str = ABSENT
    value: str = ABSENT
    radio_answer: Answer = ABSENT
    checklist_answers: list[Answer] = ABSENT
    text_answer: Answer = ABSENT
    conversational_radio_answer: Answer = ABSENT
    conversational_checklist_answers: list[Answer] = ABSENT
    conversational_text_answer: Answer = ABSENT
    message_id: str = ABSENT
    confidence: Number = ABSENT
    custom_metrics: list[Any] = ABSENT
    extra: Extra = ABSENT


class Ends(Struct, forbid_unknown_fields=True, gc=False):
    source: str = ABSENT
    target: str = ABSENT
    extra: Extra = ABSENT


class Object(Struct, forbid_unknown_fields=True, gc=False):
    """An object; exports of 2023 have the relationships of a label among its objects too."""

    exclusive: ClassVar[tuple[str, ...]] = (
        "bounding_box",
        "polygon",
        "line",
        "point",
        "geojson",
        "location",
        "conversational_location",
        "selected_message",
        "selected_messages",
        "ranked_messages",
        "unidirectional_relationship",
        "bidirectional_relationship",
    )

    feature_id: str = ABSENT
    feature_schema_id: str = ABSENT
    name: str = ABSENT
    value: str = ABSENT
    annotation_kind: str = ABSENT
    classifications: list[Classification] = ABSENT
    bounding_box: Box = ABSENT
    polygon: Raw = ABSENT
    line: Raw = ABSENT
    point: Point = ABSENT
    mask: Mask = ABSENT
    composite_mask: CompositeMask = ABSENT
    geojson: GeoJson = ABSENT
    location: TextLocation = ABSENT
    conversational_location: ConversationalLocation = ABSENT
    selected_message: SelectedMessage = ABSENT
    selected_messages: SelectedMessages = ABSENT
    ranked_messages: RankedMessages = ABSENT
    unidirectional_relationship: Ends = ABSENT
    bidirectional_relationship: Ends = ABSENT
    page_number: Number = ABSENT
    page_dimensions: PageDimensions = ABSENT
    confidence: Number = ABSENT
    custom_metrics: list[Any] = ABSENT
    extra: Extra = ABSENT


class Relationship(Struct, forbid_unknown_fields=True, gc=False):
    exclusive: ClassVar[tuple[str, ...]] = ("unidirectional_relationship", "bidirectional_relationship")

    feature_id: str = ABSENT
    feature_schema_id: str = ABSENT
    name: str = ABSENT
    value: str = ABSENT
    annotation_kind: str = ABSENT
    classifications: list[Any] = ABSENT
    unidirectional_relationship: Ends = ABSENT
    bidirectional_relationship: Ends = ABSENT
    extra: Extra = ABSENT


class Frame(Struct, forbid_unknown_fields=True, gc=False):
    objects: dict[str, Object] = ABSENT
    classifications: list[Classification] = ABSENT
    relationships: list[Relationship] = ABSENT
    extra: Extra = ABSENT


class Group(Struct, forbid_unknown_fields=True, gc=False):
    """An axis of a DICOM series."""

    name: str = ABSENT
    classifications: list[Classification] = ABSENT
    frames: dict[FrameKey, Frame] = ABSENT
    extra: Extra = ABSENT


class Moment(Struct, forbid_unknown_fields=True, gc=False):
    """A time of a recording."""

    classifications: list[Classification] = ABSENT
    extra: Extra = ABSENT


FrameSpans = list[tuple[Integer, Integer]]
KeyFrames = dict[FrameKey, bool]


class Annotations(Struct, forbid_unknown_fields=True, gc=False):
    """`segments`: feature → spans, in DICOM group → feature → spans. `key_frame_feature_map`: feature → frames, as a
    list or as a map to booleans, in DICOM feature → group → map. `timestamp`: milliseconds → what is asked then."""

    objects: list[Object] = ABSENT
    classifications: list[Classification] = ABSENT
    relationships: list[Relationship] = ABSENT
    frames: dict[FrameKey, Frame] = ABSENT
    groups: dict[str, Group] = ABSENT
    timestamp: dict[str, Moment] = ABSENT
    segments: dict[str, FrameSpans | dict[str, FrameSpans]] = ABSENT
    key_frame_feature_map: dict[str, list[Integer] | dict[str, bool | KeyFrames]] = ABSENT
    extra: Extra = ABSENT


class Review(Struct, forbid_unknown_fields=True, gc=False):
    id: str = ABSENT
    score: Number = ABSENT
    reviewed_at: str = ABSENT
    reviewed_by: str = ABSENT
    extra: Extra = ABSENT


class LabelScores(Struct, forbid_unknown_fields=True, gc=False):
    quality_score: Number = ABSENT
    violation_count: Number = ABSENT
    extra: Extra = ABSENT


class LabelDetails(Struct, forbid_unknown_fields=True, gc=False):
    created_at: str = ABSENT
    updated_at: str = ABSENT
    created_by: str = ABSENT
    content_last_updated_at: str = ABSENT
    reviews: list[Review] = ABSENT
    scores: LabelScores = ABSENT
    extra: Extra = ABSENT


class PerformanceDetails(Struct, forbid_unknown_fields=True, gc=False):
    """`seconds_to_create` is the whole time, review and rework included."""

    seconds_to_create: Number = ABSENT
    seconds_to_review: Number = ABSENT
    skipped: bool = ABSENT
    consensus_score: Number = ABSENT
    benchmark_score: Number = ABSENT
    benchmark_reference_label: str = ABSENT
    extra: Extra = ABSENT


class PerformanceDetailsV2(Struct, forbid_unknown_fields=True, gc=False):
    """Since 2025: the parts of the time, and their sum."""

    seconds_to_label: Number = ABSENT
    seconds_to_review: Number = ABSENT
    seconds_to_rework: Number = ABSENT
    seconds_total: Number = ABSENT
    skipped: bool = ABSENT
    consensus_score: Number = ABSENT
    benchmark_score: Number = ABSENT
    extra: Extra = ABSENT


class Label(Struct, forbid_unknown_fields=True, gc=False):
    known_by_id: ClassVar[bool] = True

    id: str = ABSENT
    label_kind: str = ABSENT
    version: str = ABSENT
    label_details: LabelDetails = ABSENT
    performance_details: PerformanceDetails = ABSENT
    performance_details_v2: PerformanceDetailsV2 = ABSENT
    z_order: list[Any] = ABSENT
    annotations: Annotations = ABSENT
    consensus_score: Number = ABSENT  # exports seen have the scores in performance_details
    benchmark_score: Number = ABSENT
    extra: Extra = ABSENT


class WorkflowEvent(Struct, forbid_unknown_fields=True, gc=False):
    action: str = ABSENT
    created_at: str = ABSENT
    created_by: str = ABSENT
    previous_task_id: str = ABSENT
    previous_task_name: str = ABSENT
    next_task_id: str = ABSENT
    next_task_name: str = ABSENT
    extra: Extra = ABSENT


class ProjectDetails(Struct, forbid_unknown_fields=True, gc=False):
    ontology_id: str = ABSENT
    task_id: str = ABSENT
    task_name: str = ABSENT
    batch_id: str = ABSENT
    batch_name: str = ABSENT
    workflow_status: str = ABSENT
    priority: Number = ABSENT
    consensus_expected_label_count: Number = ABSENT
    selected_label_id: str = ABSENT
    workflow_history: list[WorkflowEvent] = ABSENT
    extra: Extra = ABSENT


class Project(Struct, forbid_unknown_fields=True, gc=False):
    name: str = ABSENT
    labels: list[Label] = ABSENT
    project_tags: list[Any] = ABSENT
    project_details: ProjectDetails = ABSENT
    extra: Extra = ABSENT


class ModelRun(Struct, forbid_unknown_fields=True, gc=False):
    name: str = ABSENT
    run_data_row_id: str = ABSENT
    split: str = ABSENT
    labels: list[Label] = ABSENT
    predictions: list[Label] = ABSENT
    extra: Extra = ABSENT


class Experiment(Struct, forbid_unknown_fields=True, gc=False):
    name: str = ABSENT
    runs: dict[str, ModelRun] = ABSENT
    extra: Extra = ABSENT


class DataRowDetails(Struct, forbid_unknown_fields=True, gc=False):
    dataset_id: str = ABSENT
    dataset_name: str = ABSENT
    created_at: str = ABSENT
    updated_at: str = ABSENT
    last_activity_at: str = ABSENT
    created_by: str = ABSENT
    extra: Extra = ABSENT


class DataRow(Struct, forbid_unknown_fields=True, gc=False):
    id: str = ABSENT
    external_id: str = ABSENT
    global_key: str = ABSENT
    row_data: str = ABSENT
    details: DataRowDetails = ABSENT
    extra: Extra = ABSENT


class MediaAttributes(Struct, forbid_unknown_fields=True, gc=False):
    """Seen for images, video, audio and conversations; the other names are those of v1 in snake case."""

    asset_type: str = ABSENT
    mime_type: str = ABSENT
    width: Number = ABSENT
    height: Number = ABSENT
    exif_rotation: str | Integer = ABSENT  # a number since 2025
    frame_rate: Number = ABSENT
    frame_count: Number = ABSENT
    duration: Number = ABSENT
    bit_rate: Number = ABSENT
    bits_per_sample: Number = ABSENT
    channel_count: Number = ABSENT
    page_count: Number = ABSENT
    message_count: Number = ABSENT
    labelable_ids: list[Any] = ABSENT
    content_length: Number = ABSENT
    super_type: str = ABSENT
    sub_type: str = ABSENT
    codec: str = ABSENT
    codec_name: str = ABSENT
    codec_tag: str = ABSENT
    sample_aspect_ratio: str = ABSENT
    extra: Extra = ABSENT


class Attachment(Struct, forbid_unknown_fields=True, gc=False):
    type: str = ABSENT
    value: str = ABSENT
    name: str = ABSENT
    extra: Extra = ABSENT


class MetadataField(Struct, forbid_unknown_fields=True, gc=False):
    schema_id: str = ABSENT
    schema_name: str = ABSENT
    schema_kind: str = ABSENT
    value: Any = UNSET
    extra: Extra = ABSENT


class Embedding(Struct, forbid_unknown_fields=True, gc=False):
    id: str = ABSENT
    name: str = ABSENT
    dimensions: Integer = ABSENT
    is_custom: bool = ABSENT
    values: Raw = ABSENT
    extra: Extra = ABSENT


class Line(Struct, forbid_unknown_fields=True, gc=False):
    """One data row."""

    data_row: DataRow
    media_attributes: MediaAttributes = ABSENT
    attachments: list[Attachment] = ABSENT
    metadata_fields: list[MetadataField] = ABSENT
    embeddings: list[Embedding] = ABSENT
    projects: dict[str, Project] = ABSENT
    experiments: dict[str, Experiment] = ABSENT
    extra: Extra = ABSENT
