"""The shape of a record of Labelbox's legacy export ("v1").

An array element is one label: one labeler's pass over one data row, with what the export says about that data row.
Video and DICOM labels keep their annotations in frames: in a file of their own, a line a frame, or put in place.
Facts about the format come from exports of 2018 to 2024 and from the vendor's SDK; where they leave a doubt, both
readings survive: what does not fit here is kept in `extra`. No struct can be part of a cycle: hence `gc=False`.
"""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from labelstore.formats.fitting import ABSENT, Extra, Integer, Number


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


class Span(Struct, forbid_unknown_fields=True, gc=False):
    """Characters `start` to `end`, both included."""

    start: Integer = ABSENT
    end: Integer = ABSENT
    message_id: str = field(name="messageId", default=ABSENT)
    extra: Extra = ABSENT


class TextData(Struct, forbid_unknown_fields=True, gc=False):
    """`location` is a span of text, or in documents a list of boxes."""

    location: Span | list[Any]
    unit: str = ABSENT


class GeoGeometry(Struct, forbid_unknown_fields=True, gc=False):
    """Geometry of tiled imagery, [longitude, latitude]."""

    coordinates: Raw


Bracketed = Annotated["list[Classification]", Meta(min_length=1)]
"""Questions in brackets of their own: early exports wrote `[[{…}, {…}]]`."""


class Answer(Struct, forbid_unknown_fields=True, gc=False):
    feature_id: str = field(name="featureId", default=ABSENT)
    schema_id: str = field(name="schemaId", default=ABSENT)
    title: str = ABSENT
    value: str = ABSENT
    keyframe: bool = ABSENT
    position: Number = ABSENT
    uuid: str = ABSENT
    classifications: "list[Classification | Bracketed]" = ABSENT
    extra: Extra = ABSENT


class Classification(Struct, forbid_unknown_fields=True, gc=False):
    exclusive: ClassVar[tuple[str, ...]] = ("answer", "answers")

    feature_id: str = field(name="featureId", default=ABSENT)
    schema_id: str = field(name="schemaId", default=ABSENT)
    title: str = ABSENT
    value: str = ABSENT
    answer: Answer | list[Answer] | str = ABSENT
    answers: list[Answer] = ABSENT
    message_id: str = field(name="messageId", default=ABSENT)
    scope: str = ABSENT
    uuid: str = ABSENT
    keyframe: bool = ABSENT
    extra: Extra = ABSENT


class Object(Struct, forbid_unknown_fields=True, gc=False):
    exclusive: ClassVar[tuple[str, ...]] = ("line", "point", "polygon", "bbox", "data", "geometry")

    feature_id: str = field(name="featureId", default=ABSENT)
    schema_id: str = field(name="schemaId", default=ABSENT)
    title: str = ABSENT
    value: str = ABSENT
    color: str = ABSENT
    instance_uri: str = field(name="instanceURI", default=ABSENT)
    uuid: str = ABSENT
    keyframe: bool = ABSENT
    bbox: Box = ABSENT
    polygon: Raw = ABSENT
    line: Raw = ABSENT
    point: Point = ABSENT
    data: TextData = ABSENT
    geometry: GeoGeometry = ABSENT
    type: str = ABSENT
    format: str = ABSENT
    version: Number = ABSENT
    page: Number = ABSENT
    unit: str = ABSENT
    classifications: list[Classification | Bracketed] = ABSENT
    extra: Extra = ABSENT


class RelationshipData(Struct, forbid_unknown_fields=True, gc=False):
    source: str = ABSENT
    target: str = ABSENT
    start_feature_id: str = field(name="startFeatureId", default=ABSENT)
    end_feature_id: str = field(name="endFeatureId", default=ABSENT)
    label: str = ABSENT
    extra: Extra = ABSENT


class Relationship(Struct, forbid_unknown_fields=True, gc=False):
    """Newer: `relationshipType` with data.source and data.target; older: `format` with data.startFeatureId …"""

    feature_id: str = field(name="featureId", default=ABSENT)
    schema_id: str = field(name="schemaId", default=ABSENT)
    title: str = ABSENT
    value: str = ABSENT
    color: str = ABSENT
    instance_uri: str = field(name="instanceURI", default=ABSENT)
    version: Number = ABSENT
    relationship_type: str = field(name="relationshipType", default=ABSENT)
    format: str = ABSENT
    data: RelationshipData = ABSENT
    extra: Extra = ABSENT


class Frame(Struct, forbid_unknown_fields=True, gc=False):
    """One line of a frames file, or one element of `Label` where the frames were put in place."""

    number: Integer = field(name="frameNumber")
    objects: list[Object] = ABSENT
    classifications: list[Classification | Bracketed] = ABSENT
    relationships: list[Relationship] = ABSENT
    extra: Extra = ABSENT


class Annotations(Struct, forbid_unknown_fields=True, gc=False):
    objects: list[Object] = ABSENT
    classifications: list[Classification | Bracketed] = ABSENT
    relationships: list[Relationship] = ABSENT
    frames: str = ABSENT
    extra: Extra = ABSENT


class Review(Struct, forbid_unknown_fields=True, gc=False):
    id: str = ABSENT
    score: Number = ABSENT
    created_at: str = field(name="createdAt", default=ABSENT)
    created_by: str = field(name="createdBy", default=ABSENT)
    label_id: str = field(name="labelId", default=ABSENT)
    extra: Extra = ABSENT


