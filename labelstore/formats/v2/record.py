"""A record of Labelbox's current export ("v2").

A line is one data row with everything that was requested: its labels in each project and in each model run. The keys of
`projects`, `experiments`, `runs`, `frames`, `groups` and of the objects of a frame are ids. An absent block was not
requested. What is not declared here is kept in `extra`.
"""

from typing import Any

from msgspec import Raw

from labelstore.formats.declaring import JsonObject, array, block, key, mapped, part
from labelstore.formats.geometry import array_text
from labelstore.formats.lenient_decoding import Integer, Number, to_json
from labelstore.formats.v2.labels import Label


class WorkflowEvent(
    JsonObject, table="workflow_events", given="node_id record_id data_row_id project_id ordinal closes"
):
    """One step of the data row through the project's workflow."""

    action: str = key()
    created_at: str = key()
    created_by: str = key()
    previous_task_id: str = key()
    previous_task_name: str = key()
    next_task_id: str = key()
    next_task_name: str = key()


class ProjectDetails(JsonObject, extra="details_extra"):
    """Where the data row stands in the project."""

    ontology_id: str = key()
    task_id: str = key()
    task_name: str = key()
    batch_id: str = key()
    batch_name: str = key()
    workflow_status: str = key()
    selected_label_id: str = key()
    priority: Number = key()
    consensus_expected_label_count: Number = key()
    workflow_history: list[WorkflowEvent] = array(count="workflow_event_count")


class Project(
    JsonObject, table="data_row_projects", given="node_id end_id record_id data_row_id project_id ordinal closes"
):
    """The data row in one project."""

    name: str = key()
    project_tags: list[Any] = key(by=to_json)
    labels: list[Label] = array(count="label_count")
    project_details: ProjectDetails = block(has="has_details")


class ModelRun(
    JsonObject,
    table="model_runs",
    given="node_id end_id record_id data_row_id experiment_id model_run_id ordinal closes",
):
    """The data row in one run of a model."""

    name: str = key()
    run_data_row_id: str = key()
    split: str = key()
    labels: list[Label] = array(count="label_count")
    predictions: list[Label] = array(count="prediction_count")


class Experiment(
    JsonObject, table="experiments", given="node_id end_id record_id data_row_id experiment_id ordinal closes"
):
    """The data row in one experiment, a model."""

    name: str = key()
    runs: dict[str, ModelRun] = mapped(count="run_count", key_column="model_run_id")


class DataRowDetails(JsonObject, extra="details_extra"):
    """Where the data row came from."""

    dataset_id: str = key()
    dataset_name: str = key()
    created_at: str = key()
    updated_at: str = key()
    last_activity_at: str = key()
    created_by: str = key()


class DataRow(JsonObject, extra="data_row_extra"):
    """The asset and its names."""

    data_row_id: str = key("id", when="not derived_id")
    external_id: str = key()
    global_key: str = key()
    row_data: str = key()
    details: DataRowDetails = block(has="has_details")


class MediaAttributes(JsonObject, table="media_attributes", given="node_id record_id data_row_id exif_rotation extra"):
    """What Labelbox knows about the file of the asset."""

    # seen for images, video, audio and conversations; the other names are those of v1 in snake case
    asset_type: str = key()
    mime_type: str = key()
    width: Number = key()
    height: Number = key()
    exif_rotation: str | Integer = key()  # a number since 2025
    frame_rate: Number = key()
    frame_count: Number = key()
    duration: Number = key()
    bit_rate: Number = key()
    bits_per_sample: Number = key()
    channel_count: Number = key()
    page_count: Number = key()
    message_count: Number = key()
    labelable_ids: list[Any] = key(by=to_json)
    content_length: Number = key()
    super_type: str = key()
    sub_type: str = key()
    codec: str = key()
    codec_name: str = key()
    codec_tag: str = key()
    sample_aspect_ratio: str = key()


class Attachment(JsonObject, table="attachments", given="node_id record_id data_row_id ordinal closes"):
    """One attachment of the data row."""

    type: str = key()
    value: str = key()
    name: str = key()


class MetadataField(JsonObject, table="metadata_fields", given="node_id record_id data_row_id ordinal closes"):
    """One metadata field of the data row."""

    schema_id: str = key()
    schema_name: str = key()
    schema_kind: str = key()
    value: Any = key(json_if="value_is_json")


class Embedding(JsonObject, table="embeddings", given="node_id record_id data_row_id ordinal closes"):
    """One embedding of the data row."""

    embedding_id: str = key("id")
    name: str = key()
    dimensions: Integer = key()
    is_custom: bool = key()
    values: Raw = key(by=array_text)


class Line(
    JsonObject,
    table="records",
    given="node_id record_id end_id load_id position byte_offset generation identity content_hash url_hash data_row_id"
    " derived_id asset_type",
):
    """One data row, with its labels in projects and model runs."""

    data_row: DataRow = block(required=True)
    media_attributes: MediaAttributes = part()
    attachments: list[Attachment] = array(count="attachment_count")
    metadata_fields: list[MetadataField] = array(count="metadata_field_count")
    embeddings: list[Embedding] = array(count="embedding_count")
    projects: dict[str, Project] = mapped(count="project_count", key_column="project_id")
    experiments: dict[str, Experiment] = mapped(count="experiment_count", key_column="experiment_id")
