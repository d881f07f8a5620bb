"""Labels of v2, their annotations and frames."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta

from labelstore.formats.declaring import JsonObject, array, block, key, mapped, read
from labelstore.formats.lenient_decoding import Integer, Number, to_json
from labelstore.formats.v2.objects import Object
from labelstore.formats.v2.questions import Classification
from labelstore.formats.v2.relationships import Relationship

FRAME_KEY_PATTERN = r"^(?:0|-?[1-9][0-9]{0,17})\Z"
FrameKey = Annotated[str, Meta(pattern=FRAME_KEY_PATTERN)]
"""A frame number as the key of a map."""

FrameSpans = list[tuple[Integer, Integer]]
KeyFrames = dict[FrameKey, bool]

_OBJECTS = "object_count + coalesce(object_relationship_count, 0)"


class Frame(
    JsonObject,
    table="frames",
    given="frame_id end_id label_id group_name frame_number ordinal closes object_count object_relationship_count",
):
    """One labelled frame; its objects are a map, by their feature ids."""

    classifications: list[Classification] = array(count="classification_count")
    relationships: list[Relationship] = array(count="relationship_count")
    objects: dict[str, Object] = mapped(
        count="object_count", key_column="coalesce(map_key, feature_id)", opened=_OBJECTS
    )


class Group(JsonObject, table="frame_groups", given="node_id end_id label_id ordinal closes group_name"):
    """An axis of a DICOM series."""

    name: str = key()
    classifications: list[Classification] = array(count="classification_count")
    frames: dict[FrameKey, Frame] = mapped(count="frame_count", key_column="frame_number")


class Moment(JsonObject, table="moments", given="moment_id end_id label_id milliseconds ordinal closes map_key"):
    """A moment of a recording."""

    classifications: list[Classification] = array(count="classification_count")


class Annotations(
    JsonObject,
    table="labels",
    given="object_count object_relationship_count segment_count key_frame_count",
    extra="annotations_extra",
):
    """The annotations of a label.

    `segments` maps features to spans of frames, in DICOM groups to features to spans. `key_frame_feature_map` maps
    features to their key frames, a list or a map to booleans, in DICOM a map of those by group. `timestamp` maps
    milliseconds to the answers given then.
    """

    classifications: list[Classification] = array(count="classification_count")
    relationships: list[Relationship] = array(count="relationship_count")
    frames: dict[FrameKey, Frame] = mapped(count="frame_count", key_column="frame_number")
    groups: dict[str, Group] = mapped(count="group_count", key_column="group_name")
    segments: dict[str, FrameSpans | dict[str, FrameSpans]] = mapped(
        count="segment_count", key_column="feature_id", into="segments"
    )
    key_frame_feature_map: dict[str, list[Integer] | dict[str, bool | KeyFrames]] = mapped(
        count="key_frame_count", key_column="feature_id", into="key_frames"
    )
    timestamp: dict[str, Moment] = mapped(count="moment_count", key_column="milliseconds")
    objects: list[Object] = array(count="object_count", opened=_OBJECTS)


class Review(JsonObject, table="reviews", given="node_id label_id ordinal closes"):
    """One review of a label."""

    review_id: str = key("id")
    score: Number = key()
    created_at: str = key("reviewed_at")
    created_by: str = key("reviewed_by")


class LabelScores(JsonObject, extra="scores_extra"):
    """What Labelbox's quality checks found."""

    quality_score: Number = key()
    violation_count: Number = key()


class LabelDetails(JsonObject, extra="label_details_extra"):
    """Who made the label, and when."""

    created_at: str = key()
    updated_at: str = key()
    created_by: str = key()
    content_last_updated_at: str = key()
    scores: LabelScores = block(has="has_scores")
    reviews: list[Review] = array(count="review_count")


class PerformanceDetails(JsonObject, extra="performance_details_extra"):
    """How long the label took, and its scores. `seconds_to_create` is all of the time, with review and rework."""

    seconds_to_create: Number = key()
    seconds_to_review: Number = key(when="performance_form & 4 > 0")
    skipped: bool = key(when="performance_form & 8 > 0")
    agreement: Number = key("consensus_score", when="performance_form & 1 > 0")
    benchmark_agreement: Number = key("benchmark_score", when="performance_form & 2 > 0")
    benchmark_id: str = key("benchmark_reference_label")


class PerformanceDetailsV2(JsonObject, extra="performance_details_v2_extra"):
    """The same since 2025: the parts of the time, and their sum."""

    seconds_labeling: Number = key("seconds_to_label")
    seconds_to_review: Number = key(when="performance_form & 64 > 0")
    seconds_to_rework: Number = key()
    seconds_total: Number = key()
    skipped: bool = key(when="performance_form & 128 > 0")
    agreement: Number = key("consensus_score", when="performance_form & 16 > 0")
    benchmark_agreement: Number = key("benchmark_score", when="performance_form & 32 > 0")


class Label(
    JsonObject,
    table="labels",
    given="node_id annotations_id end_id record_id label_id derived_id data_row_id project_id model_run_id"
    " is_prediction generation shape ordinal closes seconds_to_label seconds_to_review skipped agreement"
    " benchmark_agreement performance_details_v2_extra performance_form objects_total extra",
    told_by=Annotations,
):
    """One label, or one prediction of a model run."""

    known_by: ClassVar[str] = "label_id"
    """The field of its id: without one it is known by a digest of its content."""

    label_id: str = key("id", when="not derived_id")
    label_kind: str = key()
    version: str = key()
    z_order: list[Any] = key(by=to_json)
    annotations: Annotations = read(into="labels")
    agreement: Number = key("consensus_score", when="coalesce(performance_form, 0) & 17 = 0")  # seen in blocks only
    benchmark_agreement: Number = key("benchmark_score", when="coalesce(performance_form, 0) & 34 = 0")
    performance_details: PerformanceDetails = block(has="has_performance_details")
    performance_details_v2: PerformanceDetailsV2 = block(has="has_performance_details_v2")
    label_details: LabelDetails = block(has="has_label_details")
