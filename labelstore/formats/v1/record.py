"""A record of Labelbox's legacy export ("v1").

An array element is one label, one labeler's pass over one data row, with what the export says about that data row.
Labels of video and DICOM have their annotations in frames: in a file of their own, a frame a line, or in place.
What is declared here was seen in exports of 2018 to 2024 or in the vendor's SDK; everything else is kept in `extra`.
"""

from typing import Any, ClassVar

from labelstore.formats.declaring import JsonObject, Nullable, array, block, key, part, read
from labelstore.formats.lenient_decoding import Integer, Number
from labelstore.formats.v1.objects import Object
from labelstore.formats.v1.questions import Bracketed, Classification
from labelstore.formats.v1.relationships import Relationship


class Frame(JsonObject, table="frames", given="frame_id end_id label_id ordinal closes"):
    """One line of a frames file, or one element of `Label` where the frames were put in place."""

    frame_number: Integer = key("frameNumber", required=True)
    classifications: list[Classification | Bracketed] = array(count="classification_count")
    relationships: list[Relationship] = array(count="relationship_count")
    objects: list[Object] = array(count="object_count", opened="object_count")


class Annotations(JsonObject, table="labels", extra="annotations_extra"):
    """The annotations of a label, where they are an object; they share its row."""

    frames_url: str = key("frames")
    classifications: list[Classification | Bracketed] = array(count="classification_count")
    relationships: list[Relationship] = array(count="relationship_count")
    objects: list[Object] = array(count="object_count", opened="object_count")


class Review(JsonObject, table="reviews", given="node_id label_id ordinal closes"):
    """One review of a label."""

    review_id: str = key("id")
    score: Number = key()
    created_at: str = key("createdAt")
    created_by: str = key("createdBy")
    reviewed_label_id: str = key("labelId")


class WorkflowEvent(JsonObject, table="workflow_events", given="node_id record_id data_row_id label_id ordinal closes"):
    """One step of the data row through the project's workflow."""

    created_by: str = key("actorId")
    action: str = key()
    created_at: str = key("createdAt")
    previous_task_id: str = key("previousTaskId")
    previous_task_name: str = key("previousTaskName")
    next_task_id: str = key("nextTaskId")
    next_task_name: str = key("nextTaskName")


class WorkflowInfo(JsonObject, extra="workflow_extra"):
    """Where the data row is in the workflow of the project."""

    workflow_task_name: str = key("taskName")
    history: list[WorkflowEvent] = array("Workflow History", count="workflow_event_count")


class MediaAttributes(JsonObject, table="media_attributes", given="node_id record_id data_row_id"):
    """What Labelbox knows about the file of the asset."""

    asset_type: str = key("assetType")
    super_type: str = key("superType")
    sub_type: str = key("subType")
    mime_type: str = key("mimeType")
    content_length: Number = key("contentLength")
    width: Number = key()
    height: Number = key()
    page_count: Number = key("pageCount")
    frame_rate: Number = key("frameRate")
    frame_count: Number = key("frameCount")
    duration: Number = key()
    codec: str = key()
    codec_name: str = key("codecName")
    codec_tag: str = key("codecTag")
    sample_aspect_ratio: str = key("sampleAspectRatio")
    exif_rotation: str = key("exifRotation")


class MetadataField(JsonObject, table="metadata_fields", given="node_id record_id data_row_id ordinal closes"):
    """One metadata field of the data row."""

    schema_id: str = key("schemaId")
    schema_name: str = key("name")
    value: Any = key(json_if="value_is_json")


class AboutDataRow(
    JsonObject,
    table="records",
    given="node_id record_id end_id load_id position byte_offset generation identity content_hash url_hash data_row_id"
    " derived_id asset_type",
    extra="",
):
    """What an element says of its data row."""

    data_row_id: str = key("DataRow ID", when="not derived_id")
    row_data: Nullable[str] = key("Labeled Data")
    external_id: Nullable[str] = key("External ID")
    global_key: Nullable[str] = key("Global Key")
    dataset_name: Nullable[str] = key("Dataset Name")
    media_attributes: MediaAttributes = part("Media Attributes")
    metadata: list[MetadataField] = array("DataRow Metadata", count="metadata_field_count")


class Element(
    AboutDataRow,
    table="labels",
    given="node_id annotations_id end_id record_id label_id derived_id data_row_id project_id generation shape"
    " created_at updated_at seconds_to_label skipped label_form frame_count objects_total nulls in_extra extra",
    told_by=Annotations,
):
    """One label, with what the element says about its data row."""

    known_by: ClassVar[str] = "label_id"
    """The field of its id: without one it is known by a digest of its content."""

    label_id: str = key("ID", when="not derived_id")
    label: Annotations | list[Frame] | str = read(
        "Label", into="labels.label_form frames objects classifications answers relationships"
    )
    project_name: str = key("Project Name")
    created_by: str = key("Created By")
    created_at: str | Integer = key("Created At", when="coalesce(in_extra, 0) & 1 = 0")
    updated_at: str | Integer = key("Updated At", when="coalesce(in_extra, 0) & 2 = 0")
    view_label: Nullable[str] = key("View Label")
    data_split: Nullable[str] = key("Data Split")
    seconds_to_label: Nullable[Number] = key("Seconds to Label", when="coalesce(in_extra, 0) & 4 = 0")
    seconds_to_review: Nullable[Number] = key("Seconds to Review")
    seconds_to_create: Nullable[Number] = key("Seconds to Create")
    agreement: Nullable[Number] = key("Agreement")
    is_benchmark: Nullable[Number] = key("Is Benchmark")
    benchmark_agreement: Nullable[Number] = key("Benchmark Agreement")
    benchmark_id: Nullable[str] = key("Benchmark ID")
    benchmark_reference_id: Nullable[str] = key("Benchmark Reference ID")
    has_open_issues: Nullable[Number] = key("Has Open Issues")
    skipped: bool = key("Skipped", when="coalesce(label_form, '') <> 'skip'")
    reviews: list[Review] = array("Reviews", count="review_count")
    workflow_info: WorkflowInfo = block("DataRow Workflow Info", has="has_workflow_info")
    masks: dict[str, Any] = read("Masks", into="objects masks")
