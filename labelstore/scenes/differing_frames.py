"""The frames in which labels of a video or series differ: by what is in them, and of many by where it is."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from labelstore.analyses.agreement.comparing import Item, matched
from labelstore.analyses.agreement.likeness import Rule
from labelstore.scenes.comparing import item_of
from labelstore.scenes.frames import in_group
from labelstore.scenes.geometry import COLUMNS, JOINS, geometry_of
from labelstore.scenes.scene import Shape
from labelstore.scenes.source import Source

MOST_OBJECTS: Final = 10_000
"""Objects of each label that are compared by where they are."""
_MOST_ROWS: Final = 300_000
_MOST_TRIED: Final = 2_000
"""Pairs of boxes that are tried in one frame."""

_CLASSES = """
select f.frame_number as number, o.name, o.kind, count(*) as times
from frames as f
join objects as o on o.frame_id = f.frame_id
where f.label_id = $label_id and {group} and f.frame_number is not null
group by f.frame_number, o.name, o.kind
limit $limit
"""
_ANSWERS = """
select f.frame_number as number, coalesce(c.name, c.value) as name, coalesce(a.text, a.name, a.value) as kind,
    count(*) as times
from frames as f
join classifications as c on c.frame_id = f.frame_id
join answers as a on a.classification_id = c.classification_id
where f.label_id = $label_id and {group} and f.frame_number is not null
group by f.frame_number, coalesce(c.name, c.value), coalesce(a.text, a.name, a.value)
limit $limit
"""
_OBJECTS = f"""
select f.frame_number as number, o.object_id, o.name, o.value, o.kind, {COLUMNS}
from frames as f
join objects as o on o.frame_id = f.frame_id
{JOINS}
where f.label_id = $label_id and {{group}} and f.frame_number is not null
order by f.frame_number, o.object_id
limit $limit
"""


class DifferingFrames(NamedTuple):
    """`frames`: frame → what differs in it, counted. `until`: later ones are compared by classes and answers alone."""

    frames: dict[int, int]
    until: int | None = None

    @property
    def most(self) -> int | None:
        """The frame with most differences, the first of several."""
        return min(self.frames, key=lambda number: (-self.frames[number], number), default=None)


def differing_frames(source: Source, label_ids: Sequence[str], group: str | None, rule: Rule) -> DifferingFrames:
    """The frames in which labels differ: in the objects of each class, the answers, or where the objects are."""
    contents = [_contents(source, label_id, group) for label_id in label_ids]
    found: dict[int, int] = {}
    for number in sorted({number for content in contents for number in content}):
        here = [content.get(number, Counter()) for content in contents]
        differing = sum(max(counts) - min(counts) for counts in zip(*_aligned(here), strict=True))
        if differing:
            found[number] = differing
    placed = [_placed(source, label_id, group) for label_id in label_ids]
    until = min((last for _, last in placed if last is not None), default=None)
    for number in sorted({number for items, _ in placed for number in items}):
        if number not in found and (until is None or number <= until):
            groups = matched([items.get(number, ()) for items, _ in placed], rule, _MOST_TRIED).groups
            if apart := sum(not one.is_complete for one in groups):
                found[number] = apart
    return DifferingFrames(dict(sorted(found.items())), until)


def _aligned(here: Sequence[Counter[Any]]) -> list[list[int]]:
    """The counts of each label, of the same things in the same order."""
    keys = dict.fromkeys(key for counts in here for key in counts)
    return [[counts[key] for key in keys] for counts in here]


def _contents(source: Source, label_id: str, group: str | None) -> dict[int, Counter[Any]]:
    """Frame → how many objects of each class and answers of each text it has."""
    condition, more = in_group(group)
    values = {"label_id": label_id, **more, "limit": _MOST_ROWS}
    found: dict[int, Counter[Any]] = {}
    for sql in (_CLASSES, _ANSWERS):
        for row in source.query(sql.format(group=condition), values):
            found.setdefault(row["number"], Counter())[sql is _CLASSES, row["name"], row["kind"]] += row["times"]
    return found


def _placed(source: Source, label_id: str, group: str | None) -> tuple[dict[int, list[Item]], int | None]:
    """The objects of each frame, and the last frame of which all were read if there are more."""
    condition, more = in_group(group)
    values = {"label_id": label_id, **more, "limit": MOST_OBJECTS + 1}
    rows = list(source.query(_OBJECTS.format(group=condition), values))
    last = rows[-1]["number"] - 1 if len(rows) > MOST_OBJECTS else None
    found: dict[int, list[Item]] = {}
    for row in rows:
        name = row["name"] or row["value"] or row["kind"] or "object"
        item = item_of(Shape(row["object_id"], name, row["kind"] or "unknown", "", geometry_of(row)))
        if item is not None and (last is None or row["number"] <= last):
            found.setdefault(row["number"], []).append(item)
    return found, last
