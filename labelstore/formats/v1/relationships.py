"""Relationships of v1, in two shapes."""

from labelstore.formats.declaring import JsonObject, key, read
from labelstore.formats.lenient_decoding import Number, extra_json
from labelstore.schema.tables import Row


class RelationshipData(JsonObject, extra="data_extra"):
    """The two ends of a relationship."""

    source: str = read(into="relationships.source_feature_id")
    target: str = read(into="relationships.target_feature_id")
    start_feature_id: str = read("startFeatureId", into="relationships.source_feature_id")
    end_feature_id: str = read("endFeatureId", into="relationships.target_feature_id")
    label: str = read(into="relationships.text")


class Relationship(
    JsonObject,
    table="relationships",
    given="node_id label_id frame_id ordinal closes kind source_feature_id target_feature_id text has_data is_span"
    " data_extra extra",
):
    """One relationship: newer ones have `relationshipType`, and `data` with source and target; older ones `format`, and
    `data` with startFeatureId and endFeatureId."""

    feature_id: str = key("featureId")
    schema_id: str = key("schemaId")
    name: str = key("title")
    value: str = key()
    color: str = key()
    instance_uri: str = key("instanceURI")
    version: Number = key()
    relationship_type: str = read("relationshipType", into="relationships.kind")
    format: str = read(into="relationships.kind")
    data: RelationshipData = read(into="relationships.has_data")


def relationship_row(
    item: Relationship, node_id: int, label_id: str, frame_id: int | None, ordinal: int, closes: bool
) -> Row:
    """The row of a relationship; keys of the other shape go to its `extra`."""
    data = item.data
    is_span = item.relationship_type is None and (
        item.format is not None
        or (data is not None and (data.start_feature_id is not None or data.end_feature_id is not None))
    )
    source, target, data_extra = None, None, None
    if data is not None and is_span:
        source, target = data.start_feature_id, data.end_feature_id
        data_extra = extra_json(data.extra, source=data.source, target=data.target)
    elif data is not None:
        source, target = data.source, data.target
        data_extra = extra_json(data.extra, startFeatureId=data.start_feature_id, endFeatureId=data.end_feature_id)
    return Relationship.row(
        item,
        node_id=node_id,
        label_id=label_id,
        frame_id=frame_id,
        ordinal=ordinal,
        closes=closes,
        kind=item.format if is_span else item.relationship_type,
        source_feature_id=source,
        target_feature_id=target,
        text=None if data is None else data.label,
        has_data=data is not None,
        is_span=is_span,
        data_extra=data_extra,
        extra=extra_json(item.extra, format=None if is_span else item.format),
    )
