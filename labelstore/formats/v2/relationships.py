"""Relationships of v2."""

from typing import Any

from labelstore.formats.declaring import JsonObject, array, key, read


class Ends(JsonObject, table="relationships", extra="data_extra"):
    """The two ends of a relationship."""

    source_feature_id: str = key("source")
    target_feature_id: str = key("target")


class Relationship(
    JsonObject,
    table="relationships",
    given="node_id label_id frame_id ordinal closes kind source_feature_id target_feature_id has_data objects_id"
    " objects_closes objects_key objects_json data_extra extra",
):
    """One relationship between two objects; exports of 2023 have it among the objects too, or only there."""

    feature_id: str = key()
    schema_id: str = key("feature_schema_id")
    name: str = key()
    value: str = key()
    annotation_kind: str = key()
    classifications: list[Any] = array(count="classification_count", into="relationships.extra")
    unidirectional_relationship: Ends = read(into="relationships.kind", exclusive=True)
    bidirectional_relationship: Ends = read(into="relationships.kind", exclusive=True)