class WorkflowEvent(Struct, forbid_unknown_fields=True, gc=False):
    actor_id: str = field(name="actorId", default=ABSENT)
    action: str = ABSENT
    created_at: str = field(name="createdAt", default=ABSENT)
    previous_task_id: str = field(name="previousTaskId", default=ABSENT)
    previous_task_name: str = field(name="previousTaskName", default=ABSENT)
    next_task_id: str = field(name="nextTaskId", default=ABSENT)
    next_task_name: str = field(name="nextTaskName", default=ABSENT)
    extra: Extra = ABSENT


class WorkflowInfo(Struct, forbid_unknown_fields=True, gc=False):
    task_name: str = field(name="taskName", default=ABSENT)
    history: list[WorkflowEvent] = field(name="Workflow History", default=ABSENT)
    extra: Extra = ABSENT


class MediaAttributes(Struct, forbid_unknown_fields=True, gc=False):
    asset_type: str = field(name="assetType", default=ABSENT)
    super_type: str = field(name="superType", default=ABSENT)
    sub_type: str = field(name="subType", default=ABSENT)
    mime_type: str = field(name="mimeType", default=ABSENT)
    content_length: Number = field(name="contentLength", default=ABSENT)
    width: Number = ABSENT
    height: Number = ABSENT
    page_count: Number = field(name="pageCount", default=ABSENT)
    frame_rate: Number = field(name="frameRate", default=ABSENT)
    frame_count: Number = field(name="frameCount", default=ABSENT)
    duration: Number = ABSENT
    codec: str = ABSENT
    codec_name: str = field(name="codecName", default=ABSENT)
    codec_tag: str = field(name="codecTag", default=ABSENT)
    sample_aspect_ratio: str = field(name="sampleAspectRatio", default=ABSENT)
    exif_rotation: str = field(name="exifRotation", default=ABSENT)
    extra: Extra = ABSENT


class MetadataField(Struct, forbid_unknown_fields=True, gc=False):
    schema_id: str = field(name="schemaId", default=ABSENT)
    name: str = ABSENT
    value: Any = UNSET
    extra: Extra = ABSENT


OptionalText = str | None | UnsetType
OptionalNumber = Number | None | UnsetType


class Element(Struct, forbid_unknown_fields=True, gc=False):
    """One label. `UNSET` is a missing key, `None` a null: these keys are often null."""

    known_by_id: ClassVar[bool] = True

    id: str = field(name="ID", default=ABSENT)
    data_row_id: str = field(name="DataRow ID", default=ABSENT)
    label: Annotations | list[Frame] | str = field(name="Label", default=ABSENT)
    created_by: str = field(name="Created By", default=ABSENT)
    created_at: str | Integer = field(name="Created At", default=ABSENT)
    updated_at: str | Integer = field(name="Updated At", default=ABSENT)
    project_name: str = field(name="Project Name", default=ABSENT)
    row_data: OptionalText = field(name="Labeled Data", default=UNSET)
    external_id: OptionalText = field(name="External ID", default=UNSET)
    global_key: OptionalText = field(name="Global Key", default=UNSET)
    dataset_name: OptionalText = field(name="Dataset Name", default=UNSET)
    view_label: OptionalText = field(name="View Label", default=UNSET)
    data_split: OptionalText = field(name="Data Split", default=UNSET)
    seconds_to_label: OptionalNumber = field(name="Seconds to Label", default=UNSET)
    seconds_to_review: OptionalNumber = field(name="Seconds to Review", default=UNSET)
    seconds_to_create: OptionalNumber = field(name="Seconds to Create", default=UNSET)
    agreement: OptionalNumber = field(name="Agreement", default=UNSET)
    is_benchmark: OptionalNumber = field(name="Is Benchmark", default=UNSET)
    benchmark_agreement: OptionalNumber = field(name="Benchmark Agreement", default=UNSET)
    benchmark_id: OptionalText = field(name="Benchmark ID", default=UNSET)
    benchmark_reference_id: OptionalText = field(name="Benchmark Reference ID", default=UNSET)
    has_open_issues: OptionalNumber = field(name="Has Open Issues", default=UNSET)
    skipped: bool = field(name="Skipped", default=ABSENT)
    reviews: list[Review] = field(name="Reviews", default=ABSENT)
    media_attributes: MediaAttributes = field(name="Media Attributes", default=ABSENT)
    workflow_info: WorkflowInfo = field(name="DataRow Workflow Info", default=ABSENT)
    metadata: list[MetadataField] = field(name="DataRow Metadata", default=ABSENT)
    masks: dict[str, Any] = field(name="Masks", default=ABSENT)
    extra: Extra = ABSENT


NULLABLE = {
    "row_data": "Labeled Data",
    "external_id": "External ID",
    "global_key": "Global Key",
    "dataset_name": "Dataset Name",
    "view_label": "View Label",
    "data_split": "Data Split",
    "seconds_to_label": "Seconds to Label",
    "seconds_to_review": "Seconds to Review",
    "seconds_to_create": "Seconds to Create",
    "agreement": "Agreement",
    "is_benchmark": "Is Benchmark",
    "benchmark_agreement": "Benchmark Agreement",
    "benchmark_id": "Benchmark ID",
    "benchmark_reference_id": "Benchmark Reference ID",
    "has_open_issues": "Has Open Issues",
}
