"""The relationships of a label."""

from labelstore.scenes.scene import Relation
from labelstore.scenes.source import Source

LIMIT = 2000

_RELATIONS = """
select coalesce(r.name, r.text, r.value) as name, coalesce(r.kind, r.annotation_kind) as kind,
    r.source_feature_id, r.target_feature_id
from relationships as r
where r.label_id = $label_id and r.frame_id is null
order by r.node_id
limit $limit
"""


def read_relations(source: Source, label_id: str, limit: int = LIMIT) -> tuple[Relation, ...]:
    """The relationships that do not belong to a frame, in the order of the export."""
    rows = source.query(_RELATIONS, {"label_id": label_id, "limit": limit})
    return tuple(
        Relation(
            row["name"] or "relationship",
            "bidirectional" if "bidirectional" in (row["kind"] or "").lower() else row["kind"] or "unknown",
            row["source_feature_id"],
            row["target_feature_id"],
        )
        for row in rows
    )
