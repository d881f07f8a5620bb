"""The groups and labelled frames of a label, and the frame to show."""

from typing import Any, NamedTuple

from labelstore.scenes.source import Source

MAX_FRAMES = 100_000
MAX_GROUPS = 100
LARGEST = 2**62
"""No engine takes larger frame numbers as parameters."""


class Frames(NamedTuple):
    """The groups of a label (DICOM only) and the selected one; its labelled frames and the selected one."""

    groups: tuple[str, ...]
    group: str | None
    numbers: tuple[int, ...]
    number: int | None


_GROUPS = "select group_name from frame_groups where label_id = $label_id order by ordinal limit $limit"
_GROUPS_OF_FRAMES = "select distinct group_name from frames where label_id = $label_id order by group_name limit $limit"
_NUMBERS = """
select distinct f.frame_number as number
from frames as f
where f.label_id = $label_id and {group} and f.frame_number is not null
order by f.frame_number
limit $limit
"""
_FIRST_WITH_OBJECTS = """
select f.frame_number as number
from frames as f
where f.label_id = $label_id and {group} and f.frame_number is not null
    and exists (select 1 from objects as o where o.frame_id = f.frame_id)
order by f.frame_number
limit 1
"""


def read_frames(source: Source, label_id: str, frame: int | None = None, group: str | None = None) -> Frames | None:
    """None for a label without frames and groups.

    Without a group, or with one that the label does not have, the first group with objects is selected; without a
    frame, the first frame with objects. A frame without labels can be selected too.
    """
    groups = _groups(source, label_id)
    if not groups:
        return None
    wanted = [group] if group is not None and group in groups else groups
    chosen, first = wanted[0], None
    for candidate in wanted:
        first = _first(source, _FIRST_WITH_OBJECTS, label_id, candidate)
        if first is not None:
            chosen = candidate
            break
    numbers = tuple(row["number"] for row in _rows(source, _NUMBERS, label_id, chosen, limit=MAX_FRAMES))
    if frame is None or abs(frame) > LARGEST:
        frame = first if first is not None else numbers[0] if numbers else None
    return Frames(tuple(name for name in groups if name is not None), chosen, numbers, frame)


def in_group(group: str | None) -> tuple[str, dict[str, Any]]:
    """A condition on `frames as f` that both engines look up in an index, and its parameters."""
    return ("f.group_name is null", {}) if group is None else ("f.group_name = $group_name", {"group_name": group})


def _groups(source: Source, label_id: str) -> list[str | None]:
    values = {"label_id": label_id, "limit": MAX_GROUPS}
    rows = [*source.query(_GROUPS, values), *source.query(_GROUPS_OF_FRAMES, values)]
    return list(dict.fromkeys(row["group_name"] for row in rows))


def _rows(source: Source, sql: str, label_id: str, group: str | None, **values: Any) -> list[dict[str, Any]]:
    condition, more = in_group(group)
    return list(source.query(sql.format(group=condition), {"label_id": label_id, **more, **values}))


def _first(source: Source, sql: str, label_id: str, group: str | None) -> int | None:
    rows = _rows(source, sql, label_id, group)
    return rows[0]["number"] if rows else None
