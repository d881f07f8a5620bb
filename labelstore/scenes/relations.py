"""The relationships of a label."""

from typing import Any

from labelstore.scenes.frames import Frames, in_group
from labelstore.scenes.scene import Relation
from labelstore.scenes.source import Source

LIMIT = 2000

_RELATIONS = """
select coalesce(r.name, r.text, r.value) as name, coalesce(r.kind, r.annotation_kind) as kind,
    r.source_feature_id, r.target_feature_id
from relationships as r
where r.label_id = $label_id and (r.frame_id is null{of_frame})
order by r.node_id
limit $limit
"""
_OF_FRAME = """
    or r.frame_id in (
        select f.frame_id from frames as f where f.label_id = $label_id and {group} and f.frame_number = $frame_number
    )"""


def read_relations(
    source: Source, label_id: str, frames: Frames | None = None, limit: int = LIMIT
) -> tuple[Relation, ...]:
    """The relationships of the label itself and of the selected frame, in the order of the export."""
    of_frame: str = ""
    values: dict[str, Any] = {}
    if frames is not None and frames.number is not None:
        condition, values = in_group(frames.group)
        of_frame, values = _OF_FRAME.format(group=condition), {**values, "frame_number": frames.number}
    rows = source.query(_RELATIONS.format(of_frame=of_frame), {"label_id": label_id, "limit": limit, **values})
    return tuple(
        Relation(
            row["name"] or "relationship",
            "bidirectional" if "bidirectional" in (row["kind"] or "").lower() else row["kind"] or "unknown",
            row["source_feature_id"],
            row["target_feature_id"],
        )
        for row in rows
    )
