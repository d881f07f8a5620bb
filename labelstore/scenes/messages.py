"""The messages that the objects of a chat picked or ranked."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from labelstore.formats.kinds import TABLES
from labelstore.scenes.geometry import GEOMETRIES
from labelstore.scenes.scene import Messages, Shape
from labelstore.scenes.source import Source

KINDS = frozenset(kind for kind, table in TABLES.items() if table == "selected_messages")
"""Kinds of objects that choose messages; objects of unknown kinds may do so too."""
LIMIT = 20_000

_CHOSEN = """
select s.object_id, s.form, s.message_id, s.model_config_name, s.parent_message_id, s.rank
from objects as o
cross join selected_messages as s -- in this order in SQLite, see labelstore/scenes/questions.py
where s.object_id = o.object_id and o.label_id = $label_id and o.frame_id is null
order by s.object_id, s.node_id
limit $limit
"""


def with_messages(source: Source, label_id: str, shapes: Sequence[Shape], limit: int = LIMIT) -> tuple[Shape, ...]:
    """The shapes; those that chose messages have these as their geometry. Runs no query where no shape can have any."""
    if not any(shape.geometry is None and (shape.kind in KINDS or shape.kind not in GEOMETRIES) for shape in shapes):
        return tuple(shapes)
    rows = source.query(_CHOSEN, {"label_id": label_id, "limit": limit})
    chosen = {key: _messages(list(group)) for key, group in groupby(rows, lambda row: int(row["object_id"]))}
    return tuple(
        shape._replace(geometry=chosen[shape.object_id])
        if shape.geometry is None and shape.object_id in chosen
        else shape
        for shape in shapes
    )


def _messages(rows: Sequence[dict[str, Any]]) -> Messages:
    parents = [row["parent_message_id"] for row in rows if row["parent_message_id"] is not None]
    return Messages(
        rows[0]["form"] or "multiple",
        tuple((row["message_id"], row["model_config_name"], row["rank"]) for row in rows),
        parents[0] if parents else None,
    )
